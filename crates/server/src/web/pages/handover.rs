//! A handover of a release: how it stands, what may be done with it, its items and its sheet.

mod shown;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    offer::{self, Place, typed},
    parts::{Came, Prose, Save, Saving, Talk},
    visitor::{Path, Submitted, Visitor},
};
use crate::{
    app::{
        Error, Request, SharedApp, field,
        handovers::{HandoverWord, ItemWord},
    },
    http::access::State,
};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;
use jiff::Timestamp;
use serde::Deserialize;
use shown::Shown;
pub(super) use shown::{Dates, standing};
use tidegate_domain::{access::Action, handover::HandoverKind, talk::Subject};
use tidegate_protocol::api::{
    HandoverDeedRequest, HandoverItemRequest, HandoverRequest, RejectedItemView,
};

#[derive(Template)]
#[template(path = "handover.html")]
struct Page {
    frame: Frame,
    of: Of,
    title: &'static str,
    sentence: Prose,
    /// What came of what was typed.
    saving: Saving,
    /// None while it is not begun.
    shown: Option<Shown>,
    begin: Option<Begin>,
    dates: Dates,
    form: Option<Form>,
    /// Why the visitor hands nothing over.
    barred: Option<Prose>,
    /// None while it is not begun.
    talk: Option<Talk>,
}

/// What it can begin with.
struct Begin {
    templates: Vec<(String, String)>,
    usual: &'static str,
}

/// The sheet to type into.
struct Form {
    base: u64,
    text: String,
}

/// What a handover is of, as its address has it.
#[derive(Debug, Clone)]
pub(super) struct Of {
    pub(super) product: String,
    pub(super) version: String,
    pub(super) kind: HandoverKind,
}

/// What is typed with a deed.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Said {
    #[serde(default)]
    note: String,
    #[serde(default)]
    link: String,
    #[serde(default)]
    hash: String,
    /// Of a rejection, a line for each item: its name, a colon, and why.
    #[serde(default)]
    items: String,
    #[serde(default)]
    template: String,
    #[serde(default)]
    takes: String,
}

impl Of {
    fn read(product: String, version: String, kind: &str) -> Result<Self, Error> {
        let kind: HandoverKind = field("kind", kind)
            .map_err(|_| Error::not_found("handover-not-found", "handover", kind))?;
        Ok(Self {
            product,
            version,
            kind,
        })
    }

    fn words(&self) -> (&str, &str, &str) {
        (&self.product, &self.version, self.kind.word())
    }

    /// As it is talked about.
    fn subject(&self) -> Result<Subject, Error> {
        let (product, version, _) = self.words();
        let (product, version) = (field("product", product)?, field("version", version)?);
        Ok(Subject::Handover(product, version, self.kind))
    }

    /// The address of the release.
    fn release(&self) -> String {
        format!("/products/{}/releases/{}", self.product, self.version)
    }

    /// The address of the page.
    fn here(&self) -> String {
        format!("{}/handovers/{}", self.release(), self.kind)
    }
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path((product, version, kind)): Path<(String, String, String)>,
) -> Result<Response, Fault> {
    let of = Of::read(product, version, &kind)?;
    answer(&page(&app, &request, of).await?)
}

/// Saves the sheet that was typed, or shows what that would change. What is refused stays in the form.
pub(in crate::web) async fn save(
    app: State,
    Visitor(request): Visitor,
    Path((product, version, kind)): Path<(String, String, String)>,
    Submitted(wanted): Submitted<Save>,
) -> Result<Response, Fault> {
    let of = Of::read(product, version, &kind)?;
    let put = |asked| {
        let (app, request, of) = (app.0.clone(), request.clone(), of.clone());
        async move { app.save_handover(request, of.words(), &asked).await }.boxed()
    };
    match wanted.put(put).await? {
        Came::Saved => Ok(Redirect::to(&of.here()).into_response()),
        Came::Shown(saving, base, text) => {
            let mut page = page(&app, &request, of).await?;
            page.form = Some(Form { base, text });
            page.saving = *saving;
            answer(&page)
        }
    }
}

pub(in crate::web) async fn say(
    app: State,
    Visitor(request): Visitor,
    Path((product, version, kind, item, deed)): Path<(String, String, String, String, String)>,
    Submitted(said): Submitted<Said>,
) -> Result<Redirect, Fault> {
    let of = Of::read(product, version, &kind)?;
    let here = format!("{}#item-{item}", of.here());
    let back = |error| Fault::back(error, &of.here());
    let word = ItemWord::of(&deed).map_err(back)?;
    let wanted = HandoverItemRequest {
        link: typed(&said.link),
        note: said.note,
    };
    app.do_handover_item(request, of.words(), (&item, word), &wanted)
        .await
        .map_err(back)?;
    Ok(Redirect::to(&here))
}

/// Begins it, or offers, accepts, rejects, withdraws or reopens it.
pub(in crate::web) async fn act(
    app: State,
    Visitor(request): Visitor,
    Path((product, version, kind, deed)): Path<(String, String, String, String)>,
    Submitted(said): Submitted<Said>,
) -> Result<Redirect, Fault> {
    let of = Of::read(product, version, &kind)?;
    let back = |error| Fault::back(error, &of.here());
    if deed == "begin" {
        let wanted = HandoverRequest {
            template: typed(&said.template),
            gives: None,
            takes: typed(&said.takes),
        };
        app.begin_handover(request, of.words(), &wanted)
            .await
            .map_err(back)?;
        return Ok(Redirect::to(&of.here()));
    }
    let word = HandoverWord::of(&deed).map_err(back)?;
    let wanted = HandoverDeedRequest {
        items: rejected(&said.items),
        hash: typed(&said.hash),
        note: said.note,
    };
    app.do_handover(request, of.words(), word, &wanted)
        .await
        .map_err(back)?;
    Ok(Redirect::to(&of.here()))
}

/// Lines of items with why each was rejected.
fn rejected(text: &str) -> Vec<RejectedItemView> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let item = |line: &str| {
        let (name, reason) = line.split_once(':').unwrap_or((line, ""));
        RejectedItemView {
            name: name.trim().to_owned(),
            reason: reason.trim().to_owned(),
        }
    };
    lines.map(item).collect()
}

async fn page(app: &SharedApp, request: &Request, of: Of) -> Result<Page, Error> {
    let now = Timestamp::now();
    let all = app.handovers(request, (&of.product, &of.version)).await?;
    let place = Place::product(&of.product);
    let barred = offer::barred(app, request, (Action::HandOver, place)).await?;
    let view = match app.handover(request, of.words()).await {
        Ok(view) => Some(view),
        Err(Error::Refused {
            code: "handover-not-found",
            ..
        }) => None,
        Err(error) => return Err(error),
    };
    let may = barred.is_none();
    let begin = match view.is_none() && may {
        true => Some(Begin {
            templates: app
                .handover_templates(request, (&of.product, of.kind.word()))
                .await?,
            usual: of.kind.usual_taker(),
        }),
        false => None,
    };
    let form = view.as_ref().filter(|it| may && it.state != "withdrawn");
    let form = form.map(|it| Form {
        base: it.edition,
        text: it.text.clone(),
    });
    let (product, version, kind) = of.words();
    let frame = Frame::new(
        &format!("{} of {product} {version}", of.kind.title()),
        Section::Elsewhere,
        request,
    );
    // What is not begun has no twin yet.
    let frame = match view {
        Some(_) => frame.twins(
            format!("/api/v1{}", of.here()),
            format!("tidegate handover show {product} {version} {kind}"),
        ),
        None => frame,
    };
    let sentence = view.as_ref().map(|it| it.sentence.as_str());
    let talk = match &view {
        Some(_) => Some(Talk::of(app, request, &of.subject()?).await?),
        None => None,
    };
    Ok(Page {
        frame,
        title: of.kind.title(),
        sentence: Prose::of(sentence.unwrap_or("Nobody began it yet.")),
        saving: Saving::default(),
        shown: view.map(|view| Shown::of(view, (may, now))),
        begin,
        dates: Dates::of(&all.availability, now),
        form,
        barred,
        talk,
        of,
    })
}

#[cfg(test)]
mod tests {
    use super::rejected;

    #[test]
    fn a_line_names_an_item_and_why() {
        let read = rejected("errors: there are more: look\r\n\n  plan \n");
        let read: Vec<(&str, &str)> = read
            .iter()
            .map(|it| (it.name.as_str(), it.reason.as_str()))
            .collect();
        assert_eq!(read, [("errors", "there are more: look"), ("plan", "")]);
    }
}
