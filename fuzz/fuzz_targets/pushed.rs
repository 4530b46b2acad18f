//! Manifests that are pushed to the registry. What is taken has the same fields for whoever reads names in any case.

#![no_main]

use serde_json::Value;
use std::collections::BTreeMap;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if tidegate_registry::takes_manifest(data.to_vec(), None) {
        let whole: Value = serde_json::from_slice(data).unwrap();
        let mut folded: BTreeMap<String, &Value> = BTreeMap::new();
        for (name, value) in whole.as_object().unwrap() {
            let before = folded.insert(name.to_lowercase(), value);
            assert!(before.is_none(), "{name} stands twice");
        }
        assert!(folded.contains_key("schemaversion"));
    }
});
