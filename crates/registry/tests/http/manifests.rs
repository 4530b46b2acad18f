//! Manifests, tags, referrers and lists over HTTP, and what sealed releases hold in place.

use super::world::{IMAGE, INDEX, World, descriptor, image};
use futures::FutureExt;
use tidegate_domain::digest::Digest;
use tidegate_registry::Pin;
use tidegate_store::StoreError;

pub(crate) async fn a_manifest_is_read_back_byte_for_byte(world: &World) {
    let digest = world.push_image("shop/web", "1.0.0", b"layer").await;
    let body = image(b"layer", "");
    for reference in ["1.0.0".to_owned(), digest.to_string()] {
        let path = format!("/v2/shop/web/manifests/{reference}");
        let answer = world.call("GET", &path, b"").await.expect(200);
        assert_eq!(answer.body, body.as_bytes());
        assert_eq!(answer.header("content-type"), IMAGE);
        assert_eq!(answer.header("docker-content-digest"), digest.to_string());
        let head = world.call("HEAD", &path, b"").await.expect(200);
        assert_eq!(head.header("content-length"), body.len().to_string());
        let etag = format!("\"{digest}\"");
        world
            .send("GET", &path, &[("if-none-match", &etag)], b"")
            .await
            .expect(304);
    }
    let put = world
        .put_manifest("shop/web", &digest.to_string(), &body)
        .await
        .expect(201);
    assert_eq!(
        put.header("location"),
        format!("/v2/shop/web/manifests/{digest}")
    );
    let elsewhere = format!("/v2/shop/api/manifests/{digest}");
    assert_eq!(
        world.call("GET", &elsewhere, b"").await.error(),
        "404 MANIFEST_UNKNOWN"
    );
}

pub(crate) async fn bad_manifests_are_refused(world: &World) {
    world.push_blob("shop/web", b"{}").await;
    let good = image(b"{}", "");
    let other = Digest::of(b"other");
    let long = format!(r#"{{"schemaVersion":2,"x":"{}"}}"#, "x".repeat(4 << 20));
    let wrong_size = good.replace("\"size\":2", "\"size\":3");
    for (reference, kind, body, expect) in [
        (
            "1",
            IMAGE,
            image(b"never pushed", ""),
            "400 MANIFEST_BLOB_UNKNOWN",
        ),
        ("1", IMAGE, wrong_size, "400 MANIFEST_INVALID"),
        ("1", "text/plain", good.clone(), "400 MANIFEST_INVALID"),
        (
            "1",
            "application/vnd.docker.distribution.manifest.v1+json",
            good.clone(),
            "400 MANIFEST_INVALID",
        ),
        ("1", IMAGE, "not json".to_owned(), "400 MANIFEST_INVALID"),
        ("1", IMAGE, long, "413 SIZE_INVALID"),
        (
            &other.to_string(),
            IMAGE,
            good.clone(),
            "400 DIGEST_INVALID",
        ),
        (".dot", IMAGE, good.clone(), "400 MANIFEST_INVALID"),
        (
            "1",
            INDEX,
            index(&[b"never pushed"]),
            "400 MANIFEST_BLOB_UNKNOWN",
        ),
    ] {
        let path = format!("/v2/shop/web/manifests/{reference}");
        let answer = world
            .send("PUT", &path, &[("content-type", kind)], body.as_bytes())
            .await;
        assert_eq!(answer.error(), expect, "{reference} {kind} {body:.60}");
    }
    let tags = world
        .call("GET", "/v2/shop/web/tags/list", b"")
        .await
        .expect(200);
    assert_eq!(tags.json()["tags"], serde_json::json!([]));
}

pub(crate) async fn lists_come_in_pages(world: &World) {
    for tag in ["b", "a", "c", "1.0"] {
        world.push_image("shop/web", tag, b"layer").await;
    }
    world.push_image("shop/api", "x", b"layer").await;
    let page = async |path: &str| {
        let answer = world.call("GET", path, b"").await.expect(200);
        let link = answer.headers.iter().find(|(name, _)| name == "link");
        let link = link.map(|(_, value)| value.clone());
        let json = answer.json();
        let list = if json["tags"].is_array() {
            &json["tags"]
        } else {
            &json["repositories"]
        };
        let list: Vec<String> = serde_json::from_value(list.clone()).unwrap();
        (list.join(" "), link.unwrap_or_default())
    };
    let next = |path: &str| format!("<{path}>; rel=\"next\"");
    let tags = "/v2/shop/web/tags/list";
    assert_eq!(page(tags).await, ("1.0 a b c".into(), String::new()));
    assert_eq!(
        page(&format!("{tags}?n=2")).await,
        ("1.0 a".into(), next(&format!("{tags}?n=2&last=a")))
    );
    assert_eq!(
        page(&format!("{tags}?n=2&last=a")).await,
        ("b c".into(), String::new())
    );
    assert_eq!(page(&format!("{tags}?n=0")).await.0, "");
    let all = page("/v2/_catalog").await;
    assert_eq!(all, ("shop/api shop/web".into(), String::new()));
    let first = page("/v2/_catalog?n=1").await;
    assert_eq!(
        first,
        ("shop/api".into(), next("/v2/_catalog?n=1&last=shop/api"))
    );
    assert_eq!(page("/v2/_catalog?n=1&last=shop/api").await.0, "shop/web");
    let reader = [("authorization", "Bearer reader")];
    let seen = world
        .raw("GET", "/v2/_catalog", &reader, b"")
        .await
        .expect(200);
    assert_eq!(seen.json()["repositories"], serde_json::json!(["shop/web"]));
}

pub(crate) async fn referrers_are_found_by_their_subject(world: &World) {
    let subject = world.push_image("shop/web", "1", b"layer").await;
    let speaks_of = descriptor(IMAGE, image(b"layer", "").as_bytes());
    let mut signatures = Vec::new();
    for kind in ["text/a", "text/b+x"] {
        let more = format!(
            r#","artifactType":"{kind}","subject":{speaks_of},"annotations":{{"k":"{kind}"}}"#
        );
        let body = image(b"{}", &more);
        let digest = Digest::of(body.as_bytes());
        let answer = world
            .put_manifest("shop/web", &digest.to_string(), &body)
            .await
            .expect(201);
        assert_eq!(answer.header("oci-subject"), subject.to_string());
        signatures.push(digest.to_string());
    }
    let path = format!("/v2/shop/web/referrers/{subject}");
    let all = world.call("GET", &path, b"").await.expect(200);
    assert_eq!(all.header("content-type"), INDEX);
    assert_eq!(all.json()["manifests"].as_array().unwrap().len(), 2);
    let filtered = world
        .call("GET", &format!("{path}?artifactType=text%2Fb%2Bx"), b"")
        .await;
    assert_eq!(filtered.header("oci-filters-applied"), "artifactType");
    let found = filtered.json()["manifests"].clone();
    assert_eq!(found[0]["digest"], signatures[1].as_str());
    assert_eq!(found[0]["annotations"]["k"], "text/b+x");
    assert_eq!(found.as_array().unwrap().len(), 1);
    let nobody = format!("/v2/shop/web/referrers/{}", Digest::of(b"nobody"));
    let none = world.call("GET", &nobody, b"").await.expect(200);
    assert_eq!(none.json()["manifests"], serde_json::json!([]));
    // Clients that know only the fallback keep an index under a tag.
    let tag = format!("sha256-{}", subject.hex());
    world
        .put_manifest("shop/web", &tag, &index(&[]))
        .await
        .expect(201);
    world
        .call("GET", &format!("/v2/shop/web/manifests/{tag}"), b"")
        .await
        .expect(200);
}

pub(crate) async fn what_a_release_holds_stays(world: &World) {
    let digest = world.push_image("shop/web", "1.0.0", b"one").await;
    world
        .put_manifest("shop/web", "all", &index(&[image(b"one", "").as_bytes()]))
        .await
        .expect(201);
    let list = Digest::of(index(&[image(b"one", "").as_bytes()]).as_bytes());
    let pin = Pin {
        digest: list,
        reason: "release shop 1.0.0".to_owned(),
        tag: Some(("shop/web".parse().unwrap(), "all".parse().unwrap())),
    };
    let pinned: Result<bool, StoreError> = world
        .store
        .write(pin.clone(), |tx, pin| tx.pin_manifest(pin).boxed())
        .await;
    assert!(pinned.unwrap());

    for path in [
        format!("manifests/{list}"),
        format!("manifests/{digest}"),
        "manifests/all".into(),
    ] {
        let answer = world
            .call("DELETE", &format!("/v2/shop/web/{path}"), b"")
            .await;
        assert_eq!(answer.error(), "403 DENIED", "{path}");
        assert!(String::from_utf8_lossy(&answer.body).contains("release shop 1.0.0"));
    }
    stays_elsewhere(world, digest).await;
    let moved = world
        .put_manifest("shop/web", "all", &image(b"one", ""))
        .await;
    assert_eq!(moved.error(), "403 DENIED");
    let same = index(&[image(b"one", "").as_bytes()]);
    world
        .put_manifest("shop/web", "all", &same)
        .await
        .expect(201);
    let layer = format!("/v2/shop/web/blobs/{}", Digest::of(b"one"));
    assert_eq!(
        world.call("DELETE", &layer, b"").await.error(),
        "403 DENIED"
    );

    let unpinned: Result<(), StoreError> = world
        .store
        .write(pin, |tx, pin| {
            tx.unpin_manifest(pin.digest, &pin.reason).boxed()
        })
        .await;
    unpinned.unwrap();
    world
        .call("DELETE", "/v2/shop/web/manifests/all", b"")
        .await
        .expect(202);
    world
        .call("DELETE", &format!("/v2/shop/web/manifests/{list}"), b"")
        .await
        .expect(202);
    world
        .call("DELETE", &format!("/v2/shop/web/manifests/{digest}"), b"")
        .await
        .expect(202);
    world.call("DELETE", &layer, b"").await.expect(202);
    for path in ["manifests/1.0.0".to_owned(), format!("manifests/{digest}")] {
        let answer = world
            .call("GET", &format!("/v2/shop/web/{path}"), b"")
            .await;
        assert_eq!(answer.error(), "404 MANIFEST_UNKNOWN");
    }
}

/// The same manifest of another product stays as well; who holds it is not told there.
async fn stays_elsewhere(world: &World, digest: Digest) {
    world.push_image("bank/app", "1.0.0", b"one").await;
    let path = format!("/v2/bank/app/manifests/{digest}");
    let answer = world.call("DELETE", &path, b"").await;
    assert_eq!(answer.error(), "403 DENIED");
    assert!(!String::from_utf8_lossy(&answer.body).contains("shop"));
}

fn index(children: &[&[u8]]) -> String {
    let children: Vec<String> = children
        .iter()
        .map(|child| descriptor(IMAGE, child))
        .collect();
    format!(
        r#"{{"schemaVersion":2,"manifests":[{}]}}"#,
        children.join(",")
    )
}
