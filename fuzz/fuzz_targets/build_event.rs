//! Events of builds and tests: whatever they say, all of it is understood, left aside or refused.

#![no_main]

use tidegate_domain::lifecycle::{CloudEvent, cdevent};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let events = CloudEvent::structured(data).into_iter();
    let events = events.chain(CloudEvent::bare(data));
    let batch = CloudEvent::batch(data).unwrap_or_default();
    for event in events.chain(batch) {
        let _ = cdevent::read(&event);
    }
});
