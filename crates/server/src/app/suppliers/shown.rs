//! Suppliers as they are shown.

use super::{
    super::{App, Error, Request, field},
    LOOKED_THROUGH,
    counting::Counting,
    found, views,
};
use futures::FutureExt;
use jiff::Timestamp;
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    catalog::Kind,
    id::NoticeId,
    name::Name,
    supplier::{Notice, Supplier, Watch, notice::NoticeStatus},
};
use tidegate_protocol::api::{
    ResponseView, SupplierContactView, SupplierLineView, SupplierNoticeView, SupplierPlaceView,
    SupplierView,
};
use tidegate_store::{Tx, WatchRow};

/// How many of everything are shown.
const SHOWN: u64 = 50;

impl App {
    /// All suppliers, by name.
    ///
    /// # Errors
    /// When the asker belongs to no team.
    pub async fn suppliers(&self, request: &Request) -> Result<Vec<SupplierLineView>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    lines(tx, request).await
                }
                .boxed()
            })
            .await
    }

    /// What should be done by now about suppliers' changes, by supplier, as far as the asker sees the products.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn late_for_suppliers(
        &self,
        request: &Request,
    ) -> Result<Vec<(String, ResponseView)>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    let all: Vec<Supplier> = tx.documents(Kind::Supplier).await?;
                    let mut late = Vec::new();
                    for supplier in &all {
                        let open = open(tx, request, &supplier.name).await?;
                        let open = open.into_iter().filter(|it| it.overdue);
                        late.extend(open.map(|it| (supplier.name.to_string(), it)));
                    }
                    Ok(late)
                }
                .boxed()
            })
            .await
    }

    /// One supplier, with the newest of everything.
    ///
    /// # Errors
    /// When there is none.
    pub async fn supplier(&self, request: &Request, name: &str) -> Result<SupplierView, Error> {
        let name: Name = field("supplier", name)?;
        self.store
            .read((request.clone(), name), |tx, (request, name)| {
                async move {
                    let supplier = found(tx, request, (Action::ReadShared, name)).await?;
                    whole(tx, request, &supplier).await
                }
                .boxed()
            })
            .await
    }

    /// One notice.
    ///
    /// # Errors
    /// When there is none.
    pub async fn supplier_notice(
        &self,
        request: &Request,
        id: NoticeId,
    ) -> Result<SupplierNoticeView, Error> {
        self.store
            .read((request.clone(), id), |tx, (request, id)| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    let notice = super::notices::find(tx, *id).await?;
                    let supplier = tx
                        .document(Kind::Supplier, notice.supplier.as_str())
                        .await?;
                    Ok(views::notice(&notice, supplier.as_ref()))
                }
                .boxed()
            })
            .await
    }
}

async fn lines(tx: &mut Tx, request: &Request) -> Result<Vec<SupplierLineView>, Error> {
    let all: Vec<Supplier> = tx.documents(Kind::Supplier).await?;
    let watches = tx.watches(None).await?;
    let awaited = tx.awaited_notices().await?;
    let now = tx.now();
    let mut lines = Vec::new();
    for it in &all {
        let own: Vec<&Notice> = awaited.iter().filter(|n| n.supplier == it.name).collect();
        // What the supplier does not have any more, or nobody asks about, is not silent.
        let is_asked = |row: &&WatchRow| {
            let mut asked = it.watched();
            asked.any(|place| (place.0, place.1) == (&row.component, &row.environment))
        };
        let is_silent = |row: &&WatchRow| row.supplier == it.name && row.watch.silence.is_some();
        let silent = watches.iter().filter(is_silent).filter(is_asked).count();
        let open = open(tx, request, &it.name).await?;
        let late = open.iter().find(|it| it.overdue).map(|it| it.id);
        let late = late.map(|id| format!("response {id} should be done by now"));
        lines.push(SupplierLineView {
            name: it.name.to_string(),
            title: it.title.clone(),
            owner: it.owner.as_ref().map(ToString::to_string),
            components: it.components.len() as u64,
            awaited: own.len() as u64,
            silent: silent as u64,
            waits_for: late.or_else(|| waits_for(&own, silent, now)),
        });
    }
    Ok(lines)
}

/// What is to be done about a supplier's changes, as far as the asker sees the products; what is due first first.
async fn open(tx: &mut Tx, request: &Request, supplier: &Name) -> Result<Vec<ResponseView>, Error> {
    let all = tx.responses_about(supplier).await?;
    let now = tx.now();
    let counting = Counting::of(tx, &all, now).await?;
    let mut sight = request.sight(tx).await?;
    let mut open: Vec<ResponseView> = all
        .iter()
        .filter(|it| counting.stands(it) && sight.shows(&it.product))
        .map(|it| counting.view(it))
        .collect();
    open.sort_by_key(|it| (it.due.is_none(), it.due, it.id));
    Ok(open)
}

/// What is best looked at first.
fn waits_for(awaited: &[&Notice], silent: usize, now: Timestamp) -> Option<String> {
    let of = |id: NoticeId, what: &str| format!("notice {id} {what}");
    let unseen = |it: &&&Notice| matches!(it.status, NoticeStatus::Announced { .. });
    let overdue = |it: &&&Notice| matches!(it.status, NoticeStatus::Overdue { .. });
    let doubtful = awaited.iter().find(|it| it.is_doubtful());
    let next = |it: &&Notice| it.current().announcement.begins().filter(|at| *at > now);
    let soonest = awaited
        .iter()
        .filter_map(|it| Some((next(it)?, it.id)))
        .min();
    doubtful
        .map(|it| of(it.id, "is from a stranger: look at it"))
        .or_else(|| {
            let found = awaited.iter().find(overdue);
            found.map(|it| of(it.id, "should have happened and was not seen"))
        })
        .or_else(|| {
            let found = awaited.iter().find(unseen);
            found.map(|it| of(it.id, "was acknowledged by nobody"))
        })
        .or_else(|| (silent > 0).then(|| format!("{silent} of its components say nothing")))
        .or_else(|| soonest.map(|(at, id)| of(id, &format!("begins at {at}"))))
}

async fn whole(tx: &mut Tx, request: &Request, supplier: &Supplier) -> Result<SupplierView, Error> {
    let name = &supplier.name;
    let notices = tx.notices_of(name, SHOWN).await?;
    let observations = tx.observations_of(name, SHOWN).await?;
    let tasks = tx.supplier_tasks(name, SHOWN).await?;
    let incidents = tx.supplier_incidents(name, SHOWN).await?;
    Ok(SupplierView {
        name: name.to_string(),
        title: supplier.title.clone(),
        owner: supplier.owner.as_ref().map(ToString::to_string),
        contacts: contacts(supplier),
        places: places(tx, supplier).await?,
        obligations: obligations(supplier),
        lead_times: supplier
            .lead_times
            .iter()
            .map(|(what, length)| (what.to_string(), format!("{length:#}")))
            .collect(),
        responses: open(tx, request, name).await?,
        notices: notices
            .iter()
            .map(|it| views::notice(it, Some(supplier)))
            .collect(),
        observations: observations.iter().map(views::observation).collect(),
        tasks: tasks.iter().map(views::task).collect(),
        incidents: incidents.iter().map(views::incident).collect(),
    })
}

fn contacts(supplier: &Supplier) -> Vec<SupplierContactView> {
    let view = |it: &tidegate_domain::supplier::Contact| SupplierContactView {
        name: it.name.clone(),
        mail: it.mail.to_string(),
        matters: it.matters.iter().map(views::word).collect(),
    };
    supplier.contacts.iter().map(view).collect()
}

async fn places(tx: &mut Tx, supplier: &Supplier) -> Result<Vec<SupplierPlaceView>, Error> {
    let rows = tx.watches(Some(&supplier.name)).await?;
    let known: BTreeMap<(&Name, &Name), &Watch> = rows
        .iter()
        .map(|it| ((&it.component, &it.environment), &it.watch))
        .collect();
    let mut all = Vec::new();
    for component in &supplier.components {
        for (environment, place) in &component.environments {
            let key = (&component.name, environment);
            let watch = known.get(&key).copied();
            all.push(views::place(key, place.probe.as_ref(), watch));
        }
    }
    Ok(all)
}

fn obligations(supplier: &Supplier) -> Vec<String> {
    let promised = &supplier.obligations;
    let notice = promised.notice.iter();
    let mut all: Vec<String> = notice
        .map(|(kind, length)| format!("a {} is announced {length:#} before", kind.word()))
        .collect();
    if !promised.windows.is_empty() {
        let count = promised.windows.len();
        all.push(format!("changes are made in {count} agreed windows only"));
    }
    let availability = promised.availability.map(f64::from);
    all.extend(availability.map(|it| format!("it is there {it} % of the time")));
    all
}

/// All that is on record of a supplier, as far as it is looked through.
pub(super) async fn record(tx: &mut Tx, name: &Name) -> Result<Vec<Notice>, Error> {
    Ok(tx.notices_of(name, LOOKED_THROUGH).await?)
}
