//! A server and the identity provider that it knows.

use crate::{
    identity_provider::{Answer, IdentityProvider, Jar},
    server::Server,
};
use serde_json::Value;

/// Whoever comes gets an account, and groups give levels.
pub const OPEN: &str = "  unknown_people: add\n  levels: { leads: ensure }\n";

/// A server and the provider that it knows.
#[derive(Debug)]
pub struct Entrance {
    /// The server.
    pub server: Server,
    /// The provider.
    pub provider: IdentityProvider,
}

impl Entrance {
    /// Both, with `rules` for who is let in.
    pub async fn open(rules: &str) -> Self {
        let mut server = Server::prepared();
        let provider = IdentityProvider::start(&server).await;
        provider.declare(&mut server, rules);
        server.start_again().await;
        Self { server, provider }
    }

    /// Sends a browser to the provider; answers where it is led.
    pub async fn go(&self, jar: &mut Jar) -> String {
        let address = self.server.url("/sign-in/providers/test");
        let gone = jar.get(&self.server.http, &address).await;
        assert_eq!(gone.status, 303, "{}", gone.body);
        gone.next.expect("it leads on")
    }

    /// Signs `who` in, with a browser of their own.
    pub async fn sign_in(&self, who: &str) -> (Jar, Answer) {
        let mut jar = Jar::default();
        let url = self.go(&mut jar).await;
        let back = self.provider.sign_in(&url, who).await;
        let answer = jar.get(&self.server.http, &back).await;
        (jar, answer)
    }

    /// What is said of somebody; nothing of who is not there.
    pub async fn person(&self, name: &str) -> Value {
        let people = self.server.get("/api/v1/people").await;
        let mut people = people.as_array().expect("a list").iter();
        let found = people.find(|it| it["name"] == name);
        found.unwrap_or(&Value::Null).clone()
    }

    /// Whether a browser is signed in.
    pub async fn is_in(&self, jar: &mut Jar) -> bool {
        let address = self.server.url("/deployments");
        jar.get(&self.server.http, &address).await.status == 200
    }
}
