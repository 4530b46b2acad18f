//! How long it takes to read 200,000 advisories, to index them, and to match a bill of 2,000 parts against them; and to
//! read a bill of 5 MB and a test report of 50 MB.

use criterion::{Criterion, criterion_group, criterion_main};
use std::{fmt::Write as _, hint::black_box, io::Cursor, time::Duration};
use tidegate_trust::{
    advisory::{self, Advisory, Matcher},
    bill, test_report,
};

const ADVISORIES: usize = 200_000;
/// As in the real world, most packages have few advisories and some have many.
const PACKAGES: usize = 60_000;
const PARTS: usize = 2_000;
const ECOSYSTEMS: [(&str, &str); 4] = [
    ("npm", "npm/"),
    ("PyPI", "pypi/"),
    ("Maven", "maven/org.example/"),
    ("Debian:12", "deb/debian/"),
];

fn benches(criterion: &mut Criterion) {
    advisories(criterion);
    let bill = bill_of(12_500);
    criterion.bench_function(
        &format!("read a CycloneDX of {} MB", bill.len() / 1_000_000),
        |bencher| bencher.iter(|| bill::read(black_box(bill.as_bytes()))),
    );
    let report = report();
    criterion.bench_function(
        &format!("read a JUnit report of {} MB", report.len() / 1_000_000),
        |bencher| bencher.iter(|| test_report::read(black_box(report.as_bytes()))),
    );
}

fn advisories(criterion: &mut Criterion) {
    let lines = database();
    let mut group = criterion.benchmark_group("advisories");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(12));
    group.bench_function(
        format!("read {ADVISORIES}, {} MB of lines", lines.len() / 1_000_000),
        |bencher| bencher.iter(|| records(black_box(&lines))),
    );
    let records = records(&lines);
    group.bench_function(format!("index {ADVISORIES}"), |bencher| {
        bencher.iter_with_large_drop(|| Matcher::new(black_box(records.clone())));
    });
    let matcher = Matcher::new(records);
    let bill = bill::read(bill_of(PARTS).as_bytes()).expect("our own bill is well-formed");
    let found = matcher.findings(&bill).len();
    group.bench_function(
        format!("match {PARTS} parts against {ADVISORIES}, {found} findings"),
        |bencher| bencher.iter(|| matcher.findings(black_box(&bill)).len()),
    );
    group.finish();
}

fn records(lines: &str) -> Vec<Advisory> {
    let mut records = Vec::with_capacity(ADVISORIES);
    let reading = advisory::read(Cursor::new(lines), |advisory| records.push(advisory));
    assert_eq!(reading.map(|reading| reading.broken).ok(), Some(0));
    records
}

fn database() -> String {
    let mut lines = String::new();
    let details = "What an advisory says in a few sentences. ".repeat(20);
    for at in 0..ADVISORIES {
        let package = at * at % PACKAGES;
        let (ecosystem, url) = ECOSYSTEMS[package % ECOSYSTEMS.len()];
        let group = if url.starts_with("maven") {
            "org.example:"
        } else {
            ""
        };
        let (major, minor) = (at % 7, at % 30);
        writeln!(
            lines,
            r#"{{"schema_version":"1.6.0","id":"X-{at}","modified":"2027-01-02T03:04:05Z","aliases":["CVE-{at}"],"summary":"A flaw","details":"{details}","severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}],"affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"{group}package-{package}"}},"ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"{major}.{minor}.1"}}]}}],"versions":["1.0.0","1.0.1"]}}]}}"#,
        )
        .expect("a string takes everything");
    }
    lines
}

fn bill_of(parts: usize) -> String {
    let components = (0..parts).map(|at| {
        let package = at * 31 % PACKAGES;
        let (_, url) = ECOSYSTEMS[package % ECOSYSTEMS.len()];
        let (version, hash) = (format!("{}.{}.0", at % 5, at % 40), "ab".repeat(32));
        format!(
            r#"{{"bom-ref":"ref-{at}","type":"library","name":"package-{package}","version":"{version}","purl":"pkg:{url}package-{package}@{version}","licenses":[{{"license":{{"id":"MIT"}}}}],"hashes":[{{"alg":"SHA-256","content":"{hash}"}}],"properties":[{{"name":"acme:found:by","value":"somebody"}}]}}"#,
        )
    });
    let components: Vec<String> = components.collect();
    let dependencies = (1..parts).map(|at| {
        let needs = at / 2;
        format!(r#"{{"ref":"ref-{at}","dependsOn":["ref-{needs}"]}}"#)
    });
    let dependencies: Vec<String> = dependencies.collect();
    let (components, dependencies) = (components.join(","), dependencies.join(","));
    format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{components}],"dependencies":[{dependencies}]}}"#
    )
}

fn report() -> String {
    let mut report = "<testsuites><testsuite name=\"suite\">".to_owned();
    let output = "a line of output with &lt;escapes&gt; and 0123456789\n".repeat(6);
    let mut at = 0;
    while report.len() < 50_000_000 {
        at += 1;
        let failure = match at % 50 {
            0 => "<failure message=\"expected 1 but was 2\">trace</failure>",
            _ => "",
        };
        writeln!(
            report,
            "<testcase classname=\"com.acme.Case\" name=\"test {at}\" time=\"0.001\">{failure}<system-out>{output}</system-out></testcase>",
        )
        .expect("a string takes everything");
    }
    report + "</testsuite></testsuites>"
}

criterion_group!(all, benches);
criterion_main!(all);
