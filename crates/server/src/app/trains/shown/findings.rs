//! What a train waits for, and what the integration check found, as it is shown: a product that whoever asks may not see is not
//! named, though it counts.

use super::super::super::request::Sight;
use tidegate_domain::{
    name::Name,
    train::{Finding, Outlook, Train, TrainWait},
};
use tidegate_protocol::api::{IntegrationView, TrainFindingView, TrainWaitView};

/// What a train waits for.
pub(super) fn waits(train: &Train, waits: &[TrainWait], sight: &mut Sight) -> Vec<TrainWaitView> {
    let mut all: Vec<TrainWaitView> = Vec::with_capacity(waits.len());
    for wait in waits {
        let (sentence, remedy) = if let TrainWait::Finding(finding) = wait {
            told(finding, sight)
        } else {
            (wait.to_string(), wait.remedy(&train.name))
        };
        let view = TrainWaitView { sentence, remedy };
        if !all.contains(&view) {
            all.push(view);
        }
    }
    all
}

/// What the integration check found on the way to an environment.
pub(super) fn integrated(outlook: &Outlook, to: &Name, sight: &mut Sight) -> IntegrationView {
    let integration = &outlook.integration;
    let mut findings: Vec<TrainFindingView> = Vec::with_capacity(integration.findings.len());
    for finding in &integration.findings {
        let (sentence, remedy) = told(finding, sight);
        let view = TrainFindingView {
            sentence,
            remedy,
            stops: finding.stops(),
        };
        if !findings.contains(&view) {
            findings.push(view);
        }
    }
    IntegrationView {
        environment: to.to_string(),
        holds: integration.holds(),
        together_since: integration.together_since,
        findings,
    }
}

/// A finding and what helps.
fn told(finding: &Finding, sight: &mut Sight) -> (String, String) {
    if finding.products().iter().all(|it| sight.shows(it)) {
        return (finding.to_string(), finding.remedy());
    }
    let sentence = "it does not fit, or it is not known whether it fits, with what another team runs where it goes";
    let remedy = "ask somebody who may see all of that environment to look at the train";
    (sentence.to_owned(), remedy.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::request::tests::by;
    use futures::FutureExt;
    use tidegate_domain::access::Level;
    use tidegate_store::Store;

    #[tokio::test]
    async fn what_another_team_runs_is_not_named() {
        let finding = Finding::UnknownProduct {
            environment: "staging".parse().unwrap(),
            product: "bank".parse().unwrap(),
            why: "bank-1 said nothing yet".to_owned(),
        };
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(directory.path()).await.unwrap();
        for (level, is_named) in [(Some(Level::Assist), true), (None, false)] {
            let sight = store.read(by(level), |tx, request| request.sight(tx).boxed());
            let mut sight = sight.await.unwrap();
            let (sentence, remedy) = told(&finding, &mut sight);
            assert_eq!(format!("{sentence} {remedy}").contains("bank"), is_named);
        }
    }
}
