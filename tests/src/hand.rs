//! Somebody who speaks to the agents' address by hand, with the certificate of an agent, another, or none.

use crate::{server::client, shop::Shop};
use reqwest::{Certificate, Client, Identity, RequestBuilder};
use serde_json::Value;
use std::fs;

/// Who speaks.
#[derive(Debug, Clone)]
pub struct Hand {
    http: Client,
    address: String,
}

impl Hand {
    /// With the certificate and key of the agent of `target`, or none.
    pub fn of(shop: &Shop, target: Option<&str>) -> Self {
        let pem = target.map(|target| {
            let own = identity(shop, target);
            text(&own, "key") + &text(&own, "certificate")
        });
        Self::with(shop, pem.as_deref())
    }

    /// With this key and certificate, or none.
    ///
    /// # Panics
    /// When nobody has joined as `testing-1`, from whom it learns where the server is, or the text is no identity.
    pub fn with(shop: &Shop, pem: Option<&str>) -> Self {
        // Chooses the cryptography of this process.
        client();
        let known = identity(shop, "testing-1");
        let authority = Certificate::from_pem(text(&known, "authority").as_bytes()).expect("PEM");
        let address = text(&known, "server");
        let mut builder = Client::builder()
            .tls_certs_only([authority])
            .resolve("tidegate-agents", address.parse().expect("an address"));
        if let Some(pem) = pem {
            builder = builder.identity(Identity::from_pem(pem.as_bytes()).expect("an identity"));
        }
        let port = address.rsplit(':').next().expect("a port");
        Self {
            http: builder.build().expect("a client"),
            address: format!("https://tidegate-agents:{port}/agent/v1"),
        }
    }

    /// Asks; answers the status and what was said.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.http.get(format!("{}{path}", self.address))).await
    }

    /// Says something; answers the same.
    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.address));
        answer(request.json(body)).await
    }

    /// Whether not even the connection is let in.
    pub async fn is_hung_up_on(&self) -> bool {
        let request = self.http.get(format!("{}/desired", self.address));
        request.send().await.is_err()
    }

    /// What the target is told.
    ///
    /// # Panics
    /// When it is told nothing.
    pub async fn told(&self) -> Value {
        let (status, told) = self.get("/desired?after=0&wait=0").await;
        assert_eq!(status, 200, "{told}");
        told
    }
}

/// What the agent of a target keeps of itself.
///
/// # Panics
/// When nobody has joined for it.
pub fn identity(shop: &Shop, target: &str) -> Value {
    let file = shop.file(&format!("{target}/identity/identity.json"));
    serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON")
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    let body = answer.bytes().await.expect("a whole answer");
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().expect("text").to_owned()
}
