//! Asking a server on this machine that must not be reached, by every spelling of it.

use super::*;
use axum::{Router, http::header, response::IntoResponse as _};
use std::sync::atomic::{AtomicUsize, Ordering};

const BOUNDS: Bounds = Bounds {
    time: Duration::from_secs(10),
    bytes: 1000,
};

/// A server on this machine that counts whom it answers.
struct Inside {
    port: u16,
    asked: Arc<AtomicUsize>,
}

impl Inside {
    async fn start() -> Self {
        // Another test of this process may have been first.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let router = Router::new().fallback(move |uri: http::Uri| async move {
            count.fetch_add(1, Ordering::Relaxed);
            match uri.path() {
                "/long" => "x".repeat(2000).into_response(),
                "/never" => std::future::pending().await,
                "/endless" => {
                    let chunk = || Ok::<_, std::io::Error>("x".repeat(2000));
                    let endless = futures::stream::repeat_with(chunk);
                    axum::body::Body::from_stream(endless).into_response()
                }
                "/away" => {
                    let to = [(header::LOCATION, "http://169.254.169.254/")];
                    (http::StatusCode::from_u16(302).unwrap(), to).into_response()
                }
                _ => "here".into_response(),
            }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { port, asked }
    }

    async fn ask(
        &self,
        exceptions: &[&str],
        (host, path): (&str, &str),
        bounds: Bounds,
    ) -> Result<http::Response<Vec<u8>>, OutgoingError> {
        let request = http::Request::get(format!("http://{host}:{}{path}", self.port));
        self.allowing(exceptions)
            .send(request.body(Vec::new()).unwrap(), bounds)
            .await
    }

    fn allowing(&self, exceptions: &[&str]) -> Outgoing {
        let port = self.port.to_string();
        let exceptions = exceptions.iter().map(|text| text.replace("PORT", &port));
        let exceptions = exceptions.map(|text| text.parse().unwrap()).collect();
        Outgoing::new(Exceptions(exceptions)).unwrap()
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn nothing_inside_is_asked_however_it_is_spelt() {
    let inside = Inside::start().await;
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "user@127.0.0.1",
    ] {
        let refused = inside.ask(&[], (host, "/"), BOUNDS).await.unwrap_err();
        let said = refused.to_string();
        assert!(
            matches!(refused, OutgoingError::Inner { .. }),
            "{host}: {said}"
        );
        assert!(said.contains("--allow-outgoing "), "{host}: {said}");
    }
    assert_eq!(inside.asked(), 0);
}

#[tokio::test]
async fn exceptions_are_for_a_name_a_network_and_a_port() {
    let inside = Inside::start().await;
    for (exception, host, is_asked) in [
        ("127.0.0.0/8", "127.0.0.1", true),
        ("127.0.0.0/8", "localhost", true),
        ("127.0.0.1:PORT", "localhost", true),
        ("127.0.0.1:1", "localhost", false),
        ("localhost:PORT", "localhost", true),
        ("localhost", "localhost", true),
        ("localhost:1", "localhost", false),
        ("localhost", "127.0.0.1", false),
        ("10.0.0.0/8", "localhost", false),
    ] {
        let answer = inside.ask(&[exception], (host, "/"), BOUNDS).await;
        assert_eq!(answer.is_ok(), is_asked, "{exception}: {host}: {answer:?}");
    }
    assert_eq!(inside.asked(), 5);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_a_way() {
    let inside = Inside::start().await;
    let answer = inside
        .ask(&["127.0.0.1"], ("127.0.0.1", "/away"), BOUNDS)
        .await;
    assert_eq!(answer.unwrap().status().as_u16(), 302);
    assert_eq!(inside.asked(), 1);
}

#[tokio::test]
async fn answers_are_bounded_in_length_and_time() {
    let inside = Inside::start().await;
    let there = &["127.0.0.1"];
    let long = inside.ask(there, ("127.0.0.1", "/long"), BOUNDS).await;
    assert!(matches!(long, Err(OutgoingError::Long(1000))), "{long:?}");
    let short = Bounds {
        time: Duration::from_millis(50),
        ..BOUNDS
    };
    let late = inside.ask(there, ("127.0.0.1", "/never"), short).await;
    assert!(matches!(late, Err(OutgoingError::Late(_))), "{late:?}");
}

#[tokio::test]
async fn a_status_comes_without_its_body() {
    let inside = Inside::start().await;
    let address = |path: &str| format!("http://127.0.0.1:{}{path}", inside.port);
    let outgoing = inside.allowing(&["127.0.0.1"]);
    let status = outgoing.status(&address("/endless"), BOUNDS.time).await;
    assert_eq!(status.unwrap().as_u16(), 200);
    let short = Duration::from_millis(50);
    let late = outgoing.status(&address("/never"), short).await;
    assert!(matches!(late, Err(OutgoingError::Late(_))), "{late:?}");
    let refused = inside.allowing(&[]).status(&address("/"), short).await;
    assert!(
        matches!(refused, Err(OutgoingError::Inner { .. })),
        "{refused:?}"
    );
}

#[test]
fn what_the_operator_names_is_one_place() {
    for (address, expect) in [
        ("http://prometheus:9090/path", "prometheus:9090"),
        ("https://id.example", "id.example:443"),
        ("http://[::1]:9090", "[::1]:9090"),
        ("http://0x7f.1", "127.0.0.1:80"),
    ] {
        assert_eq!(named(address).unwrap().to_string(), expect);
    }
    assert_eq!(named("nonsense"), None);
}
