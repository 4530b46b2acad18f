//! Garbage collection removes what nothing needs, and never anything else: compared with a small model.

use super::world::{IMAGE, World, descriptor, image};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeSet;
use tidegate_domain::digest::Digest;
use tidegate_registry::{Collected, Pin};
use tidegate_store::StoreError;

pub(crate) async fn what_nothing_needs_goes_after_a_day(world: &World) {
    let kept = world.push_image("shop/web", "1", b"kept").await;
    let untagged = image(b"untagged", "");
    world.push_blob("shop/web", b"untagged").await;
    let digest = Digest::of(untagged.as_bytes());
    world
        .put_manifest("shop/web", &digest.to_string(), &untagged)
        .await
        .expect(201);
    let signature = image(
        b"{}",
        &format!(
            r#","subject":{}"#,
            descriptor(IMAGE, image(b"kept", "").as_bytes())
        ),
    );
    let signature_digest = Digest::of(signature.as_bytes());
    world
        .put_manifest("shop/web", &signature_digest.to_string(), &signature)
        .await
        .expect(201);
    let orphan = world.push_blob("shop/web", b"orphan").await;

    let today = collect(world, 23).await;
    assert_eq!(
        (
            today.rows.manifests.len(),
            today.rows.blobs.len(),
            today.files
        ),
        (0, 0, 0)
    );
    let tomorrow = collect(world, 25).await;
    assert_eq!(tomorrow.rows.manifests, [digest]);
    let gone: BTreeSet<Digest> = tomorrow.rows.blobs.into_iter().collect();
    assert_eq!(gone, BTreeSet::from([Digest::of(b"untagged"), orphan]));
    assert_eq!(tomorrow.files, 2);
    for digest in [kept, signature_digest] {
        world
            .call("GET", &format!("/v2/shop/web/manifests/{digest}"), b"")
            .await
            .expect(200);
    }
    world
        .call(
            "GET",
            &format!("/v2/shop/web/blobs/{}", Digest::of(b"kept")),
            b"",
        )
        .await
        .expect(200);
    assert_eq!(collect(world, 25).await.files, 0);

    // A file without a row is what a crash between the two leaves behind.
    let stray = Digest::of(b"stray").hex();
    let path = world
        .data
        .path()
        .join("artifacts/blobs/sha256")
        .join(&stray[..2])
        .join(&stray);
    std::fs::write(&path, "stray").unwrap();
    assert_eq!(collect(world, 0).await.files, 1);
    assert!(!path.exists());
}

async fn collect(world: &World, hours: i64) -> Collected {
    let now = Timestamp::now() + SignedDuration::from_hours(hours);
    world.registry.collect_garbage(now).await.unwrap()
}

/// What happens to image `i` of six, each of a layer of its own and one that it shares with its neighbour.
#[derive(Debug, Clone, Copy)]
enum Event {
    Push(usize),
    Tag(usize, u8),
    Untag(u8),
    Pin(usize),
    Unpin(usize),
    Lease(usize),
    Delete(usize),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0..6_usize).prop_map(Event::Push),
        3 => (0..6_usize, 0..3_u8).prop_map(|(i, tag)| Event::Tag(i, tag)),
        1 => (0..3_u8).prop_map(Event::Untag),
        2 => (0..6_usize).prop_map(Event::Pin),
        1 => (0..6_usize).prop_map(Event::Unpin),
        1 => (0..6_usize).prop_map(Event::Lease),
        1 => (0..6_usize).prop_map(Event::Delete),
    ]
}

#[derive(Default)]
struct Model {
    /// Visible in the repository.
    pushed: BTreeSet<usize>,
    /// Recorded, even if deleted from the repository since.
    known: BTreeSet<usize>,
    tags: [Option<usize>; 3],
    pinned: BTreeSet<usize>,
    leased: BTreeSet<usize>,
}

impl Model {
    fn needed(&self) -> BTreeSet<usize> {
        let tagged = self.tags.iter().flatten().copied();
        tagged
            .chain(self.pinned.iter().copied())
            .chain(self.leased.iter().copied())
            .collect()
    }
}

fn layer(i: usize) -> Vec<u8> {
    format!("layer {i}").into_bytes()
}

fn document(i: usize) -> String {
    let shared = descriptor("application/octet-stream", &layer(100 + i / 2));
    let own = descriptor("application/octet-stream", &layer(i));
    format!(r#"{{"schemaVersion":2,"config":{own},"layers":[{own},{shared}]}}"#)
}

fn digest(i: usize) -> Digest {
    Digest::of(document(i).as_bytes())
}

async fn happen(world: &World, model: &mut Model, event: Event) {
    match event {
        Event::Push(i) => {
            world.push_blob("shop/web", &layer(i)).await;
            world.push_blob("shop/web", &layer(100 + i / 2)).await;
            let reference = digest(i).to_string();
            world
                .put_manifest("shop/web", &reference, &document(i))
                .await
                .expect(201);
            model.pushed.insert(i);
            model.known.insert(i);
        }
        Event::Tag(i, tag) if model.pushed.contains(&i) => {
            world
                .put_manifest("shop/web", &format!("t{tag}"), &document(i))
                .await
                .expect(201);
            model.tags[usize::from(tag)] = Some(i);
        }
        Event::Untag(tag) => {
            world
                .call("DELETE", &format!("/v2/shop/web/manifests/t{tag}"), b"")
                .await;
            model.tags[usize::from(tag)] = None;
        }
        Event::Pin(i) => {
            let pinned = pin(world, i).await;
            assert_eq!(pinned, model.known.contains(&i));
            model.pinned.extend(pinned.then_some(i));
        }
        Event::Unpin(i) => {
            unpin(world, i).await;
            model.pinned.remove(&i);
        }
        Event::Lease(i) if model.pushed.contains(&i) => {
            lease(world, i).await;
            model.leased.insert(i);
        }
        Event::Delete(i) => delete(world, model, i).await,
        Event::Tag(..) | Event::Lease(_) => {}
    }
}

async fn pin(world: &World, i: usize) -> bool {
    let reason = "release".to_owned();
    let pin = Pin {
        digest: digest(i),
        reason,
        tag: None,
    };
    let pinned: Result<bool, StoreError> = world
        .store
        .write(pin, |tx, pin| tx.pin_manifest(pin).boxed())
        .await;
    pinned.unwrap()
}

async fn unpin(world: &World, i: usize) {
    let unpinned: Result<(), StoreError> = world
        .store
        .write(digest(i), |tx, digest| {
            tx.unpin_manifest(*digest, "release").boxed()
        })
        .await;
    unpinned.unwrap();
}

/// Two days ahead: longer than the collection looks into the future.
async fn lease(world: &World, i: usize) {
    let later = Timestamp::now() + SignedDuration::from_hours(48);
    let leased: Result<(), StoreError> = world
        .store
        .write((digest(i), later), |tx, (digest, later)| {
            tx.lease(*digest, *later).boxed()
        })
        .await;
    leased.unwrap();
}

async fn delete(world: &World, model: &mut Model, i: usize) {
    let path = format!("/v2/shop/web/manifests/{}", digest(i));
    let status = world.call("DELETE", &path, b"").await.status;
    let expect = match (model.pushed.contains(&i), model.pinned.contains(&i)) {
        (_, true) => 403,
        (true, false) => 202,
        (false, false) => 404,
    };
    assert_eq!(status, expect);
    if status == 202 {
        model.pushed.remove(&i);
        for tag in &mut model.tags {
            *tag = tag.filter(|tagged| *tagged != i);
        }
    }
}

/// After two days, exactly what is needed is left; everything needed can be read whole.
async fn check(events: Vec<Event>) {
    let world = World::on_sqlite().await;
    let mut model = Model::default();
    for event in events {
        happen(&world, &mut model, event).await;
    }
    collect(&world, 49).await;
    let needed = model.needed();
    for i in model.pushed {
        let manifest = format!("/v2/shop/web/manifests/{}", digest(i));
        let status = world.call("GET", &manifest, b"").await.status;
        assert_eq!(
            status,
            if needed.contains(&i) { 200 } else { 404 },
            "image {i}"
        );
        for layer in [layer(i), layer(100 + i / 2)] {
            if needed.contains(&i) {
                let blob = format!("/v2/shop/web/blobs/{}", Digest::of(&layer));
                assert_eq!(world.call("GET", &blob, b"").await.expect(200).body, layer);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_is_needed_is_never_removed(events in prop::collection::vec(event(), 1..14)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(events));
    }
}
