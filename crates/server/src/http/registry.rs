//! The registry's questions, answered: who asks, what exists, who may.

use super::{ApiError, access::bearer};
use crate::app::{App, Error, Gate, SharedApp};
use axum::{
    body::Body,
    http::{HeaderMap, header},
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::{FutureExt, TryFutureExt, future::BoxFuture};
use std::sync::Arc;
use tidegate_domain::{
    access::{self, Actor, Resource},
    digest::Digest,
};
use tidegate_protocol::artifact::MANIFEST_TYPE;
use tidegate_registry::{Access, AccessError, Action, Caller, Repository, blob_content};
use tidegate_store::Store;

/// The server as the registry's host.
#[derive(Debug)]
pub(super) struct Host(pub(super) SharedApp);

#[derive(Debug)]
struct Known {
    actor: Actor,
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
            match self.0.actor_by_token(&token).await {
                Ok(actor) => Ok(Arc::new(Known {
                    actor,
                    gate: self.0.gate.clone(),
                    store: self.0.store.clone(),
                }) as Arc<dyn Caller>),
                Err(Error::Refused { .. }) => Err(AccessError::Unauthenticated),
                Err(error) => Err(AccessError::Unavailable(error.into())),
            }
        }
        .boxed()
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
    ) -> BoxFuture<'a, Result<bool, AccessError>> {
        let action = match action {
            Action::Pull => access::Action::Pull,
            Action::Push => access::Action::Push,
            Action::Delete => access::Action::DeleteArtifact,
        };
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

/// The password of `Authorization: Basic …`; any user name will do.
fn basic(headers: &HeaderMap) -> Option<String> {
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
