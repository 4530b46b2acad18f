//! Documents that somebody made to do harm.

use super::*;
use proptest::prelude::*;
use serde_json::json;

#[test]
fn what_is_no_bill_says_why() {
    for (text, expect) in [
        (
            "",
            "the bill of materials is not JSON: write CycloneDX or SPDX as JSON",
        ),
        (
            "<bom/>",
            "the bill of materials is not JSON: write CycloneDX or SPDX as JSON",
        ),
        (
            "SPDXVersion: SPDX-2.3",
            "the bill of materials is not JSON: write CycloneDX or SPDX as JSON",
        ),
        ("{", "the bill of materials is broken JSON"),
        ("{} {}", "the bill of materials is broken JSON"),
        ("{}", "the JSON is neither CycloneDX nor SPDX"),
        (
            r#"{"bomFormat":"CycloneDX","specVersion":"2.0"}"#,
            "2.0 is a version of the format that is not understood",
        ),
        (
            r#"{"spdxVersion":"SPDX-1.2"}"#,
            "SPDX-1.2 is a version of the format that is not understood",
        ),
        (
            r#"{"bomFormat":"CycloneDX","version":1e999}"#,
            "the bill of materials is broken JSON",
        ),
    ] {
        assert_eq!(
            read(text.as_bytes()).unwrap_err().to_string(),
            expect,
            "{text}"
        );
    }
    assert!(matches!(
        read(&vec![b' '; SIZE_MAX + 1]),
        Err(BillError::Large)
    ));
}

#[test]
fn nesting_ends() {
    let nested = |depth: usize| {
        let inner = format!(
            "{}{}",
            r#"{"name":"x","components":["#.repeat(depth),
            "]}".repeat(depth)
        );
        format!(r#"{{"bomFormat":"CycloneDX","components":[{inner}]}}"#)
    };
    assert!(read(nested(60).as_bytes()).is_ok());
    assert!(matches!(
        read(nested(100_000).as_bytes()),
        Err(BillError::Json(_))
    ));
}

#[test]
fn too_many_values_are_refused() {
    let text = format!(
        "{{\"bomFormat\":\"CycloneDX\",\"x\":[{}0]}}",
        "0,".repeat(NODES_MAX)
    );
    assert!(matches!(read(text.as_bytes()), Err(BillError::Json(_))));
}

#[test]
fn of_a_key_given_twice_the_last_counts_and_it_is_said() {
    let text = r#"{"bomFormat":"CycloneDX","components":[{"name":"hidden"}],
                   "components":[{"name":"a","version":"1","version":"2"}]}"#;
    let bill = read(text.as_bytes()).unwrap();
    assert_eq!(listed(&bill), ["? a 2"]);
    assert_eq!(
        bill.remarks.texts(),
        [
            "`version` is given twice: the last counts",
            "`components` is given twice: the last counts",
        ]
    );
}

#[test]
fn names_show_as_what_they_are() {
    let bill = bill(&json!({"bomFormat": "CycloneDX", "components": [
        {"name": "a\u{202e}b\u{0}c", "version": "1\u{200b}"}, {"name": "x".repeat(10_000)}
    ]}));
    assert_eq!(bill.parts[0].name, "a\u{fffd}b\u{fffd}c");
    assert_eq!(bill.parts[0].version.as_deref(), Some("1\u{fffd}"));
    assert_eq!(bill.parts[1].name.len(), TEXT_MAX);
    assert_eq!(bill.remarks.count(), 3);
}

#[test]
fn parts_are_counted() {
    let components: Vec<_> = (0..PARTS_MAX + 2)
        .map(|i| json!({"name": i.to_string()}))
        .collect();
    let bill = bill(&json!({"bomFormat": "CycloneDX", "components": components}));
    assert_eq!((bill.parts.len(), bill.remarks.count()), (PARTS_MAX, 2));
}

/// JSON of the keys that the readers look for, with values of any kind.
fn documents() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<f64>().prop_map(|value| json!(value)),
        prop::sample::select(vec![
            "a",
            "pkg:npm/a@1",
            "CycloneDX",
            "SHA-256",
            "MIT",
            "_:h",
            "\u{202e}"
        ])
        .prop_map(|text| json!(text)),
        ".{0,12}".prop_map(|text| json!(text)),
    ];
    let key = prop::sample::select(vec![
        "metadata",
        "component",
        "components",
        "name",
        "version",
        "purl",
        "licenses",
        "license",
        "hashes",
        "alg",
        "content",
        "dependencies",
        "ref",
        "dependsOn",
        "bom-ref",
        "packages",
        "relationships",
        "externalRefs",
        "SPDXID",
        "spdxId",
        "type",
        "from",
        "to",
        "rootElement",
        "verifiedUsing",
        "tools",
        "properties",
    ]);
    leaf.prop_recursive(5, 64, 6, move |inner| {
        let lists = prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from);
        let pairs = prop::collection::vec((key.clone(), inner), 0..6);
        let objects = pairs.prop_map(|pairs| {
            pairs
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect()
        });
        prop_oneof![lists, objects.prop_map(serde_json::Value::Object)]
    })
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(read(&bytes));
        drop(read(&[b"{\"bomFormat\":\"CycloneDX\",".as_slice(), &bytes].concat()));
    }

    #[test]
    fn no_document_panics(inner in documents(), kind in 0..3_usize) {
        let mut document = json!({"components": inner, "packages": inner, "relationships": inner, "metadata": inner});
        let heads = [("bomFormat", json!("CycloneDX")), ("spdxVersion", json!("SPDX-2.3")), ("@graph", inner)];
        let (key, value) = heads[kind].clone();
        document[key] = value;
        document["@context"] = json!("https://spdx.org/rdf/3.0.1/spdx-context.jsonld");
        let read = read(document.to_string().as_bytes());
        for part in read.iter().flat_map(|bill| &bill.parts) {
            let query: Result<Query, _> = part.name.parse();
            let _ = query.map(|query| matches(&query, part));
        }
    }

    #[test]
    fn any_text_is_a_question_or_none(text in ".{0,40}", version in ".{0,20}") {
        let part = Part { name: text.clone(), version: Some(version.clone()), ..Part::default() };
        let _ = format!("{text} {version}").parse::<Query>().map(|query| matches(&query, &part));
        drop(text.parse::<crate::package::PackageUrl>());
    }
}
