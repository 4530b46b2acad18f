//! Random recurrence rules happen when python-dateutil says so, in floating time.
//!
//! `calendar/rules.py` makes the file, says what is in it and where dateutil departs from RFC 5545. `RULES=FILE` reads
//! another one.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use jiff::civil::DateTime;
use tidegate_domain::calendar::Rule;

/// As many as the file tells of a rule.
const OCCURRENCES: usize = 40;

#[test]
fn random_rules_happen_when_another_implementation_says() {
    let text = match std::env::var("RULES") {
        Ok(path) => std::fs::read_to_string(path).unwrap(),
        Err(_) => include_str!("calendar/rules.tsv").to_owned(),
    };
    let wrong: Vec<String> = text.lines().filter_map(difference).collect();
    let total = text.lines().count();
    assert!(total >= 1000, "only {total} rules");
    assert!(
        wrong.is_empty(),
        "{} of {total} rules differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

/// What is different about the rule of a line.
fn difference(line: &str) -> Option<String> {
    let [start, text, horizon, expect @ ..] = &line.split('\t').collect::<Vec<_>>()[..] else {
        return Some(format!("{line}: not a line of rules.py"));
    };
    let at = |text| DateTime::strptime("%Y%m%dT%H%M%S", text).unwrap();
    let rule: Rule = text.parse().unwrap();
    assert_eq!(rule.to_string().parse(), Ok(rule.clone()), "{text}");
    let (start, horizon) = (at(start), at(horizon));
    let all: Vec<DateTime> = rule
        .occurrences(start)
        .ending(horizon)
        .take(OCCURRENCES)
        .collect();
    assert_eq!(resumed(&rule, start, horizon, &all), None, "{text}");
    let texts: Vec<String> = all
        .iter()
        .map(|at| at.strftime("%Y%m%dT%H%M%S").to_string())
        .collect();
    let end = |text: Option<&String>| text.map_or("-".to_owned(), String::clone);
    let found = [
        texts.len().to_string(),
        format!("{:016x}", fnv(&texts)),
        end(texts.first()),
        end(texts.last()),
    ];
    (found != expect).then(|| format!("{line}\n  but here: {found:?}"))
}

/// A walk that begins at an occurrence, or just after the one before it, goes on as the whole walk does.
fn resumed(rule: &Rule, start: DateTime, horizon: DateTime, all: &[DateTime]) -> Option<DateTime> {
    let second = jiff::SignedDuration::from_secs(1);
    let begins = all
        .iter()
        .enumerate()
        .step_by(13)
        .flat_map(|(i, at)| [(i, *at), (i + 1, at.saturating_add(second))]);
    let differs = |(i, from): &(usize, DateTime)| {
        let rest = rule.occurrences(start).ending(horizon).starting(*from);
        // A walk that does not begin at the start forgets how many came before.
        rest.take(all.len() - i).ne(all[*i..].iter().copied())
    };
    begins.into_iter().find(differs).map(|(_, from)| from)
}

fn fnv(texts: &[String]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([b'\n']));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
