//! Stories of one issue, and random ones.

use super::*;
use proptest::prelude::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn issue() -> Issue {
    Issue {
        id: IssueId(4),
        product: name("storefront"),
        version: "1.1.0".parse().unwrap(),
        deployment: None,
        title: Line::of("carts are empty"),
        description: Paragraphs::of("Log in twice."),
        severity: Severity::Medium,
        raised_as: Severity::Medium,
        owner: "team:shop".parse().unwrap(),
        by: name("ada"),
        at: at(0),
        state: IssueState::Open,
        past: Vec::new(),
    }
}

fn said(text: &str) -> Paragraphs {
    Paragraphs::of(text)
}

#[test]
fn it_is_taken_given_away_resolved_and_reopened() {
    let ben = name("ben");
    let story = [
        (IssueEvent::Started, "started"),
        (IssueEvent::Rated(Severity::Critical), "started"),
        (IssueEvent::Assigned("team:web".parse().unwrap()), "open"),
        (IssueEvent::Resolved(said("the cache was cold")), "resolved"),
        (IssueEvent::Reopened(said("seen again in Oslo")), "open"),
        (
            IssueEvent::Dismissed(said("it is the old app")),
            "dismissed",
        ),
    ];
    let mut issue = issue();
    for (second, (what, word)) in (1..).zip(story) {
        issue = issue.after(what, &ben, at(second)).unwrap();
        assert_eq!(issue.state.word(), word);
    }
    assert_eq!(issue.past.len(), 6);
    assert_eq!(issue.owner.to_string(), "team:web");
    assert!(issue.was_open(at(3)) && !issue.was_open(at(4)) && issue.was_open(at(5)));
    assert!(!issue.was_open(at(-1)) && !issue.was_open(at(6)));
    assert_eq!(issue.severity_at(at(1)), Severity::Medium);
    assert_eq!(issue.severity_at(at(2)), Severity::Critical);
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    let ben = name("ben");
    let refused = |what: IssueEvent| issue().after(what, &ben, at(1)).unwrap_err().to_string();
    let cases = [
        (
            IssueEvent::Resolved(said("  ")),
            "say of issue 4 what was done about it",
        ),
        (
            IssueEvent::Rated(Severity::Medium),
            "issue 4 is that already",
        ),
        (IssueEvent::Reopened(said("still there")), "issue 4 is open"),
    ];
    for (what, words) in cases {
        assert_eq!(refused(what), words);
    }
    let resolved = issue()
        .after(IssueEvent::Resolved(said("done")), &ben, at(1))
        .unwrap();
    let again = resolved
        .after(IssueEvent::Started, &ben, at(2))
        .unwrap_err();
    assert_eq!(again.to_string(), "issue 4 is resolved");
}

fn events() -> impl Strategy<Value = IssueEvent> {
    prop_oneof![
        Just(IssueEvent::Started),
        prop_oneof![Just("ben"), Just("team:web")]
            .prop_map(|to| IssueEvent::Assigned(to.parse().unwrap())),
        prop_oneof![Just(Severity::Low), Just(Severity::High)].prop_map(IssueEvent::Rated),
        "[a ]{0,3}".prop_map(|text| IssueEvent::Resolved(said(&text))),
        "[a ]{0,3}".prop_map(|text| IssueEvent::Dismissed(said(&text))),
        "[a ]{0,3}".prop_map(|text| IssueEvent::Reopened(said(&text))),
    ]
}

proptest! {
    /// Whatever is tried: the past alone tells whether it is open and how bad it is, and refusals leave it as it is.
    #[test]
    fn the_past_tells_how_it_is(tried in proptest::collection::vec(events(), 0..40)) {
        let mut issue = issue();
        for (second, what) in (1..).zip(tried) {
            if let Ok(after) = issue.clone().after(what, &name("ben"), at(second)) {
                prop_assert_eq!(after.past.len(), issue.past.len() + 1);
                issue = after;
            }
            prop_assert_eq!(issue.was_open(at(second)), issue.state.is_open());
            prop_assert_eq!(issue.severity_at(at(second)), issue.severity);
        }
        let text = serde_json::to_string(&issue).unwrap();
        prop_assert_eq!(serde_json::from_str::<Issue>(&text).unwrap(), issue);
    }
}
