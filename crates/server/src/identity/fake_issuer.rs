//! An issuer for the tests here: it answers what it was told to answer, and counts how often it was asked.

use axum::{Json, Router, extract::State, http::Uri};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// What it answers by path, and which paths it was asked for.
#[derive(Debug, Default)]
struct Told {
    answers: BTreeMap<String, Value>,
    asked: Vec<String>,
    pause: Duration,
}

/// An issuer on this machine.
#[derive(Debug)]
pub(super) struct FakeIssuer {
    /// Its issuer identifier.
    pub(super) address: String,
    told: Arc<Mutex<Told>>,
}

impl FakeIssuer {
    /// One without keys.
    pub(super) async fn start() -> Self {
        // Another test of this process may have been first.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let told = Arc::new(Mutex::new(Told::default()));
        let router = Router::new().fallback(answer).with_state(told.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let issuer = Self { address, told };
        issuer.tell("/.well-known/openid-configuration", issuer.document());
        issuer.tell("/jwks", json!({ "keys": [] }));
        issuer
    }

    /// The metadata that it has to have.
    pub(super) fn document(&self) -> Value {
        json!({
            "issuer": self.address, "authorization_endpoint": format!("{}/auth", self.address),
            "jwks_uri": format!("{}/jwks", self.address), "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["EdDSA"],
        })
    }

    /// Says what it answers from now on; of what it was told nothing, it answers nothing of use.
    pub(super) fn tell(&self, path: &str, answer: Value) {
        let mut told = self.told.lock().unwrap();
        told.answers.insert(path.to_owned(), answer);
    }

    /// Says how long every answer takes from now on.
    pub(super) fn answer_after(&self, pause: Duration) {
        self.told.lock().unwrap().pause = pause;
    }

    /// How often it was asked for that.
    pub(super) fn asked(&self, path: &str) -> usize {
        let told = self.told.lock().unwrap();
        told.asked.iter().filter(|asked| *asked == path).count()
    }
}

async fn answer(State(told): State<Arc<Mutex<Told>>>, uri: Uri) -> Json<Value> {
    let (answer, pause) = {
        let mut told = told.lock().unwrap();
        told.asked.push(uri.path().to_owned());
        (told.answers.get(uri.path()).cloned(), told.pause)
    };
    tokio::time::sleep(pause).await;
    Json(answer.unwrap_or_default())
}
