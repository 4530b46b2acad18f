//! What trackers tell of their items: a key that is kept is one of that tracker.

#![no_main]

use serde_json::json;
use std::sync::LazyLock;
use tidegate_domain::scope::{Tracker, WorkItem};

static TRACKERS: LazyLock<Vec<Tracker>> = LazyLock::new(|| {
    let tracker = |system: &str| {
        let tracker = json!({ "name": system, "system": system });
        serde_json::from_value(tracker).unwrap()
    };
    ["github", "gitlab", "jira"]
        .into_iter()
        .map(tracker)
        .collect()
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(written) = serde_json::from_slice(data) else {
        return;
    };
    for tracker in TRACKERS.iter() {
        let _ = WorkItem::read(tracker, &written);
    }
});
