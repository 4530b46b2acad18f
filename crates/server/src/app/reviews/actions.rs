//! Actions: tasks that come of a review, and change how things are done.

use super::{
    super::{App, Error, Kind as Refusal, Request, SharedApp, field, planning, tasks},
    Of,
    deed::line,
    find, subject,
};
use futures::FutureExt;
use jiff::Timestamp;
use serde_json::json;
use tidegate_domain::{
    access::Action,
    id::GroupId,
    planning::{Party, Task, TaskState},
    review::{Improvement, Improves},
    text::Line,
};
use tidegate_protocol::api::{ReviewActionRequest, TaskView};
use tidegate_store::Tx;

/// The longest document, in bytes.
const DOCUMENT_MAX: usize = 64 * 1024;
/// The most that one action changes.
const CHANGES_MAX: usize = 20;

#[derive(Debug, Clone)]
struct Wanted {
    title: Line,
    document: String,
    owner: Party,
    due: Timestamp,
    group: Option<GroupId>,
    changes: Vec<Improves>,
}

impl App {
    /// Makes a task of what a review agrees on.
    ///
    /// # Errors
    /// When the review was not begun or is over, nobody of that name is there, or what is to change is not.
    pub async fn agree_on_action(
        self: &SharedApp,
        request: Request,
        (product, version): (&str, &str),
        wanted: &ReviewActionRequest,
    ) -> Result<TaskView, Error> {
        let of: Of = (field("product", product)?, field("version", version)?);
        let input = (request, of, Wanted::read(wanted)?);
        let view = self
            .store
            .write(input, |tx, (request, of, wanted)| {
                agree(tx, (request, of), wanted).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

impl Wanted {
    fn read(wanted: &ReviewActionRequest) -> Result<Self, Error> {
        let title = line(&wanted.title)?;
        if title.is_empty() {
            return Err(Error::invalid("title", "say in a line what is to be done"));
        }
        if wanted.document.len() > DOCUMENT_MAX {
            return Err(Error::invalid("document", "it is longer than 64 KiB"));
        }
        let mut changes: Vec<Improves> = Vec::new();
        for text in &wanted.changes {
            let change = field("changes", text)?;
            if !changes.contains(&change) {
                changes.push(change);
            }
        }
        if changes.len() > CHANGES_MAX {
            let why = format!("these are more than {CHANGES_MAX}: make several actions");
            return Err(Error::invalid("changes", why));
        }
        Ok(Self {
            title,
            document: wanted.document.clone(),
            owner: field("owner", &wanted.owner)?,
            due: field("due", &wanted.due)?,
            group: wanted.group.map(GroupId),
            changes,
        })
    }
}

async fn agree(
    tx: &mut Tx,
    (request, of): (&Request, &Of),
    wanted: &Wanted,
) -> Result<TaskView, Error> {
    let (product, version) = of;
    request
        .permit_product(tx, Action::AssignTask, product)
        .await?;
    let review = find(tx, of).await?;
    if review.stage.is_closed() {
        let detail = format!("the review of {product} {version} is closed");
        return Err(Error::refused(Refusal::Conflict, "review-stage", detail)
            .hint("reopen it, with a reason, to agree on more"));
    }
    let theme = match wanted.group {
        None => None,
        Some(id) => {
            let group = review.groups.iter().find(|it| it.id == id);
            let missing = || Error::not_found("group-not-found", "group of notes", id);
            group.ok_or_else(missing)?.theme.clone()
        }
    };
    for change in &wanted.changes {
        check_there(tx, change).await?;
    }
    planning::check_party(tx, &wanted.owner).await?;
    tasks::check_room(tx, of).await?;
    let task = Task {
        id: tx.next_task().await?,
        product: product.clone(),
        version: version.clone(),
        name: None,
        title: wanted.title.to_string(),
        document: wanted.document.clone(),
        owner: wanted.owner.clone(),
        assignee: None,
        due: Some(wanted.due),
        by: request.actor.name.clone(),
        at: tx.now(),
        state: TaskState::Open,
        improvement: Some(Improvement {
            group: wanted.group,
            theme,
            changes: wanted.changes.clone(),
        }),
    };
    tx.record_task(&task).await?;
    let detail = json!({
        "task": task.id, "title": task.title, "owner": task.owner, "due": task.due,
        "improvement": task.improvement,
    });
    request
        .journal(tx, "review.action_agreed", &subject(of), &detail)
        .await?;
    tasks::view(tx, request, &task).await
}

/// Whether what is to change is declared.
async fn check_there(tx: &mut Tx, change: &Improves) -> Result<(), Error> {
    let found: Option<serde_json::Value> = tx.document(change.kind, change.name.as_str()).await?;
    found.map(drop).ok_or_else(|| {
        Error::invalid(
            "changes",
            format!("there is no {} `{}`", change.kind, change.name),
        )
    })
}
