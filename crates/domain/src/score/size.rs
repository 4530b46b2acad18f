//! How large a deployment is: what it changes, each kind with a bound, so that none hides the others.

use super::{Facts, Term, TermKind};

/// The terms of the size.
pub fn size(facts: &Facts) -> Vec<Term> {
    let components = facts.components.len() as u64;
    vec![
        changes(facts),
        counted(
            TermKind::Breaking,
            facts.breaking,
            (8, 24),
            "says|say that it breaks something",
            "change",
        ),
        counted(
            TermKind::Components,
            components,
            (5, 25),
            "is another one|are other ones",
            "component",
        ),
        counted(
            TermKind::Contracts,
            facts.contracts,
            (4, 16),
            "is touched|are touched",
            "contract",
        ),
        migrations(facts),
        targets(facts),
    ]
}

fn changes(facts: &Facts) -> Term {
    let kind = TermKind::Changes;
    match facts.changes {
        None => Term::new(kind, 0, "no history is known".to_owned()),
        Some(count) => {
            let points = doublings(count) * 3;
            let told = format!("{} since what runs there", plural(count, "change"));
            Term::new(kind, points.min(30), told).or_else(
                "release more often, so that each brings less",
                points.min(30) / 2,
            )
        }
    }
}

fn migrations(facts: &Facts) -> Term {
    let undone = facts.migrations.saturating_sub(facts.irreversible);
    let points = bounded(undone * 6 + facts.irreversible * 15, 30);
    let told = match facts.irreversible {
        0 => plural(facts.migrations, "job") + " run once",
        some => format!(
            "{} run once, of which {some} cannot be undone",
            plural(facts.migrations, "job")
        ),
    };
    let lowers = bounded(facts.irreversible * 9, 30);
    Term::new(TermKind::Migrations, points, told).or_else(
        "expand first and contract with a later release, so that each job can be undone",
        lowers,
    )
}

fn targets(facts: &Facts) -> Term {
    let points = (doublings(facts.targets) * 2).min(20);
    let told = format!("it reaches {}", plural(facts.targets, "target"));
    Term::new(TermKind::Targets, points, told)
}

/// So many points each, up to a bound.
pub(super) fn counted(
    kind: TermKind,
    count: u64,
    (each, most): (u64, u64),
    said: &str,
    noun: &str,
) -> Term {
    let (one, many) = said.split_once('|').unwrap_or((said, said));
    let said = if count == 1 { one } else { many };
    let told = format!("{} {said}", plural(count, noun));
    Term::new(kind, bounded(count.saturating_mul(each), most), told)
}

pub(super) fn bounded(points: u64, most: u64) -> i32 {
    i32::try_from(points.min(most)).unwrap_or(i32::MAX)
}

pub(super) fn plural(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// How often one doubles to this: 0, 1, 2, 2, 3…
fn doublings(count: u64) -> i32 {
    let all = count.saturating_add(1).ilog2();
    i32::try_from(all).unwrap_or(i32::MAX)
}
