//! How a supplier kept to what it promised.

use super::{
    super::{App, Error, Request, field},
    LOOKED_THROUGH, found, shown,
};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tidegate_domain::{
    access::Action,
    name::Name,
    supplier::{Scorecard, scorecard::Record},
};
use tidegate_protocol::api::{ScoreView, SupplierScorecardView};
use tidegate_store::Tx;

impl App {
    /// The scorecard of a supplier over the last so many days.
    ///
    /// # Errors
    /// When there is no such supplier.
    pub async fn supplier_scorecard(
        &self,
        request: &Request,
        name: &str,
        days: u32,
    ) -> Result<SupplierScorecardView, Error> {
        let name: Name = field("supplier", name)?;
        self.store
            .read(
                (request.clone(), name, days),
                |tx, (request, name, days)| scorecard(tx, request, (name, *days)).boxed(),
            )
            .await
    }
}

async fn scorecard(
    tx: &mut Tx,
    request: &Request,
    (name, days): (&Name, u32),
) -> Result<SupplierScorecardView, Error> {
    let supplier = found(tx, request, (Action::ReadShared, name)).await?;
    let until = tx.now();
    let length = SignedDuration::from_hours(24 * i64::from(days));
    let from = until.saturating_sub(length).unwrap_or(Timestamp::MIN);
    let incidents = tx.supplier_incidents(name, LOOKED_THROUGH).await?;
    let incidents: Vec<Timestamp> = incidents.iter().map(|it| it.began).collect();
    let record = Record {
        notices: &shown::record(tx, name).await?,
        observations: &tx.observations_of(name, LOOKED_THROUGH).await?,
        incidents: &incidents,
        tasks: &tx.supplier_tasks(name, LOOKED_THROUGH).await?,
    };
    let card = Scorecard::of(&supplier, &record, from, until);
    let rows = Scorecard::COUNTED.into_iter().zip(card.told());
    Ok(SupplierScorecardView {
        supplier: name.to_string(),
        from,
        until,
        rows: rows
            .map(|((what, counted), told)| ScoreView {
                what: what.to_owned(),
                told,
                counted: counted.to_owned(),
            })
            .collect(),
    })
}
