//! One procedure: what it says, who has read it, what goes by an old version; written, read and reviewed there.

use super::{
    super::super::{
        fault::Fault,
        frame::{Frame, Section, answer},
        moment::Moment,
        offer::typed,
        parts::{Came, Deed, Prose, Saving, Talk, saved},
        visitor::{Path, Submitted, Visitor},
    },
    Old, listed,
};
use crate::{
    app::{Error, Request, SharedApp},
    http::access::State,
};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use futures::FutureExt;
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::{communication::document_html, talk::Subject};
use tidegate_protocol::api::{
    ProcedureReadRequest, ProcedureRequest, ProcedureReviewRequest, ProcedureSettingsRequest,
    ProcedureVersionView, ProcedureView,
};

/// Versions that are told of.
const VERSIONS: u64 = 20;

#[derive(Template)]
#[template(path = "procedure.html")]
struct Page {
    frame: Frame,
    sentence: Prose,
    at: Moment,
    /// What came of what was typed.
    saving: Saving,
    /// What the text would look like that was typed.
    preview: Option<String>,
    form: Option<Form>,
    /// Whether whoever looks may say that it is still right.
    may_review: bool,
    old: Vec<Old>,
    versions: Vec<(ProcedureVersionView, Moment)>,
    talk: Talk,
    procedure: ProcedureView,
}

/// What the page has to type into, and what it sends.
#[derive(Debug, Clone, Deserialize)]
pub(in crate::web) struct Form {
    base: u32,
    seen: String,
    title: String,
    /// As it was when the form was made: who left it alone says nothing of it.
    #[serde(default)]
    title_was: String,
    owner: String,
    binds: String,
    review_by: String,
    review_every_months: String,
    text: String,
    change: String,
    #[serde(default)]
    minor: String,
    #[serde(default)]
    deed: Deed,
}

/// What is said of a procedure, and of which version.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Said {
    #[serde(default)]
    version: u32,
    #[serde(default)]
    next: String,
}

impl Page {
    /// The version before, where there is one.
    fn before(&self) -> Option<u32> {
        self.procedure
            .version
            .number
            .checked_sub(1)
            .filter(|it| *it > 0)
    }
}

impl Form {
    fn of(view: &ProcedureView) -> Self {
        let or_nothing = |text: Option<String>| text.unwrap_or_default();
        Self {
            base: view.version.number,
            seen: view.settings.clone(),
            title: view.version.title.clone(),
            title_was: view.version.title.clone(),
            owner: view.owner.clone(),
            binds: view.binds.join(", "),
            review_by: or_nothing(view.declared_review_by.clone()),
            review_every_months: or_nothing(view.review_every_months.map(|it| it.to_string())),
            text: view.version.body.clone(),
            change: String::new(),
            minor: String::new(),
            deed: Deed::default(),
        }
    }

    fn wanted(&self) -> Result<ProcedureRequest, Error> {
        let months = typed(&self.review_every_months);
        let months = months.map(|it| it.parse::<u8>()).transpose();
        Ok(ProcedureRequest {
            base: self.base,
            title: (self.title != self.title_was).then(|| self.title.clone()),
            body: Some(self.text.clone()),
            change: self.change.clone(),
            minor: !self.minor.is_empty(),
            settings: Some(ProcedureSettingsRequest {
                seen: Some(self.seen.clone()),
                owner: self.owner.trim().to_owned(),
                binds: listed(&self.binds),
                review_by: typed(&self.review_by),
                review_every_months: months
                    .map_err(|_| Error::invalid("review_every_months", "it is a number"))?,
            }),
            dry_run: false,
        })
    }
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
) -> Result<Response, Fault> {
    answer(&page(&app, &request, &name).await?)
}

async fn page(app: &SharedApp, request: &Request, name: &str) -> Result<Page, Error> {
    let now = Timestamp::now();
    let view = app.procedure(request, name).await?;
    let old = app.old_procedures(request, Some(name)).await?;
    let versions = app
        .procedure_versions(request, name, (None, VERSIONS))
        .await?;
    let versions = versions.into_iter().map(|it| {
        let at = Moment::seen(it.at, now);
        (it, at)
    });
    let subject = view
        .name
        .parse()
        .map_err(|why| Error::invalid("name", why))?;
    let subject = Subject::Procedure(subject);
    Ok(Page {
        frame: Frame::new(&view.version.title, Section::Procedures, request).twins(
            format!("/api/v1/procedures/{name}"),
            format!("tidegate procedure show {name}"),
        ),
        sentence: Prose::exactly(&view.sentence),
        at: Moment::seen(view.version.at, now),
        saving: Saving::default(),
        preview: None,
        form: view.may_write.then(|| Form::of(&view)),
        may_review: view.may_write || view.owner == request.actor.name.as_str(),
        old: old.into_iter().map(Old::from).collect(),
        versions: versions.collect(),
        talk: Talk::of(app, request, &subject).await?,
        procedure: view,
    })
}

/// Saves what was typed, or shows what that would change. What is refused stays in the form.
pub(in crate::web) async fn save(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Submitted(form): Submitted<Form>,
) -> Result<Response, Fault> {
    let here = format!("/procedures/{name}");
    let wanted = form.wanted().map_err(|why| Fault::back(why, &here))?;
    let put = |dry_run| {
        let (app, request, name) = (app.0.clone(), request.clone(), name.clone());
        let asked = ProcedureRequest {
            dry_run,
            ..wanted.clone()
        };
        async move { app.save_procedure(request, &name, &asked).await }.boxed()
    };
    let text = form.text.replace("\r\n", "\n");
    match saved(form.deed, (u64::from(form.base), text), put).await? {
        Came::Saved => Ok(Redirect::to(&here).into_response()),
        Came::Shown(saving, base, text) => {
            let mut page = page(&app, &request, &name).await?;
            page.preview = Some(document_html(&text));
            page.form = page.form.map(|newest| Form {
                base: u32::try_from(base).unwrap_or(form.base),
                text,
                title: match form.title == form.title_was {
                    true => newest.title,
                    false => form.title,
                },
                title_was: newest.title_was,
                ..form
            });
            page.saving = *saving;
            answer(&page)
        }
    }
}

/// Says that it was read, that it is still right, or that it is not in use any more.
pub(in crate::web) async fn carry_out(
    app: State,
    Visitor(request): Visitor,
    Path((name, deed)): Path<(String, String)>,
    Submitted(said): Submitted<Said>,
) -> Result<Redirect, Fault> {
    let here = format!("/procedures/{name}");
    let version = said.version;
    let done = match deed.as_str() {
        "acknowledge" => {
            let read = ProcedureReadRequest { version };
            app.acknowledge_procedure(request, &name, &read).await
        }
        "reviewed" => {
            let next = typed(&said.next);
            let reviewed = ProcedureReviewRequest { version, next };
            app.review_procedure(request, &name, &reviewed).await
        }
        "retire" => app.retire_procedure(request, &name).await.map(drop),
        other => Err(Error::not_found("deed-not-found", "thing to do", other)),
    };
    done.map_err(|why| Fault::back(why, &here))?;
    Ok(Redirect::to(&here))
}
