//! Slow clients, byte by byte.

use super::*;
use crate::connection::HEADERS_MAX;
use axum::{
    body::{Body, Bytes},
    routing::{get, post},
};
use futures::{StreamExt as _, stream};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{Instant, interval, timeout},
};

const PATIENCE: Patience = Patience {
    handshake: Duration::from_millis(400),
    headers: Duration::from_millis(400),
    stall: Duration::from_millis(400),
    bytes_per_second: 100,
    stranger: Duration::from_millis(800),
};
/// Much longer than any patience here.
const LONG: Duration = Duration::from_secs(20);

/// A server whose answers and uploads may take long; answers its address.
async fn served() -> SocketAddr {
    served_for(Room::default()).await
}

async fn served_for(room: Room) -> SocketAddr {
    let slow = || async {
        // Somebody waits for us: that is no fault of theirs.
        interval_of(2 * PATIENCE.stall).await;
        "waited"
    };
    let drops = || async {
        let drops = stream::unfold(0, |count| async move {
            interval_of(PATIENCE.stall / 4).await;
            (count < 8).then(|| (Ok::<_, std::io::Error>("drop\n"), count + 1))
        });
        Body::from_stream(drops)
    };
    let endless = || async {
        let whole = Bytes::from(vec![0_u8; 1 << 20]);
        Body::from_stream(stream::repeat(whole).map(Ok::<_, std::io::Error>))
    };
    let router = Router::new()
        .route("/", get(|| async { "here" }))
        .route("/slow", get(slow))
        .route("/drops", get(drops))
        .route("/endless", get(endless))
        .route(
            "/take",
            post(|body: Bytes| async move { body.len().to_string() }),
        );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let served = Service {
        router,
        health: Router::new().route("/healthz", get(|| async { "ok\n" })),
        patience: PATIENCE,
        room,
        behind_proxy: false,
    };
    tokio::spawn(serve(listener, served));
    address
}

async fn interval_of(time: Duration) {
    let mut tick = interval(time);
    tick.tick().await;
    tick.tick().await;
}

async fn connected() -> TcpStream {
    TcpStream::connect(served().await).await.unwrap()
}

/// Sends it byte by byte, so slowly; answers how long the other end put up with it.
async fn drip(stream: &mut TcpStream, text: &str, pause: Duration) -> Duration {
    let (mut reading, mut writing) = stream.split();
    let begun = Instant::now();
    let dripping = async {
        for byte in text.as_bytes() {
            interval_of(pause).await;
            if writing.write_all(&[*byte]).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    let mut answer = Vec::new();
    tokio::select! {
        () = dripping => {}
        _ = timeout(LONG, reading.read_to_end(&mut answer)) => {}
    }
    begun.elapsed()
}

/// What comes until the other end closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = timeout(LONG, stream.read_to_end(&mut answer)).await;
    drop(read.expect("the server closes the connection"));
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn headers_that_drip_or_never_come_end_the_connection() {
    let endless = format!("GET / HTTP/1.1\r\nx: {}", "x".repeat(10_000));
    for text in [&*endless, "", "G"] {
        let took = drip(&mut connected().await, text, Duration::from_millis(20)).await;
        assert!(
            (PATIENCE.headers..LONG).contains(&took),
            "{text:.20}: {took:?}"
        );
    }
}

#[tokio::test]
async fn a_body_that_stalls_or_trickles_is_given_up() {
    let head = "POST /take HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n";
    let mut stalls = connected().await;
    stalls.write_all(head.as_bytes()).await.unwrap();
    stalls.write_all(&[0; 5000]).await.unwrap();
    let answer = rest(&mut stalls).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    // A byte every 50 ms never stalls, and is a fifth of what has to come.
    let mut trickles = connected().await;
    trickles.write_all(head.as_bytes()).await.unwrap();
    let took = drip(
        &mut trickles,
        &"x".repeat(10_000),
        Duration::from_millis(50),
    )
    .await;
    assert!((PATIENCE.stall..LONG).contains(&took), "{took:?}");
}

#[tokio::test]
async fn a_body_that_flows_may_take_as_long_as_it_does() {
    let mut flows = connected().await;
    let head =
        "POST /take HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2000\r\n\r\n";
    flows.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..20 {
        interval_of(PATIENCE.stall / 4).await;
        flows.write_all(&[0; 100]).await.unwrap();
    }
    let answer = rest(&mut flows).await;
    assert!(answer.ends_with("\r\n\r\n2000"), "{answer}");
}

#[tokio::test]
async fn who_waits_for_us_may_wait() {
    for (path, expect) in [("/slow", "waited"), ("/drops", "0\r\n\r\n")] {
        let mut waits = connected().await;
        let head = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        waits.write_all(head.as_bytes()).await.unwrap();
        let answer = rest(&mut waits).await;
        assert!(answer.ends_with(expect), "{path}: {answer}");
        assert_eq!(
            answer.matches("drop\n").count(),
            if path == "/drops" { 8 } else { 0 }
        );
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_requests() {
    let mut idle = connected().await;
    let begun = Instant::now();
    let request = "GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(2);
    idle.write_all(request.as_bytes()).await.unwrap();
    let answer = rest(&mut idle).await;
    assert_eq!(answer.matches("here").count(), 2, "{answer}");
    assert!(begun.elapsed() >= PATIENCE.headers);
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let mut asks = connected().await;
    let head = "GET /endless HTTP/1.1\r\nhost: a\r\n\r\n";
    asks.write_all(head.as_bytes()).await.unwrap();
    // What fits into the buffers of both systems comes; then the server has to have gone.
    interval_of(4 * PATIENCE.stall).await;
    let gone = timeout(LONG, async {
        let mut sink = vec![0; 1 << 20];
        while asks.read(&mut sink).await.is_ok_and(|read| read > 0) {}
    });
    gone.await.expect("the server closes the connection");
}

#[tokio::test]
async fn headers_too_long_or_too_many_are_refused() {
    for headers in [
        format!("x: {}\r\n", "x".repeat(HEADERS_MAX.into())),
        "x: y\r\n".repeat(101),
    ] {
        let mut asks = connected().await;
        let head = format!("GET / HTTP/1.1\r\nhost: a\r\n{headers}\r\n");
        asks.write_all(head.as_bytes()).await.unwrap();
        let answer = rest(&mut asks).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    let mut asks = connected().await;
    let head = format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "x".repeat(40_000));
    asks.write_all(head.as_bytes()).await.unwrap();
    let answer = rest(&mut asks).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn who_is_one_too_many_is_told_when_to_come_again() {
    let head = "GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    for (room, status) in [
        (Room { all: 9, each: 2 }, "HTTP/1.1 429"),
        (Room { all: 2, each: 9 }, "HTTP/1.1 503"),
    ] {
        let address = served_for(room).await;
        let mut here = Vec::new();
        for _ in 0..3 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(head.as_bytes()).await.unwrap();
            here.push(stream);
        }
        let refused = rest(&mut here[2]).await;
        assert!(refused.starts_with(status), "{refused}");
        assert!(refused.contains("\r\nretry-after: 5\r\n"), "{refused}");
        // The others were not disturbed, and leave room.
        for stream in &mut here[..2] {
            let answer = rest(stream).await;
            assert!(answer.ends_with("waited"), "{answer}");
        }
        let mut next = TcpStream::connect(address).await.unwrap();
        next.write_all(head.as_bytes()).await.unwrap();
        let answer = rest(&mut next).await;
        assert!(answer.ends_with("waited"), "{answer}");
    }
}

#[tokio::test]
async fn where_there_is_no_room_it_is_said_all_the_same_that_the_server_lives() {
    let head = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n");
    let address = served_for(Room { all: 1, each: 9 }).await;
    let mut here = TcpStream::connect(address).await.unwrap();
    here.write_all(head("/slow").as_bytes()).await.unwrap();
    for (path, status) in [("/healthz", 200), ("/", 503), ("/healthz", 200)] {
        let mut next = TcpStream::connect(address).await.unwrap();
        next.write_all(head(path).as_bytes()).await.unwrap();
        let answer = rest(&mut next).await;
        let expected = format!("HTTP/1.1 {status}");
        assert!(answer.starts_with(&expected), "{path}: {answer}");
        assert!(answer.contains("connection: close"), "{path}: {answer}");
    }
}
