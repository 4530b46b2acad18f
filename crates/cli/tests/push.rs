//! Packs, pushes to a real registry, and reads back what came there.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::http::HeaderMap;
use futures::{FutureExt, future::BoxFuture};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tempfile::TempDir;
use tidegate_cli::artifact::{Destination, PushError, Pushed, pack, push};
use tidegate_domain::digest::Digest;
use tidegate_registry::{
    Access, AccessError, Action, Asked, Blobs, Caller, Permission, Pin, Registry, RegistryState,
    Repository, router,
};
use tidegate_store::{Store, StoreError};
use tokio::net::TcpListener;

struct House;

impl Access for House {
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
    ) -> BoxFuture<'a, Result<Arc<dyn Caller>, AccessError>> {
        let known = headers
            .get("authorization")
            .is_some_and(|value| value == "Bearer secret");
        async move {
            if known {
                Ok(Arc::new(Self) as Arc<dyn Caller>)
            } else {
                Err(AccessError::Unauthenticated)
            }
        }
        .boxed()
    }

    fn challenge(&self, _asked: Asked<'_>) -> String {
        "Basic realm=\"house\"".to_owned()
    }

    fn repository_exists<'a>(
        &'a self,
        repository: &'a Repository,
    ) -> BoxFuture<'a, Result<bool, AccessError>> {
        async move { Ok(repository.product.as_str() == "shop") }.boxed()
    }
}

impl Caller for House {
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

struct World {
    server: String,
    store: Store,
    registry: Registry,
    client: reqwest::Client,
    _data: TempDir,
}

async fn start() -> World {
    // A second test of this process finds it installed.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let data = TempDir::new().unwrap();
    let store = Store::open_sqlite(data.path()).await.unwrap();
    let registry = Registry::new(store.clone(), Blobs::open(&data.path().join("a")).unwrap());
    let state = RegistryState {
        registry: registry.clone(),
        access: Arc::new(House),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router(state)).await });
    World {
        server,
        store,
        registry,
        client: reqwest::Client::new(),
        _data: data,
    }
}

async fn push_to(world: &World, name: &str, token: &str, path: &Path) -> Result<Pushed, PushError> {
    let (product, rest) = name.split_once('/').unwrap();
    let (component, version) = rest.split_once(':').unwrap();
    let destination = Destination {
        client: &world.client,
        server: &world.server,
        token,
        product: &product.parse().unwrap(),
        component: &component.parse().unwrap(),
        version: &version.parse().unwrap(),
    };
    let seen = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&seen);
    let packed = pack(path).unwrap();
    let pushed = push(&destination, &packed, move |done, _| {
        count.store(done, Ordering::Relaxed);
    })
    .await?;
    assert_eq!(seen.load(Ordering::Relaxed), packed.layer.size);
    Ok(pushed)
}

#[tokio::test]
async fn what_is_pushed_is_there_and_goes_only_once() {
    let world = start().await;
    let work = TempDir::new().unwrap();
    std::fs::write(work.path().join("run"), vec![b'x'; 3_000_000]).unwrap();
    let first = push_to(&world, "shop/web:1.0.0", "secret", work.path())
        .await
        .unwrap();
    assert!(!first.unchanged && first.uploaded > 2);
    let repository = "shop/web".parse().unwrap();
    let stored = world
        .registry
        .manifest_tagged(&repository, &"1.0.0".parse().unwrap())
        .await;
    assert_eq!(stored.unwrap().digest, first.digest);

    let again = push_to(&world, "shop/web:1.0.0", "secret", work.path())
        .await
        .unwrap();
    assert_eq!(
        again,
        Pushed {
            digest: first.digest,
            uploaded: 0,
            unchanged: true
        }
    );
    let next = push_to(&world, "shop/web:1.0.1", "secret", work.path())
        .await
        .unwrap();
    assert_eq!(
        next,
        Pushed {
            digest: first.digest,
            uploaded: 0,
            unchanged: false
        }
    );
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    let world = start().await;
    let work = TempDir::new().unwrap();
    std::fs::write(work.path().join("run"), "one").unwrap();
    let pushed = push_to(&world, "shop/web:1.0.0", "secret", work.path())
        .await
        .unwrap();
    let pin = Pin {
        digest: pushed.digest,
        reason: "release shop 1.0.0".to_owned(),
        tag: Some(("shop/web".parse().unwrap(), "1.0.0".parse().unwrap())),
    };
    let pinned: Result<bool, StoreError> = world
        .store
        .write(pin, |tx, pin| tx.pin_manifest(pin).boxed())
        .await;
    assert!(pinned.unwrap());
    std::fs::write(work.path().join("run"), "two").unwrap();
    let sealed = push_to(&world, "shop/web:1.0.0", "secret", work.path())
        .await
        .unwrap_err();
    assert!(
        sealed.to_string().contains("release shop 1.0.0"),
        "{sealed}"
    );
    assert!(sealed.hint().contains("new version"));
    let unknown = push_to(&world, "none/web:1", "secret", work.path())
        .await
        .unwrap_err();
    assert!(matches!(unknown, PushError::NotFound(_)), "{unknown:?}");
    let stranger = push_to(&world, "shop/web:1", "wrong", work.path())
        .await
        .unwrap_err();
    assert!(matches!(stranger, PushError::Unauthorized), "{stranger:?}");
    let nobody = World {
        server: "http://127.0.0.1:1".to_owned(),
        ..world
    };
    let unreachable = push_to(&nobody, "shop/web:1", "secret", work.path())
        .await
        .unwrap_err();
    assert!(
        matches!(unreachable, PushError::Unreachable(_)),
        "{unreachable:?}"
    );
}
