//! What every story is checked by: the services themselves, and the journal.

use super::{DemoError, fleet::Fleet};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, io::BufReader};
use tidegate_cli::journal::{Trust, verify};

/// What services answered: target → component → version.
pub(super) type Answers = BTreeMap<String, BTreeMap<String, String>>;

/// The journal, verified without the server.
#[derive(Debug, Serialize)]
pub(super) struct Journal {
    pub(super) entries: u64,
    pub(super) root: String,
    /// The key that signs it.
    #[serde(skip)]
    pub(super) verifier: String,
    verified: bool,
}

/// Asks the services on every target of an environment; each has to answer its version.
pub(super) async fn services(
    fleet: &Fleet,
    environment: &str,
    expected: &[(&'static str, &str)],
) -> Result<Answers, DemoError> {
    let http = reqwest::Client::new();
    let mut all = Answers::new();
    let targets = fleet.setting().targets();
    for (target, _) in targets.filter(|(_, place)| *place == environment) {
        let mut answers = BTreeMap::new();
        for &(component, version) in expected {
            let port = fleet.port(&target, component).unwrap_or_default();
            let found = ask(&http, port).await.map_err(|why| {
                DemoError::Fact(format!("{component} on {target} does not answer: {why}"))
            })?;
            if found != version {
                return Err(DemoError::Fact(format!(
                    "{component} on {target} is {found}, not {version}"
                )));
            }
            answers.insert(component.to_owned(), found);
        }
        all.insert(target, answers);
    }
    Ok(all)
}

async fn ask(http: &reqwest::Client, port: u16) -> Result<String, reqwest::Error> {
    #[derive(Deserialize)]
    struct Answer {
        version: String,
    }
    let address = format!("http://127.0.0.1:{port}/version");
    let answer: Answer = http.get(address).send().await?.json().await?;
    Ok(answer.version)
}

/// Exports the journal and verifies it.
pub(super) async fn journal(fleet: &Fleet) -> Result<Journal, DemoError> {
    let export = fleet.client().open("/api/v1/journal/export").await?;
    let export = export.bytes().await;
    let export =
        export.map_err(|why| DemoError::Fact(format!("the journal cannot be read: {why}")))?;
    let verified = verify(BufReader::new(&export[..]), Trust::default());
    let verified = verified
        .map_err(|fault| DemoError::Fact(format!("the journal does not verify: {fault}")))?;
    Ok(Journal {
        entries: verified.entries,
        root: verified.root,
        verifier: verified.verifier,
        verified: true,
    })
}
