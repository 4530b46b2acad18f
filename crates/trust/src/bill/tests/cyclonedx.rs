//! `CycloneDX` as syft, trivy, cdxgen and the npm and Maven plugins shape it.

use super::*;
use serde_json::json;

#[test]
fn components_are_parts_with_everything_known_of_them() {
    let bill = bill(&json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {
            "timestamp": "2027-01-02T03:04:05Z",
            "tools": {"components": [{"type": "application", "name": "syft", "version": "1.2"}]},
            "component": {"bom-ref": "root", "type": "container", "name": "web",
                          "version": artifact().to_string()}
        },
        "components": [
            {"bom-ref": "a", "type": "library", "group": "org.apache.logging.log4j", "name": "log4j-core",
             "version": "2.14.1", "purl": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar",
             "licenses": [{"license": {"id": "Apache-2.0"}}], "cpe": "cpe:2.3:a:apache:log4j:2.14.1:*:*:*:*:*:*:*",
             "hashes": [{"alg": "SHA-256", "content": Digest::of(b"jar").hex().to_uppercase()},
                        {"alg": "MD5", "content": "not hex"}]},
            {"bom-ref": "b", "type": "library", "name": "@babel/core", "version": "7.0.0",
             "purl": "pkg:npm/%40babel/core@7.0.0", "licenses": [{"expression": "MIT OR Apache-2.0"}],
             "components": [{"bom-ref": "c", "type": "library", "name": "nested", "purl": "pkg:npm/nested"}]},
            {"bom-ref": "d", "type": "library", "name": "libssl3", "version": "3.0.2-1",
             "purl": "pkg:deb/debian/libssl3@3.0.2-1?arch=amd64&upstream=openssl&distro=debian-12"}
        ],
        "dependencies": [
            {"ref": "root", "dependsOn": ["b"]}, {"ref": "b", "dependsOn": ["c", "missing"]},
            {"ref": "c", "dependsOn": ["b"]}
        ]
    }));
    assert_eq!(
        (bill.format, bill.format_version.as_str()),
        (Format::CycloneDx, "1.6")
    );
    assert_eq!(bill.made_by, ["syft 1.2"]);
    assert_eq!(
        listed(&bill),
        [
            "Maven org.apache.logging.log4j:log4j-core 2.14.1",
            "npm @babel/core 7.0.0",
            "npm nested ?",
            "Debian libssl3 3.0.2-1",
        ]
    );
    let [log4j, _, _, ssl] = bill.parts.as_slice() else {
        panic!("{:?}", bill.parts);
    };
    assert_eq!(log4j.digests[0].sha256(), Some(Digest::of(b"jar")));
    assert_eq!(
        (log4j.digests.len(), log4j.licences[0].as_str()),
        (1, "Apache-2.0")
    );
    assert_eq!(ssl.source.as_ref().unwrap().name, "openssl");
    assert_eq!(ssl.release.as_ref().unwrap().to_string(), "12");
    assert_eq!(
        bill.remarks.texts(),
        ["b needs missing, which is not listed"]
    );
    assert_eq!(is_about(&bill, &artifact()), About::This);
}

#[test]
fn a_chain_leads_from_what_is_needed_directly_and_ends_in_cycles() {
    let components = ["a", "b", "c", "alone"].map(|name| json!({"bom-ref": name, "name": name}));
    let bill = bill(&json!({
        "bomFormat": "CycloneDX", "specVersion": "1.4",
        "metadata": {"component": {"bom-ref": "root", "name": "app"}},
        "components": components,
        "dependencies": [
            {"ref": "root", "dependsOn": ["a"]}, {"ref": "a", "dependsOn": ["b", "a"]},
            {"ref": "b", "dependsOn": ["c", "a"]}, {"ref": "c", "dependsOn": ["a", "root"]}
        ]
    }));
    let chain = |part| {
        bill.chain(part)
            .iter()
            .map(|part| part.name.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(chain(2), ["a", "b", "c"]);
    assert_eq!(chain(0), ["a"]);
    assert!(chain(3).is_empty() && chain(99).is_empty());
}

#[test]
fn what_producers_do_otherwise_is_understood() {
    let document = json!({
        "bomFormat": "cyclonedx",
        "specVersion": "1.2",
        "metadata": {"tools": [{"vendor": "x", "name": "cdxgen"}],
                     "component": {"name": "api", "purl": format!("pkg:oci/api@{}", artifact())}},
        "components": [
            {"name": "twice", "version": "1", "purl": "pkg:npm/twice@1", "licenses": ["MIT"]},
            {"name": "Twice", "version": "1", "purl": "pkg:npm/Twice@1", "licenses": [{"license": {"name": "Acme"}}]},
            {"name": "number", "version": 1.5},
            {"name": "devel", "version": "(devel)", "purl": "pkg:golang/example.com/devel"},
            {"name": "bad url", "version": "2", "purl": "pkg:npm", "licenses": [{"license": "ISC"}]},
            {"version": "3"},
            "no object",
            null,
            {"group": "com.acme", "name": "grouped", "version": " "}
        ]
    });
    let bill = read(format!("\u{feff} {document}").as_bytes()).unwrap();
    assert_eq!(
        listed(&bill),
        [
            "npm twice 1",
            "? number 1.5",
            "Go example.com/devel ?",
            "? bad url 2",
            "? com.acme/grouped ?",
        ]
    );
    let licences = bill.parts[0].licences.iter().map(Licence::as_str);
    assert_eq!(licences.collect::<Vec<_>>(), ["MIT", "Acme"]);
    assert_eq!(bill.parts[3].licences[0].as_str(), "ISC");
    assert_eq!(
        bill.remarks.texts(),
        [
            "bad url: the package URL has no name",
            "a part without a name is left out",
            "a component that is no object is left out",
            "a component that is no object is left out",
        ]
    );
    assert_eq!(is_about(&bill, &artifact()), About::This);
}

#[test]
fn the_epoch_of_rpm_belongs_to_the_version() {
    let bill = bill(&json!({"bomFormat": "CycloneDX", "components": [
        {"name": "openssl", "version": "1.1.1k-7.el8",
         "purl": "pkg:rpm/redhat/openssl@1.1.1k-7.el8?epoch=1&upstream=openssl-1.1.1k-7.el8.src.rpm&distro=rhel-8.6"}
    ]}));
    assert_eq!(listed(&bill), ["Red Hat openssl 1:1.1.1k-7.el8"]);
    assert_eq!(bill.parts[0].source.as_ref().unwrap().name, "openssl");
}

#[test]
fn a_published_package_is_a_part_of_itself() {
    let component = json!({"bom-ref": "root", "name": "lodash", "version": "4.17.20", "purl": "pkg:npm/lodash@4.17.20"});
    let bill = bill(&json!({
        "bomFormat": "CycloneDX", "metadata": {"component": component},
        "components": [{"bom-ref": "a", "name": "a"}], "dependencies": [{"ref": "root", "dependsOn": ["a"]}]
    }));
    assert_eq!(listed(&bill), ["npm lodash 4.17.20", "? a ?"]);
    assert_eq!((bill.subjects.len(), bill.chain(1).len()), (1, 1));
}

#[test]
fn a_bill_is_about_what_it_names() {
    let about = |component: serde_json::Value| {
        let metadata = json!({"component": component});
        let bill = bill(&json!({"bomFormat": "CycloneDX", "metadata": metadata}));
        is_about(&bill, &artifact())
    };
    let hash = |bytes: &[u8]| json!([{"alg": "SHA-256", "content": Digest::of(bytes).hex()}]);
    assert_eq!(
        about(json!({"name": "web", "hashes": hash(b"artifact")})),
        About::This
    );
    assert_eq!(
        about(json!({"name": "web", "hashes": hash(b"other")})),
        About::Other
    );
    assert_eq!(
        about(json!({"name": "web", "version": "1.0"})),
        About::Unsaid
    );
    assert_eq!(
        about(json!({"name": format!("r.example/web@{}", artifact())})),
        About::This
    );
    assert_eq!(about(json!(null)), About::Unsaid);
    let property = |digest| json!([{"name": "aquasecurity:trivy:RepoDigest", "value": format!("web@{digest}")}]);
    assert_eq!(
        about(json!({"name": "web", "properties": property(artifact())})),
        About::This
    );
    // Another algorithm says nothing of ours.
    assert_eq!(
        about(json!({"name": "web", "hashes": [{"alg": "SHA-1", "content": "00".repeat(20)}]})),
        About::Unsaid
    );
}
