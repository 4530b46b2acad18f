//! Scores that FIRST and the databases publish for their vectors, and what is taken where there is none.

use super::*;

fn rated(record: &Value) -> (Severity, Option<String>) {
    let advisory = advisory(record);
    (
        advisory.severity,
        advisory.score.map(|score| score.to_string()),
    )
}

/// The examples of CVSS v3.1 and v4.0 that FIRST publishes, and well-known vulnerabilities.
#[test]
fn published_scores() {
    for (vector, score, severity) in [
        (
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "9.8",
            Severity::Critical,
        ),
        (
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
            "10.0",
            Severity::Critical,
        ),
        (
            "CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N",
            "6.4",
            Severity::Medium,
        ),
        (
            "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N",
            "3.1",
            Severity::Low,
        ),
        (
            "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H",
            "8.8",
            Severity::High,
        ),
        (
            "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
            "6.1",
            Severity::Medium,
        ),
        (
            "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:N",
            "2.4",
            Severity::Low,
        ),
        (
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N",
            "0.0",
            Severity::None,
        ),
        (
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/E:P/RL:O",
            "7.5",
            Severity::High,
        ),
        (
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            "9.3",
            Severity::Critical,
        ),
        (
            "CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
            "8.5",
            Severity::High,
        ),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", "7.8", Severity::High),
        ("(AV:N/AC:L/Au:N/C:C/I:C/A:C)", "10.0", Severity::Critical),
    ] {
        let record = json!({"id": "X", "severity": [{"type": "any", "score": vector}]});
        assert_eq!(
            rated(&record),
            (severity, Some(score.to_owned())),
            "{vector}"
        );
    }
}

/// Ours against the crate that does the other versions, over every base vector of 3.1.
#[test]
fn every_vector_of_version_3_has_a_score() {
    let metrics: [(&str, &[&str]); 8] = [
        ("AV", &["N", "A", "L", "P"]),
        ("AC", &["L", "H"]),
        ("PR", &["N", "L", "H"]),
        ("UI", &["N", "R"]),
        ("S", &["U", "C"]),
        ("C", &["H", "L", "N"]),
        ("I", &["H", "L", "N"]),
        ("A", &["H", "L", "N"]),
    ];
    let mut vectors = vec!["CVSS:3.1".to_owned()];
    for (name, values) in metrics {
        let longer = |vector: &String| {
            values
                .iter()
                .map(move |value| format!("{vector}/{name}:{value}"))
                .collect::<Vec<_>>()
        };
        vectors = vectors.iter().flat_map(longer).collect();
    }
    assert_eq!(vectors.len(), 2592);
    for vector in vectors {
        let (_, score) = cvss::score(&vector).unwrap();
        let oracle: ::cvss::Cvss = vector.parse().unwrap();
        assert_eq!(
            score.to_string(),
            format!("{:.1}", oracle.score()),
            "{vector}"
        );
    }
}

#[test]
fn the_newest_vector_counts_and_words_stand_in() {
    let v3 = json!({"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"});
    let v4 = json!({"type": "CVSS_V4", "score": "CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"});
    assert_eq!(
        rated(&json!({"id": "X", "severity": [v4, v3]}))
            .1
            .as_deref(),
        Some("8.5")
    );
    for (record, severity) in [
        (
            json!({"id": "X", "database_specific": {"severity": "MODERATE"}}),
            Severity::Medium,
        ),
        (
            json!({"id": "X", "severity": [{"type": "Ubuntu", "score": "high"}]}),
            Severity::High,
        ),
        (
            json!({"id": "X", "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N"}]}),
            Severity::Unknown,
        ),
        (
            json!({"id": "X", "severity": [{"score": "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}),
            Severity::Unknown,
        ),
        (
            json!({"id": "X", "database_specific": ["severity"]}),
            Severity::Unknown,
        ),
        (
            json!({"id": "X", "database_specific": {"severity": {"a": 1}}}),
            Severity::Unknown,
        ),
        (json!({"id": "MAL-2027-1"}), Severity::Critical),
    ] {
        assert_eq!(rated(&record), (severity, None), "{record}");
    }
}
