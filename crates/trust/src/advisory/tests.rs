//! Records of the shape that databases publish, and hostile ones.

use super::*;
use crate::bill::{self, Bill};
use serde_json::{Value, json};
use std::io::Cursor;

mod databases;
mod matching;
mod scores;

fn advisory(record: &Value) -> Advisory {
    read_record(record.to_string().as_bytes()).unwrap()
}

/// An advisory against one package with one range.
fn against(id: &str, ecosystem: &str, name: &str, events: &Value) -> Value {
    json!({"id": id, "modified": "2027-01-02T03:04:05Z", "affected": [{
        "package": {"ecosystem": ecosystem, "name": name},
        "ranges": [{"type": "ECOSYSTEM", "events": events}]
    }]})
}

fn bill_of(purls: &[&str]) -> Bill {
    let components: Vec<Value> = purls
        .iter()
        .map(|purl| json!({"name": "x", "purl": purl}))
        .collect();
    let document = json!({"bomFormat": "CycloneDX", "components": components});
    bill::read(document.to_string().as_bytes()).unwrap()
}

/// Every finding as `id name version fixed_in`.
fn found(records: &[Value], purls: &[&str]) -> Vec<String> {
    let matcher = Matcher::new(records.iter().map(advisory));
    let bill = bill_of(purls);
    let findings = matcher.findings(&bill).into_iter();
    findings
        .map(|finding| {
            let version = finding.part.version.as_deref().unwrap_or("?");
            let fixed = finding.fixed_in.unwrap_or("-");
            format!(
                "{} {} {version} {fixed}",
                finding.advisory.id, finding.part.name
            )
        })
        .collect()
}
