//! Who may do what: the questions that the registry asks its host. May not: answer any of them.

use axum::http::{HeaderMap, Uri};
use futures::future::BoxFuture;
use std::sync::Arc;
use tidegate_domain::digest::Digest;
use tidegate_store::Repository;

/// What somebody wants to do in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Read manifests, blobs and lists.
    Pull,
    /// Upload blobs, put manifests, move tags.
    Push,
    /// Delete manifests, tags and blobs.
    Delete,
}

impl Action {
    /// The word of the token specification (distribution, `docs/spec/auth/scope.md`).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
            Self::Delete => "delete",
        }
    }
}

/// Whether somebody may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// They may.
    Granted,
    /// They may not.
    Denied,
    /// They may, but not by what they showed: a token that was made for less. Whoever asks for another one gets it.
    AskAnew,
}

/// A request that has to show more of who it is.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its address.
    pub uri: &'a Uri,
    /// What it wants to do, and where, as far as that is known.
    pub wants: Option<(Action, &'a Repository)>,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// No credentials, or wrong, expired or revoked ones.
    #[error("authentication required: any user name, with a Tidegate token as the password")]
    Unauthenticated,
    /// The host could not find out.
    #[error("permissions could not be looked up")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The host of the registry: knows tokens and the catalog.
pub trait Access: Send + Sync + 'static {
    /// Who sends these headers (`Authorization: Basic …` with a token as password, or `Bearer …`).
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
    ) -> BoxFuture<'a, Result<Arc<dyn Caller>, AccessError>>;

    /// What `WWW-Authenticate` says to a request that has to show who it is (RFC 9110 §11.6.1).
    fn challenge(&self, asked: Asked<'_>) -> String;

    /// Whether the catalog has this product and component.
    fn repository_exists<'a>(
        &'a self,
        repository: &'a Repository,
    ) -> BoxFuture<'a, Result<bool, AccessError>>;
}

/// Somebody whose credentials were good.
pub trait Caller: Send + Sync + 'static {
    /// Whether this caller may.
    fn may<'a>(
        &'a self,
        action: Action,
        repository: &'a Repository,
    ) -> BoxFuture<'a, Result<Permission, AccessError>>;

    /// Why a manifest or blob is not handed to this caller yet, although they may pull; none where it is.
    fn withheld<'a>(
        &'a self,
        repository: &'a Repository,
        digest: Digest,
    ) -> BoxFuture<'a, Result<Option<String>, AccessError>>;

    /// Whether the list of all repositories names this one to this caller.
    fn lists<'a>(&'a self, repository: &'a Repository) -> BoxFuture<'a, Result<bool, AccessError>>;
}
