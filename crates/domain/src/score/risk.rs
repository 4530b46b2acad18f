//! How risky a deployment is: its size, what is new, how such deployments went, when it begins, and what is open.

use super::{
    Facts, Term, TermKind,
    size::{counted, plural},
};
use jiff::civil::Weekday;

/// The terms of the risk of a deployment of this size.
pub fn risk(facts: &Facts, size: u32) -> Vec<Term> {
    vec![
        of_size(size),
        novelty(facts),
        components(facts),
        team(facts),
        time(facts),
        waivers(facts),
        overdue(facts),
        issues(facts),
        suppliers(facts),
        rehearsed(facts),
        drilled(facts),
        preceded(facts),
    ]
}

fn of_size(size: u32) -> Term {
    let points = i32::try_from(size * 3 / 10).unwrap_or(i32::MAX);
    Term::new(TermKind::Size, points, format!("its size is {size}"))
        .or_else("split it into smaller releases", points / 2)
}

fn novelty(facts: &Facts) -> Term {
    let new = facts.components.iter().filter(|it| it.is_new).count() as u64;
    counted(
        TermKind::Novelty,
        new,
        (6, 18),
        "was never there|were never there",
        "component",
    )
}

/// The worst of them: a chain is as weak as that.
fn components(facts: &Facts) -> Term {
    let worst = facts
        .components
        .iter()
        .max_by_key(|it| (it.track.expected(1_000), it.component.clone()));
    let kind = TermKind::ComponentTrack;
    match worst {
        None => Term::new(kind, 0, "no component changes".to_owned()),
        Some(it) => {
            let told = format!(
                "of deployments there that changed {}, {}",
                it.component,
                it.track.told()
            );
            Term::new(kind, it.track.expected(40), told)
        }
    }
}

fn team(facts: &Facts) -> Term {
    let told = format!("of the team's deployments there, {}", facts.team.told());
    Term::new(TermKind::TeamTrack, facts.team.expected(20), told)
}

fn time(facts: &Facts) -> Term {
    let (day, hour) = (facts.when.weekday(), facts.when.hour());
    let (points, told) = match (day, hour) {
        (Weekday::Saturday | Weekday::Sunday, _) => (8, "it begins on a weekend"),
        (Weekday::Friday, 15..) => (6, "it begins on a Friday after 15:00"),
        (_, 20.. | ..6) => (4, "it begins at night"),
        _ => (0, "it begins on a working day"),
    };
    Term::new(TermKind::Time, points, told.to_owned()).or_else(
        "begin from Monday to Thursday, between 6:00 and 20:00",
        points,
    )
}

fn waivers(facts: &Facts) -> Term {
    let term = counted(
        TermKind::Waivers,
        facts.waivers,
        (4, 16),
        "is open|are open",
        "waiver",
    );
    let points = term.points;
    term.or_else("satisfy the controls instead", points)
}

fn overdue(facts: &Facts) -> Term {
    let said = "should be done by then|should be done by then";
    let term = counted(TermKind::Overdue, facts.overdue, (2, 10), said, "task");
    let points = term.points;
    term.or_else("finish them first", points)
}

fn issues(facts: &Facts) -> Term {
    let said = "is open|are open";
    let term = counted(
        TermKind::Issues,
        facts.issues,
        (4, 16),
        said,
        "serious issue",
    );
    let points = term.points;
    term.or_else("resolve them first", points)
}

fn suppliers(facts: &Facts) -> Term {
    let told = format!(
        "{} of suppliers within two days",
        plural(facts.suppliers, "change")
    );
    let points = super::size::bounded(facts.suppliers * 6, 18);
    Term::new(TermKind::Suppliers, points, told).or_else("begin two days apart from them", points)
}

fn rehearsed(facts: &Facts) -> Term {
    let kind = TermKind::Rehearsed;
    match facts.rehearsed {
        true => Term::new(kind, -4, "it was rehearsed".to_owned()),
        false => Term::new(kind, 2, "it was not rehearsed".to_owned())
            .or_else("rehearse it: `tidegate rehearse`", 6),
    }
}

fn drilled(facts: &Facts) -> Term {
    let kind = TermKind::Drilled;
    match facts.drilled {
        true => Term::new(kind, -6, "going back was drilled".to_owned()),
        false => Term::new(kind, 3, "going back was not drilled".to_owned())
            .or_else("drill it in an environment before: `tidegate drill`", 9),
    }
}

fn preceded(facts: &Facts) -> Term {
    let kind = TermKind::Preceded;
    match facts.preceded {
        None => Term::new(kind, 0, "there is no environment before".to_owned()),
        Some(true) => Term::new(kind, -4, "it runs in the environment before".to_owned()),
        Some(false) => Term::new(
            kind,
            10,
            "it does not run in the environment before".to_owned(),
        )
        .or_else("deploy it there first", 14),
    }
}
