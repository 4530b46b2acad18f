//! What is to do: the visitor's, their teams', or everybody's.

pub(in crate::web) mod hand;
pub(in crate::web) mod task;

use super::super::{
    fault::Fault,
    frame::{Frame, Section, answer},
    moment::Moment,
    parts::{IssueTable, TaskTable},
    visitor::{Query, Visitor},
};
use crate::{
    app::{Error, field, tasks::WorkOf},
    http::access::State,
};
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::talk::{Often, Why};
use tidegate_protocol::api::{
    DelegationView, DueReviewView, NewsMailView, NewsView, ProcedureWorkView, SupervisedView,
    WaitingHandoverView, WaitingStepView,
};

#[derive(Template)]
#[template(path = "work.html")]
struct Page {
    frame: Frame,
    sentence: String,
    views: Vec<View>,
    /// Steps of deployments that are up.
    steps: Vec<Step>,
    /// Procedures to read or to review.
    procedures: Vec<ProcedureWorkView>,
    /// What is to be seen to, offered or accepted of handovers.
    handovers: Vec<Handed>,
    /// Reviews to lead, and when each is due.
    reviews: Vec<(DueReviewView, Option<Moment>)>,
    issues: IssueTable,
    /// What waits to be let go, rollbacks first, and since when.
    supervised: Vec<(SupervisedView, Moment)>,
    /// What that is called.
    supervised_title: &'static str,
    lists: Vec<List>,
    /// What the visitor should know of, and the number of the newest.
    news: Vec<New>,
    newest: Option<u64>,
    is_mine: bool,
    /// Who stands in for the visitor.
    lends: Option<Lends>,
    mailed: Mailed,
}

/// Something that the visitor should know of.
struct New {
    at: Moment,
    why: &'static str,
    view: NewsView,
}

/// How the visitor is mailed what is new for them.
struct Mailed {
    view: NewsMailView,
    choices: Vec<Choice>,
}

/// How often that could be.
struct Choice {
    word: &'static str,
    label: &'static str,
    is_current: bool,
}

/// Who stands in for the visitor.
struct Lends {
    until: Moment,
    view: DelegationView,
}

/// A step of a deployment that waits for somebody.
struct Step {
    href: String,
    title: String,
    what: String,
    owner: String,
    due: Option<Moment>,
}

/// Something of a handover that waits for somebody.
struct Handed {
    href: String,
    title: String,
    what: String,
    owner: String,
    /// Why it is stale, if it is.
    why: Option<String>,
}

/// Whose work can be looked at.
struct View {
    href: &'static str,
    label: &'static str,
    is_current: bool,
}

struct List {
    id: String,
    title: String,
    table: TaskTable,
}

/// Whose work.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Whose {
    team: Option<String>,
    all: Option<String>,
}

impl Whose {
    fn read(&self) -> Result<WorkOf, Error> {
        match (&self.team, self.all.as_deref()) {
            (Some(team), _) => Ok(WorkOf::Team(field("team", team)?)),
            (None, Some("true")) => Ok(WorkOf::All),
            (None, Some(_) | None) => Ok(WorkOf::Mine),
        }
    }
}

pub(in crate::web) async fn show(
    app: State,
    Visitor(request): Visitor,
    Query(whose): Query<Whose>,
) -> Result<Response, Fault> {
    let of = whose.read()?;
    let work = app.work(&request, &of).await?;
    let now = Timestamp::now();
    let list = |id: &str, title: &str, tasks| List {
        id: id.to_owned(),
        title: title.to_owned(),
        table: TaskTable::of_many(title, tasks, now),
    };
    let waiting = match of {
        WorkOf::Mine => "Waiting for your teams",
        WorkOf::Team(_) | WorkOf::All => "To be done",
    };
    let mut lists = vec![
        list("mine", "Yours", work.mine),
        list("waiting", waiting, work.waiting),
    ];
    lists.extend(work.lent.into_iter().map(|it| {
        let of = it.delegation.from;
        list(&format!("for-{of}"), &format!("For {of}"), it.tasks)
    }));
    lists.retain(|list| !list.table.is_empty());
    let is_mine = of == WorkOf::Mine;
    let lends = app.delegations(&request).await?.mine;
    let mailed = mailed(app.news_mail(&request).await?);
    let view = |href, label, is_current| View {
        href,
        label,
        is_current,
    };
    let (twin, command) = match &of {
        WorkOf::Mine => (String::new(), String::new()),
        WorkOf::Team(team) => (format!("?team={team}"), format!(" --team {team}")),
        WorkOf::All => ("?all=true".to_owned(), " --all".to_owned()),
    };
    answer(&Page {
        frame: Frame::new("Work", Section::Work, &request).twins(
            format!("/api/v1/tasks{twin}"),
            format!("tidegate task list{command}"),
        ),
        sentence: work.sentence,
        views: vec![
            view("/work", "Mine", of == WorkOf::Mine),
            view("/work?all=true", "Everybody’s", of == WorkOf::All),
        ],
        steps: work.steps.into_iter().map(|it| step(it, now)).collect(),
        procedures: work.procedures,
        handovers: work.handovers.into_iter().map(handed).collect(),
        reviews: beside(work.reviews, |it| it.due.map(|at| Moment::seen(at, now))),
        issues: IssueTable::of("Issues", work.issues, true),
        supervised_title: supervised_title(&work.supervised),
        supervised: beside(work.supervised, |it| Moment::seen(it.at, now)),
        lists,
        newest: work.news.first().map(|it| it.id),
        news: work.news.into_iter().map(|it| new(it, now)).collect(),
        is_mine,
        lends: lends.map(|view| Lends {
            until: Moment::seen(view.until, now),
            view,
        }),
        mailed,
    })
}

/// What waits to be let go, by what is among it.
fn supervised_title(all: &[SupervisedView]) -> &'static str {
    let is_rollback = |it: &SupervisedView| it.asks == "rollback";
    match (all.iter().any(is_rollback), all.iter().all(is_rollback)) {
        (false, _) => "Deployments to be let go",
        (true, true) => "Rollbacks to be let go",
        (true, false) => "Rollbacks and deployments to be let go",
    }
}

/// Each with something that is told beside it.
fn beside<T, B>(all: Vec<T>, of: impl Fn(&T) -> B) -> Vec<(T, B)> {
    let all = all.into_iter();
    all.map(|it| {
        let beside = of(&it);
        (it, beside)
    })
    .collect()
}

fn new(view: NewsView, now: Timestamp) -> New {
    let why = match view.why.as_str() {
        "given" => Why::Given,
        "named" => Why::Named,
        "due" => Why::Due,
        _ => Why::Followed,
    };
    New {
        at: Moment::seen(view.at, now),
        why: why.told(),
        view,
    }
}

fn mailed(view: NewsMailView) -> Mailed {
    let choice = |often: Often| Choice {
        word: often.word(),
        label: match often {
            Often::AtOnce => "At once, gathered for some minutes",
            Often::Daily => "Once a day",
            Often::Never => "Never",
        },
        is_current: view.often == often.word(),
    };
    Mailed {
        choices: Often::ALL.map(choice).into(),
        view,
    }
}

fn step(view: WaitingStepView, now: Timestamp) -> Step {
    Step {
        href: format!(
            "/deployments/{}#step-{}-{}",
            view.deployment, view.way, view.name
        ),
        what: format!("{} {} to {}", view.product, view.version, view.environment),
        owner: view.owner.unwrap_or_default(),
        due: view.due.map(|at| Moment::seen(at, now)),
        title: view.title,
    }
}

fn handed(view: WaitingHandoverView) -> Handed {
    let item = view.item.map(|item| format!("#item-{item}"));
    Handed {
        href: format!(
            "/products/{}/releases/{}/handovers/{}{}",
            view.product,
            view.version,
            view.kind,
            item.unwrap_or_default()
        ),
        what: format!("{} {}", view.product, view.version),
        title: view.title,
        owner: view.owner,
        why: view.why,
    }
}
