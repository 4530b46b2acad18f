//! A running registry with a fresh store, and a client that sends exactly what it is told, tricks included.

use axum::http::HeaderMap;
use base64::{Engine, prelude::BASE64_STANDARD};
use futures::{FutureExt, future::BoxFuture};
use std::{net::SocketAddr, sync::Arc};
use tempfile::TempDir;
use test_postgres::Postgres;
use tidegate_domain::digest::Digest;
use tidegate_registry::{
    Access, AccessError, Action, Asked, Blobs, Caller, Permission, Registry, RegistryState,
    Repository, router,
};
use tidegate_store::Store;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub(crate) const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// What is handed to nobody.
pub(crate) const WITHHELD: &[u8] = b"withheld";

pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) registry: Registry,
    pub(crate) store: Store,
    pub(crate) data: TempDir,
}

/// `admin` may everything, `reader` may pull from shop/web. The catalog has shop/web, shop/api and bank/app.
struct House;

struct Person(&'static str);

impl Access for House {
    fn authenticate<'a>(
        &'a self,
        headers: &'a HeaderMap,
    ) -> BoxFuture<'a, Result<Arc<dyn Caller>, AccessError>> {
        let token = headers
            .get("authorization")
            .and_then(|v| v.to_str().ok())
            .and_then(token);
        let person = ["admin", "reader", "narrow"]
            .into_iter()
            .find(|known| token.as_deref() == Some(known));
        async move {
            let person = person.ok_or(AccessError::Unauthenticated)?;
            Ok(Arc::new(Person(person)) as Arc<dyn Caller>)
        }
        .boxed()
    }

    fn challenge(&self, asked: Asked<'_>) -> String {
        let scope = asked
            .wants
            .map(|(action, repository)| format!(", scope=\"{repository}:{}\"", action.word()));
        format!("Basic realm=\"house\"{}", scope.unwrap_or_default())
    }

    fn repository_exists<'a>(
        &'a self,
        repository: &'a Repository,
    ) -> BoxFuture<'a, Result<bool, AccessError>> {
        let exists =
            ["shop/web", "shop/api", "bank/app"].contains(&repository.to_string().as_str());
        async move { Ok(exists) }.boxed()
    }
}

impl Caller for Person {
    fn may<'a>(
        &'a self,
        action: Action,
        repository: &'a Repository,
    ) -> BoxFuture<'a, Result<Permission, AccessError>> {
        let reading = action == Action::Pull && repository.to_string() == "shop/web";
        let permission = match (self.0, reading) {
            ("admin", _) | (_, true) => Permission::Granted,
            // A token that was made for less.
            ("narrow", false) => Permission::AskAnew,
            _ => Permission::Denied,
        };
        async move { Ok(permission) }.boxed()
    }

    fn withheld<'a>(
        &'a self,
        _repository: &'a Repository,
        digest: Digest,
    ) -> BoxFuture<'a, Result<Option<String>, AccessError>> {
        let why = (digest == Digest::of(WITHHELD)).then(|| "it is not signed".to_owned());
        async move { Ok(why) }.boxed()
    }

    fn lists<'a>(&'a self, repository: &'a Repository) -> BoxFuture<'a, Result<bool, AccessError>> {
        let seen = self.0 == "admin" || repository.to_string() == "shop/web";
        async move { Ok(seen) }.boxed()
    }
}

fn token(value: &str) -> Option<String> {
    if let Some(bearer) = value.strip_prefix("Bearer ") {
        return Some(bearer.to_owned());
    }
    let pair = BASE64_STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    Some(String::from_utf8(pair).ok()?.split_once(':')?.1.to_owned())
}

impl World {
    /// On SQLite.
    pub(crate) async fn on_sqlite() -> Self {
        let data = TempDir::new().unwrap();
        let store = Store::open_sqlite(data.path()).await.unwrap();
        Self::start(data, store).await
    }

    /// On a PostgreSQL.
    pub(crate) async fn on_postgres(postgres: &Postgres) -> Self {
        let store = Store::open_postgres(&postgres.address()).await.unwrap();
        Self::start(TempDir::new().unwrap(), store).await
    }

    async fn start(data: TempDir, store: Store) -> Self {
        let blobs = Blobs::open(&data.path().join("artifacts")).unwrap();
        let registry = Registry::new(store.clone(), blobs);
        let state = RegistryState {
            registry: registry.clone(),
            access: Arc::new(House),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router(state)).await });
        Self {
            address,
            registry,
            store,
            data,
        }
    }

    /// A request of the administrator.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &[u8]) -> Answer {
        self.send(method, path, &[], body).await
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut all = vec![("authorization", "Bearer admin")];
        all.extend(headers);
        self.raw(method, path, &all, body).await
    }

    pub(crate) async fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len().to_string();
        let cut = headers.iter().any(|(name, _)| *name == "content-length");
        let own = [
            ("host", "x"),
            ("connection", "close"),
            ("content-length", &*length),
        ];
        let own = &own[..if cut { 2 } else { 3 }];
        let lines: Vec<String> = own
            .iter()
            .chain(headers)
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let head = format!("{method} {path} HTTP/1.1\r\n{}", lines.concat());
        stream
            .write_all(format!("{head}\r\n").as_bytes())
            .await
            .unwrap();
        // A server that refuses early may close before it has read everything.
        let sent = stream.write_all(body).await;
        let mut answer = Vec::new();
        if sent.is_ok() && cut {
            stream.shutdown().await.unwrap();
        }
        drop(stream.read_to_end(&mut answer).await);
        Answer::read(&answer)
    }

    /// Pushes a blob in one request.
    pub(crate) async fn push_blob(&self, repository: &str, content: &[u8]) -> Digest {
        let digest = Digest::of(content);
        let path = format!("/v2/{repository}/blobs/uploads/?digest={digest}");
        self.call("POST", &path, content).await.expect(201);
        digest
    }

    pub(crate) async fn put_manifest(
        &self,
        repository: &str,
        reference: &str,
        body: &str,
    ) -> Answer {
        let path = format!("/v2/{repository}/manifests/{reference}");
        let kind = if body.contains("manifests") {
            INDEX
        } else {
            IMAGE
        };
        self.send("PUT", &path, &[("content-type", kind)], body.as_bytes())
            .await
    }

    /// Pushes an image of one layer and answers its digest.
    pub(crate) async fn push_image(&self, repository: &str, tag: &str, layer: &[u8]) -> Digest {
        self.push_blob(repository, b"{}").await;
        self.push_blob(repository, layer).await;
        let body = image(layer, "");
        self.put_manifest(repository, tag, &body).await.expect(201);
        Digest::of(body.as_bytes())
    }
}

pub(crate) fn image(layer: &[u8], more: &str) -> String {
    let config = descriptor("application/vnd.oci.empty.v1+json", b"{}");
    let layer = descriptor("application/octet-stream", layer);
    format!(r#"{{"schemaVersion":2,"config":{config},"layers":[{layer}]{more}}}"#)
}

pub(crate) fn descriptor(media_type: &str, content: &[u8]) -> String {
    let digest = Digest::of(content);
    format!(
        r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{}}}"#,
        content.len()
    )
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .expect("a response");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines
            .next()
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self {
            status,
            headers,
            body: bytes[end + 4..].to_vec(),
        }
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(
            self.status,
            status,
            "{}",
            String::from_utf8_lossy(&self.body)
        );
        self
    }

    /// The status and the specification's code of an error.
    pub(crate) fn error(&self) -> String {
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        format!(
            "{} {}",
            self.status,
            body["errors"][0]["code"].as_str().unwrap_or("-")
        )
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or_else(
            || panic!("no header {name} in {self:?}"),
            |(_, value)| value,
        )
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}
