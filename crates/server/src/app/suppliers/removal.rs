//! What keeps a supplier declared: whatever is still to be done about its changes would have no page any more.

use super::{
    super::{Error, Kind as Refusal, Request},
    counting::Counting,
};
use tidegate_domain::{name::Name, supplier::Response};
use tidegate_store::Tx;

/// How many responses are named.
const NAMED: usize = 5;

/// Whether nothing is left to be done about a supplier's changes.
///
/// # Errors
/// What is left.
pub(in crate::app) async fn check(
    tx: &mut Tx,
    request: &Request,
    supplier: &Name,
) -> Result<(), Error> {
    let all = tx.responses_about(supplier).await?;
    let now = tx.now();
    let counting = Counting::of(tx, &all, now).await?;
    let left: Vec<&Response> = all.iter().filter(|it| counting.stands(it)).collect();
    let Some(first) = left.first() else {
        return Ok(());
    };
    let mut sight = request.sight(tx).await?;
    let name = |it: &&Response| match sight.shows(&it.product) {
        true => format!(
            "response {} ({} for {} in {})",
            it.id, it.what, it.product, it.environment
        ),
        false => format!("response {} (for a product of another team)", it.id),
    };
    let named: Vec<String> = left.iter().take(NAMED).map(name).collect();
    let more = match left.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let detail = format!(
        "something is still to be done about changes of supplier `{supplier}`: {}{more}",
        named.join(", ")
    );
    let id = first.id;
    Err(Error::refused(Refusal::Conflict, "supplier-in-use", detail).hint(format!(
        "end each first: `tidegate supplier response done {id} --note HOW`, or `tidegate supplier response drop {id} --reason WHY`"
    )))
}
