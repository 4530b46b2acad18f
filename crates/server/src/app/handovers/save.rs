//! Saving the sheet of a handover, together with what others saved meanwhile.

use super::{
    super::{
        App, Error, Kind, Request, apply,
        planning::{self, Between, contradicts, put_together},
    },
    Of, Which, arguments, find, happen,
    seen::seen,
    shown, which,
};
use futures::FutureExt;
use serde_json::{Value, json};
use tidegate_domain::{
    access::Action,
    handover::{Handover, HandoverEvent, HandoverKind, Sheet},
    id::Edition,
};
use tidegate_protocol::api::{PlanSaveRequest, PlanSavedView};
use tidegate_store::Tx;

impl App {
    /// Saves the sheet of a handover, together with what others saved since its base; or says what saving would change.
    ///
    /// # Errors
    /// When the text is no sheet, names somebody who does not exist, or contradicts what others saved.
    pub async fn save_handover(
        &self,
        request: Request,
        of: Of<'_>,
        wanted: &PlanSaveRequest,
    ) -> Result<PlanSavedView, Error> {
        let which = which(of)?;
        let mine = read(which.1, &wanted.text)?;
        let input = (request, which, (mine, Edition(wanted.base)));
        if wanted.dry_run {
            let put = self.store.read(input, |tx, (request, which, asked)| {
                async move { Ok::<_, Error>(put(tx, request, (which, asked)).await?.view) }.boxed()
            });
            return put.await;
        }
        let view = self
            .store
            .write(input, |tx, (request, which, asked)| {
                async move {
                    let put = put(tx, request, (which, asked)).await?;
                    put.keep(tx, request).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        // What was accepted may be something else now, and an embargo may end earlier.
        self.bus.wake_engine();
        Ok(view)
    }
}

/// Reads a sheet, as people write it.
fn read(kind: HandoverKind, text: &str) -> Result<Sheet, Error> {
    let sheet = match kind {
        HandoverKind::GeneralAvailability => Sheet::GeneralAvailability(apply::sheet(text)?),
        HandoverKind::Operations => Sheet::Operations(apply::sheet(text)?),
    };
    Ok(sheet)
}

/// A sheet as JSON, without the word for which of both it is.
fn inner(sheet: &Sheet) -> Value {
    match sheet {
        Sheet::GeneralAvailability(it) => serde_json::to_value(it),
        Sheet::Operations(it) => serde_json::to_value(it),
    }
    .unwrap_or_default()
}

fn of_inner(kind: HandoverKind, value: Value) -> Result<Sheet, Error> {
    let sheet = match kind {
        HandoverKind::GeneralAvailability => {
            serde_json::from_value(value).map(Sheet::GeneralAvailability)
        }
        HandoverKind::Operations => serde_json::from_value(value).map(Sheet::Operations),
    };
    sheet.map_err(|why| Error::Broken(format!("a merged sheet cannot be read: {why}")))
}

/// What saving comes to, before anything is kept.
struct Put {
    before: Handover,
    sheet: Sheet,
    view: PlanSavedView,
}

async fn put(
    tx: &mut Tx,
    request: &Request,
    (which, (mine, base)): (&Which, &(Sheet, Edition)),
) -> Result<Put, Error> {
    let before = find(tx, request, (Action::HandOver, which)).await?;
    let ((product, version), kind) = which;
    let of = (product, version, *kind);
    let base_edition = tx.handover_edition(of, *base).await?;
    let based_on = base_edition.ok_or_else(|| no_edition(&before, *base))?;
    let (base, theirs) = (inner(&based_on.sheet), inner(&before.sheet));
    let is_between = before.edition != based_on.edition && base != theirs;
    let between = is_between.then_some(Between {
        base: Some(&base),
        theirs: &theirs,
    });
    let (value, conflicts) = put_together(between.as_ref(), &inner(mine))?;
    let sheet = of_inner(*kind, value)?;
    sheet
        .check()
        .map_err(|why| Error::refused(Kind::BadRequest, "sheet-unfit", why.to_string()))?;
    for party in sheet.parties() {
        planning::check_party(tx, party).await?;
    }
    Ok(Put {
        view: PlanSavedView {
            saved: false,
            edition: before.edition.0,
            merged: is_between,
            differences: apply::differences(Some(&theirs), &inner(&sheet)),
            conflicts,
            newly_late: Vec::new(),
            text: shown::text(&sheet)?,
        },
        before,
        sheet,
    })
}

impl Put {
    async fn keep(mut self, tx: &mut Tx, request: &Request) -> Result<PlanSavedView, Error> {
        if !self.view.conflicts.is_empty() {
            let show = format!("tidegate handover show {}", arguments(&self.before));
            return Err(contradicts(
                &show,
                (self.view.edition, &self.view.conflicts),
            ));
        }
        if self.view.differences.is_empty() {
            return Ok(self.view);
        }
        let of = (&self.before.product, &self.before.version);
        let seen = seen(tx, of).await?;
        let detail = json!({ "kind": self.before.kind, "differences": self.view.differences });
        let event = HandoverEvent::Saved(Box::new(self.sheet));
        let next = happen(tx, request, (&self.before, &seen), (&event, detail)).await?;
        (self.view.saved, self.view.edition) = (true, next.edition.0);
        Ok(self.view)
    }
}

fn no_edition(of: &Handover, edition: Edition) -> Error {
    let detail = format!("the handover has no edition {edition}");
    Error::refused(Kind::BadRequest, "edition-not-found", detail).hint(format!(
        "`tidegate handover show {}` tells the newest: {}",
        arguments(of),
        of.edition
    ))
}
