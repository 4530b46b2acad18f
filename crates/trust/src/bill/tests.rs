//! Documents of the shape that producers write, and hostile ones.

use super::*;
use tidegate_domain::digest::Digest;

mod cyclonedx;
mod hostile;
mod spdx;

fn bill(document: &serde_json::Value) -> Bill {
    read(document.to_string().as_bytes()).unwrap()
}

/// Every part as `ecosystem name version`, with `?` for what is unknown.
fn listed(bill: &Bill) -> Vec<String> {
    let listed = bill.parts.iter().map(|part| {
        let ecosystem = part
            .ecosystem
            .as_ref()
            .map_or("?", |ecosystem| ecosystem.as_str());
        let version = part.version.as_deref().unwrap_or("?");
        format!("{ecosystem} {} {version}", part.name)
    });
    listed.collect()
}

fn artifact() -> Digest {
    Digest::of(b"artifact")
}
