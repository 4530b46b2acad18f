//! A registry that anybody may use, to measure: `serve DIRECTORY ADDRESS`. Repositories are whatever is asked for.

use axum::http::HeaderMap;
use futures::{FutureExt, future::BoxFuture};
use std::{error::Error, path::PathBuf, sync::Arc};
use tidegate_domain::digest::Digest;
use tidegate_registry::{
    Access, AccessError, Action, Asked, Blobs, Caller, Permission, Registry, RegistryState,
    Repository, router,
};
use tidegate_store::Store;
use tokio::net::TcpListener;

struct Everybody;

impl Access for Everybody {
    fn authenticate<'a>(
        &'a self,
        _headers: &'a HeaderMap,
    ) -> BoxFuture<'a, Result<Arc<dyn Caller>, AccessError>> {
        async { Ok(Arc::new(Self) as Arc<dyn Caller>) }.boxed()
    }

    fn challenge(&self, _asked: Asked<'_>) -> String {
        String::new()
    }

    fn repository_exists<'a>(
        &'a self,
        _repository: &'a Repository,
    ) -> BoxFuture<'a, Result<bool, AccessError>> {
        async { Ok(true) }.boxed()
    }
}

impl Caller for Everybody {
    fn may<'a>(
        &'a self,
        _action: Action,
        _repository: &'a Repository,
    ) -> BoxFuture<'a, Result<Permission, AccessError>> {
        async { Ok(Permission::Granted) }.boxed()
    }

    fn withheld<'a>(
        &'a self,
        _repository: &'a Repository,
        _digest: Digest,
    ) -> BoxFuture<'a, Result<Option<String>, AccessError>> {
        async { Ok(None) }.boxed()
    }

    fn lists<'a>(
        &'a self,
        _repository: &'a Repository,
    ) -> BoxFuture<'a, Result<bool, AccessError>> {
        async { Ok(true) }.boxed()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("usage: serve DIRECTORY ADDRESS")?);
    let address = arguments.next().ok_or("usage: serve DIRECTORY ADDRESS")?;
    let store = Store::open_sqlite(&directory).await?;
    let blobs = Blobs::open(&directory.join("artifacts"))?;
    let state = RegistryState {
        registry: Registry::new(store, blobs),
        access: Arc::new(Everybody),
    };
    let listener = TcpListener::bind(address).await?;
    // Without it, small answers wait for the other side's acknowledgement.
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        drop(stream.set_nodelay(true));
    });
    axum::serve(listener, router(state)).await?;
    Ok(())
}
