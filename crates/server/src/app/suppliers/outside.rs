//! What a contact of a supplier sees and does by a link: their own supplier's tasks and notices, and nothing of anybody else.

use super::{
    super::{App, Error, Kind as Refusal},
    LOOKED_THROUGH, declared, links, notices, shown, subject, tasks,
};
use futures::FutureExt;
use jiff::Timestamp;
use std::sync::Arc;
use tidegate_domain::{
    id::SupplierTaskId,
    supplier::{
        Grant, Supplier, SupplierTask,
        grant::{Given, Handed, NoticeView, Refusal as Refused, Right, TaskView, Wish, is_code},
        notice::{Incoming, Intent, Source, Unchanged},
        task::TaskEvent,
    },
};
use tidegate_protocol::api::SupplierNoticeRequest;
use tidegate_store::Tx;

/// What is seen by a link.
#[derive(Debug)]
pub struct OutsideView {
    /// The supplier.
    pub supplier: String,
    /// Who looks.
    pub contact: String,
    /// Their tasks, if they see any.
    pub tasks: Option<Vec<TaskView>>,
    /// What they announced, if they see that.
    pub notices: Option<Vec<NoticeView>>,
    /// The components that they may announce something of, if they may.
    pub components: Option<Vec<String>>,
    /// Whether they may say that they know of a task.
    pub may_acknowledge: bool,
    /// Whether they may say that a task is done.
    pub may_finish: bool,
}

/// What is done by a link.
#[derive(Debug, Clone)]
pub enum OutsideDeed {
    /// Something about a task.
    Task(SupplierTaskId, Wish),
    /// A change is announced.
    Announce(Box<SupplierNoticeRequest>),
}

impl App {
    /// What somebody sees by a link.
    ///
    /// # Errors
    /// When the link is not good.
    pub async fn look_outside(self: &Arc<Self>, token: &str) -> Result<OutsideView, Error> {
        self.store
            .read((self.clone(), token.to_owned()), |tx, (app, token)| {
                async move {
                    let (handed, supplier) = opened(tx, app, token).await?;
                    look(tx, &handed.grant, &supplier).await
                }
                .boxed()
            })
            .await
    }

    /// Does something by a link.
    ///
    /// # Errors
    /// When the link is not good or does not go so far, or that cannot happen now.
    pub async fn act_outside(
        self: &Arc<Self>,
        token: &str,
        deed: OutsideDeed,
    ) -> Result<OutsideView, Error> {
        let input = (self.clone(), token.to_owned(), deed);
        // Whatever is not theirs to do makes nothing be written.
        self.store
            .read(input.clone(), |tx, (app, token, deed)| {
                async move {
                    let (handed, supplier) = opened(tx, app, token).await?;
                    weigh(tx, (&handed, &supplier), deed).await.map(drop)
                }
                .boxed()
            })
            .await?;
        let view = self
            .store
            .write(input, |tx, (app, token, deed)| {
                async move {
                    let (handed, supplier) = opened(tx, app, token).await?;
                    act(tx, (&handed, &supplier), deed).await?;
                    look(tx, &handed.grant, &supplier).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

/// The grant in a link, and whose it is.
async fn opened(tx: &mut Tx, app: &App, token: &str) -> Result<(Handed, Supplier), Error> {
    let key = app.supplier_key(tx).await?;
    let key = key.ok_or_else(|| refuse(&Refused::NotGood))?;
    let given = Given {
        server: &app.identity.public_url,
        now: tx.now(),
    };
    let is_ours = |text: &str, code: &[u8]| is_code(&key, text, code);
    let opened = Grant::open(token, &given, is_ours, |_| false);
    let grant = opened.map_err(|why| refuse(&why))?;
    // What was never handed out is not good either, nor what was before a backup was put back.
    let restored = links::restored(tx).await?;
    let handed = tx.grant(&grant.nonce).await?;
    let is_good = |it: &Handed| it.is_good(given.now) && restored.is_none_or(|at| at <= it.at);
    let handed = handed.filter(is_good);
    let handed = handed.ok_or_else(|| refuse(&Refused::NotGood))?;
    let supplier = declared(tx, &grant.supplier).await;
    let supplier = supplier.map_err(|_| refuse(&Refused::NotGood))?;
    grant.confirm(&supplier).map_err(|why| refuse(&why))?;
    Ok((Handed { grant, ..handed }, supplier))
}

async fn look(tx: &mut Tx, grant: &Grant, supplier: &Supplier) -> Result<OutsideView, Error> {
    let all = tx.supplier_tasks(&supplier.name, LOOKED_THROUGH).await?;
    let notices = shown::record(tx, &supplier.name).await?;
    let may = |right| grant.may(right).is_ok();
    let components = supplier.components.iter().map(|it| it.name.to_string());
    Ok(OutsideView {
        supplier: match supplier.title.is_empty() {
            true => supplier.name.to_string(),
            false => supplier.title.clone(),
        },
        contact: grant.contact.to_string(),
        tasks: grant.tasks(&all).ok(),
        notices: grant.notices(&notices).ok(),
        components: may(Right::Announce).then(|| components.collect()),
        may_acknowledge: may(Right::Acknowledge),
        may_finish: may(Right::Finish),
    })
}

/// What is to be kept of a deed.
enum Due {
    Task(Box<SupplierTask>, TaskEvent),
    Announced(Box<Handed>, Box<Incoming>),
}

/// What comes of a deed, as far as it is theirs to do and can be done now.
async fn weigh(
    tx: &mut Tx,
    (handed, supplier): (&Handed, &Supplier),
    deed: &OutsideDeed,
) -> Result<Due, Error> {
    let grant = &handed.grant;
    match deed {
        OutsideDeed::Task(id, wish) => {
            let task = tx.supplier_task(*id).await?;
            let event = grant.wish(wish, task.as_ref());
            let event = event.map_err(|why| refuse(&why))?;
            let task = task.ok_or_else(|| refuse(&Refused::NotYours))?;
            let after = tasks::happened(tx, &task, &event)?;
            Ok(Due::Task(Box::new(after), event))
        }
        OutsideDeed::Announce(wanted) => {
            let mail = grant.contact.clone();
            grant.may(Right::Announce).map_err(|why| refuse(&why))?;
            let counted = handed.clone().announces(tx.now());
            let counted = counted.map_err(|why| too_often(&why, tx.now()))?;
            let source = Source::Contact { mail };
            let written = notices::incoming(tx, supplier, wanted, source).await?;
            let checked = written.announcement.check(supplier);
            checked.map_err(|why| Error::invalid("notice", why))?;
            let incoming = grant.announce(
                written.number.as_str(),
                Intent::Announce,
                written.announcement,
            );
            let incoming = incoming.map_err(|why| refuse(&why))?;
            Ok(Due::Announced(Box::new(counted), Box::new(incoming)))
        }
    }
}

async fn act(
    tx: &mut Tx,
    (handed, supplier): (&Handed, &Supplier),
    deed: &OutsideDeed,
) -> Result<(), Error> {
    // Addresses are people's own; the journal names the supplier, and not as it names people.
    let actor = subject(&supplier.name);
    let actor = actor.as_str();
    match weigh(tx, (handed, supplier), deed).await? {
        Due::Task(after, event) => {
            tasks::keep(tx, (&after, &event), actor).await?;
        }
        Due::Announced(counted, incoming) => {
            tx.record_grant(&counted).await?;
            let taken = notices::receive(tx, supplier, (*incoming, Vec::new()), actor).await?;
            if let Some(why) = taken.unchanged.filter(|it| *it != Unchanged::Same) {
                let detail = format!("nothing is changed by that: {why}");
                return Err(Error::refused(
                    Refusal::Conflict,
                    "notice-unchanged",
                    detail,
                ));
            }
        }
    }
    Ok(())
}

/// Whoever announces too often learns when they may again.
fn too_often(why: &Refused, now: Timestamp) -> Error {
    let Refused::TooOften(until) = why else {
        return refuse(why);
    };
    let seconds = until.duration_since(now).as_secs().max(1);
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    Error::refused(
        Refusal::TooOften { seconds },
        "announced-too-often",
        why.to_string(),
    )
}

fn refuse(why: &Refused) -> Error {
    let (kind, code) = match why {
        Refused::NotGood | Refused::Over(_) | Refused::NoContact(_) => {
            (Refusal::NotFound, "link-not-good")
        }
        Refused::NotAllowed(_) => (Refusal::NotAllowed, "link-not-enough"),
        Refused::TooOften(_) => (Refusal::NotReady, "announced-too-often"),
        Refused::NotYours => (Refusal::NotFound, "supplier-task-not-found"),
    };
    Error::refused(kind, code, why.to_string())
}
