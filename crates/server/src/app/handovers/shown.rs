//! Handovers as they are shown.

use super::{
    super::{App, Error, Request, field, releases},
    Of,
    dates::availability,
    find,
    seen::seen,
    taker, which,
};
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::{
    access::{Action, Resource},
    handover::{
        Asset, Bound, Contact, Handover, HandoverKind, Item, ItemState, KnownError, Lesson,
        Monitor, Seen, Sheet, Standing, Status,
    },
    name::Name,
    version::Version,
};
use tidegate_protocol::api::{
    HandoverItemView, HandoverLineView, HandoverView, HandoverWordView, HandoversView,
    KnownErrorView, LessonView, SheetContactView, SheetLinkView, SheetView,
};
use tidegate_store::Tx;

/// How many handovers of a product are listed.
const LISTED_MAX: u64 = 500;

impl App {
    /// A handover.
    ///
    /// # Errors
    /// When there is none.
    pub async fn handover(&self, request: &Request, of: Of<'_>) -> Result<HandoverView, Error> {
        let which = which(of)?;
        self.store
            .read((request.clone(), which), |tx, (request, which)| {
                async move {
                    let handover = find(tx, request, (Action::Read, which)).await?;
                    view(tx, request, &handover).await
                }
                .boxed()
            })
            .await
    }

    /// The handovers of a release, and its dates.
    ///
    /// # Errors
    /// When there is no such release.
    pub async fn handovers(
        &self,
        request: &Request,
        (product, version): (&str, &str),
    ) -> Result<HandoversView, Error> {
        let of: (Name, Version) = (field("product", product)?, field("version", version)?);
        self.store
            .read((request.clone(), of), |tx, (request, of)| {
                async move {
                    let of = (&of.0, &of.1);
                    request.permit_product(tx, Action::Read, of.0).await?;
                    let seen = seen(tx, of).await?;
                    let mut handovers = Vec::new();
                    for kind in HandoverKind::ALL {
                        let found = tx.handover((of.0, of.1, kind)).await?;
                        handovers.extend(found.map(|it| line(&it, &seen)));
                    }
                    let availability = availability(tx, of).await?;
                    Ok(HandoversView {
                        handovers,
                        availability,
                    })
                }
                .boxed()
            })
            .await
    }

    /// The handovers of a product.
    ///
    /// # Errors
    /// When there is no such product.
    pub async fn product_handovers(
        &self,
        request: &Request,
        product: &str,
    ) -> Result<Vec<HandoverLineView>, Error> {
        let product: Name = field("product", product)?;
        self.store
            .read((request.clone(), product), |tx, (request, product)| {
                async move {
                    request.permit_product(tx, Action::Read, product).await?;
                    releases::find_product(tx, product).await?;
                    let all = tx.handovers_of(product, LISTED_MAX).await?;
                    let mut lines = Vec::with_capacity(all.len());
                    // Both handovers of a release stand one after the other.
                    let mut known: Option<(&Version, Seen)> = None;
                    for it in &all {
                        let seen = match known.take().filter(|(version, _)| **version == it.version)
                        {
                            Some((_, seen)) => seen,
                            None => seen(tx, (&it.product, &it.version)).await?,
                        };
                        lines.push(line(it, &seen));
                        known = Some((&it.version, seen));
                    }
                    Ok(lines)
                }
                .boxed()
            })
            .await
    }
}

fn line(handover: &Handover, seen: &Seen) -> HandoverLineView {
    HandoverLineView {
        product: handover.product.to_string(),
        version: handover.version.to_string(),
        kind: handover.kind.to_string(),
        state: handover.standing(seen).word().to_owned(),
        sentence: handover.sentence(seen),
        takes: handover.takes.to_string(),
    }
}

/// A sheet as people write it.
pub(super) fn text(sheet: &Sheet) -> Result<String, Error> {
    let text = match sheet {
        Sheet::GeneralAvailability(it) => serde_saphyr::to_string(it),
        Sheet::Operations(it) => serde_saphyr::to_string(it),
    };
    text.map_err(|why| Error::Broken(format!("a sheet in YAML: {why}")))
}

/// A handover as whoever asks sees it.
pub(super) async fn view(
    tx: &mut Tx,
    request: &Request,
    handover: &Handover,
) -> Result<HandoverView, Error> {
    let of = (&handover.product, &handover.version);
    let seen = seen(tx, of).await?;
    let standing = handover.standing(&seen);
    let yours = standing == Standing::Offered && is_theirs(tx, request, handover).await?;
    let (offered, accepted, rejected) = words(&handover.status);
    let changes = match &standing {
        Standing::Stale { changes, .. } => changes.clone(),
        Standing::Open { .. }
        | Standing::Offered
        | Standing::Accepted
        | Standing::Rejected { .. }
        | Standing::Withdrawn => Vec::new(),
    };
    Ok(HandoverView {
        product: handover.product.to_string(),
        version: handover.version.to_string(),
        kind: handover.kind.to_string(),
        state: standing.word().to_owned(),
        sentence: handover.sentence(&seen),
        edition: handover.edition.0,
        template: handover.begun.template.to_string(),
        gives: handover.gives.to_string(),
        takes: handover.takes.to_string(),
        takers: handover.takers(),
        items: handover
            .items
            .iter()
            .map(|it| item(it, (&handover.sheet, &seen)))
            .collect(),
        lacks: handover
            .lacks(&seen)
            .map(|it| it.name.to_string())
            .collect(),
        ready: standing.may_be_offered(),
        yours,
        hash: Bound::of(handover, &seen).hash().to_string(),
        changes,
        offered,
        accepted,
        rejected,
        sheet: sheet(&handover.sheet),
        text: text(&handover.sheet)?,
        availability: availability(tx, of).await?,
        by: handover.by.to_string(),
        at: handover.at,
    })
}

/// Whether whoever asks may accept or reject it.
pub(super) async fn is_theirs(
    tx: &mut Tx,
    request: &Request,
    handover: &Handover,
) -> Result<bool, Error> {
    let authorizer = request.gate.authorizer(tx).await?;
    let product = Resource::product(handover.product.clone());
    let asked = authorizer.ask(&request.actor, Action::TakeOver, &product);
    let by = taker(tx, request, &handover.product).await?;
    let offered_by = handover.status.offer().map(|it| it.human);
    Ok(asked.allowed && offered_by != Some(by.human) && handover.is_taken_by(&by))
}

/// A sheet, part by part.
fn sheet(sheet: &Sheet) -> SheetView {
    match sheet {
        Sheet::GeneralAvailability(it) => SheetView {
            visible: it.visible.clone(),
            assets: it.assets.iter().map(asset).collect(),
            ..SheetView::default()
        },
        Sheet::Operations(it) => SheetView {
            known_errors: it.known_errors.iter().map(known_error).collect(),
            monitors: it.monitors.iter().map(monitor).collect(),
            contacts: it.contacts.iter().map(contact).collect(),
            taught: it.taught.iter().map(lesson).collect(),
            ..SheetView::default()
        },
    }
}

fn asset(it: &Asset) -> SheetLinkView {
    SheetLinkView {
        name: it.name.to_string(),
        title: it.title.clone(),
        link: it.link.as_str().to_owned(),
    }
}

fn monitor(it: &Monitor) -> SheetLinkView {
    SheetLinkView {
        name: it.name.to_string(),
        title: it.title.clone(),
        link: it.link.as_str().to_owned(),
    }
}

fn known_error(it: &KnownError) -> KnownErrorView {
    KnownErrorView {
        name: it.name.to_string(),
        text: it.text.clone(),
        workaround: it.workaround.clone(),
        severity: it.severity.to_string(),
    }
}

fn contact(it: &Contact) -> SheetContactView {
    SheetContactView {
        name: it.name.to_string(),
        who: it.who.to_string(),
        about: it.about.clone(),
        hours: it.hours.clone(),
    }
}

fn lesson(it: &Lesson) -> LessonView {
    LessonView {
        name: it.name.to_string(),
        who: it.who.to_string(),
        about: it.about.clone(),
        on: it.on.to_string(),
    }
}

type Words = (
    Option<HandoverWordView>,
    Option<HandoverWordView>,
    Option<HandoverWordView>,
);

/// Who offered, accepted and rejected it.
fn words(status: &Status) -> Words {
    let word = |by: &Name, at: Timestamp, note: &str| {
        Some(HandoverWordView {
            by: by.to_string(),
            at,
            note: note.to_owned(),
        })
    };
    match status {
        Status::Open | Status::Withdrawn { .. } => (None, None, None),
        Status::Offered { offer } => (word(&offer.by, offer.at, &offer.note), None, None),
        Status::Accepted { offer, acceptance } => (
            word(&offer.by, offer.at, &offer.note),
            word(&acceptance.by, acceptance.at, &acceptance.note),
            None,
        ),
        Status::Rejected { rejection } => {
            let said = word(&rejection.by, rejection.at, &rejection.reason);
            (None, None, said)
        }
    }
}

fn item(item: &Item, known: (&Sheet, &Seen)) -> HandoverItemView {
    let status = item.status(known);
    let (said, link) = match &item.state {
        ItemState::Open | ItemState::Rejected { .. } => (None, None),
        ItemState::Done { by, at, note, link } => (Some((by, at, note)), link.as_ref()),
        ItemState::NotApplicable { by, at, reason } => (Some((by, at, reason)), None),
    };
    let rejected = match &item.state {
        ItemState::Rejected { reason, .. } if item.is_lacking(known) => Some(reason.clone()),
        ItemState::Rejected { .. }
        | ItemState::Open
        | ItemState::Done { .. }
        | ItemState::NotApplicable { .. } => None,
    };
    HandoverItemView {
        name: item.name.to_string(),
        title: item.title.clone(),
        document: item.document.clone(),
        gives: item.gives.to_string(),
        takes: item.takes.to_string(),
        required: item.required,
        wants: item.wants.to_string(),
        remedy: item.wants.remedy(),
        state: status.word().to_owned(),
        seen: item.wants.is_seen(),
        said: said.map(|(by, at, note)| HandoverWordView {
            by: by.to_string(),
            at: *at,
            note: note.clone(),
        }),
        link: link.map(|it| it.as_str().to_owned()),
        rejected,
    }
}
