//! Strangers at the agents' address who take their time.

use super::*;
use crate::keyring::{KeySource, Keyring};
use axum::routing::get;
use hyper::client::conn::http2::{SendRequest, handshake};
use rustls::{ClientConfig, pki_types::ServerName};
use std::net::SocketAddr;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    task::JoinHandle,
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
    authority: Authority,
}

/// Who comes to it.
#[derive(Clone, Copy)]
enum Who {
    Stranger,
    Agent,
}

impl Door {
    async fn open() -> Self {
        Self::with(Room { all: 4, each: 2 }).await
    }

    async fn with(room: Room) -> Self {
        // Another test of this process may have been first.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let keyring = Keyring::open(KeySource::Given("11".repeat(32))).unwrap();
        let authority = Authority::make(&keyring).unwrap();
        let authority = Authority::open(&keyring, &authority).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let desk = Desk {
            known: Crowd::new("known agents", KNOWN),
            acceptor: TlsAcceptor::from(Arc::new(configuration(&authority).unwrap())),
            router: Router::new().route("/", get(|| async { "here" })),
            patience: PATIENCE,
        };
        tokio::spawn(accept(listener, desk, room));
        Self { address, authority }
    }

    /// Connects by TLS, to speak `protocol`.
    async fn connect(&self, who: Who, protocol: &str) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        let authority = self.authority.certificate().as_bytes();
        roots
            .add(CertificateDer::from_pem_slice(authority).unwrap())
            .unwrap();
        let client = ClientConfig::builder().with_root_certificates(roots);
        let mut client = match who {
            Who::Stranger => client.with_no_client_auth(),
            Who::Agent => {
                let (chain, key) = self.certified();
                client.with_client_auth_cert(chain, key).unwrap()
            }
        };
        client.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let tcp = TcpStream::connect(self.address).await.unwrap();
        let name = ServerName::try_from(authority::SERVER_NAME).unwrap();
        TlsConnector::from(Arc::new(client))
            .connect(name, tcp)
            .await
            .unwrap()
    }

    /// As many connections as a target's agent may have.
    async fn all_of_an_agent(&self) -> Vec<Speaker> {
        let mut agents = Vec::new();
        for _ in 0..KNOWN.each {
            let mut agent = Speaker::connect(self, Who::Agent).await;
            assert!(agent.is_served().await);
            agents.push(agent);
        }
        agents
    }

    fn certified(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let key = rcgen::KeyPair::generate().unwrap();
        let request = rcgen::CertificateParams::default()
            .serialize_request(&key)
            .unwrap();
        let target = TargetKey {
            environment: "live".parse().unwrap(),
            target: "web-1".parse().unwrap(),
        };
        let request = request.pem().unwrap();
        let identity = self.authority.certify(&target, &request).unwrap();
        let certificate = identity.response.certificate;
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        (vec![certificate], key)
    }

    /// Connects by TLS and says `text`.
    async fn say(&self, protocol: &str, text: &str) -> TlsStream<TcpStream> {
        let mut stream = self.connect(Who::Stranger, protocol).await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }
}

/// Somebody who speaks HTTP/2, and shows signs of life as long as they are asked for.
struct Speaker {
    requests: SendRequest<String>,
    /// Ends with the connection.
    stays: JoinHandle<hyper::Result<()>>,
}

impl Speaker {
    async fn connect(door: &Door, who: Who) -> Self {
        let stream = door.connect(who, "h2").await;
        let (requests, stays) = handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
        Self {
            requests,
            stays: tokio::spawn(stays),
        }
    }

    async fn is_served(&mut self) -> bool {
        let request = hyper::Request::get("https://a/");
        let request = request.body(String::new()).unwrap();
        let answer = self.requests.send_request(request).await;
        answer.is_ok_and(|answer| answer.status().is_success())
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
    // Of HTTP/2 nothing is said at all.
    let (took, _) = silence(door.say("h2", "").await).await;
    assert!(took < LONG, "{took:?}");
    let begun = Instant::now();
    let mut speaker = Speaker::connect(&door, Who::Stranger).await;
    assert!(speaker.is_served().await);
    drop(
        timeout(LONG, speaker.stays)
            .await
            .expect("the server closes it"),
    );
    let took = begun.elapsed();
    assert!((PATIENCE.stranger..LONG).contains(&took), "{took:?}");
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

#[tokio::test]
async fn agents_who_are_known_take_no_place_of_strangers() {
    let door = Door::with(Room { all: 2, each: 2 }).await;
    let mut agents = door.all_of_an_agent().await;
    let mut strangers = Vec::new();
    for _ in 0..2 {
        strangers.push(Speaker::connect(&door, Who::Stranger).await);
    }
    for speaker in agents.iter_mut().chain(&mut strangers) {
        assert!(speaker.is_served().await);
    }
}

#[tokio::test]
async fn whoever_shows_a_certificate_takes_few_places_of_their_own() {
    let door = Door::with(Room { all: 2, each: 2 }).await;
    let mut agents = door.all_of_an_agent().await;
    let mut one_more = door.connect(Who::Agent, "http/1.1").await;
    let mut said = Vec::new();
    // Closed, with or without a word of TLS.
    drop(
        timeout(LONG, one_more.read_to_end(&mut said))
            .await
            .unwrap(),
    );
    assert_eq!(said, b"");
    assert!(agents[0].is_served().await);
}
