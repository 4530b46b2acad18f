//! The journal as tools of others read it: C2SP tlog-tiles.

use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::fs;
use tidegate_tests::server::{Server, TOKEN, text};

#[tokio::test]
async fn tiles_and_bundles_are_those_of_the_standard() {
    let server = Server::start().await;
    let path = server.directory().join("catalog.yaml");
    // Each run of `apply` is an entry: the first tile gets full.
    let mut size = 0;
    while size < 258 {
        fs::write(
            &path,
            format!("kind: Environment\nname: testing\ntitle: T{size}\n"),
        )
        .expect("a file");
        let applied = json!({ "files": [{ "path": "a", "text": fs::read_to_string(&path).expect("it is there") }] });
        server.post("/api/v1/apply", &applied).await;
        let checkpoint = server.get("/api/v1/journal/checkpoint").await;
        size = checkpoint["size"].as_u64().expect("a size");
    }
    let (kind, _, note) = fetch(&server, "/log/checkpoint", 200).await;
    assert_eq!(kind, "text/plain; charset=utf-8");
    let note = String::from_utf8(note).expect("a note is text");
    assert!(
        note.starts_with(&format!("tidegate/journal\n{size}\n")),
        "{note}"
    );

    let (kind, keep, leaves) = fetch(&server, "/log/tile/0/000", 200).await;
    assert_eq!(
        (kind.as_str(), leaves.len()),
        ("application/octet-stream", 8192)
    );
    assert!(
        keep.contains("immutable") && keep.contains("max-age=31536000"),
        "{keep}"
    );
    let (_, keep, part) = fetch(&server, "/log/tile/0/001.p/2", 200).await;
    assert_eq!(part.len(), 64);
    assert!(!keep.contains("immutable"), "{keep}");
    let (_, _, above) = fetch(&server, "/log/tile/1/000.p/1", 200).await;
    assert_eq!(above, root(leaves.chunks(32).map(<[u8]>::to_vec).collect()));

    let (_, _, bundle) = fetch(&server, "/log/tile/entries/000", 200).await;
    let mut rest = &bundle[..];
    for leaf in leaves.chunks(32) {
        let (length, behind) = rest.split_first_chunk::<2>().expect("a length");
        let (entry, behind) = behind.split_at(usize::from(u16::from_be_bytes(*length)));
        assert_eq!(
            Sha256::new()
                .chain_update([0])
                .chain_update(entry)
                .finalize()[..],
            *leaf
        );
        rest = behind;
    }
    assert!(rest.is_empty());
    for (path, status) in [
        ("/log/tile/0/001", 404),
        ("/log/tile/0/001.p/250", 404),
        ("/log/tile/2/000.p/1", 404),
        ("/log/tile/0/1", 400),
        ("/log/tile/0/001.p/256", 400),
    ] {
        fetch(&server, path, status).await;
    }
}

#[tokio::test]
async fn hashes_are_for_all_teams_and_entries_for_who_reads_the_whole_journal() {
    let server = Server::start().await;
    let path = server.directory().join("catalog.yaml");
    server.run(&["person", "create", "bob"]);
    fs::write(&path, "kind: Team\nname: makers\nlevels: { bob: apply }\n").expect("a file");
    server.run(&["apply", "-f", text(&path), "--yes"]);
    let token = server.run(&["token", "create", "desk", "--for", "bob"]);
    for (path, status) in [
        ("/log/checkpoint", 200),
        ("/log/tile/0/000.p/1", 200),
        ("/log/tile/entries/000.p/1", 403),
        ("/api/v1/journal/proofs/inclusion?sequence=0", 200),
        ("/api/v1/journal/proofs/consistency?from=1&to=2", 200),
    ] {
        let request = server.http.get(server.url(path)).bearer_auth(token.trim());
        let answer = request.send().await.expect("it answers");
        assert_eq!(answer.status().as_u16(), status, "{path}");
        let stranger = server.http.get(server.url(path)).send().await;
        assert_eq!(
            stranger.expect("it answers").status().as_u16(),
            401,
            "{path}"
        );
    }
}

/// The content type, how long it may be kept, and the bytes.
async fn fetch(server: &Server, path: &str, status: u16) -> (String, String, Vec<u8>) {
    let request = server.http.get(server.url(path)).bearer_auth(TOKEN);
    let answer = request.send().await.expect("it answers");
    assert_eq!(answer.status().as_u16(), status, "{path}");
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map_or(String::new(), |value| {
            value.to_str().expect("ASCII").to_owned()
        })
    };
    let (kind, keep) = (header("content-type"), header("cache-control"));
    (
        kind,
        keep,
        answer.bytes().await.expect("it is whole").to_vec(),
    )
}

/// The root of a full tree (RFC 6962 §2.1), written apart from the program's own.
fn root(mut nodes: Vec<Vec<u8>>) -> Vec<u8> {
    while nodes.len() > 1 {
        let pair =
            |pair: &[Vec<u8>]| Sha256::digest([&[1], &pair[0][..], &pair[1][..]].concat()).to_vec();
        nodes = nodes.chunks(2).map(pair).collect();
    }
    nodes.remove(0)
}
