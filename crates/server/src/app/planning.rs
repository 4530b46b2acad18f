//! Release plans: begun from a template, saved edition by edition, shown with what they come to.
//!
//! Start at [`save`]: two people may save at once, and neither overwrites the other. [`upkeep`] keeps the tasks and bookings
//! that follow from the newest edition, [`prepared`] makes what the plan wants ready, and [`load`] finds who has too much to do.

mod both;
mod load;
mod named;
mod prepared;
mod save;
mod shown;
mod task;
mod upkeep;

pub(super) use both::{Between, conflict, contradicts, put_together};
pub(super) use named::check_party;
pub(super) use shown::{Around, around};
pub(super) use task::{named_by, task_view, waits_for};

use super::{Error, Kind};
use tidegate_domain::{name::Name, planning::PlanEdition, version::Version};
use tidegate_store::Tx;

/// The newest edition of a release's plan.
pub(super) async fn newest(tx: &mut Tx, of: (&Name, &Version)) -> Result<PlanEdition, Error> {
    let found = tx.newest_plan(of).await?;
    found.ok_or_else(|| {
        let (product, version) = of;
        let detail = format!("release {version} of {product} has no plan");
        Error::refused(Kind::NotFound, "plan-not-found", detail).hint(format!(
            "begin one: `tidegate release plan begin {product} {version} --target WHEN`"
        ))
    })
}
