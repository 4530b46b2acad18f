//! Strangers at the agents' address who take their time.

use super::*;
use axum::routing::get;
use rustls::{ClientConfig, pki_types::ServerName};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{Instant, timeout},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

const PATIENCE: Patience = Patience {
    handshake: Duration::from_millis(300),
    headers: Duration::from_millis(300),
    stall: Duration::from_millis(300),
    bytes_per_second: 100,
    stranger: Duration::from_millis(700),
};
/// Much longer than any patience here.
const LONG: Duration = Duration::from_secs(20);

/// An agents' address of its own, and how to speak to it.
struct Door {
    address: SocketAddr,
    client: ClientConfig,
}

impl Door {
    async fn open() -> Self {
        // Another test of this process may have been first.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = made.cert.der().clone();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let mut server = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let mut roots = RootCertStore::empty();
        roots.add(certificate).unwrap();
        let client = ClientConfig::builder().with_root_certificates(roots);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "here" }));
        let acceptor = TlsAcceptor::from(Arc::new(server));
        let desk = Desk {
            acceptor,
            router,
            patience: PATIENCE,
        };
        tokio::spawn(accept(listener, desk, Room { all: 4, each: 2 }));
        Self {
            address,
            client: client.with_no_client_auth(),
        }
    }

    /// Connects by TLS and says `text`.
    async fn say(&self, protocol: &str, text: &str) -> TlsStream<TcpStream> {
        let mut client = self.client.clone();
        client.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let tcp = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let connector = TlsConnector::from(Arc::new(client));
        let mut stream = connector.connect(name, tcp).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }
}

/// How long the other end puts up with silence, and what it says.
async fn silence(mut stream: impl tokio::io::AsyncRead + Unpin) -> (Duration, Vec<u8>) {
    let begun = Instant::now();
    let mut said = Vec::new();
    let read = timeout(LONG, stream.read_to_end(&mut said)).await;
    drop(read.expect("the server closes the connection"));
    (begun.elapsed(), said)
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_given_up() {
    let door = Door::open().await;
    let stream = TcpStream::connect(door.address).await.unwrap();
    let (took, _) = silence(stream).await;
    assert!((PATIENCE.handshake..LONG).contains(&took), "{took:?}");
}

#[tokio::test]
async fn headers_that_do_not_come_end_the_connection() {
    let door = Door::open().await;
    let stream = door.say("http/1.1", "GET / HTTP/1.1\r\nx: ").await;
    let (took, _) = silence(stream).await;
    assert!(took >= PATIENCE.headers && took < LONG, "{took:?}");
    let stream = door
        .say("http/1.1", "GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await;
    let (_, said) = silence(stream).await;
    assert!(String::from_utf8_lossy(&said).ends_with("here"));
}

#[tokio::test]
async fn a_stranger_who_keeps_a_connection_loses_it() {
    let door = Door::open().await;
    // The preface of HTTP/2 with empty settings, and nothing any more.
    let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0";
    for said in ["", preface] {
        let (took, _) = silence(door.say("h2", said).await).await;
        assert!(took < LONG, "{took:?}");
    }
}

#[tokio::test]
async fn strangers_take_no_more_than_their_share_of_connections() {
    let door = Door::open().await;
    let first = TcpStream::connect(door.address).await.unwrap();
    let _second = TcpStream::connect(door.address).await.unwrap();
    let third = TcpStream::connect(door.address).await.unwrap();
    let (took, _) = silence(third).await;
    assert!(took < PATIENCE.handshake, "{took:?}");
    // Whoever was given up makes room.
    silence(first).await;
    let stream = door
        .say("http/1.1", "GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .await;
    assert!(String::from_utf8_lossy(&silence(stream).await.1).ends_with("here"));
}
