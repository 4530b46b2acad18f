//! What a contact of a supplier sees and does by a link: their own supplier's tasks and notices, and nothing of anybody else.

use super::{
    super::{App, Error, Kind as Refusal},
    LOOKED_THROUGH, declared, links, notices, shown, subject, tasks,
};
use futures::FutureExt;
use std::sync::Arc;
use tidegate_domain::{
    id::SupplierTaskId,
    supplier::{
        Grant, Supplier,
        grant::{Given, Handed, NoticeView, Refusal as Refused, Right, TaskView, Wish, is_code},
        notice::{Intent, Source},
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
                    let (grant, supplier) = opened(tx, app, token).await?;
                    look(tx, &grant, &supplier).await
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
        let view = self
            .store
            .write(input, |tx, (app, token, deed)| {
                async move {
                    let (grant, supplier) = opened(tx, app, token).await?;
                    act(tx, (&grant, &supplier), deed).await?;
                    look(tx, &grant, &supplier).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

/// The grant in a link, and whose it is.
async fn opened(tx: &mut Tx, app: &App, token: &str) -> Result<(Grant, Supplier), Error> {
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
    if !handed.as_ref().is_some_and(is_good) {
        return Err(refuse(&Refused::NotGood));
    }
    let supplier = declared(tx, &grant.supplier).await;
    let supplier = supplier.map_err(|_| refuse(&Refused::NotGood))?;
    grant.confirm(&supplier).map_err(|why| refuse(&why))?;
    Ok((grant, supplier))
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

async fn act(
    tx: &mut Tx,
    (grant, supplier): (&Grant, &Supplier),
    deed: &OutsideDeed,
) -> Result<(), Error> {
    // Addresses are people's own; the journal names the supplier, and not as it names people.
    let actor = subject(&supplier.name);
    let actor = actor.as_str();
    match deed {
        OutsideDeed::Task(id, wish) => {
            let task = tx.supplier_task(*id).await?;
            let event = grant.wish(wish, task.as_ref());
            let event = event.map_err(|why| refuse(&why))?;
            let task = task.ok_or_else(|| refuse(&Refused::NotYours))?;
            let after = tasks::happened(tx, &task, &event)?;
            tasks::keep(tx, (&after, &event), actor).await?;
        }
        OutsideDeed::Announce(wanted) => {
            let mail = grant.contact.clone();
            grant.may(Right::Announce).map_err(|why| refuse(&why))?;
            let source = Source::Contact { mail };
            let written = notices::incoming(tx, supplier, wanted, source).await?;
            let incoming = grant.announce(
                written.number.as_str(),
                Intent::Announce,
                written.announcement,
            );
            let incoming = incoming.map_err(|why| refuse(&why))?;
            notices::receive(tx, supplier, (incoming, Vec::new()), actor).await?;
        }
    }
    Ok(())
}

fn refuse(why: &Refused) -> Error {
    let (kind, code) = match why {
        Refused::NotGood | Refused::Over(_) | Refused::NoContact(_) => {
            (Refusal::NotFound, "link-not-good")
        }
        Refused::NotAllowed(_) => (Refusal::NotAllowed, "link-not-enough"),
        Refused::NotYours => (Refusal::NotFound, "supplier-task-not-found"),
    };
    Error::refused(kind, code, why.to_string())
}
