//! Durable journal entries per second, one writer and sixty-four, beside what the disk allows: a bare `fdatasync`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use futures::{FutureExt, future::join_all};
use std::{fs::File, io::Write, time::Duration};
use tidegate_domain::journal::Entry;
use tidegate_store::{Store, StoreError};

fn benches(criterion: &mut Criterion) {
    let directory =
        tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory on the disk");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let store = runtime
        .block_on(Store::open_sqlite(directory.path()))
        .expect("a store");
    let mut group = criterion.benchmark_group("journal");
    group
        .measurement_time(Duration::from_secs(5))
        .sample_size(20);
    let mut file = File::create(directory.path().join("floor")).expect("a file");
    group.bench_function("fdatasync of 512 bytes, the floor", |bencher| {
        bencher.iter(|| {
            file.write_all(&[7; 512]).expect("a write");
            file.sync_data().expect("a sync");
        });
    });
    group.bench_function("1 writer, 1 entry", |bencher| {
        bencher.iter(|| runtime.block_on(append(&store)));
    });
    for writers in [64u64, 1024] {
        group.throughput(Throughput::Elements(writers));
        group.bench_function(format!("{writers} writers, 1 entry each"), |bencher| {
            bencher.iter(|| runtime.block_on(join_all((0..writers).map(|_| append(&store)))));
        });
    }
    group.finish();
}

async fn append(store: &Store) {
    let written = store.write((), |tx, ()| {
        async move {
            let entry = Entry {
                v: 1,
                time: tx.now(),
                actor: "ada".to_owned(),
                action: "deployment.target_passed".to_owned(),
                subject: "deployment/7".to_owned(),
                detail: serde_json::json!({ "target": "live-1" }),
                request: None,
            };
            tx.record_entry(&entry).await
        }
        .boxed()
    });
    let written: Result<(), StoreError> = written.await;
    written.expect("the entry is kept");
}

criterion_group!(all, benches);
criterion_main!(all);
