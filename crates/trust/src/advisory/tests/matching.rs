//! The evaluation algorithm of the schema, and how parts are looked up.

use super::*;
use crate::package::Ecosystem;

fn affected(events: &Value, versions: &Value) -> Affected {
    let mut record = against("X", "npm", "x", events);
    record["affected"][0]["versions"] = versions.clone();
    advisory(&record).affected.remove(0)
}

#[test]
fn events_decide_in_the_order_of_versions() {
    let windows = json!([{"introduced": "2.0.0"}, {"fixed": "2.3.1"}, {"introduced": "0"}, {"fixed": "1.2.0"}]);
    let last = json!([{"introduced": "1.0"}, {"last_affected": "1.4"}]);
    let open = json!([{"introduced": "1.0"}]);
    let limited = json!([{"introduced": "0"}, {"limit": "3.0"}, {"limit": "2.0"}]);
    let unlimited = json!([{"introduced": "0"}, {"limit": "*"}]);
    for (events, version, expect) in [
        (&windows, "0.0.0-alpha", true),
        (&windows, "1.1.9", true),
        (&windows, "1.2.0", false),
        (&windows, "2.0.0", true),
        (&windows, "2.0.0-rc.1", false),
        (&windows, "2.3.1", false),
        (&windows, "10.0.0", false),
        (&last, "0.9", false),
        (&last, "1.4", true),
        (&last, "1.4.1", false),
        (&open, "99", true),
        (&limited, "2.9", true),
        (&limited, "3.0", false),
        (&unlimited, "99", true),
    ] {
        assert_eq!(
            affected(events, &json!([])).includes(version),
            expect,
            "{events} {version}"
        );
    }
    let listed = affected(&json!([]), &json!(["1.2.3"]));
    assert!(listed.includes("1.2.3") && listed.includes("v1.2.3") && !listed.includes("1.2.4"));
}

#[test]
fn a_fix_that_is_affected_again_is_none() {
    let mut record = against(
        "X",
        "npm",
        "x",
        &json!([{"introduced": "1.0"}, {"fixed": "3.0"}]),
    );
    let other = json!({"type": "SEMVER", "events": [{"introduced": "2.0"}, {"fixed": "2.3"}]});
    record["affected"][0]["ranges"]
        .as_array_mut()
        .unwrap()
        .push(other);
    let affected = advisory(&record).affected.remove(0);
    assert_eq!(affected.fixed_in("1.2"), Some("3.0"));
    assert_eq!(affected.fixed_in("3.0"), None);
}

#[test]
fn parts_are_found_by_ecosystem_and_name() {
    let until = |fixed: &str| json!([{"introduced": "0"}, {"fixed": fixed}]);
    let records = [
        against(
            "JAVA",
            "Maven",
            "org.apache.logging.log4j:log4j-core",
            &until("2.15.0"),
        ),
        against("PY", "PyPI", "Flask_Login", &until("0.7")),
        against(
            "GO",
            "Go",
            "github.com/Masterminds/goutils",
            &until("1.1.1"),
        ),
        against("DEB11", "Debian:11", "openssl", &until("1.1.1n-0+deb11u1")),
        against("DEB12", "Debian:12", "openssl", &until("3.0.2-1")),
        against("ALP", "Alpine:v3.18", "musl", &until("1.2.4-r2")),
        against("NPM", "npm", "log4j-core", &until("99.0.0")),
    ];
    let purls = [
        "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
        "pkg:maven/org.apache.logging.log4j/log4j-core@2.15.0",
        "pkg:pypi/flask.login@0.7rc1",
        "pkg:golang/github.com/masterminds/goutils@v1.1.0",
        "pkg:deb/debian/libssl1.1@1.1.1k-1?distro=debian-11&upstream=openssl",
        "pkg:deb/debian/openssl@1.1.1n-0%2Bdeb11u1?distro=debian-11",
        "pkg:apk/alpine/musl@1.2.4-r1?distro=alpine-3.18.4",
        "pkg:apk/alpine/musl@1.2.4-r1?distro=alpine-3.19.0",
    ];
    assert_eq!(
        found(&records, &purls),
        [
            "JAVA org.apache.logging.log4j:log4j-core 2.14.1 2.15.0",
            "PY flask.login 0.7rc1 0.7",
            "GO github.com/masterminds/goutils v1.1.0 1.1.1",
            "DEB11 libssl1.1 1.1.1k-1 1.1.1n-0+deb11u1",
            "ALP musl 1.2.4-r1 1.2.4-r2",
        ]
    );
    // Without its release a package may be of any.
    let unknown = ["pkg:deb/debian/openssl@1.1.1k-1"];
    assert_eq!(found(&records, &unknown).len(), 2);
}

#[test]
fn findings_come_worst_first_and_each_vulnerability_once() {
    let all = json!([{"introduced": "0"}]);
    let rated = |id: &str, aliases: Value, word: &str| {
        let mut record = against(id, "npm", "x", &all);
        record["aliases"] = aliases;
        record["database_specific"] = json!({"severity": word});
        record
    };
    let mut withdrawn = rated("GONE", json!([]), "CRITICAL");
    withdrawn["withdrawn"] = json!("2027-01-02T03:04:05Z");
    let records = [
        rated("LOW", json!([]), "LOW"),
        rated("GHSA-1", json!(["CVE-1"]), "HIGH"),
        rated("OTHER-1", json!(["CVE-1"]), "MODERATE"),
        rated("CRIT", json!(null), "CRITICAL"),
        withdrawn,
    ];
    let matcher = Matcher::new(records.iter().map(advisory));
    let bill = bill_of(&["pkg:npm/x@1.0.0", "pkg:npm/x"]);
    let findings = matcher.findings(&bill);
    let shown: Vec<_> = findings
        .iter()
        .map(|f| (f.advisory.id.as_str(), f.also.clone(), f.certainty))
        .collect();
    let (sure, unknown) = (Certainty::Affected, Certainty::VersionUnknown);
    assert_eq!(
        shown,
        [
            ("CRIT", vec![], sure),
            ("CRIT", vec![], unknown),
            ("GHSA-1", vec!["OTHER-1"], sure),
            ("GHSA-1", vec!["OTHER-1"], unknown),
            ("LOW", vec![], sure),
            ("LOW", vec![], unknown),
        ]
    );
    assert_eq!(matcher.len(), 4);
}

#[test]
fn of_one_identifier_the_last_change_counts() {
    let mut old = against("X", "npm", "x", &json!([{"introduced": "0"}]));
    let new = against("X", "npm", "x", &json!([{"introduced": "5"}]));
    old["modified"] = json!("2020-01-02T03:04:05Z");
    assert!(found(&[new.clone(), old.clone()], &["pkg:npm/x@1"]).is_empty());
    assert!(found(&[old, new], &["pkg:npm/x@1"]).is_empty());
}

#[test]
fn commits_and_packages_without_name_are_passed_over() {
    let record = json!({"id": "X", "affected": [
        {"ranges": [{"type": "GIT", "repo": "https://example.com", "events": [{"introduced": "0"}]}]},
        {"package": {"purl": "pkg:cargo/y@1"}, "ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}], "versions": ["1.0.0"]}
    ]});
    let advisory = advisory(&record);
    assert_eq!(advisory.affected.len(), 1);
    assert_eq!(
        (
            &advisory.affected[0].ecosystem,
            advisory.affected[0].ranges.len()
        ),
        (&Ecosystem::CratesIo, 0)
    );
}
