//! The registry's questions, answered: who asks, what exists, who may.

use super::{
    ApiError,
    access::bearer,
    registry_token::{self, Ticket},
};
use crate::app::{App, Error, Gate, SharedApp, quarantine};
use axum::{
    body::Body,
    http::{HeaderMap, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::{FutureExt, TryFutureExt, future::BoxFuture};
use jiff::Timestamp;
use std::sync::Arc;
use tidegate_domain::{
    access::{self, Actor, Resource},
    digest::Digest,
};
use tidegate_protocol::artifact::MANIFEST_TYPE;
use tidegate_registry::{
    Access, AccessError, Action, Asked, Caller, Permission, Repository, blob_content,
};
use tidegate_store::{Store, Tx};

/// The server as the registry's host.
#[derive(Debug)]
pub(super) struct Host(pub(super) SharedApp);

#[derive(Debug)]
struct Known {
    actor: Actor,
    /// What it is good for, if it showed a token of the registry.
    ticket: Option<Ticket>,
    gate: Arc<Gate>,
    store: Store,
}

impl Access for Host {
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
    ) -> BoxFuture<'a, Result<Arc<dyn Caller>, AccessError>> {
        async move {
            let token = bearer(headers)
                .map(str::to_owned)
                .or_else(|| basic(headers));
            let token = token.ok_or(AccessError::Unauthenticated)?;
            let (found, ticket) = self.whose(&token).await?;
            match found {
                Ok(actor) => Ok(Arc::new(Known {
                    actor,
                    ticket,
                    gate: self.0.gate.clone(),
                    store: self.0.store.clone(),
                }) as Arc<dyn Caller>),
                Err(Error::Refused { .. }) => Err(AccessError::Unauthenticated),
                Err(error) => Err(AccessError::Unavailable(error.into())),
            }
        }
        .boxed()
    }

    fn challenge(&self, asked: Asked<'_>) -> String {
        let reached = registry_token::Reached {
            at: self.0.identity.stated_url.as_deref(),
            behind_proxy: self.0.identity.behind_proxy,
        };
        registry_token::challenge(asked, reached)
    }

    fn repository_exists<'a>(
        &'a self,
        repository: &'a Repository,
    ) -> BoxFuture<'a, Result<bool, AccessError>> {
        async move {
            let product = self
                .0
                .store
                .read(repository.product.clone(), |tx, name| {
                    tx.product(name).boxed()
                })
                .await;
            let product = product.map_err(|error| AccessError::Unavailable(error.into()))?;
            Ok(product.is_some_and(|product| {
                product
                    .components
                    .iter()
                    .any(|c| c.name == repository.component)
            }))
        }
        .boxed()
    }
}

impl Caller for Known {
    fn may<'a>(
        &'a self,
        action: Action,
        repository: &'a Repository,
    ) -> BoxFuture<'a, Result<Permission, AccessError>> {
        async move {
            if !self.is_allowed(action, repository).await? {
                return Ok(Permission::Denied);
            }
            let ticket = self.ticket.as_ref();
            Ok(
                match ticket.is_none_or(|it| it.allows(action, repository)) {
                    true => Permission::Granted,
                    false => Permission::AskAnew,
                },
            )
        }
        .boxed()
    }

    fn withheld<'a>(
        &'a self,
        repository: &'a Repository,
        digest: Digest,
    ) -> BoxFuture<'a, Result<Option<String>, AccessError>> {
        async move {
            if !self.gate.quarantined_lately(&repository.product) {
                return Ok(None);
            }
            let input = (
                self.gate.clone(),
                self.actor.clone(),
                repository.clone(),
                digest,
            );
            let answered = self
                .store
                .read(input, |tx, (gate, actor, repository, digest)| {
                    async move {
                        let of = (&*repository, *digest);
                        match examines(tx, gate, (actor, repository)).await? {
                            true => Ok(None),
                            false => quarantine::withheld(tx, gate, of).await,
                        }
                    }
                    .boxed()
                });
            answered
                .await
                .map_err(|error: Error| AccessError::Unavailable(error.into()))
        }
        .boxed()
    }

    fn lists<'a>(&'a self, repository: &'a Repository) -> BoxFuture<'a, Result<bool, AccessError>> {
        async move {
            let may_list = self.ticket.as_ref().is_none_or(Ticket::lists);
            Ok(may_list && self.is_allowed(Action::Pull, repository).await?)
        }
        .boxed()
    }
}

/// What the authorizer calls it.
pub(super) const fn registry_action(action: Action) -> access::Action {
    match action {
        Action::Pull => access::Action::Pull,
        Action::Push => access::Action::Push,
        Action::Delete => access::Action::DeleteArtifact,
    }
}

impl Host {
    /// Whose a token is, and what it is good for if it is one of the registry.
    async fn whose(
        &self,
        token: &str,
    ) -> Result<(Result<Actor, Error>, Option<Ticket>), AccessError> {
        if !Ticket::is_one(token) {
            return Ok((self.0.actor_by_token(token).await, None));
        }
        let ticket = Ticket::read(&self.0.keyring, token, Timestamp::now());
        let ticket = ticket.ok_or(AccessError::Unauthenticated)?;
        let found = self
            .0
            .store
            .read(ticket.token, |tx, id| tx.actor_by_token_id(*id).boxed())
            .await;
        let found = found.map_err(|error| AccessError::Unavailable(error.into()))?;
        let actor = found.ok_or(AccessError::Unauthenticated)?;
        Ok((Ok(actor), Some(ticket)))
    }
}

impl Known {
    /// Whether the person or program may, whatever they showed.
    fn is_allowed<'a>(
        &'a self,
        action: Action,
        repository: &'a Repository,
    ) -> BoxFuture<'a, Result<bool, AccessError>> {
        let action = registry_action(action);
        let resource =
            Resource::component(repository.product.clone(), repository.component.clone());
        let input = (self.gate.clone(), self.actor.clone(), action, resource);
        let answered = self
            .store
            .read(input, |tx, (gate, actor, action, resource)| {
                async move {
                    let authorizer = gate.authorizer(tx).await?;
                    Ok::<_, Error>(authorizer.ask(actor, *action, resource).allowed)
                }
                .boxed()
            });
        answered
            .map_err(|error| AccessError::Unavailable(error.into()))
            .boxed()
    }
}

/// Whether somebody is handed what is in quarantine: to attach what it lacks, or to examine it. They may, whatever they showed.
async fn examines(
    tx: &mut Tx,
    gate: &Gate,
    (actor, repository): (&Actor, &Repository),
) -> Result<bool, Error> {
    let authorizer = gate.authorizer(tx).await?;
    let (product, component) = (repository.product.clone(), repository.component.clone());
    let resource = Resource::component(product, component);
    let mut rights = [access::Action::Push, access::Action::Examine].into_iter();
    Ok(rights.any(|action| authorizer.ask(actor, action, &resource).allowed))
}

/// The password of `Authorization: Basic …`; any user name will do.
pub(super) fn basic(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    let decoded = STANDARD
        .decode(encoded.trim())
        .ok()
        .filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    String::from_utf8(decoded)
        .ok()?
        .split_once(':')
        .map(|(_, password)| password.to_owned())
}

/// A blob or manifest by its digest, after the caller's right to it was checked.
///
/// # Errors
/// When there is none.
pub(crate) async fn blob(
    app: &App,
    digest: Digest,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let manifest = app
        .store
        .read(digest, |tx, digest| tx.manifest(*digest).boxed())
        .await
        .map_err(Error::from)?;
    if let Some(manifest) = manifest {
        let response = Response::builder()
            .header(header::CONTENT_TYPE, MANIFEST_TYPE)
            .body(Body::from(manifest.body));
        return response.map_err(|why| Error::Broken(why.to_string()).into());
    }
    Ok(blob_content(&app.registry, digest, headers)
        .await
        .map_err(Error::from)?)
}
