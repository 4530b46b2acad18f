//! What people write in the place of generated lines.

use super::super::{App, Error, Kind, Request, field, releases};
use futures::FutureExt;
use serde_json::json;
use tidegate_domain::{
    access::Action,
    name::Name,
    scope::{Audience, ChangeRef, ItemKey, Subject, Wording},
    version::Version,
};
use tidegate_protocol::api::WordingRequest;
use tidegate_store::Tx;

/// What is asked for.
struct Asked {
    of: (Name, Version),
    audience: Audience,
    subject: Subject,
    text: Option<String>,
    seen: Option<u64>,
}

impl App {
    /// Keeps what a person writes for an audience, or that it is not told.
    ///
    /// # Errors
    /// When the text is empty or too long, or somebody else wrote about the same in between.
    pub async fn word_notes(
        &self,
        request: Request,
        (product, version): (&str, &str),
        wanted: &WordingRequest,
    ) -> Result<(), Error> {
        let asked = Asked {
            of: (field("product", product)?, field("version", version)?),
            audience: audience(&wanted.audience)?,
            subject: subject(&wanted.subject)?,
            text: wanted.text.clone(),
            seen: wanted.seen,
        };
        self.store
            .write((request, asked), |tx, (request, asked)| {
                word(tx, request, asked).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(())
    }
}

async fn word(tx: &mut Tx, request: &Request, asked: &Asked) -> Result<(), Error> {
    let (product, version) = &asked.of;
    request
        .permit_product(tx, Action::WordNotes, product)
        .await?;
    releases::find(tx, product, version).await?;
    let known = tx.wordings_of((product, version)).await?;
    if let Some(seen) = asked.seen {
        let since = usize::try_from(seen).unwrap_or(usize::MAX);
        let others = known.iter().skip(since).rev();
        let clash = others
            .filter(|it| it.audience == asked.audience && it.subject == asked.subject)
            .find(|it| it.by != request.actor.name);
        if let Some(theirs) = clash {
            return Err(clashes(theirs));
        }
    }
    let wording = Wording {
        audience: asked.audience,
        subject: asked.subject.clone(),
        text: asked.text.clone(),
        by: request.actor.name.clone(),
        at: tx.now(),
    };
    let wording = wording
        .checked()
        .map_err(|why| Error::invalid("text", why))?;
    tx.record_wording((product, version), &wording).await?;
    let subject = format!("release/{product}/{version}");
    let detail = json!({ "audience": wording.audience.word(), "about": subject_text(&wording.subject), "text": wording.text });
    request
        .journal(tx, "release.notes_worded", &subject, &detail)
        .await?;
    Ok(())
}

fn clashes(theirs: &Wording) -> Error {
    let said = match &theirs.text {
        Some(text) => format!("wrote in between: {text}"),
        None => "said in between that this audience is not told".to_owned(),
    };
    let detail = format!("{} {said}", theirs.by);
    Error::refused(Kind::Conflict, "worded-in-between", detail)
        .hint("read theirs, put both together, and write again")
}

/// An audience by its word.
pub(super) fn audience(word: &str) -> Result<Audience, Error> {
    let mut all = Audience::ALL.into_iter();
    let found = all.find(|it| it.word() == word);
    found.ok_or_else(|| {
        let why = format!("`{word}` is no audience: take developer, operator or customer");
        Error::invalid("audience", why)
    })
}

/// `introduction`, a change, or `TRACKER:KEY`.
fn subject(text: &str) -> Result<Subject, Error> {
    if text == "introduction" {
        return Ok(Subject::Introduction);
    }
    match text.split_once(':') {
        Some((tracker, key)) => Ok(Subject::Item(ItemKey {
            tracker: field("subject", tracker)?,
            key: key.to_owned(),
        })),
        None => {
            let change: Result<ChangeRef, _> = text.parse();
            let change = change.map_err(|why| Error::invalid("subject", why))?;
            Ok(Subject::Change(change))
        }
    }
}

/// A subject as it is written.
pub(super) fn subject_text(subject: &Subject) -> String {
    match subject {
        Subject::Introduction => "introduction".to_owned(),
        Subject::Change(change) => change.to_string(),
        Subject::Item(item) => format!("{}:{}", item.tracker, item.key),
    }
}
