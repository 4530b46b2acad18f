//! Work items as their trackers know them.

use super::super::{App, Error, Request, field};
use futures::FutureExt;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    catalog::Kind,
    name::Name,
    scope::{ItemKey, Tracker, WorkItem},
};
use tidegate_protocol::api::{ItemsImportedView, ItemsRequest, TrackerView, WorkItemView};
use tidegate_store::Tx;

/// The most items that are taken in one go.
const ITEMS_MAX: usize = 10_000;

impl App {
    /// Every tracker.
    ///
    /// # Errors
    /// When the asker may not read what all teams share.
    pub async fn trackers(&self, request: &Request) -> Result<Vec<TrackerView>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    let all: Vec<Tracker> = tx.documents(Kind::Tracker).await?;
                    Ok(all.iter().map(tracker_view).collect())
                }
                .boxed()
            })
            .await
    }

    /// Keeps what a tracker knows of its items; what it knew before of others stays.
    ///
    /// # Errors
    /// When no such tracker is declared, or there are too many items at a time.
    pub async fn import_items(
        &self,
        request: Request,
        tracker: &str,
        wanted: &ItemsRequest,
    ) -> Result<ItemsImportedView, Error> {
        let tracker: Name = field("tracker", tracker)?;
        if wanted.items.len() > ITEMS_MAX {
            let why = format!("there are more than {ITEMS_MAX}: send them in parts");
            return Err(Error::invalid("items", why));
        }
        let written = Value::Array(wanted.items.clone());
        self.keep_items(request, tracker, written).await
    }

    /// Keeps what a tracker tells of an item by itself: an event that is about something else changes nothing.
    ///
    /// # Errors
    /// When no such tracker is declared, or its event cannot be understood.
    pub async fn hear_tracker(
        &self,
        request: Request,
        tracker: &str,
        event: Value,
    ) -> Result<ItemsImportedView, Error> {
        let tracker: Name = field("tracker", tracker)?;
        self.keep_items(request, tracker, event).await
    }

    async fn keep_items(
        &self,
        request: Request,
        tracker: Name,
        written: Value,
    ) -> Result<ItemsImportedView, Error> {
        let view = self
            .store
            .write(
                (request, tracker, written),
                |tx, (request, tracker, written)| import(tx, request, tracker, written).boxed(),
            )
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// At most `limit` items of a tracker whose keys come behind `after`.
    ///
    /// # Errors
    /// When no such tracker is declared.
    pub async fn items(
        &self,
        request: &Request,
        tracker: &str,
        (after, limit): (Option<&str>, u64),
    ) -> Result<Vec<WorkItemView>, Error> {
        let tracker: Name = field("tracker", tracker)?;
        let after = after.unwrap_or_default().to_owned();
        let input = (request.clone(), tracker, after, limit);
        self.store
            .read(input, |tx, (request, tracker, after, limit)| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    find_tracker(tx, tracker).await?;
                    let items = tx.work_items(tracker, after, *limit).await?;
                    Ok(items.into_iter().map(view).collect())
                }
                .boxed()
            })
            .await
    }
}

fn tracker_view(tracker: &Tracker) -> TrackerView {
    TrackerView {
        name: tracker.name().to_string(),
        system: tracker.system().word().to_owned(),
        projects: tracker.projects().to_vec(),
        example: tracker.example(),
    }
}

fn view(item: WorkItem) -> WorkItemView {
    WorkItemView {
        key: item.key,
        title: item.title,
        kind: item.kind,
        state: item.state,
        url: item.url,
        labels: item.labels,
        updated: item.updated,
    }
}

async fn import(
    tx: &mut Tx,
    request: &Request,
    tracker: &Name,
    written: &Value,
) -> Result<ItemsImportedView, Error> {
    request.permit_at_large(tx, Action::ImportItems).await?;
    let declared = find_tracker(tx, tracker).await?;
    let items = WorkItem::read(&declared, written).map_err(|why| Error::invalid("items", why))?;
    let keys: Vec<ItemKey> = items.iter().map(WorkItem::item_key).collect();
    let known = tx.work_items_among(&keys).await?.into_iter();
    let mut known: BTreeMap<ItemKey, WorkItem> = known.map(|it| (it.item_key(), it)).collect();
    let mut changed = 0_u64;
    for (item, key) in items.iter().zip(keys) {
        if known.get(&key).is_none_or(|known| item.is_news_to(known)) {
            tx.record_work_item(item).await?;
            known.insert(key, item.clone());
            changed += 1;
        }
    }
    let view = ItemsImportedView {
        items: u64::try_from(items.len()).unwrap_or(u64::MAX),
        changed,
    };
    if changed > 0 {
        let detail = json!({ "items": view.items, "changed": changed });
        let subject = format!("tracker/{tracker}");
        request
            .journal(tx, "tracker.items_imported", &subject, &detail)
            .await?;
    }
    Ok(view)
}

/// The tracker of a name.
pub(in crate::app) async fn find_tracker(tx: &mut Tx, name: &Name) -> Result<Tracker, Error> {
    let found: Option<Tracker> = tx.document(Kind::Tracker, name.as_str()).await?;
    found.ok_or_else(|| {
        Error::not_found("tracker-not-found", "tracker", name)
            .hint("declare it (`kind: Tracker`) by `tidegate apply`")
    })
}
