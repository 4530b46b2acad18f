//! What the forms of a review ask for.

use super::super::super::{
    fault::Fault,
    visitor::{Path, Submitted, Visitor},
};
use crate::{
    app::{Error, Request, SharedApp, reviews::ReviewDeed},
    http::access::State,
};
use axum::response::Redirect;
use std::{collections::BTreeMap, str::FromStr};
use tidegate_protocol::api::{
    ReviewActionRequest, ReviewConclusionRequest, ReviewGroupRequest, ReviewNoteRequest,
    ReviewObjectiveRequest, ReviewRequest, ReviewVotesRequest,
};

/// What a form holds, by the names of its fields.
#[derive(Debug)]
struct Form(BTreeMap<String, String>);

impl Form {
    fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |it| it.trim())
    }

    fn number<N: FromStr>(&self, name: &str) -> Result<N, Error> {
        let number = self.text(name).parse();
        number.map_err(|_| Error::invalid(name, "say a number"))
    }

    /// The numbers of the fields `PREFIX-NUMBER`, with what they hold.
    fn numbered(&self, prefix: &str) -> impl Iterator<Item = (u64, &str)> {
        let all = self.0.iter();
        all.filter_map(move |(name, text)| {
            let number = name.strip_prefix(prefix)?.strip_prefix('-')?;
            Some((number.parse().ok()?, text.trim()))
        })
    }

    fn words(&self, name: &str) -> Vec<String> {
        let words = self.text(name).split([',', ' ', '\n']);
        let words = words.map(str::trim).filter(|it| !it.is_empty());
        words.map(str::to_owned).collect()
    }
}

pub(in crate::web) async fn act(
    app: State,
    Visitor(request): Visitor,
    Path((product, version, deed)): Path<(String, String, String)>,
    Submitted(form): Submitted<BTreeMap<String, String>>,
) -> Result<Redirect, Fault> {
    let here = format!("/products/{product}/releases/{version}/review");
    let of = (product.as_str(), version.as_str());
    let done = perform(&app, request, of, (&deed, &Form(form))).await;
    let part = done.map_err(|error| Fault::back(error, &here))?;
    Ok(Redirect::to(&format!("{here}{part}")))
}

/// Does what a form asks for, and answers the part of the page where it is seen.
async fn perform(
    app: &SharedApp,
    request: Request,
    of: (&str, &str),
    (word, form): (&str, &Form),
) -> Result<&'static str, Error> {
    let (deed, part) = match word {
        "begin" => {
            let wanted = ReviewRequest {
                participants: form.words("participants"),
                votes_each: Some(form.number("votes")?),
            };
            app.begin_review(request, of, &wanted).await?;
            return Ok("#board");
        }
        "action" => {
            let wanted = action(form)?;
            app.agree_on_action(request, of, &wanted).await?;
            return Ok("#actions");
        }
        "note" => {
            let said = ReviewNoteRequest {
                column: form.text("column").to_owned(),
                text: form.text("text").to_owned(),
            };
            (ReviewDeed::note(&said)?, "#board")
        }
        "take-back" => (ReviewDeed::take_back(form.number("note")?), "#board"),
        "group" => (group(form)?, "#groups"),
        "votes" => (votes(form)?, "#groups"),
        "objective" => {
            let said = ReviewObjectiveRequest {
                verdict: form.text("verdict").to_owned(),
                note: form.text("note").to_owned(),
            };
            let deed = ReviewDeed::objective(form.text("objective"), &said)?;
            (deed, "#objectives")
        }
        "conclusion" => {
            let said = ReviewConclusionRequest {
                text: form.text("text").to_owned(),
                edition: form.number("edition")?,
            };
            (ReviewDeed::conclusion(&said)?, "#conclusion")
        }
        "invite" => (ReviewDeed::invite(form.text("person"))?, "#people"),
        "excuse" => (ReviewDeed::excuse(form.text("person"))?, "#people"),
        word => (ReviewDeed::of(word, form.text("reason"))?, ""),
    };
    app.do_review(request, of, deed).await?;
    Ok(part)
}

/// A new group of the notes that are ticked, or a change of one.
fn group(form: &Form) -> Result<ReviewDeed, Error> {
    let ticked = |prefix| form.numbered(prefix).map(|(number, _)| number).collect();
    let id = match form.text("group") {
        "" => None,
        _ => Some(form.number("group")?),
    };
    // Who only adds notes to a group leaves its words as they are.
    let said = |name: &str| form.0.get(name).map(|it| it.trim().to_owned());
    let title = said("title").filter(|it| id.is_none() || !it.is_empty());
    let theme =
        said("theme").filter(|it| id.is_none() || form.0.contains_key("words") || !it.is_empty());
    let wanted = ReviewGroupRequest {
        title,
        theme,
        add: ticked("note"),
        remove: ticked("remove"),
    };
    ReviewDeed::group(id, &wanted)
}

fn votes(form: &Form) -> Result<ReviewDeed, Error> {
    let mut votes = BTreeMap::new();
    for (group, text) in form.numbered("votes") {
        let count = match text {
            "" => 0,
            text => text
                .parse()
                .map_err(|_| Error::invalid("votes", format!("`{text}` is no number of votes")))?,
        };
        votes.insert(group, count);
    }
    Ok(ReviewDeed::votes(&ReviewVotesRequest { votes }))
}

fn action(form: &Form) -> Result<ReviewActionRequest, Error> {
    let group = match form.text("group") {
        "" => None,
        _ => Some(form.number("group")?),
    };
    let day: jiff::civil::Date = crate::app::field("due", form.text("due"))?;
    Ok(ReviewActionRequest {
        title: form.text("title").to_owned(),
        document: form.text("document").to_owned(),
        owner: form.text("owner").to_owned(),
        due: format!("{day}T17:00:00Z"),
        group,
        changes: form.words("changes"),
    })
}
