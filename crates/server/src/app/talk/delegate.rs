//! Who stands in for whom.

use super::super::{App, Error, Kind, Request, field};
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::{
    access::ActorKind,
    name::Name,
    talk::{Delegation, DelegationError},
    text::Line,
};
use tidegate_policy::Denied;
use tidegate_protocol::api::{DelegationRequest, DelegationView, DelegationsView};
use tidegate_store::Tx;

impl App {
    /// Who stands in for whoever asks, and for whom they do.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delegations(&self, request: &Request) -> Result<DelegationsView, Error> {
        self.store
            .read(request.clone(), |tx, request| shown(tx, request).boxed())
            .await
    }

    /// Lends the work of whoever asks to somebody, instead of whoever had it. They do it by their own rights.
    ///
    /// # Errors
    /// When there is no such person, or the time makes no sense.
    pub async fn delegate(
        &self,
        request: Request,
        wanted: &DelegationRequest,
    ) -> Result<DelegationsView, Error> {
        check_whole(&request)?;
        let to: Name = field("to", &wanted.to)?;
        let until: Timestamp = field("until", &wanted.until)?;
        let reason = Line::of(&wanted.reason);
        let view = self
            .store
            .write(
                (request, to, until, reason),
                |tx, (request, to, until, reason)| lend(tx, request, (to, *until, reason)).boxed(),
            )
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// Ends that somebody stands in for whoever asks.
    ///
    /// # Errors
    /// When nobody does.
    pub async fn end_delegation(&self, request: Request) -> Result<DelegationsView, Error> {
        check_whole(&request)?;
        let view = self
            .store
            .write(request, |tx, request| {
                async move {
                    let me = &request.actor.name;
                    if !tx.end_delegation(me).await? {
                        let detail = format!("nobody stands in for {me}");
                        return Err(Error::refused(Kind::NotFound, "no-delegation", detail));
                    }
                    let subject = format!("person/{me}");
                    request
                        .journal(tx, "work.taken-back", &subject, &())
                        .await?;
                    shown(tx, request).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

/// Whose work is whose is nothing for a token that is good for a part of what its person does.
fn check_whole(request: &Request) -> Result<(), Error> {
    let token = request.actor.token.as_ref();
    match token.filter(|token| !token.scope.is_whole()) {
        Some(token) => Err(Denied::Scope {
            scope: token.scope.clone(),
        }
        .into()),
        None => Ok(()),
    }
}

async fn lend(
    tx: &mut Tx,
    request: &Request,
    (to, until, reason): (&Name, Timestamp, &Line),
) -> Result<DelegationsView, Error> {
    let me = request.actor.name.clone();
    check_person(tx, to).await?;
    let times = (tx.now(), until);
    let lent = Delegation::begin((me.clone(), to.clone()), times, reason.clone());
    let lent = lent.map_err(|why| {
        let about = match why {
            DelegationError::Oneself => "to",
            DelegationError::Over(_) | DelegationError::TooLong(_) => "until",
        };
        Error::invalid(about, why)
    })?;
    tx.record_delegation(&lent).await?;
    let subject = format!("person/{me}");
    request.journal(tx, "work.lent", &subject, &lent).await?;
    shown(tx, request).await
}

/// Work is lent and passed on to people, not to programs.
pub(super) async fn check_person(tx: &mut Tx, name: &Name) -> Result<(), Error> {
    let missing = || {
        Error::not_found("person-not-found", "person", name)
            .hint("`tidegate person list` shows them")
    };
    let person = tx.person_named(name).await?.ok_or_else(missing)?;
    match person.kind {
        ActorKind::Person => Ok(()),
        ActorKind::Service => Err(Error::invalid(
            "to",
            format!("{name} is a program; work falls to people"),
        )),
    }
}

async fn shown(tx: &mut Tx, request: &Request) -> Result<DelegationsView, Error> {
    let (me, now) = (&request.actor.name, tx.now());
    let mine = tx.delegation_of(me).await?.filter(|it| it.holds(now));
    let for_others = tx.delegations_to(me, now).await?;
    Ok(DelegationsView {
        mine: mine.as_ref().map(view),
        for_others: for_others.iter().map(view).collect(),
    })
}

pub(in crate::app) fn view(lent: &Delegation) -> DelegationView {
    DelegationView {
        from: lent.from.to_string(),
        to: lent.to.to_string(),
        since: lent.since,
        until: lent.until,
        reason: lent.reason.to_string(),
    }
}
