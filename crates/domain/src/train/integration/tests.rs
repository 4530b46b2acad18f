//! What does not fit, told by small trains.

mod slow_reader;

use super::super::{
    Bill, Finding, Integration, Place, Runs, UnmetNeed, Way,
    sample::{bill, name, past, place, time},
};
use crate::{
    catalog::{Need, Needed},
    id::Edition,
    name::Name,
};
use std::collections::{BTreeMap, BTreeSet};

/// What is found of a train to live, where this runs.
fn found(train: &str, live: &str) -> Vec<String> {
    let live_name = name("live");
    let way = Way {
        to: &live_name,
        tested_in: None,
        voided: None,
    };
    let places = BTreeMap::from([(name("live"), place(live))]);
    let integration = Integration::of(&bill(train), &way, &places);
    assert_eq!(integration.holds(), integration.findings.is_empty());
    integration
        .findings
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn what_is_complete_and_fits_is_found_to_hold() {
    for (train, live) in [
        // Among members.
        (
            "orders/api 3.4.0 +orders-api=2.1.0\n shop/web 2.1.0 -orders-api^2",
            "",
        ),
        ("orders/api 1.4.2\n shop/web 2.1.0 -orders/api>=1.4,<3", ""),
        (
            "orders/api 3.4.0 +orders-api=1.9.0,2.1.0\n shop/web 2.1.0 -orders-api^2\n bank/web 1.0.0 -orders-api^1",
            "",
        ),
        // By what runs already.
        (
            "shop/web 2.1.0 -orders-api^2",
            "orders/api 3.4.0 +orders-api=2.1.0",
        ),
        // The old release of a member does not count any more.
        (
            "orders/api 3.4.0 +orders-api=2.1.0\n shop/web 2.1.0 -orders-api^2",
            "orders/api 2.0.0 +orders-api=1.0.0",
        ),
        // It does without.
        ("shop/web 2.1.0 -?orders-api^2", ""),
        // Two give the same.
        (
            "eu/api 1.0.0 +orders-api=2.1.0\n us/api 1.0.1 +orders-api=2.1.0\n shop/web 1.0.0 -orders-api^2",
            "",
        ),
        // Two give different versions, and only one of them serves.
        (
            "v1/api 1.0.0 +orders-api=1.9.0\n v2/api 1.0.1 +orders-api=2.1.0\n shop/web 1.0.0 -orders-api^2",
            "",
        ),
        // It did not have it before either.
        ("shop/web 2.1.0", "bank/web 1.0.0 -orders-api^2"),
        (
            "orders/api 3.4.0 +orders-api=3.0.0",
            "orders/api 2.0.0 +orders-api=1.0.0\n bank/web 1.0.0 -orders-api^2",
        ),
    ] {
        assert_eq!(found(train, live), [""; 0], "{train} | {live}");
    }
}

#[test]
fn what_does_not_fit_names_everybody_concerned() {
    for (train, live, expect) in [
        (
            "shop/web 2.1.0 -orders-api^2",
            "",
            "shop/web 2.1.0 needs orders-api ^2, and nobody gives that in live",
        ),
        (
            "shop/web 2.1.0 -orders/api^2",
            "orders/worker 2.0.0",
            "shop/web 2.1.0 needs orders/api ^2, and nobody gives that in live",
        ),
        (
            "orders/api 3.4.0 +orders-api=1.9.0\n shop/web 2.1.0 -orders-api^2",
            "",
            "shop/web 2.1.0 needs orders-api ^2, but in live orders/api 3.4.0 gives 1.9.0",
        ),
        (
            "orders/api 3.4.0\n shop/web 2.1.0 -orders/api>=1.4,<3",
            "",
            "shop/web 2.1.0 needs orders/api >=1.4, <3, but in live orders/api is 3.4.0",
        ),
        (
            "orders/api 3.4.0 +orders-api=2.1.0-rc.1\n shop/web 2.1.0 -orders-api^2",
            "",
            "shop/web 2.1.0 needs orders-api ^2, but in live orders/api 3.4.0 gives 2.1.0-rc.1, a pre-release, which a range admits only if it names one",
        ),
        (
            "orders/api nightly\n shop/web 2.1.0 -orders/api*",
            "",
            "shop/web 2.1.0 needs orders/api *, but in live orders/api is nightly, which is no semantic version, so that no range can hold",
        ),
        (
            "a/api 1.0.0 +orders-api=2.1.0\n b/api 1.0.0 +orders-api=2.0.0\n shop/web 2.1.0 -orders-api^2",
            "",
            "shop/web 2.1.0 needs orders-api ^2 of one provider, but in live a/api 1.0.0 gives 2.1.0, and b/api 1.0.0 gives 2.0.0",
        ),
        // An optional one that is there has to fit.
        (
            "shop/web 2.1.0 -?orders-api^2",
            "orders/api 3.4.0 +orders-api=1.9.0",
            "shop/web 2.1.0 needs orders-api ^2, but in live orders/api 3.4.0 gives 1.9.0",
        ),
        // Somebody who is not aboard.
        (
            "orders/api 3.4.0 +orders-api=2.1.0",
            "orders/api 2.0.0 +orders-api=1.9.0\n bank/web 1.0.0 -orders-api^1",
            "bank/web 1.0.0 needs orders-api ^1, is no member, and runs in live: with the train orders/api 3.4.0 gives 2.1.0",
        ),
        // It did without, and cannot with what comes.
        (
            "orders/api 1.0.0",
            "bank/web 1.0.0 -?orders/api>=1.1",
            "bank/web 1.0.0 needs orders/api >=1.1, is no member, and runs in live: with the train orders/api is 1.0.0",
        ),
        (
            "orders/worker 3.4.0",
            "orders/api 2.0.0 +orders-api=1.9.0\n bank/web 1.0.0 -orders-api^1",
            "bank/web 1.0.0 needs orders-api ^1, is no member, and runs in live: with the train nobody would give it any more",
        ),
    ] {
        assert_eq!(found(train, live), [expect]);
    }
}

#[test]
fn every_finding_says_what_helps() {
    let remedy = |train: &str, live: &str| {
        let live_name = name("live");
        let way = Way {
            to: &live_name,
            tested_in: None,
            voided: None,
        };
        let places = BTreeMap::from([(name("live"), place(live))]);
        Integration::of(&bill(train), &way, &places).findings[0].remedy()
    };
    for (given, expect) in [
        (
            "",
            "take a product that provides orders-api aboard, or deploy it before, or let shop/web say that the need is `optional`",
        ),
        (
            "orders/api 3.4.0 +orders-api=1.9.0",
            "take a release aboard that gives orders-api ^2, or one of shop that takes what there is",
        ),
        (
            "orders/api 3.4.0 +orders-api=2.0.0-rc.1",
            "take the finished version aboard, or let shop/web name the pre-release in its range, such as `>=2.1.0-rc.1, <3`",
        ),
        (
            "a/api 1.0.0 +orders-api=2.1.0\n b/api 1.0.0 +orders-api=2.0.0",
            "let all of them give the same versions of orders-api, or let shop/web need one component by its name",
        ),
    ] {
        let train = format!("shop/web 2.1.0 -orders-api^2\n{given}");
        assert_eq!(remedy(&train, ""), expect);
    }
    assert_eq!(
        remedy(
            "orders/worker 3.4.0",
            "orders/api 2.0.0 +orders-api=1.9.0\n bank/web 1.0.0 -orders-api^1"
        ),
        "take bank aboard with a release that does without it, or let both versions be given for a while"
    );
    assert_eq!(
        remedy("orders/api nightly\n shop/web 2.1.0 -orders/api*", ""),
        "give orders/api a version of three numbers such as 1.4.0, or let it provide a contract, and need that"
    );
}

/// What is found by a train of shop and bank, both tested in staging.
fn tested(train: &Bill, staging: Option<Place>, voided: Option<i64>) -> (Option<i64>, Vec<String>) {
    let (live, staging_name) = (name("live"), name("staging"));
    let way = Way {
        to: &live,
        tested_in: Some(&staging_name),
        voided: voided.map(|at| (Edition(2), time(at))),
    };
    let mut places = BTreeMap::from([(name("live"), Place::default())]);
    places.extend(staging.map(|it| (name("staging"), it)));
    let integration = Integration::of(train, &way, &places);
    let found = integration.findings.iter().map(ToString::to_string);
    let since = integration.together_since.map(jiff::Timestamp::as_second);
    (since, found.collect())
}

const BOTH: &str = "bank/web 2.0.0\n shop/web 2.0.0";

#[test]
fn only_what_ran_together_and_still_does_was_tested() {
    let staged = |runs: &str, history: &str| Place {
        past: past(history),
        ..place(runs)
    };
    for (runs, history, since, expect) in [
        (BOTH, "1:bank=2.0.0@10-20 2:shop=2.0.0@30-40", Some(40), ""),
        // A second deployment of the same.
        (
            BOTH,
            "1:bank=2.0.0@10-20 2:shop=2.0.0@30-40 3:bank=2.0.0@50-60",
            Some(60),
            "",
        ),
        (
            "bank/web 2.0.0",
            "1:bank=2.0.0@10-20",
            None,
            "shop does not count as tested in staging: it is not there",
        ),
        (
            "bank/web 2.0.0\n shop/web 1.0.0",
            "1:bank=2.0.0@10-20 2:shop=1.0.0@5-10",
            None,
            "shop does not count as tested in staging: other versions run of web",
        ),
        (
            BOTH,
            "1:bank=2.0.0@10-20",
            None,
            "shop does not count as tested in staging: it runs there, but no deployment of it is on record",
        ),
        (
            BOTH,
            "1:bank=2.0.0@10-20 2:shop=2.0.0@30-!",
            None,
            "shop does not count as tested in staging: deployment 2 did not succeed",
        ),
        (
            BOTH,
            "1:bank=2.0.0@10-20 2:shop=2.0.0@30-",
            None,
            "shop does not count as tested in staging: deployment 2 is under way",
        ),
        (
            "bank/web 2.0.0\n shop/web 3.0.0",
            "1:bank=2.0.0@10-20 2:shop=2.0.0@30-40 3:shop=3.0.0@50-60",
            None,
            "shop does not count as tested in staging: other versions run of web; all ran together in staging from 1970-01-01T00:00:40Z until 1970-01-01T00:00:50Z, when deployment 3 changed shop",
        ),
        // One was gone before the other came.
        (
            "bank/web 3.0.0\n shop/web 2.0.0",
            "1:bank=2.0.0@10-20 2:bank=3.0.0@25-28 3:shop=2.0.0@30-40",
            None,
            "bank does not count as tested in staging: other versions run of web",
        ),
        // What is there was put there by another hand.
        (
            "bank/web 2.0.0\n shop/web 2.0.0",
            "1:bank=2.0.0@10-20 2:shop=3.0.0@30-40",
            None,
            "shop does not count as tested in staging: it runs there, but no deployment of it is on record",
        ),
    ] {
        let (found, said) = tested(&bill(BOTH), Some(staged(runs, history)), None);
        assert_eq!(
            (found, said.join("; ").as_str()),
            (since, expect),
            "{history}"
        );
    }
}

#[test]
fn a_changed_bill_is_tested_anew() {
    let staging = |history| Place {
        past: past(history),
        ..place(BOTH)
    };
    let history = "1:bank=2.0.0@10-20 2:shop=2.0.0@30-40";
    let (since, said) = tested(&bill(BOTH), Some(staging(history)), Some(50));
    assert_eq!(
        (since, said.join("; ").as_str()),
        (
            None,
            "what ran together in staging did so before edition 2 of the bill, which is of 1970-01-01T00:00:50Z"
        )
    );
    let again = "1:bank=2.0.0@10-20 2:shop=2.0.0@30-40 3:bank=2.0.0@60-70 4:shop=2.0.0@60-80";
    let found = tested(&bill(BOTH), Some(staging(again)), Some(50));
    assert_eq!(found, (Some(80), Vec::new()));
}

#[test]
fn what_is_not_known_is_no_pass() {
    let mut train = bill(BOTH);
    let said = |train: &Bill, staging| tested(train, staging, None).1.join("; ");
    assert_eq!(
        said(&train, None),
        "nothing is known of what runs in staging"
    );
    train.0.insert(name("shop"), None);
    let line = train.0.get_mut(&name("bank")).unwrap();
    line.as_mut().unwrap().hash = None;
    let staging = Place {
        past: past("1:bank=2.0.0@10-20"),
        ..place("bank/web 2.0.0")
    };
    assert_eq!(
        said(&train, Some(staging)),
        "bank 1.0.0 is not sealed, so that it can still change; shop has no release yet"
    );
    let unknown = || Runs::Unknown("2 of 3 targets report".to_owned());
    let mut live = place("");
    live.runs.insert(name("orders"), unknown());
    let live_name = name("live");
    let way = Way {
        to: &live_name,
        tested_in: None,
        voided: None,
    };
    let places = BTreeMap::from([(name("live"), live)]);
    let found = Integration::of(&bill("shop/web 1.0.0 -orders-api^2"), &way, &places);
    let said: Vec<String> = found.findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["it is not known what orders runs in live: 2 of 3 targets report"]
    );
    let nowhere = Integration::of(&bill(BOTH), &way, &BTreeMap::new());
    assert_eq!(
        nowhere.findings[0].to_string(),
        "nothing is known of what runs in live"
    );
}

#[test]
fn a_provider_that_was_another_one_in_the_test_is_said_and_stops_nothing() {
    let (live, staging) = (name("live"), name("staging"));
    let way = Way {
        to: &live,
        tested_in: Some(&staging),
        voided: None,
    };
    let train = bill("shop/web 2.0.0 -orders-api^2");
    let beside = Place {
        past: past("1:shop=2.0.0@10-20"),
        ..place("shop/web 2.0.0\n orders/api 3.5.0 +orders-api=2.2.0")
    };
    let places = BTreeMap::from([
        (name("staging"), beside),
        (name("live"), place("orders/api 3.4.0 +orders-api=2.1.0")),
    ]);
    let found = Integration::of(&train, &way, &places);
    assert!(found.holds());
    assert_eq!(
        found.findings[0].to_string(),
        "shop/web 2.0.0 needs orders-api ^2: in live orders/api 3.4.0 gives 2.1.0, and in staging it was tested with something else"
    );
    assert_eq!(
        found.findings[0].remedy(),
        "if that matters, run the same orders/api in staging as in live, and test again"
    );
}
