//! SPDX as syft, trivy, GitHub and the 3.0 generators shape it.

use super::*;
use serde_json::json;

#[test]
fn packages_of_spdx_2_are_parts() {
    let document = json!({
        "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "web",
        "creationInfo": {"created": "2027-01-02T03:04:05Z", "creators": ["Organization: Acme", "Tool: syft-1.2"]},
        "packages": [
            {"SPDXID": "SPDXRef-root", "name": "web", "versionInfo": "1.0",
             "checksums": [{"algorithm": "SHA256", "checksumValue": artifact().hex()}]},
            {"SPDXID": "SPDXRef-a", "name": "lodash", "versionInfo": "4.17.20",
             "licenseConcluded": "NOASSERTION", "licenseDeclared": "MIT",
             "externalRefs": [
                {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:x"},
                {"referenceCategory": "PACKAGE_MANAGER", "referenceType": "purl",
                 "referenceLocator": "pkg:npm/lodash@4.17.20"}]},
            {"SPDXID": "SPDXRef-b", "name": "musl", "versionInfo": "1.2.4-r1",
             "externalRefs": [{"referenceType": "http://spdx.org/rdf/references/purl",
                               "referenceLocator": "pkg:apk/alpine/musl@1.2.4-r1?distro=3.18.4"}]}
        ],
        "files": [{"SPDXID": "SPDXRef-File-x", "fileName": "x"}],
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-root"},
            {"spdxElementId": "SPDXRef-root", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-a"},
            {"spdxElementId": "SPDXRef-b", "relationshipType": "DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-a"},
            {"spdxElementId": "SPDXRef-a", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-File-x"}
        ]
    });
    for bill in [bill(&document), bill(&json!({"sbom": document}))] {
        assert_eq!(
            (bill.format, bill.format_version.as_str()),
            (Format::Spdx, "2.3")
        );
        assert_eq!(
            listed(&bill),
            ["npm lodash 4.17.20", "Alpine musl 1.2.4-r1"]
        );
        assert_eq!(
            (bill.direct.as_slice(), bill.needs.as_slice()),
            ([0].as_slice(), [(0, 1)].as_slice())
        );
        assert_eq!(bill.parts[0].licences[0].as_str(), "MIT");
        assert_eq!(
            bill.parts[1].release.as_ref().unwrap().to_string(),
            "3.18.4"
        );
        assert_eq!(bill.made_by, ["syft-1.2"]);
        assert_eq!(is_about(&bill, &artifact()), About::This);
        assert_eq!(bill.remarks.count(), 0, "{:?}", bill.remarks);
    }
}

#[test]
fn spdx_2_may_describe_a_file() {
    let bill = bill(&json!({
        "spdxVersion": "SPDX-2.2", "documentDescribes": ["SPDXRef-f"],
        "files": [{"SPDXID": "SPDXRef-f", "fileName": "./app",
                   "checksums": [{"algorithm": "SHA256", "checksumValue": Digest::of(b"other").hex()}]}]
    }));
    assert_eq!(bill.subjects[0].name, "./app");
    assert_eq!(is_about(&bill, &artifact()), About::Other);
}

#[test]
fn where_every_package_is_described_each_is_a_part() {
    let bill = bill(&json!({
        "spdxVersion": "SPDX-2.3", "documentDescribes": ["a", "b"],
        "packages": [{"SPDXID": "a", "name": "one"}, {"SPDXID": "b", "name": "two"}]
    }));
    assert_eq!(
        (bill.subjects.len(), listed(&bill)),
        (2, vec!["? one ?".to_owned(), "? two ?".to_owned()])
    );
}

#[test]
fn the_graph_of_spdx_3_is_walked() {
    let bill = bill(&json!({
        "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
        "@graph": [
            {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2027-01-02T03:04:05Z"},
            {"type": "Tool", "spdxId": "urn:t", "name": "maker"},
            {"type": "SpdxDocument", "spdxId": "urn:d", "rootElement": ["urn:s"]},
            {"type": "software_Sbom", "spdxId": "urn:s", "rootElement": ["urn:root"]},
            {"type": "software_Package", "spdxId": "urn:root", "name": "web", "verifiedUsing": ["_:h"]},
            {"type": "Hash", "@id": "_:h", "algorithm": "sha256", "hashValue": artifact().hex()},
            {"type": "software_Package", "spdxId": "urn:a", "name": "serde", "software_packageVersion": "1.0.1",
             "software_packageUrl": "pkg:cargo/serde@1.0.1",
             "verifiedUsing": [{"type": "Hash", "algorithm": "sha256", "hashValue": Digest::of(b"a").hex()}]},
            {"type": "software_Package", "spdxId": "urn:b", "name": "rand",
             "externalIdentifier": [{"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl",
                                     "identifier": "pkg:cargo/rand@0.9.0"}]},
            {"type": "software_File", "spdxId": "urn:f", "name": "x"},
            {"type": "simplelicensing_LicenseExpression", "spdxId": "urn:l",
             "simplelicensing_licenseExpression": "MIT OR Apache-2.0"},
            {"type": "Relationship", "from": "urn:a", "to": ["urn:l"], "relationshipType": "hasDeclaredLicense"},
            {"type": "Relationship", "from": "urn:root", "to": ["urn:a", "urn:f"], "relationshipType": "contains"},
            {"type": "LifecycleScopedRelationship", "from": "urn:a", "to": "urn:b", "relationshipType": "dependsOn"}
        ]
    }));
    assert_eq!(
        (bill.format_version.as_str(), bill.made_by.as_slice()),
        ("3.0.1", ["maker".to_owned()].as_slice())
    );
    assert_eq!(
        listed(&bill),
        ["crates.io serde 1.0.1", "crates.io rand 0.9.0"]
    );
    assert_eq!(bill.parts[0].licences[0].as_str(), "MIT OR Apache-2.0");
    assert_eq!(bill.parts[0].digests[0].sha256(), Some(Digest::of(b"a")));
    assert_eq!(bill.chain(1).len(), 2);
    assert_eq!(is_about(&bill, &artifact()), About::This);
    assert_eq!(bill.remarks.count(), 0, "{:?}", bill.remarks);
}
