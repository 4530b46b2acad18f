//! One entry of the journal, with the proof that it is in it: checked by the server, and told so that anybody can check it
//! themselves.

use super::super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    parts::sentence,
    state::State as Shown,
    telling,
    visitor::{Path, Visitor},
};
use crate::{
    app::{Error, proofs::Proven},
    http::access::State,
};
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;

#[derive(Template)]
#[template(path = "journal_entry.html")]
struct Page {
    frame: Frame,
    sentence: String,
    what: String,
    time: Moment,
    href: Option<String>,
    detail: String,
    steps: [Step; 3],
    proven: Proven,
}

/// One step of the check.
struct Step {
    state: Shown,
    what: &'static str,
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(sequence): Path<String>,
) -> Result<Response, Fault> {
    let missing = || Error::not_found("entry-not-found", "entry", &sequence);
    let number: u64 = sequence.parse().map_err(|_| missing())?;
    let proven = app.proven(&request, number).await;
    let proven = proven.map_err(|error| Fault::back(error, "/journal"))?;
    let people = app.people_to_meet(&request).await?;
    let size = proven.inclusion.size;
    answer(&Page {
        frame: Frame::new(
            &format!("Journal entry {number}"),
            Section::Journal,
            &request,
        )
        .twins(
            format!("/api/v1/journal/proofs/inclusion?sequence={number}&size={size}"),
            format!("tidegate journal prove {number}"),
        ),
        sentence: verdict(&proven),
        what: sentence(&format!(
            "{} {}",
            proven.entry.actor,
            telling::tell(&proven.entry)
        )),
        time: Moment::seen(proven.entry.time, Timestamp::now()),
        href: telling::address(&proven.entry.subject, &people),
        detail: serde_json::to_string_pretty(&proven.entry.detail).unwrap_or_default(),
        steps: [
            step(
                proven.is_leaf,
                "the entry, as it is written here, hashes to its leaf",
            ),
            step(
                proven.is_included,
                "the proof leads from that leaf to the root of the tree",
            ),
            step(
                proven.is_signed,
                "the signed note states exactly that root and size",
            ),
        ],
        proven,
    })
}

fn verdict(proven: &Proven) -> String {
    let (number, size) = (proven.inclusion.sequence, proven.inclusion.size);
    match proven.is_leaf && proven.is_included && proven.is_signed {
        true => format!("Entry {number} is in the journal of {size} entries, unchanged."),
        false => format!("Entry {number} is not as it was signed: the journal was changed."),
    }
}

fn step(holds: bool, what: &'static str) -> Step {
    let state = match holds {
        true => Shown::new("steady", "holds"),
        false => Shown::new("failing", "does not hold"),
    };
    Step { state, what }
}
