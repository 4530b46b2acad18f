//! One supplier: what it runs, announced and deployed, what it was asked for, and how it kept to what it promised.

use super::{
    super::super::{
        fault::Fault,
        frame::{Frame, Section, answer},
        moment::Moment,
        offer::{Place, barred, typed, universal},
        parts::{Prose, Talk},
        state::State as Shown,
        visitor::{Path, Submitted, Visitor},
    },
    links::{self, Link},
    notice_state,
};
use crate::{
    app::{Error, Request, SharedApp, field, optional},
    http::access::State,
};
use askama::Template;
use axum::response::{Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::{access::Action, id::SupplierTaskId, talk::Subject};
use tidegate_protocol::api::{
    IncidentRequest, IncidentView, ObservationView, ResponseView, SupplierDeedRequest,
    SupplierNoticeRequest, SupplierNoticeView, SupplierPlaceView, SupplierScorecardView,
    SupplierTaskRequest, SupplierTaskView, SupplierView,
};

/// How far back its scorecard looks, in days.
const DAYS: u32 = 365;

#[derive(Template)]
#[template(path = "supplier.html")]
struct Page {
    frame: Frame,
    sentence: String,
    open: Vec<Open>,
    notices: Vec<Notice>,
    observations: Vec<Observed>,
    tasks: Vec<Task>,
    incidents: Vec<(IncidentView, Moment)>,
    card: SupplierScorecardView,
    /// What each place says of late that says nothing.
    places: Vec<(SupplierPlaceView, Option<Prose>)>,
    may_record: bool,
    /// The links of its contacts; none for who may not let them in.
    links: Option<Vec<Link>>,
    talk: Talk,
    supplier: SupplierView,
}

/// Something that is to be done about a change.
struct Open {
    state: Shown,
    /// The page of the change.
    href: String,
    what: Prose,
    due: Option<Moment>,
    may_answer: bool,
    may_drop: bool,
    view: ResponseView,
}

struct Notice {
    state: Shown,
    view: SupplierNoticeView,
}

struct Observed {
    at: Moment,
    view: ObservationView,
}

struct Task {
    due: Option<Moment>,
    may_withdraw: bool,
    view: SupplierTaskView,
}

/// What the form of a notice holds.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Written {
    number: String,
    kind: String,
    title: String,
    description: String,
    components: String,
    environments: String,
    from: String,
    until: String,
    version: String,
}

/// What the form of a task or an incident holds.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Asked {
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    component: String,
    #[serde(default)]
    lead_time: String,
    #[serde(default)]
    due: String,
}

/// What a button alone sends.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Nothing {}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
) -> Result<Response, Fault> {
    let supplier = app.supplier(&request, &name).await?;
    let card = app.supplier_scorecard(&request, &name, DAYS).await?;
    let subject = Subject::Supplier(field("supplier", &name)?);
    let place = Place::supplier(&name);
    let barred = barred(&app, &request, (Action::RecordSupplier, place)).await?;
    let now = Timestamp::now();
    let mut supplier = supplier;
    let responses = std::mem::take(&mut supplier.responses);
    let open = open(&app, &request, (responses, now)).await?;
    let notice = |view: SupplierNoticeView| Notice {
        state: notice_state(&view.status),
        view,
    };
    let observed = |view: ObservationView| Observed {
        at: Moment::seen(view.at, now),
        view,
    };
    let task = |view: SupplierTaskView| Task {
        due: view.due.map(|at| Moment::seen(at, now)),
        may_withdraw: matches!(view.status.as_str(), "asked" | "acknowledged"),
        view,
    };
    let incident = |it: IncidentView| {
        let began = Moment::seen(it.began, now);
        (it, began)
    };
    let page = Page {
        frame: Frame::new(&name, Section::Suppliers, &request).twins(
            format!("/api/v1/suppliers/{name}"),
            format!("tidegate supplier show {name}"),
        ),
        sentence: sentence(&supplier),
        open,
        notices: supplier.notices.drain(..).map(notice).collect(),
        observations: supplier.observations.drain(..).map(observed).collect(),
        tasks: supplier.tasks.drain(..).map(task).collect(),
        incidents: supplier.incidents.drain(..).map(incident).collect(),
        card,
        places: supplier.places.drain(..).map(place_of).collect(),
        may_record: barred.is_none(),
        links: links::of(&app, &request, (&name, now)).await?,
        talk: Talk::of(&app, &request, &subject).await?,
        supplier,
    };
    answer(&page)
}

fn place_of(view: SupplierPlaceView) -> (SupplierPlaceView, Option<Prose>) {
    let silence = view.silence.as_deref().map(Prose::exactly);
    (view, silence)
}

/// What is to be done, with what whoever looks may say of it.
async fn open(
    app: &SharedApp,
    request: &Request,
    (views, now): (Vec<ResponseView>, Timestamp),
) -> Result<Vec<Open>, Error> {
    let mut all = Vec::new();
    for view in views {
        let place = Place::of(&view.product, &view.environment);
        let answers = barred(app, request, (Action::AnswerSupplier, place)).await?;
        let is_own = view.by == request.actor.name.as_str();
        all.push(Open {
            state: match view.overdue {
                true => Shown::new("failing", "overdue"),
                false => Shown::new("held", "to be done"),
            },
            href: page_of(&view.about),
            what: Prose::exactly(&view.what),
            due: view.due.map(|at| Moment::seen(at, now)),
            may_answer: answers.is_none(),
            may_drop: is_own || answers.is_none(),
            view,
        });
    }
    Ok(all)
}

/// The page of a change: `notice 1`, `observation 1`.
fn page_of(about: &str) -> String {
    match about.split_once(' ') {
        Some(("notice", id)) => format!("/supplier-notices/{id}"),
        Some((_, id)) => format!("/observations/{id}"),
        None => "/suppliers".to_owned(),
    }
}

fn sentence(supplier: &SupplierView) -> String {
    let name = match supplier.title.is_empty() {
        true => &supplier.name,
        false => &supplier.title,
    };
    let open = |it: &&SupplierNoticeView| {
        matches!(it.status.as_str(), "announced" | "acknowledged" | "overdue")
    };
    let surprises = supplier
        .observations
        .iter()
        .filter(|it| it.surprise)
        .count();
    match (supplier.notices.iter().filter(open).count(), surprises) {
        (0, 0) => format!("{name} announces nothing now, and surprised nobody."),
        (0, many) => format!(
            "{name} announces nothing now, and changed something {many} times without a word."
        ),
        (1, _) => format!("{name} announces 1 change."),
        (many, _) => format!("{name} announces {many} changes."),
    }
}

pub(in crate::web) async fn announce(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Submitted(written): Submitted<Written>,
) -> Result<Redirect, Fault> {
    let here = format!("/suppliers/{name}");
    let wanted = written.wanted();
    let made = app.announce_for_supplier(request, &name, &wanted).await;
    let made = made.map_err(|why| Fault::back(why, &here))?;
    Ok(Redirect::to(&format!(
        "/supplier-notices/{}",
        made.notice.id
    )))
}

impl Written {
    /// The same as programs ask for it.
    pub(in crate::web) fn wanted(self) -> SupplierNoticeRequest {
        let listed = |text: &str| {
            let named = text.split(',').map(str::trim).filter(|it| !it.is_empty());
            named.map(str::to_owned).collect()
        };
        SupplierNoticeRequest {
            number: typed(&self.number),
            kind: self.kind,
            title: self.title,
            description: self.description,
            components: listed(&self.components),
            environments: listed(&self.environments),
            from: typed(&self.from),
            until: typed(&self.until),
            time_zone: None,
            version: typed(&self.version),
            provides: None,
        }
    }
}

pub(in crate::web) async fn ask(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Submitted(asked): Submitted<Asked>,
) -> Result<Redirect, Fault> {
    let here = format!("/suppliers/{name}");
    let made = asked_for(&app, request, (&name, asked)).await;
    made.map_err(|why| Fault::back(why, &here))?;
    Ok(Redirect::to(&here))
}

async fn asked_for(
    app: &SharedApp,
    request: Request,
    (name, asked): (&str, Asked),
) -> Result<SupplierTaskView, Error> {
    let wanted = SupplierTaskRequest {
        title: asked.title,
        description: asked.description,
        due: optional("due", typed(&asked.due).map(universal).as_deref())?,
        lead_time: typed(&asked.lead_time),
        notice: None,
    };
    app.ask_supplier(request, name, &wanted).await
}

pub(in crate::web) async fn report(
    app: State,
    Visitor(request): Visitor,
    Path(name): Path<String>,
    Submitted(asked): Submitted<Asked>,
) -> Result<Redirect, Fault> {
    let here = format!("/suppliers/{name}");
    let wanted = IncidentRequest {
        title: asked.title,
        component: typed(&asked.component),
        began: None,
    };
    let made = app.report_supplier_incident(request, &name, &wanted).await;
    made.map_err(|why| Fault::back(why, &here))?;
    Ok(Redirect::to(&here))
}

pub(in crate::web) async fn withdraw(
    app: State,
    Visitor(request): Visitor,
    Path((name, task)): Path<(String, String)>,
    Submitted(Nothing {}): Submitted<Nothing>,
) -> Result<Redirect, Fault> {
    let here = format!("/suppliers/{name}");
    let missing = || Error::not_found("supplier-task-not-found", "task of a supplier", &task);
    let id = task.parse().map(SupplierTaskId);
    let id = id.map_err(|_| Fault::back(missing(), &here))?;
    let said = SupplierDeedRequest {
        deed: "withdraw".to_owned(),
        note: String::new(),
    };
    let done = app.do_supplier_task(request, id, &said).await;
    done.map_err(|why| Fault::back(why, &here))?;
    Ok(Redirect::to(&here))
}
