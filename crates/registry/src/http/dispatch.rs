//! Every request's way: who is it, which endpoint, may they, is there such a component; then the endpoint.

use super::{blob, listing, manifest, reply, upload};
use crate::{
    access::{Access, AccessError, Action, Asked, Caller, Permission},
    error::Error,
    registry::Registry,
    route::Route,
};
use axum::{
    Router,
    extract::{Query, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, request::Parts},
    response::{IntoResponse, Response},
    routing::any,
};
use jiff::Timestamp;
use serde::Deserialize;
use std::{fmt, sync::Arc};
use tidegate_domain::digest::Digest;
use tidegate_store::Repository;

const VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");

/// What the endpoints need.
#[derive(Clone)]
pub struct RegistryState {
    /// Rows and files.
    pub registry: Registry,
    /// Who may do what.
    pub access: Arc<dyn Access>,
}

/// One request, its caller known.
pub(super) struct Call<'a> {
    pub(super) registry: &'a Registry,
    pub(super) access: &'a dyn Access,
    pub(super) caller: &'a dyn Caller,
    pub(super) method: &'a Method,
    pub(super) headers: &'a HeaderMap,
    uri: &'a Uri,
    pub(super) query: Parameters,
    pub(super) now: Timestamp,
}

/// Every query parameter that an endpoint knows.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Parameters {
    pub(super) digest: Option<String>,
    pub(super) mount: Option<String>,
    pub(super) from: Option<String>,
    pub(super) n: Option<String>,
    pub(super) last: Option<String>,
    #[serde(rename = "artifactType")]
    pub(super) artifact_type: Option<String>,
}

/// The routes of `/v2/`. Merge it at the root, without a body limit, a timeout of the body, or compression.
pub fn router(state: RegistryState) -> Router {
    Router::new()
        .route("/v2", any(handle))
        .route("/v2/", any(handle))
        .route("/v2/{*path}", any(handle))
        .with_state(state)
}

async fn handle(State(state): State<RegistryState>, request: Request) -> Response {
    let served = Box::pin(serve(&state, request)).await;
    let mut response = served.unwrap_or_else(IntoResponse::into_response);
    response
        .headers_mut()
        .insert(VERSION, HeaderValue::from_static("registry/2.0"));
    response
}

async fn serve(state: &RegistryState, request: Request) -> Result<Response, Error> {
    let (parts, body) = request.into_parts();
    let caller = state.access.authenticate(&parts.headers).await;
    let caller = caller.map_err(|why| challenged(state, &parts, why))?;
    let route = Route::parse(parts.uri.path())?;
    let call = Call {
        registry: &state.registry,
        access: &*state.access,
        caller: &*caller,
        method: &parts.method,
        headers: &parts.headers,
        uri: &parts.uri,
        query: parameters(&parts.uri)?,
        now: Timestamp::now(),
    };
    if let Some(repository) = route.repository() {
        call.permit(action(call.method, &route)?, repository)
            .await?;
    }
    match route {
        Route::Base => Ok(reply::base()),
        Route::Catalog => listing::catalog(&call).await,
        Route::Tags { repository } => listing::tags(&call, &repository).await,
        Route::Referrers { repository, digest } => {
            listing::referrers(&call, &repository, digest).await
        }
        Route::Blob { repository, digest } => blob::serve(&call, &repository, digest).await,
        Route::Uploads { repository } => upload::start(&call, &repository, body).await,
        Route::Upload { repository, upload } => {
            upload::serve(&call, &repository, upload, body).await
        }
        Route::Manifest {
            repository,
            reference,
        } => manifest::serve(&call, &repository, reference, body).await,
    }
}

/// Who is not known is told how to show who they are. Where they want to go is told to nobody else.
fn challenged(state: &RegistryState, parts: &Parts, why: AccessError) -> Error {
    let AccessError::Unauthenticated = why else {
        return why.into();
    };
    let route = Route::parse(parts.uri.path()).ok();
    let repository = route.as_ref().and_then(Route::repository);
    let action = route
        .as_ref()
        .and_then(|route| action(&parts.method, route).ok());
    Error::Challenged {
        challenge: state.access.challenge(Asked {
            headers: &parts.headers,
            uri: &parts.uri,
            wants: action.zip(repository),
        }),
    }
}

fn parameters(uri: &Uri) -> Result<Parameters, Error> {
    Query::try_from_uri(uri)
        .map(|Query(parameters)| parameters)
        .map_err(|_| Error::NameInvalid("the query cannot be read"))
}

/// What a request wants to do. An upload belongs to pushing whatever the method.
fn action(method: &Method, route: &Route) -> Result<Action, Error> {
    let upload = matches!(route, Route::Uploads { .. } | Route::Upload { .. });
    match method.as_str() {
        "GET" | "HEAD" | "DELETE" if upload => Ok(Action::Push),
        "GET" | "HEAD" => Ok(Action::Pull),
        "POST" | "PUT" | "PATCH" => Ok(Action::Push),
        "DELETE" => Ok(Action::Delete),
        _ => Err(Error::Unsupported),
    }
}

impl Call<'_> {
    /// Whether the caller may do this, too, by what they showed.
    pub(super) async fn may(&self, action: Action, repository: &Repository) -> Result<bool, Error> {
        Ok(self.caller.may(action, repository).await? == Permission::Granted)
    }

    /// Whether the caller is given this at all: what is in quarantine goes to whoever examines it.
    pub(super) async fn check_handed_out(
        &self,
        repository: &Repository,
        digest: Digest,
    ) -> Result<(), Error> {
        match self.caller.withheld(repository, digest).await? {
            Some(why) => Err(Error::Withheld { digest, why }),
            None => Ok(()),
        }
    }

    async fn permit(&self, action: Action, repository: &Repository) -> Result<(), Error> {
        match self.caller.may(action, repository).await? {
            Permission::Granted => {}
            Permission::AskAnew => {
                return Err(Error::Challenged {
                    challenge: self.access.challenge(Asked {
                        headers: self.headers,
                        uri: self.uri,
                        wants: Some((action, repository)),
                    }),
                });
            }
            Permission::Denied => {
                let verb = match action {
                    Action::Pull => "pull from",
                    Action::Push => "push to",
                    Action::Delete => "delete in",
                };
                return Err(Error::Denied(format!("{verb} {repository}")));
            }
        }
        if !self.access.repository_exists(repository).await? {
            return Err(Error::name_unknown(repository));
        }
        Ok(())
    }
}

impl fmt::Debug for RegistryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistryState")
            .field("registry", &self.registry)
            .finish_non_exhaustive()
    }
}
