//! Disks that give back other bytes than were written.

use super::world::{Answer, World};
use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;
use tidegate_domain::digest::Digest;

/// More than two pieces, so that there is a last one to hold back.
const SIZE: usize = 700_000;

fn content(seed: u8) -> Vec<u8> {
    (0..=u8::MAX).cycle().map(|i| i ^ seed).take(SIZE).collect()
}

fn file(world: &World, digest: Digest) -> PathBuf {
    let hex = digest.hex();
    let shards = world.data.path().join("artifacts/blobs/sha256");
    shards.join(&hex[..2]).join(&hex)
}

fn flip(world: &World, digest: Digest, at: usize) {
    let path = file(world, digest);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

async fn get(world: &World, digest: Digest, range: Option<&str>) -> Answer {
    let headers: Vec<(&str, &str)> = range.iter().map(|range| ("range", *range)).collect();
    let path = format!("/v2/shop/web/blobs/{digest}");
    world.send("GET", &path, &headers, b"").await
}

pub(crate) async fn bent_bytes_are_never_sent_whole(world: &World) {
    let blob = content(1);
    world.push_image("shop/web", "1.0.0", &blob).await;
    let digest = Digest::of(&blob);
    for at in [0, SIZE / 2, SIZE - 1] {
        flip(world, digest, at);
        let answer = get(world, digest, None).await;
        assert!(
            answer.body.len() < SIZE,
            "bit {at}: the last piece is held back"
        );
        assert_eq!(get(world, digest, Some("bytes=0-9")).await.status, 404);
        flip(world, digest, at);
        assert_eq!(
            get(world, digest, None).await.body,
            blob,
            "the disk is sound again"
        );
    }
    std::fs::write(file(world, digest), b"").unwrap();
    assert_eq!(get(world, digest, None).await.status, 404, "cut to nothing");
}

pub(crate) async fn what_is_damaged_is_set_aside_told_and_mended(world: &World) {
    let (blob, other) = (content(1), content(2));
    let manifest = world.push_image("shop/web", "1.0.0", &blob).await;
    world.push_image("shop/web", "2.0.0", &other).await;
    let digest = Digest::of(&blob);
    let now = Timestamp::now();
    flip(world, digest, 3);
    let scrub = async |days: i64| {
        let later = now + SignedDuration::from_hours(24 * days);
        world.registry.scrub("one", later, u64::MAX).await.unwrap()
    };
    assert_eq!(scrub(1).await.blobs, 0, "its time has not come");
    let found = scrub(8).await;
    assert_eq!((found.blobs, found.damaged), (3, vec![digest]));
    assert_eq!(scrub(8).await.blobs, 0, "all were read");
    let aside = world
        .data
        .path()
        .join("artifacts/damaged")
        .join(digest.hex());
    assert!(aside.exists() && !file(world, digest).exists());
    let path = format!("/v2/shop/web/blobs/{digest}");
    assert_eq!(world.call("HEAD", &path, b"").await.status, 404);
    assert!(!is_whole(world, manifest).await);
    let entries = entries(world).await;
    assert_eq!(entries.len(), 1, "told once: {entries:?}");
    assert!(entries[0].contains("shop/web"), "{entries:?}");

    // Whoever pushes it again mends it.
    world.push_blob("shop/web", &blob).await;
    assert_eq!(get(world, digest, None).await.body, blob);
    assert!(is_whole(world, manifest).await);

    // What is sent wrongly is looked at without waiting for its time; so is what is lost.
    flip(world, digest, 4);
    get(world, digest, None).await;
    assert_eq!(scrub(1).await.damaged, [digest]);
    std::fs::remove_file(file(world, Digest::of(&other))).unwrap();
    let all = world.registry.check_behind(None, now).await.unwrap();
    assert_eq!((all.blobs, all.last), (3, None));
    assert_eq!(all.damaged.len(), 2, "both are missing");
}

pub(crate) async fn what_cannot_be_read_is_told_and_passed_over(world: &World) {
    let (lost, barred, sound) = (content(1), content(2), content(3));
    for (tag, blob) in [("1.0.0", &lost), ("2.0.0", &barred), ("3.0.0", &sound)] {
        world.push_image("shop/web", tag, blob).await;
    }
    let (lost, barred) = (Digest::of(&lost), Digest::of(&barred));
    // Reading the first page of a process is the input/output error of a bad sector.
    std::fs::remove_file(file(world, lost)).unwrap();
    std::os::unix::fs::symlink("/proc/self/mem", file(world, lost)).unwrap();
    let kept = world.data.path().join("kept");
    std::fs::rename(file(world, barred), &kept).unwrap();
    std::fs::create_dir(file(world, barred)).unwrap();
    let now = Timestamp::now();
    let scrub = async |hours: i64| {
        let later = now + SignedDuration::from_hours(hours);
        let scrubbed = world.registry.scrub("one", later, u64::MAX).await.unwrap();
        (scrubbed.blobs, scrubbed.damaged, scrubbed.unread)
    };
    let week = 7 * 24 + 1;
    assert_eq!(scrub(week).await, (4, vec![lost], vec![barred]));
    assert_eq!(entries(world).await.len(), 1);
    assert!(!file(world, lost).is_symlink(), "it can be pushed again");
    assert_eq!(scrub(week).await, (0, vec![], vec![]));
    assert_eq!(scrub(week + 2).await, (1, vec![], vec![barred]), "again");
    let all = world.registry.check_behind(None, now).await.unwrap();
    assert_eq!((all.blobs, all.last), (4, None));
    assert_eq!((all.damaged, all.unread), (vec![lost], vec![barred]));

    // Whoever is refused it makes it suspected, until a look at it succeeds.
    let mut whole = world.registry.open_blob(barred).await.unwrap();
    assert!(whole.next().await.unwrap().is_err());
    for _ in 0..2 {
        assert_eq!(scrub(0).await, (1, vec![], vec![barred]));
    }
    std::fs::remove_dir(file(world, barred)).unwrap();
    std::fs::rename(&kept, file(world, barred)).unwrap();
    assert_eq!(scrub(0).await, (1, vec![], vec![]));
    assert_eq!(scrub(0).await, (0, vec![], vec![]));
    std::fs::rename(file(world, barred), &kept).unwrap();
    std::fs::create_dir(file(world, barred)).unwrap();
    assert_eq!(get(world, barred, Some("bytes=0-9")).await.status, 500);
    assert_eq!(scrub(0).await, (1, vec![], vec![barred]));
}

pub(crate) async fn of_several_servers_one_reads_what_is_due(world: &World) {
    let blob = content(1);
    world.push_image("shop/web", "1.0.0", &blob).await;
    let later = Timestamp::now() + SignedDuration::from_hours(8 * 24);
    let scrub = async |holder: &str, bytes: u64| {
        let scrubbed = world.registry.scrub(holder, later, bytes).await;
        scrubbed.unwrap().blobs
    };
    assert_eq!(scrub("one", 1).await, 1, "no more than it was asked for");
    assert_eq!(scrub("other", u64::MAX).await, 0);
    assert_eq!(scrub("one", u64::MAX).await, 1);
    // What it suspects itself each looks at.
    flip(world, Digest::of(&blob), 3);
    get(world, Digest::of(&blob), None).await;
    assert_eq!(scrub("other", 1).await, 1);
}

async fn is_whole(world: &World, manifest: Digest) -> bool {
    let whole: Result<bool, tidegate_store::StoreError> = world
        .store
        .read(manifest, |tx, manifest| {
            Box::pin(async move { tx.is_whole(&"shop/web".parse().unwrap(), *manifest).await })
        })
        .await;
    whole.unwrap()
}

async fn entries(world: &World) -> Vec<String> {
    let found: Result<Vec<String>, tidegate_store::StoreError> = world
        .store
        .write((), |tx, ()| {
            Box::pin(async move {
                tx.number_waiting_entries().await?;
                let entries = tx.entries_from(0, 10).await?;
                Ok(entries.into_iter().map(|entry| entry.text).collect())
            })
        })
        .await;
    let damaged = |text: &String| text.contains("artifact.damaged");
    found.unwrap().into_iter().filter(damaged).collect()
}
