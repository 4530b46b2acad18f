//! Passing on what is in one's hands, at the end of a shift.

use super::{
    super::{App, Error, Kind, Request, field, issues, tasks},
    Told,
    about::sees,
    delegate::check_person,
    say::keep,
    tell,
};
use futures::FutureExt;
use serde_json::json;
use std::collections::BTreeSet;
use tidegate_domain::{
    access::{Action, Actor, Resource},
    id::{IssueId, TaskId},
    issue::{Issue, IssueEvent},
    name::Name,
    planning::{Party, Task},
    talk::Subject,
    text::Paragraphs,
};
use tidegate_protocol::api::{PassOnRequest, PassedOnView};
use tidegate_store::Tx;

/// The most tasks and issues, each, that are looked at.
const MOST: u64 = 1_000;

struct Wanted {
    to: Name,
    note: Paragraphs,
    tasks: Option<BTreeSet<TaskId>>,
    issues: Option<BTreeSet<IssueId>>,
    dry_run: bool,
}

/// What is somebody's alone.
struct Held {
    tasks: Vec<Task>,
    issues: Vec<Issue>,
    kept: Vec<String>,
}

impl App {
    /// Puts what is in the hands of whoever asks into another's, with a note; or only says what that would be.
    ///
    /// # Errors
    /// When there is no such person, nothing to pass on, or something that is named is not theirs.
    pub async fn pass_on(
        &self,
        request: Request,
        wanted: &PassOnRequest,
    ) -> Result<PassedOnView, Error> {
        let wanted = Wanted {
            to: field("to", &wanted.to)?,
            note: Paragraphs::of(issues::at_most("note", &wanted.note, 4_000)?),
            tasks: wanted
                .tasks
                .as_ref()
                .map(|it| it.iter().copied().map(TaskId).collect()),
            issues: wanted
                .issues
                .as_ref()
                .map(|it| it.iter().copied().map(IssueId).collect()),
            dry_run: wanted.dry_run,
        };
        if wanted.note.is_empty() && !wanted.dry_run {
            return Err(Error::invalid("note", "say what they have to know"));
        }
        let view = self
            .store
            .write((request, wanted), |tx, (request, wanted)| {
                async move {
                    let held = held(tx, request, wanted).await?;
                    if !wanted.dry_run {
                        hand(tx, request, wanted, &held).await?;
                    }
                    shown(tx, request, wanted, held).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

/// What is asked to be passed on, as far as the other may see it.
async fn held(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<Held, Error> {
    let me = &request.actor.name;
    check_person(tx, &wanted.to).await?;
    if wanted.to == *me {
        return Err(Error::invalid("to", "that is you"));
    }
    let mut tasks = tx.tasks_taken_by(me, MOST).await?;
    tasks.extend(
        tx.tasks_waiting_for(&Party::Person(me.clone()), MOST)
            .await?,
    );
    let mut open = tx.issues(true, MOST).await?;
    open.retain(|it| it.owner == Party::Person(me.clone()) || it.state.at_it() == Some(me));
    if let Some(ids) = &wanted.tasks {
        tasks.retain(|it| ids.contains(&it.id));
        let known: BTreeSet<TaskId> = tasks.iter().map(|it| it.id).collect();
        check_known(ids.difference(&known).next(), "task")?;
    }
    if let Some(ids) = &wanted.issues {
        open.retain(|it| ids.contains(&it.id));
        let known: BTreeSet<IssueId> = open.iter().map(|it| it.id).collect();
        check_known(ids.difference(&known).next(), "issue")?;
    }
    let products = tasks.iter().map(|it| &it.product);
    let products: BTreeSet<&Name> = products.chain(open.iter().map(|it| &it.product)).collect();
    for product in products {
        request
            .permit_product(tx, Action::WorkTask, product)
            .await?;
    }
    let missing = || Error::not_found("person-not-found", "person", &wanted.to);
    let other = tx.person_named(&wanted.to).await?.ok_or_else(missing)?;
    let other: Actor = other.actor();
    let authorizer = request.gate.authorizer(tx).await?;
    let sees = |product: &Name| sees(&authorizer, &other, &[Resource::product(product.clone())]);
    let mut kept = Vec::new();
    tasks.retain(|it| {
        let is_seen = sees(&it.product);
        if !is_seen {
            kept.push(format!(
                "task {}: {} does not see {}",
                it.id, wanted.to, it.product
            ));
        }
        is_seen
    });
    open.retain(|it| {
        let is_seen = sees(&it.product);
        if !is_seen {
            kept.push(format!(
                "issue {}: {} does not see {}",
                it.id, wanted.to, it.product
            ));
        }
        is_seen
    });
    Ok(Held {
        tasks,
        issues: open,
        kept,
    })
}

fn check_known(missing: Option<impl std::fmt::Display>, what: &str) -> Result<(), Error> {
    let Some(id) = missing else { return Ok(()) };
    let detail = format!("{what} {id} is not yours alone");
    Err(Error::refused(Kind::NotAllowed, "not-yours", detail)
        .hint("`tidegate task list` shows what is"))
}

async fn hand(tx: &mut Tx, request: &Request, wanted: &Wanted, held: &Held) -> Result<(), Error> {
    if held.tasks.is_empty() && held.issues.is_empty() {
        let detail = match held.kept.as_slice() {
            [] => format!("there is nothing that could be passed on to {}", wanted.to),
            kept => format!("nothing can be passed on: {}", kept.join("; ")),
        };
        return Err(Error::refused(Kind::NotReady, "nothing-to-pass-on", detail));
    }
    let given = BTreeSet::from([wanted.to.clone()]);
    for task in &held.tasks {
        let mut task = task.clone();
        task.assignee = Some(wanted.to.clone());
        tx.record_task(&task).await?;
        let subject = Subject::Task(task.id);
        let detail = json!({ "to": wanted.to, "before": request.actor.name, "title": task.title, "note": wanted.note });
        request
            .journal(tx, "task.assigned", &subject.to_string(), &detail)
            .await?;
        keep(tx, request, (&subject, &wanted.note)).await?;
        let line = format!("passed on “{}”: {}", task.title, wanted.note);
        let told = Told {
            subject: &subject,
            line: &line,
            given: &given,
            text: "",
        };
        tell(tx, request, &told).await?;
    }
    for issue in &held.issues {
        let event = IssueEvent::Assigned(Party::Person(wanted.to.clone()));
        keep(tx, request, (&Subject::Issue(issue.id), &wanted.note)).await?;
        // Who is at an issue that is the other's already has said what they have to know.
        if issue.owner != Party::Person(wanted.to.clone()) {
            issues::change(tx, request, issue.clone(), &event).await?;
        }
    }
    let detail = json!({ "to": wanted.to, "note": wanted.note,
        "tasks": held.tasks.iter().map(|it| it.id).collect::<Vec<_>>(),
        "issues": held.issues.iter().map(|it| it.id).collect::<Vec<_>>() });
    let subject = format!("person/{}", request.actor.name);
    Ok(request
        .journal(tx, "work.passed-on", &subject, &detail)
        .await?)
}

async fn shown(
    tx: &mut Tx,
    request: &Request,
    wanted: &Wanted,
    held: Held,
) -> Result<PassedOnView, Error> {
    let (mut tasks, mut open) = (Vec::new(), Vec::new());
    for task in &held.tasks {
        let now = tx.task(task.id).await?;
        tasks.push(tasks::view(tx, request, now.as_ref().unwrap_or(task)).await?);
    }
    for issue in &held.issues {
        let now = tx.issue(issue.id).await?;
        open.push(issues::view(now.as_ref().unwrap_or(issue)));
    }
    let counted = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        many => format!("{many} {one}s"),
    };
    let what = format!(
        "{} and {}",
        counted(tasks.len(), "task"),
        counted(open.len(), "issue")
    );
    let sentence = match (tasks.is_empty() && open.is_empty(), wanted.dry_run) {
        (true, _) => format!("There is nothing to pass on to {}.", wanted.to),
        (false, true) => format!("{what} would go to {}.", wanted.to),
        (false, false) => format!("{what} went to {}.", wanted.to),
    };
    Ok(PassedOnView {
        sentence,
        tasks,
        issues: open,
        kept: held.kept,
    })
}
