//! Doors for `fuzz/` to what reads the words of strangers.

use crate::{app::apply, identity::issuers};
use serde_json::Value;
use tidegate_domain::access::Trust;
use tidegate_protocol::api::SourceFile;

/// Whether a file of the catalog can be read.
pub fn reads_catalog(text: &str) -> bool {
    let file = SourceFile {
        path: "catalog.yaml".to_owned(),
        beside: std::collections::BTreeMap::new(),
        text: text.to_owned(),
    };
    apply::reads(&[file])
}

/// Whether a workload token is believed by these keys.
pub fn believes(keys: &Value, trust: &Trust, token: &str) -> bool {
    issuers::verified_by(keys, trust, token).is_ok()
}
