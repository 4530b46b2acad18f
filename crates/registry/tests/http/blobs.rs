//! Blobs over HTTP: every way in and out that the specification names, and what happens when it goes wrong.

use super::world::{WITHHELD, World};
use tidegate_domain::digest::Digest;
use tidegate_registry::Blobs;

const CONTENT: &[u8] = b"0123456789";

pub(crate) async fn who_is_not_known_is_turned_away(world: &World) {
    let answer = world.raw("GET", "/v2/", &[], b"").await;
    assert_eq!(answer.error(), "401 UNAUTHORIZED");
    assert_eq!(answer.header("www-authenticate"), "Basic realm=\"house\"");
    let upload = "/v2/shop/web/blobs/uploads/";
    for headers in [vec![], vec![("authorization", "Bearer narrow")]] {
        let answer = world.raw("POST", upload, &headers, b"").await;
        assert_eq!(answer.error(), "401 UNAUTHORIZED", "{headers:?}");
        let expect = "Basic realm=\"house\", scope=\"shop/web:push\"";
        assert_eq!(answer.header("www-authenticate"), expect, "{headers:?}");
    }
    assert_eq!(
        answer.header("docker-distribution-api-version"),
        "registry/2.0"
    );
    let basic = [("authorization", "Basic YW55Ym9keTphZG1pbg==")];
    world.raw("GET", "/v2/", &basic, b"").await.expect(200);
    world.call("GET", "/v2/", b"").await.expect(200);

    let reader = [("authorization", "Bearer reader")];
    for (method, path, expect) in [
        ("POST", "/v2/shop/web/blobs/uploads/", "403 DENIED"),
        ("DELETE", "/v2/shop/web/manifests/1", "403 DENIED"),
        ("GET", "/v2/shop/api/manifests/1", "403 DENIED"),
        ("GET", "/v2/shop/web/manifests/1", "404 MANIFEST_UNKNOWN"),
        ("POST", "/v2/shop/web/manifests/1", "403 DENIED"),
    ] {
        assert_eq!(
            world.raw(method, path, &reader, b"").await.error(),
            expect,
            "{method} {path}"
        );
    }
    let unknown = world
        .call("POST", "/v2/shop/nothing/blobs/uploads/", b"")
        .await;
    assert_eq!(unknown.error(), "404 NAME_UNKNOWN");
    assert!(String::from_utf8_lossy(&unknown.body).contains("tidegate apply"));
}

pub(crate) async fn every_way_in_leads_to_the_same_blob(world: &World) {
    let digest = Digest::of(CONTENT);
    let blob = format!("/v2/shop/web/blobs/{digest}");

    let posted = format!("/v2/shop/web/blobs/uploads/?digest={digest}");
    let answer = world.call("POST", &posted, CONTENT).await.expect(201);
    assert_eq!(answer.header("location"), blob);
    assert_eq!(answer.header("docker-content-digest"), digest.to_string());

    let put = begin(world, "shop/web").await;
    let answer = world
        .call("PUT", &format!("{put}?digest={digest}"), CONTENT)
        .await
        .expect(201);
    assert_eq!(answer.header("location"), blob);

    let chunked = begin(world, "shop/web").await;
    let first = world
        .send("PATCH", &chunked, &[("content-range", "0-3")], b"0123")
        .await;
    assert_eq!(first.expect(202).header("range"), "0-3");
    let second = world.call("PATCH", &chunked, b"45").await.expect(202);
    assert_eq!(second.header("range"), "0-5");
    let status = world.call("GET", &chunked, b"").await.expect(204);
    assert_eq!(
        (status.header("range"), status.header("location")),
        ("0-5", chunked.as_str())
    );
    let last = format!("{chunked}?digest={digest}");
    world
        .send("PUT", &last, &[("content-range", "6-9")], b"6789")
        .await
        .expect(201);
    assert_eq!(
        world.call("GET", &chunked, b"").await.error(),
        "404 BLOB_UPLOAD_UNKNOWN"
    );

    let answer = world.call("GET", &blob, b"").await.expect(200);
    assert_eq!(answer.body, CONTENT);
    assert_eq!(answer.header("content-length"), "10");
    let answer = world.call("HEAD", &blob, b"").await.expect(200);
    assert_eq!(
        (answer.header("content-length"), answer.body.len()),
        ("10", 0)
    );
}

pub(crate) async fn what_is_wrong_is_refused_and_leaves_nothing(world: &World) {
    let digest = Digest::of(CONTENT);
    let blob = format!("/v2/shop/web/blobs/{digest}");
    let post = format!("/v2/shop/web/blobs/uploads/?digest={digest}");
    assert_eq!(
        world.call("POST", &post, b"altered").await.error(),
        "400 DIGEST_INVALID"
    );
    let put = begin(world, "shop/web").await;
    let bad = format!("{put}?digest={digest}");
    assert_eq!(
        world.call("PUT", &bad, b"012345678").await.error(),
        "400 DIGEST_INVALID"
    );
    assert_eq!(
        world.call("PUT", &bad, CONTENT).await.error(),
        "404 BLOB_UPLOAD_UNKNOWN"
    );
    assert_eq!(
        world.call("GET", &blob, b"").await.error(),
        "404 BLOB_UNKNOWN"
    );
    assert_eq!(uploads_left(world), 0);

    let chunked = begin(world, "shop/web").await;
    for (range, body, expect) in [
        ("1-4", "1234", "416 BLOB_UPLOAD_INVALID"),
        ("x", "1234", "400 BLOB_UPLOAD_INVALID"),
        ("0-9", "1234", "400 SIZE_INVALID"),
    ] {
        let headers = [("content-range", range)];
        let answer = world
            .send("PATCH", &chunked, &headers, body.as_bytes())
            .await;
        assert_eq!(answer.error(), expect, "{range}");
    }
    let no_digest = world.call("PUT", &chunked, b"").await;
    assert_eq!(no_digest.error(), "400 DIGEST_INVALID");
    let elsewhere = chunked.replace("shop/web", "shop/api");
    assert_eq!(
        world.call("PATCH", &elsewhere, b"1").await.error(),
        "404 BLOB_UPLOAD_UNKNOWN"
    );
    world.call("DELETE", &chunked, b"").await.expect(204);
    assert_eq!(
        world.call("DELETE", &chunked, b"").await.error(),
        "404 BLOB_UPLOAD_UNKNOWN"
    );
    assert_eq!(
        world.call("POST", &chunked, b"").await.error(),
        "405 UNSUPPORTED"
    );
    assert_eq!(
        world.call("PUT", &blob, b"").await.error(),
        "405 UNSUPPORTED"
    );
    assert_eq!(uploads_left(world), 0);
}

pub(crate) async fn a_sender_that_breaks_off_goes_on_where_it_stopped(world: &World) {
    let upload = begin(world, "shop/web").await;
    let cut = world
        .send("PATCH", &upload, &[("content-length", "10")], b"0123")
        .await;
    assert_eq!(cut.error(), "400 BLOB_UPLOAD_INVALID");
    let status = world.call("GET", &upload, b"").await.expect(204);
    assert_eq!(status.header("range"), "0-3");
    let done = format!("{upload}?digest={}", Digest::of(CONTENT));
    world
        .send("PUT", &done, &[("content-range", "4-9")], b"456789")
        .await
        .expect(201);

    // Whoever posts in one request has no name to go on with.
    let post = format!(
        "/v2/shop/web/blobs/uploads/?digest={}",
        Digest::of(b"other")
    );
    world
        .send("POST", &post, &[("content-length", "10")], b"012")
        .await
        .expect(400);
    assert_eq!(uploads_left(world), 0);
}

#[tokio::test]
async fn an_upload_outlives_the_program() {
    let directory = tempfile::tempdir().unwrap();
    let repository = "shop/web".parse().unwrap();
    let chunk = |text: &'static [u8]| {
        futures::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(text))])
    };
    let blobs = Blobs::open(directory.path()).unwrap();
    let mut upload = blobs.begin_upload(&repository).await.unwrap();
    let id = upload.id();
    upload.append(chunk(b"01234")).await.unwrap();
    upload.sync().await.unwrap();
    drop((upload, blobs));

    let blobs = Blobs::open(directory.path()).unwrap();
    assert_eq!(blobs.upload_length(&repository, id).await.unwrap(), 5);
    let mut old = blobs.resume_upload(&repository, id).await.unwrap();
    let mut upload = blobs.resume_upload(&repository, id).await.unwrap();
    assert_eq!(upload.length(), 5);
    assert!(
        old.append(chunk(b"late")).await.is_err(),
        "the newest request owns the upload"
    );
    upload.append(chunk(b"56789")).await.unwrap();
    let placed = upload.finish(Digest::of(CONTENT)).await.unwrap();
    assert_eq!((placed.digest, placed.size), (Digest::of(CONTENT), 10));
    assert!(blobs.has(placed.digest, 10).await);
}

pub(crate) async fn parts_are_read_as_asked(world: &World) {
    let digest = world.push_blob("shop/web", CONTENT).await;
    let blob = format!("/v2/shop/web/blobs/{digest}");
    for (range, status, body, shown) in [
        ("bytes=2-4", 206, "234", "bytes 2-4/10"),
        ("bytes=7-", 206, "789", "bytes 7-9/10"),
        ("bytes=-2", 206, "89", "bytes 8-9/10"),
        ("bytes=0-0", 206, "0", "bytes 0-0/10"),
    ] {
        let answer = world
            .send("GET", &blob, &[("range", range)], b"")
            .await
            .expect(status);
        assert_eq!(answer.body, body.as_bytes(), "{range}");
        assert_eq!(answer.header("content-range"), shown);
    }
    let outside = world
        .send("GET", &blob, &[("range", "bytes=10-")], b"")
        .await
        .expect(416);
    assert_eq!(outside.header("content-range"), "bytes */10");
    let etag = format!("\"{digest}\"");
    world
        .send("GET", &blob, &[("if-none-match", &etag)], b"")
        .await
        .expect(304);
    let stale = [("range", "bytes=2-4"), ("if-range", "\"other\"")];
    assert_eq!(
        world.send("GET", &blob, &stale, b"").await.expect(200).body,
        CONTENT
    );
}

pub(crate) async fn big_blobs_come_back_whole(world: &World) {
    let content: Vec<u8> = (0..3_000_001_u32).map(|i| i.to_le_bytes()[1]).collect();
    let digest = world.push_blob("shop/web", &content).await;
    let answer = world
        .call("GET", &format!("/v2/shop/web/blobs/{digest}"), b"")
        .await;
    assert!(answer.expect(200).body == content);
    let empty = world.push_blob("shop/web", b"").await;
    let answer = world
        .call("GET", &format!("/v2/shop/web/blobs/{empty}"), b"")
        .await;
    assert!(answer.expect(200).body.is_empty());
}

pub(crate) async fn what_is_withheld_is_neither_read_nor_mounted(world: &World) {
    let digest = world.push_blob("shop/web", WITHHELD).await;
    for path in ["blobs", "referrers"] {
        let path = format!("/v2/shop/web/{path}/{digest}");
        assert_eq!(world.call("GET", &path, b"").await.error(), "403 DENIED");
    }
    let there = format!("/v2/shop/web/blobs/{digest}");
    world.call("HEAD", &there, b"").await.expect(403);
    // Nobody has it elsewhere without having it already.
    let mount = format!("/v2/shop/api/blobs/uploads/?mount={digest}&from=shop/web");
    world.call("POST", &mount, b"").await.expect(202);
    let elsewhere = format!("/v2/shop/api/blobs/{digest}");
    let answer = world.call("GET", &elsewhere, b"").await;
    assert_eq!(answer.error(), "404 BLOB_UNKNOWN");
}

pub(crate) async fn a_blob_is_seen_only_where_it_is_linked(world: &World) {
    let digest = world.push_blob("shop/web", CONTENT).await;
    let there = format!("/v2/shop/api/blobs/{digest}");
    assert_eq!(
        world.call("GET", &there, b"").await.error(),
        "404 BLOB_UNKNOWN"
    );
    let mount = format!("/v2/shop/api/blobs/uploads/?mount={digest}&from=shop/web");
    let answer = world.call("POST", &mount, b"").await.expect(201);
    assert_eq!(answer.header("location"), there);
    assert_eq!(
        world.call("GET", &there, b"").await.expect(200).body,
        CONTENT
    );
    let nothing = Digest::of(b"nothing");
    for from in ["shop/web", "shop/none", "../..", "%2e%2e"] {
        let mount = format!("/v2/shop/api/blobs/uploads/?mount={nothing}&from={from}");
        let answer = world.call("POST", &mount, b"").await.expect(202);
        world
            .call("DELETE", answer.header("location"), b"")
            .await
            .expect(204);
    }
    world.call("DELETE", &there, b"").await.expect(202);
    assert_eq!(
        world.call("GET", &there, b"").await.error(),
        "404 BLOB_UNKNOWN"
    );
    world
        .call("GET", &format!("/v2/shop/web/blobs/{digest}"), b"")
        .await
        .expect(200);
}

pub(crate) async fn tricks_reach_no_file(world: &World) {
    std::fs::write(world.data.path().join("secret"), "secret").unwrap();
    let long = format!("/v2/shop/web/manifests/{}", "a".repeat(60_000));
    for (path, expect) in [
        ("/v2/../tidegate.db", "400 NAME_INVALID"),
        ("/v2/%2e%2e/%2e%2e/blobs/uploads/", "400 NAME_INVALID"),
        ("/v2/shop%2fweb/tags/list", "400 NAME_INVALID"),
        ("/v2/shop/../../secret", "400 NAME_INVALID"),
        ("/v2/shop/web/blobs/../../../secret", "400 NAME_INVALID"),
        (
            "/v2/shop/web/blobs/%2e%2e%2f%2e%2e%2fsecret",
            "400 DIGEST_INVALID",
        ),
        (
            "/v2/shop/web/blobs/sha256:..%2f..%2f..%2fsecret",
            "400 DIGEST_INVALID",
        ),
        (
            "/v2/shop/web/blobs/uploads/..%2f..%2fsecret",
            "404 BLOB_UPLOAD_UNKNOWN",
        ),
        (
            "/v2/shop/web/blobs/uploads/../../secret",
            "400 NAME_INVALID",
        ),
        ("/v2/shop/web/manifests/..", "404 MANIFEST_UNKNOWN"),
        ("/v2/shop/web/manifests/%2e%2e", "404 MANIFEST_UNKNOWN"),
        (
            "/v2/shop/web/manifests/..%2f..%2fsecret",
            "404 MANIFEST_UNKNOWN",
        ),
        (&long, "404 MANIFEST_UNKNOWN"),
        ("/v2/shop/web/tags/list?n=x", "400 SIZE_INVALID"),
        ("/v2//", "400 NAME_INVALID"),
    ] {
        let answer = world.call("GET", path, b"").await;
        assert_eq!(answer.error(), expect, "{path:.80}");
        assert!(
            !answer
                .body
                .windows(6)
                .any(|w| w == b"secret" && answer.status == 200)
        );
    }
    for tag in ["..", "%2e%2e", ".hidden", "a%2fb"] {
        let answer = world.put_manifest("shop/web", tag, "{}").await;
        assert_eq!(answer.error(), "400 MANIFEST_INVALID", "{tag}");
    }
    world.call("GET", "/v2/", b"").await.expect(200);
}

async fn begin(world: &World, repository: &str) -> String {
    let path = format!("/v2/{repository}/blobs/uploads/");
    let answer = world.call("POST", &path, b"").await.expect(202);
    assert!(!answer.header("docker-upload-uuid").is_empty());
    assert_eq!(answer.header("range"), "0-0");
    answer.header("location").to_owned()
}

fn uploads_left(world: &World) -> usize {
    std::fs::read_dir(world.data.path().join("artifacts/uploads"))
        .unwrap()
        .count()
}
