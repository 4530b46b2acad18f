//! Bringing up tasks, and what people do to them.

use super::{
    super::{
        App, Error, Kind, Request, field, hands::Hands, optional, planning, releases,
        steer::read_reason, talk,
    },
    shown::{found, view},
};
use futures::FutureExt;
use jiff::Timestamp;
use serde_json::json;
use tidegate_domain::{
    access::{Action, Resource},
    id::TaskId,
    name::Name,
    planning::{Party, Task, TaskError, TaskEvent, TaskState},
    talk::Subject,
    version::Version,
};
use tidegate_protocol::api::{TaskDeedRequest, TaskRequest, TaskView};
use tidegate_store::Tx;

/// The longest title, in characters.
const TITLE_MAX: usize = 200;
/// The longest document, in bytes.
const DOCUMENT_MAX: usize = 64 * 1024;
/// The most tasks of one release, those of its plan and those beside it.
const OF_RELEASE_MAX: usize = 2_000;

/// What a person does to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// They will do it.
    Take,
    /// Somebody else shall, or nobody yet.
    Assign,
    /// They begin.
    Start,
    /// It is done.
    Finish,
    /// It is not needed.
    Skip,
    /// It has to be done after all.
    Reopen,
}

impl Deed {
    /// All of them, by the words of addresses and commands.
    pub const ALL: [(&'static str, Self); 6] = [
        ("take", Self::Take),
        ("assign", Self::Assign),
        ("start", Self::Start),
        ("finish", Self::Finish),
        ("skip", Self::Skip),
        ("reopen", Self::Reopen),
    ];

    /// The deed of that word.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(word: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|(it, _)| *it == word);
        let missing = || Error::not_found("deed-not-found", "thing to do to a task", word);
        found.map(|(_, deed)| *deed).ok_or_else(missing)
    }
}

impl App {
    /// Brings up a task beside the plan.
    ///
    /// # Errors
    /// When a field makes no sense, or there is no such release.
    pub async fn create_task(
        &self,
        request: Request,
        wanted: &TaskRequest,
    ) -> Result<TaskView, Error> {
        let wanted = Wanted::read(wanted)?;
        let view = self
            .store
            .write((request, wanted), |tx, (request, wanted)| {
                create(tx, request, wanted).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// Takes, assigns, begins, finishes, skips or reopens a task.
    ///
    /// # Errors
    /// When it is somebody else's, waits for others, or is in another state.
    pub async fn do_task(
        &self,
        request: Request,
        id: TaskId,
        deed: Deed,
        wanted: &TaskDeedRequest,
    ) -> Result<TaskView, Error> {
        let note = read_reason(&wanted.note)?;
        let to = wanted.to.as_deref().filter(|to| !to.trim().is_empty());
        let to: Option<Name> = optional("to", to)?;
        let view = self
            .store
            .write(
                (request, id, deed, (note, to)),
                |tx, (request, id, deed, said)| carry_out(tx, request, (*id, *deed), said).boxed(),
            )
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

struct Wanted {
    of: (Name, Version),
    title: String,
    document: String,
    owner: Option<Party>,
    due: Option<Timestamp>,
}

impl Wanted {
    fn read(wanted: &TaskRequest) -> Result<Self, Error> {
        let title = wanted.title.trim().to_owned();
        if title.is_empty() || title.chars().count() > TITLE_MAX {
            let why = format!("say in 1 to {TITLE_MAX} characters what has to be done");
            return Err(Error::invalid("title", why));
        }
        if wanted.document.len() > DOCUMENT_MAX {
            return Err(Error::invalid("document", "it is longer than 64 KiB"));
        }
        Ok(Self {
            of: (
                field("product", &wanted.product)?,
                field("version", &wanted.version)?,
            ),
            title,
            document: wanted.document.clone(),
            owner: optional("owner", wanted.owner.as_deref())?,
            due: optional("due", wanted.due.as_deref())?,
        })
    }
}

async fn create(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<TaskView, Error> {
    let (product, version) = &wanted.of;
    request
        .permit_product(tx, Action::AssignTask, product)
        .await?;
    releases::find(tx, product, version).await?;
    check_room(tx, &wanted.of).await?;
    let owner = wanted.owner.clone();
    let owner = owner.unwrap_or_else(|| Party::Person(request.actor.name.clone()));
    planning::check_party(tx, &owner).await?;
    let task = Task {
        id: tx.next_task().await?,
        product: product.clone(),
        version: version.clone(),
        name: None,
        title: wanted.title.clone(),
        document: wanted.document.clone(),
        owner,
        assignee: None,
        due: wanted.due,
        by: request.actor.name.clone(),
        at: tx.now(),
        state: TaskState::Open,
        improvement: None,
    };
    tx.record_task(&task).await?;
    let detail = json!({ "title": task.title, "owner": task.owner, "due": task.due });
    request
        .journal(tx, "task.created", &subject(task.id), &detail)
        .await?;
    view(tx, request, &task).await
}

/// Whether a release may have one more task.
pub(in crate::app) async fn check_room(
    tx: &mut Tx,
    (product, version): &(Name, Version),
) -> Result<(), Error> {
    if tx.tasks_of((product, version)).await?.len() < OF_RELEASE_MAX {
        return Ok(());
    }
    let detail = format!("release {version} of {product} has {OF_RELEASE_MAX} tasks");
    Err(Error::refused(Kind::NotReady, "too-many-tasks", detail)
        .hint("write what is left into one of them"))
}

async fn carry_out(
    tx: &mut Tx,
    request: &Request,
    (id, deed): (TaskId, Deed),
    (note, to): &(String, Option<Name>),
) -> Result<TaskView, Error> {
    let action = match deed {
        Deed::Take | Deed::Start | Deed::Finish => Action::WorkTask,
        Deed::Assign | Deed::Skip | Deed::Reopen => Action::AssignTask,
    };
    let mut task = found(tx, request, (action, id)).await?;
    if action == Action::WorkTask {
        check_theirs(tx, request, &task).await?;
    }
    let me = request.actor.name.clone();
    let happens = match deed {
        Deed::Take => return assign(tx, request, task, Some(me)).await,
        Deed::Assign => return assign(tx, request, task, to.clone()).await,
        Deed::Start => TaskEvent::Started,
        Deed::Finish => TaskEvent::Finished(note.clone()),
        Deed::Skip => TaskEvent::Skipped(note.clone()),
        Deed::Reopen => TaskEvent::Reopened,
    };
    if matches!(deed, Deed::Start | Deed::Finish) {
        check_turn(tx, &task).await?;
        task.assignee.get_or_insert_with(|| me.clone());
    }
    task.state = task
        .after(&happens, &me, tx.now())
        .map_err(|why| refuse(&why))?;
    tx.record_task(&task).await?;
    let detail = json!({ "note": note, "title": task.title });
    request
        .journal(tx, happens.word(), &subject(id), &detail)
        .await?;
    view(tx, request, &task).await
}

async fn assign(
    tx: &mut Tx,
    request: &Request,
    mut task: Task,
    to: Option<Name>,
) -> Result<TaskView, Error> {
    if !task.state.is_pending() {
        return Err(refuse(&TaskError::State(task.id, task.state.word())));
    }
    if let Some(to) = &to {
        planning::check_party(tx, &Party::Person(to.clone())).await?;
    }
    if task.assignee != to {
        let detail = json!({ "to": to, "before": task.assignee, "title": task.title });
        task.assignee = to;
        tx.record_task(&task).await?;
        request
            .journal(tx, "task.assigned", &subject(task.id), &detail)
            .await?;
        let line = format!("assigned the task “{}”", task.title);
        let told = talk::Told {
            subject: &Subject::Task(task.id),
            line: &line,
            given: &task.assignee.iter().cloned().collect(),
            text: "",
        };
        talk::tell(tx, request, &told).await?;
    }
    view(tx, request, &task).await
}

/// Whoever may assign tasks may do any; others those that fall to them.
async fn check_theirs(tx: &mut Tx, request: &Request, task: &Task) -> Result<(), Error> {
    let authorizer = request.gate.authorizer(tx).await?;
    let product = Resource::product(task.product.clone());
    let actor = &request.actor;
    if authorizer.ask(actor, Action::AssignTask, &product).allowed {
        return Ok(());
    }
    let hands = Hands::of(tx, request).await?;
    match hands.hold(&task.owner, task.assignee.as_ref()) {
        true => Ok(()),
        false => {
            let whose = task.assignee.as_ref().map(ToString::to_string);
            let whose = whose.unwrap_or_else(|| task.owner.to_string());
            let detail = format!("task {} is for {whose}", task.id);
            Err(Error::refused(Kind::NotAllowed, "task-of-others", detail)
                .hint("ask somebody of level 3 or above to assign it to you"))
        }
    }
}

/// What a task needs comes first.
async fn check_turn(tx: &mut Tx, task: &Task) -> Result<(), Error> {
    let of = (&task.product, &task.version);
    let Some(edition) = tx.newest_plan(of).await? else {
        return Ok(());
    };
    let all = tx.tasks_of(of).await?;
    let planned = edition
        .plan
        .tasks
        .iter()
        .find(|it| task.name.as_ref() == Some(&it.name));
    let waits = planning::waits_for(planned, &all);
    if waits.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = waits.iter().map(Name::as_str).collect();
    let detail = format!("task {} waits for {}", task.id, names.join(", "));
    Err(Error::refused(Kind::NotReady, "task-waits", detail).hint(
        "finish those first; or skip what is not needed, with a reason: `tidegate task skip NUMBER --note WHY`",
    ))
}

fn refuse(why: &TaskError) -> Error {
    let (kind, code, hint) = match why {
        TaskError::State(..) => (
            Kind::Conflict,
            "task-state",
            "`tidegate task reopen NUMBER` takes it up again",
        ),
        TaskError::NoReason(_) => (
            Kind::BadRequest,
            "no-reason",
            "whoever asks later why it was left out reads that: `--note WHY`",
        ),
    };
    Error::refused(kind, code, why.to_string()).hint(hint)
}

fn subject(id: TaskId) -> String {
    format!("task/{id}")
}
