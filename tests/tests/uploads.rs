//! Uploads that are cut: by the death of the server, and by a client whose connection breaks. What was acknowledged
//! is there, and the upload goes on from it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use reqwest::{Method, Response};
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
};
use tidegate_tests::{
    server::{Server, TOKEN, text},
    shop::until,
};

const MEGABYTE: usize = 1024 * 1024;
const BEGIN: &str = "/v2/shop/web/blobs/uploads/";
const CATALOG: &str = "kind: Product\nname: shop\npath: [live]\ncomponents:\n  - name: web\n    driver: service\n    \
    service:\n      command: [\"./run\"]\n---\nkind: Environment\nname: live\n";

#[tokio::test]
async fn the_death_of_the_server_in_mid_chunk_loses_nothing_that_was_acknowledged() {
    let mut server = with_shop().await;
    let content = noise(8 * MEGABYTE);
    let upload = begin(&server).await;
    let first = patch(&server, &upload, 0, &content[..2 * MEGABYTE]).await;
    assert_eq!(first.status().as_u16(), 202);
    assert_eq!(stored(&first), 2 * MEGABYTE);

    let cut = half_a_chunk(&server, &upload, &content[2 * MEGABYTE..]);
    until("some of the second chunk is written", || {
        on_disk(&server) > 2 * MEGABYTE
    });
    server.kill();
    drop(cut);
    server.start_again().await;

    let offset = ask(&server, &upload).await;
    assert!((2 * MEGABYTE..8 * MEGABYTE).contains(&offset), "{offset}");
    finish(&server, &upload, offset, &content).await;
}

#[tokio::test]
async fn a_client_whose_connection_broke_asks_how_far_it_came_and_goes_on() {
    let server = with_shop().await;
    let content = noise(8 * MEGABYTE);
    let upload = begin(&server).await;
    let cut = half_a_chunk(&server, &upload, &content);
    until("some of the chunk is written", || on_disk(&server) > 0);
    drop(cut);

    // The server may still write what had arrived: then it refuses, and says how much there is now.
    let mut offset = ask(&server, &upload).await;
    let end = 6 * MEGABYTE;
    let answer = loop {
        let answer = patch(&server, &upload, offset, &content[offset..end]).await;
        if answer.status().as_u16() != 416 {
            break answer;
        }
        offset = stored(&answer);
    };
    assert_eq!(answer.status().as_u16(), 202);
    assert_eq!(stored(&answer), end);
    finish(&server, &upload, end, &content).await;
}

async fn with_shop() -> Server {
    let server = Server::start().await;
    let catalog = server.directory().join("catalog.yaml");
    fs::write(&catalog, CATALOG).unwrap();
    server.run(&["apply", "-f", text(&catalog), "--yes"]);
    server
}

fn noise(length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let mut random = fs::File::open("/dev/urandom").unwrap();
    random.read_exact(&mut bytes).unwrap();
    bytes
}

async fn send(
    server: &Server,
    method: Method,
    path: &str,
    from: Option<usize>,
    body: &[u8],
) -> Response {
    let mut request = server
        .http
        .request(method, server.url(path))
        .bearer_auth(TOKEN);
    if let Some(from) = from {
        let range = format!("{from}-{}", from + body.len() - 1);
        request = request.header("content-range", range);
    }
    request.body(body.to_vec()).send().await.unwrap()
}

async fn begin(server: &Server) -> String {
    let answer = send(server, Method::POST, BEGIN, None, b"").await;
    answer.headers()["location"].to_str().unwrap().to_owned()
}

async fn patch(server: &Server, upload: &str, from: usize, chunk: &[u8]) -> Response {
    send(server, Method::PATCH, upload, Some(from), chunk).await
}

/// How much of the upload the server has.
async fn ask(server: &Server, upload: &str) -> usize {
    let answer = send(server, Method::GET, upload, None, b"").await;
    assert_eq!(answer.status().as_u16(), 204);
    stored(&answer)
}

fn stored(answer: &Response) -> usize {
    let range = answer.headers()["range"].to_str().unwrap();
    range.strip_prefix("0-").unwrap().parse::<usize>().unwrap() + 1
}

/// Sends the rest; the blob must be there then, byte by byte.
async fn finish(server: &Server, upload: &str, from: usize, content: &[u8]) {
    let digest = Sha256::digest(content);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let path = format!("{upload}?digest=sha256:{digest}");
    let answer = send(server, Method::PUT, &path, Some(from), &content[from..]).await;
    assert_eq!(answer.status().as_u16(), 201);
    let path = format!("/v2/shop/web/blobs/sha256:{digest}");
    let blob = send(server, Method::GET, &path, None, b"").await;
    assert!(blob.bytes().await.unwrap() == content);
}

/// Announces all of `chunk` and sends half of it. The connection stays open until it is dropped.
fn half_a_chunk(server: &Server, upload: &str, chunk: &[u8]) -> TcpStream {
    let host = server.address.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = chunk.len();
    let head = format!(
        "PATCH {upload} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&chunk[..length / 2]).unwrap();
    stream
}

/// How long the one upload's file is.
fn on_disk(server: &Server) -> usize {
    let uploads = server.directory().join("server/artifacts/uploads");
    let lengths = fs::read_dir(uploads).unwrap().flatten();
    lengths
        .map(|file| usize::try_from(file.metadata().unwrap().len()).unwrap())
        .sum()
}
