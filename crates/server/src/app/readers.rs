//! People who have to have read something in the version in force: a control, or a procedure.

use super::{Error, Kind, Request};
use tidegate_domain::access::{Actor, ActorKind, Resource};
use tidegate_policy::Authorizer;
use tidegate_store::Tx;

/// Everybody who is asked to read something, of those whom the asker may see. Programs read nothing.
pub(super) async fn readers(
    tx: &mut Tx,
    request: &Request,
    is_asked: impl Fn(&Authorizer, &Actor, &[Resource]) -> bool,
) -> Result<Vec<Actor>, Error> {
    let authorizer = request.gate.authorizer(tx).await?;
    let sight = request.sight(tx).await?;
    let mut readers = Vec::new();
    for person in tx.people().await? {
        if person.kind == ActorKind::Service {
            continue;
        }
        let actor = person.actor();
        let teams = authorizer.directory().teams_of(&actor);
        let teams: Vec<Resource> = teams.map(|team| Resource::Team(team.clone())).collect();
        if is_asked(&authorizer, &actor, &teams) && sight.shows_person(&actor, &teams) {
            readers.push(actor);
        }
    }
    Ok(readers)
}

/// Whoever says that they have read something has seen another version of it.
pub(super) fn changed_since(code: &'static str) -> Error {
    let detail = "nothing was noted: what you read has changed since it was shown to you";
    Error::refused(Kind::Conflict, code, detail).hint("look again")
}
