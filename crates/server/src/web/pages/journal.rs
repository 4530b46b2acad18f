//! Who did what, and how to check that it is intact.

pub(in crate::web) mod entry;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    telling,
    visitor::{Query, Visitor},
};
use crate::{
    app::{Error, optional},
    http::access::State,
};
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::BTreeSet;
use tidegate_protocol::api::{CheckpointView, EntryView};

/// Entries of one page.
const LIMIT: u64 = 100;

#[derive(Template)]
#[template(path = "journal.html")]
struct Page {
    frame: Frame,
    sentence: String,
    subject: String,
    is_first: bool,
    entries: Vec<Entry>,
    older: Option<String>,
    checkpoint: CheckpointView,
}

struct Entry {
    sequence: u64,
    time: Moment,
    actor: String,
    what: String,
    action: String,
    subject: String,
    href: Option<String>,
}

/// Which part of the journal.
#[derive(Deserialize)]
pub(in crate::web) struct Filter {
    #[serde(default)]
    subject: String,
    before: Option<String>,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Query(filter): Query<Filter>,
) -> Result<Response, Fault> {
    let before = before(&filter)?;
    let subject = Some(filter.subject.clone()).filter(|subject| !subject.is_empty());
    let found = app.journal_page(&request, before, LIMIT, subject).await?;
    let checkpoint = app.checkpoint(&request).await?;
    let people = app.people_to_meet(&request).await?;
    let now = Timestamp::now();
    let shown = |it: &EntryView| entry(it, &people, now);
    let older = found
        .next
        .map(|next| format!("/journal?before={next}&subject={}", filter.subject));
    answer(&Page {
        frame: Frame::new("Journal", Section::Journal, &request)
            .twins("/api/v1/journal", "tidegate journal verify"),
        sentence: sentence(&checkpoint),
        is_first: before.is_none(),
        entries: found.entries.iter().map(shown).collect(),
        subject: filter.subject,
        older,
        checkpoint,
    })
}

fn before(filter: &Filter) -> Result<Option<u64>, Error> {
    optional("before", filter.before.as_deref())
}

fn sentence(checkpoint: &CheckpointView) -> String {
    match checkpoint.size {
        0 => "The journal has no numbered entries yet.".to_owned(),
        1 => "The journal holds 1 entry, signed.".to_owned(),
        size => format!("The journal holds {size} entries, signed as one tree."),
    }
}

fn entry(entry: &EntryView, people: &BTreeSet<String>, now: Timestamp) -> Entry {
    Entry {
        sequence: entry.sequence,
        time: Moment::seen(entry.time, now),
        actor: entry.actor.clone(),
        what: telling::tell(entry),
        action: entry.action.clone(),
        subject: entry.subject.clone(),
        href: telling::address(&entry.subject, people),
    }
}
