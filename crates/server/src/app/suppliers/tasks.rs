//! What suppliers are asked to do, and what went wrong because of them.

use super::{
    super::{App, Error, Kind as Refusal, Request, field, optional},
    found, notices, permit, subject, views,
};
use futures::FutureExt;
use jiff::Timestamp;
use serde_json::json;
use tidegate_domain::{
    access::Action,
    id::{NoticeId, SupplierTaskId},
    name::Name,
    supplier::{
        Incident, Line, Paragraphs, Supplier, SupplierTask,
        task::{Lead, TaskEvent, TaskStatus},
    },
};
use tidegate_protocol::api::{
    IncidentRequest, IncidentView, SupplierDeedRequest, SupplierTaskRequest, SupplierTaskView,
};
use tidegate_store::Tx;

impl App {
    /// Asks a supplier to do something.
    ///
    /// # Errors
    /// When there is no such supplier or notice.
    pub async fn ask_supplier(
        &self,
        request: Request,
        name: &str,
        wanted: &SupplierTaskRequest,
    ) -> Result<SupplierTaskView, Error> {
        let name: Name = field("supplier", name)?;
        let view = self
            .store
            .write(
                (request, name, wanted.clone()),
                |tx, (request, name, wanted)| ask(tx, request, (name, wanted)).boxed(),
            )
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// Opens a task of a supplier again, or withdraws it.
    ///
    /// # Errors
    /// When that cannot happen now.
    pub async fn do_supplier_task(
        &self,
        request: Request,
        id: SupplierTaskId,
        said: &SupplierDeedRequest,
    ) -> Result<SupplierTaskView, Error> {
        let input = (request, id, said.deed.clone());
        let view = self
            .store
            .write(input, |tx, (request, id, deed)| {
                async move {
                    let missing =
                        || Error::not_found("supplier-task-not-found", "task of a supplier", id);
                    let task = tx.supplier_task(*id).await?;
                    let of = task.as_ref().map(|it| &it.supplier);
                    permit(tx, request, (Action::RecordSupplier, of)).await?;
                    let task = task.ok_or_else(missing)?;
                    let by = request.actor.name.clone();
                    let event = match deed.as_str() {
                        "reopen" => TaskEvent::Reopened { by },
                        "withdraw" => TaskEvent::Withdrawn { by },
                        _ => return Err(Error::invalid("deed", "say reopen or withdraw")),
                    };
                    let after = happened(tx, &task, &event)?;
                    keep(tx, (&after, &event), request.actor.name.as_str()).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// Writes down what went wrong because of a supplier.
    ///
    /// # Errors
    /// When it makes no sense, or there is no such supplier.
    pub async fn report_supplier_incident(
        &self,
        request: Request,
        name: &str,
        wanted: &IncidentRequest,
    ) -> Result<IncidentView, Error> {
        let name: Name = field("supplier", name)?;
        let view = self
            .store
            .write(
                (request, name, wanted.clone()),
                |tx, (request, name, wanted)| report(tx, request, (name, wanted)).boxed(),
            )
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

async fn ask(
    tx: &mut Tx,
    request: &Request,
    (name, wanted): (&Name, &SupplierTaskRequest),
) -> Result<SupplierTaskView, Error> {
    let supplier = found(tx, request, (Action::RecordSupplier, name)).await?;
    let title = Line::of(&wanted.title);
    if title.is_empty() {
        return Err(Error::invalid("title", "say in a line what is to be done"));
    }
    let notice = wanted.notice.map(NoticeId);
    if let Some(id) = notice
        && notices::find(tx, id).await?.supplier != supplier.name
    {
        return Err(Error::invalid("notice", "it is another supplier's"));
    }
    let (due, lead) = due(&supplier, wanted, tx.now())?;
    let task = SupplierTask {
        id: tx.next_supplier_task().await?,
        supplier: supplier.name,
        title,
        description: Paragraphs::of(&wanted.description),
        notice,
        due,
        lead,
        by: request.actor.name.clone(),
        at: tx.now(),
        status: TaskStatus::Asked,
    };
    tx.record_supplier_task(&task).await?;
    let (action, subject) = ("supplier-task.asked", format!("supplier-task/{}", task.id));
    request.journal(tx, action, &subject, &task).await?;
    Ok(views::task(&task))
}

/// By when something is asked for, and of which lead time it is.
fn due(
    supplier: &Supplier,
    wanted: &SupplierTaskRequest,
    now: Timestamp,
) -> Result<(Option<Timestamp>, Option<Lead>), Error> {
    let Some(what) = optional::<Name>("lead_time", wanted.lead_time.as_deref())? else {
        return Ok((wanted.due, None));
    };
    let unknown = || {
        let known: Vec<&str> = supplier.lead_times.keys().map(Name::as_str).collect();
        let known = match known.as_slice() {
            [] => "none are declared".to_owned(),
            known => format!("there are {}", known.join(", ")),
        };
        Error::invalid(
            "lead_time",
            format!("{} has none for `{what}`: {known}", supplier.name),
        )
    };
    let (due, ask_by) = match wanted.due {
        Some(due) => (Some(due), supplier.ask_by(&what, due)),
        None => (supplier.there_by(&what, now), Some(now)),
    };
    let ask_by = ask_by.filter(|_| due.is_some()).ok_or_else(unknown)?;
    Ok((due, Some(Lead { what, ask_by })))
}

/// A task after something happened to it.
pub(super) fn happened(
    tx: &Tx,
    task: &SupplierTask,
    event: &TaskEvent,
) -> Result<SupplierTask, Error> {
    task.after(event, tx.now()).map_err(|why| {
        let detail = format!("task {}: {why}", task.id);
        Error::refused(Refusal::Conflict, "supplier-task-state", detail)
    })
}

/// Keeps a task after something happened to it.
pub(super) async fn keep(
    tx: &mut Tx,
    (after, event): (&SupplierTask, &TaskEvent),
    actor: &str,
) -> Result<SupplierTaskView, Error> {
    tx.record_supplier_task(after).await?;
    let subject = format!("supplier-task/{}", after.id);
    let action = format!("supplier-task.{}", event.word());
    let detail = json!({ "supplier": after.supplier, "event": event.word() });
    let entry = crate::app::entry(tx, actor, (&action, &subject), &detail);
    tx.record_entry(&entry).await?;
    Ok(views::task(after))
}

async fn report(
    tx: &mut Tx,
    request: &Request,
    (name, wanted): (&Name, &IncidentRequest),
) -> Result<IncidentView, Error> {
    let supplier = found(tx, request, (Action::RecordSupplier, name)).await?;
    let incident = Incident {
        id: tx.next_supplier_incident().await?,
        supplier: supplier.name.clone(),
        title: Line::of(&wanted.title),
        component: optional("component", wanted.component.as_deref())?,
        began: wanted.began.unwrap_or_else(|| tx.now()),
        by: request.actor.name.clone(),
        at: tx.now(),
    };
    let checked = incident.check(&supplier);
    checked.map_err(|why| Error::invalid("incident", why))?;
    tx.record_supplier_incident(&incident).await?;
    request
        .journal(tx, "supplier.incident", &subject(name), &incident)
        .await?;
    Ok(views::incident(&incident))
}
