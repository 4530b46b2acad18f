//! What procedures want of people: to be read, and to be reviewed.

use super::{
    super::{Error, Request, tasks::WorkOf},
    all, keep,
    readers::Everybody,
    shown::today,
};
use tidegate_domain::{access::Action, name::Name, planning::Party};
use tidegate_protocol::api::ProcedureWorkView;
use tidegate_store::Tx;

/// The procedures that wait for somebody: for whoever asks and their teams, for one team, or for anybody. What is to be read is told
/// only to whoever asks for themselves.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn waiting_for(
    tx: &mut Tx,
    request: &Request,
    (of, teams): (&WorkOf, &[Name]),
) -> Result<Vec<ProcedureWorkView>, Error> {
    let sight = request.sight(tx).await?;
    if !sight.may(
        Action::ReadShared,
        &tidegate_domain::access::Resource::Organisation,
    ) {
        return Ok(Vec::new());
    }
    let in_use: Vec<_> = all(tx)
        .await?
        .into_iter()
        .filter(|it| !it.is_retired())
        .collect();
    if in_use.is_empty() {
        return Ok(Vec::new());
    }
    let everybody = Everybody::of(tx, request).await?;
    let me = Party::Person(request.actor.name.clone());
    let is_theirs = |owner: &Party| match (of, owner) {
        (WorkOf::All, _) => true,
        (WorkOf::Mine, Party::Person(_)) => *owner == me,
        (WorkOf::Team(_), Party::Person(_)) => false,
        (WorkOf::Mine | WorkOf::Team(_), Party::Team(team)) => teams.contains(team),
    };
    let (today, mut found) = (today(tx), Vec::new());
    for it in &in_use {
        let view = |deed: &str, due: Option<String>| ProcedureWorkView {
            name: it.version.name.to_string(),
            title: it.version.title().to_owned(),
            deed: deed.to_owned(),
            version: it.version.number,
            owner: it.procedure.owner.to_string(),
            due,
        };
        if *of == WorkOf::Mine && everybody.unread_by_me(it) {
            found.push(view("read", None));
        }
        let may = sight.may(Action::ApplyCatalog, &keep::resource(&it.procedure));
        let is_able = *of != WorkOf::Mine || may || it.procedure.owner == me;
        let is_asked = is_theirs(&it.procedure.owner) && is_able;
        if let Some(due) = it.due().filter(|due| *due < today && is_asked) {
            found.push(view("review", Some(due.to_string())));
        }
    }
    Ok(found)
}
