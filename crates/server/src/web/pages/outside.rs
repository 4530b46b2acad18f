//! What a contact of a supplier sees and does without an account: by the link that they were given, and by nothing else.
//!
//! Nobody is asked who they are, and no cookie counts: whoever has the link may what it lets them.

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer, unkept},
    moment::Moment,
    visitor::{Guest, Path},
};
use crate::{
    app::{
        Error,
        suppliers::{OutsideDeed, OutsideView},
    },
    http::access::State,
    web::pages::suppliers::supplier::Written,
};
use askama::Template;
use axum::{
    extract::Form,
    response::{IntoResponse, Redirect, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::{id::SupplierTaskId, supplier::grant::Wish};

#[derive(Template)]
#[template(path = "outside.html")]
struct Page {
    frame: Frame,
    sentence: String,
    contact: String,
    here: String,
    tasks: Option<Vec<Task>>,
    notices: Option<Vec<Notice>>,
    /// The components of which they may announce something, if they may.
    components: Option<String>,
}

struct Task {
    id: u64,
    title: String,
    description: String,
    due: Option<Moment>,
    status: &'static str,
    may_acknowledge: bool,
    may_finish: bool,
}

struct Notice {
    title: String,
    number: String,
    times: String,
    came: Moment,
    edition: u64,
    status: &'static str,
    told: &'static str,
}

/// What is said of a task.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Said {
    answer: String,
    #[serde(default)]
    note: String,
}

pub(in crate::web) async fn show(
    app: State,
    _: Guest,
    Path(token): Path<String>,
) -> Result<Response, Fault> {
    let seen = app.look_outside(&token).await;
    let view = seen.map_err(|why| Fault::outside(why, &format!("/outside/{token}")))?;
    let mut page = answer(&page(view, &token))?;
    page.headers_mut().extend(unkept());
    Ok(page)
}

pub(in crate::web) async fn act(
    app: State,
    _: Guest,
    Path((token, task)): Path<(String, String)>,
    Form(said): Form<Said>,
) -> Result<Response, Fault> {
    let here = format!("/outside/{token}");
    let back = |error: Error| Fault::outside(error, &here);
    let wish = match said.answer.as_str() {
        "acknowledge" => Wish::Acknowledge,
        "finish" => Wish::Finish(said.note),
        _ => return Err(back(Error::invalid("answer", "say acknowledge or finish"))),
    };
    let missing = || Error::not_found("supplier-task-not-found", "task", &task);
    let id = task.parse().map(SupplierTaskId);
    let id = id.map_err(|_| back(missing()))?;
    let deed = OutsideDeed::Task(id, wish);
    app.act_outside(&token, deed).await.map_err(back)?;
    Ok(back_to(&here))
}

pub(in crate::web) async fn announce(
    app: State,
    _: Guest,
    Path(token): Path<String>,
    Form(written): Form<Written>,
) -> Result<Response, Fault> {
    let here = format!("/outside/{token}");
    let deed = OutsideDeed::Announce(Box::new(written.wanted()));
    let done = app.act_outside(&token, deed).await;
    done.map_err(|why| Fault::outside(why, &here))?;
    Ok(back_to(&here))
}

fn back_to(here: &str) -> Response {
    (unkept(), Redirect::to(here)).into_response()
}

fn page(view: OutsideView, token: &str) -> Page {
    let now = Timestamp::now();
    let (may_acknowledge, may_finish) = (view.may_acknowledge, view.may_finish);
    let task = |it: tidegate_domain::supplier::grant::TaskView| Task {
        id: it.id.0,
        title: it.title.to_string(),
        description: it.description.to_string(),
        due: it.due.map(|at| Moment::seen(at, now)),
        may_acknowledge: may_acknowledge && it.status == "asked",
        may_finish: may_finish && matches!(it.status, "asked" | "acknowledged"),
        status: it.status,
    };
    let notice = |it: tidegate_domain::supplier::grant::NoticeView| Notice {
        title: it.title.to_string(),
        number: it.number.to_string(),
        times: it
            .times
            .map_or_else(|| "no time is given".to_owned(), |it| it.to_string()),
        came: Moment::seen(it.came, now),
        edition: it.edition.0,
        status: it.status,
        told: it.told,
    };
    let tasks: Option<Vec<Task>> = view.tasks.map(|all| all.into_iter().map(task).collect());
    let open = tasks.iter().flatten().filter(|it| it.may_finish).count();
    Page {
        frame: Frame::anonymous(&view.supplier, Section::Outside),
        sentence: match open {
            0 => format!("Nothing is to be done by {}.", view.supplier),
            1 => format!("1 task is to be done by {}.", view.supplier),
            many => format!("{many} tasks are to be done by {}.", view.supplier),
        },
        contact: view.contact,
        here: format!("/outside/{token}"),
        tasks,
        notices: view
            .notices
            .map(|all| all.into_iter().map(notice).collect()),
        components: view.components.map(|all| all.join(", ")),
    }
}
