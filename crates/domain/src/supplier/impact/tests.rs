//! What a change touches, by which path, and which plans it meets; held against a naive walk.

use super::*;
use crate::{
    catalog::{Need, Needed},
    digest::Digest,
    name::Name,
    planning::Booked,
    supplier::{Announcement, Supplier},
    train::{Part, Parts, Place, Runs},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// `payments-api ^2; cart/api * optional`.
fn needs(text: &str) -> Vec<Need> {
    let all = text.split(';').map(str::trim).filter(|it| !it.is_empty());
    let need = |text: &str| {
        let mut words = text.split(' ');
        let of = words.next().unwrap();
        Need {
            of: match of.contains('/') {
                true => Needed::Component(of.parse().unwrap()),
                false => Needed::Contract(name(of)),
            },
            versions: words.next().unwrap_or("*").parse().unwrap(),
            optional: words.next().is_some(),
        }
    };
    all.map(need).collect()
}

fn part(provides: &[(&str, &str)], needed: &str) -> Part {
    let provides = provides
        .iter()
        .map(|(name, version)| ((*name).to_owned(), json!(version)));
    let provides = Value::Object(provides.collect());
    Part {
        version: "1.0.0".parse().unwrap(),
        digest: Digest::of(b""),
        provides: serde_json::from_value(provides).unwrap(),
        needs: needs(needed),
    }
}

fn place(parts: Vec<(&str, Part)>) -> Place {
    let mut runs: BTreeMap<Name, Parts> = BTreeMap::new();
    for (component, part) in parts {
        let (product, component) = component.split_once('/').unwrap();
        runs.entry(name(product))
            .or_default()
            .insert(name(component), part);
    }
    let runs = runs
        .into_iter()
        .map(|(product, parts)| (product, Runs::Known(parts)));
    Place {
        runs: runs.collect(),
        past: Vec::new(),
    }
}

fn acme() -> Supplier {
    serde_json::from_value(json!({"name": "acme", "components": [
        {"name": "gateway", "provides": {"payments-api": "2.1.0"}, "environments": {"live": {}}},
        {"name": "mail", "provides": {"mail-api": "1.0.0"}, "environments": {"live": {}}},
    ]}))
    .unwrap()
}

fn shop() -> Place {
    place(vec![
        ("shop/web", part(&[], "cart-api; payments-api ^2")),
        (
            "shop/cart",
            part(&[("cart-api", "1.0.0")], "acme/gateway >=2.4,<3"),
        ),
        ("shop/stats", part(&[], "payments-api ^2 optional")),
        (
            "books/ledger",
            part(&[("ledger-api", "1.0.0")], "cart-api; ledger-api"),
        ),
        ("books/print", part(&[], "ledger-api * optional")),
        ("mail/sender", part(&[], "mail-api")),
    ])
}

fn announced(value: &Value) -> Announcement {
    let mut all = json!({"kind": "change", "title": "x", "components": ["gateway"]});
    all.as_object_mut()
        .unwrap()
        .extend(value.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

#[test]
fn what_is_touched_is_told_with_its_path_the_worst_first() {
    let check = |value: &Value, expect: &[&str]| {
        let (live, place, suppliers) = (name("live"), shop(), [acme()]);
        let graphs = [Graph::of(&live, &place, &suppliers)];
        let announcement = announced(value);
        let impact = Impact::of(&graphs, &Cause::announced(&suppliers[0], &announcement));
        let told = impact
            .touched
            .iter()
            .map(|it| format!("{}: {}", it.harm.word(), impact.path(it)));
        assert_eq!(told.collect::<Vec<_>>(), expect, "{value}");
    };
    check(
        &json!({"version": "3.0.0"}),
        &[
            "breaks: shop/cart needs acme/gateway",
            "breaks: books/ledger needs cart-api of shop/cart, which needs acme/gateway",
            "breaks: shop/web needs cart-api of shop/cart, which needs acme/gateway",
            "not known: shop/stats needs payments-api of acme/gateway",
            "does without: books/print needs ledger-api of books/ledger, which needs cart-api of shop/cart, which needs acme/gateway",
        ],
    );
    check(
        &json!({"version": "2.5.0", "provides": {"payments-api": "2.2.0"}}),
        &[
            "fits: shop/cart needs acme/gateway",
            "fits: shop/stats needs payments-api of acme/gateway",
            "fits: shop/web needs payments-api of acme/gateway",
            "fits: books/ledger needs cart-api of shop/cart, which needs acme/gateway",
            "fits: books/print needs ledger-api of books/ledger, which needs cart-api of shop/cart, which needs acme/gateway",
        ],
    );
    check(
        &json!({"version": "2.5.0", "provides": {}}),
        &[
            "breaks: shop/web needs payments-api of acme/gateway",
            "does without: shop/stats needs payments-api of acme/gateway",
            "fits: shop/cart needs acme/gateway",
            "fits: books/ledger needs cart-api of shop/cart, which needs acme/gateway",
            "fits: books/print needs ledger-api of books/ledger, which needs cart-api of shop/cart, which needs acme/gateway",
        ],
    );
    check(
        &json!({"kind": "maintenance", "components": ["mail"]}),
        &["interrupted: mail/sender needs mail-api of acme/mail"],
    );
    check(&json!({"environments": ["staging"]}), &[]);
}

#[test]
fn a_need_that_somebody_else_meets_fits() {
    let other: Supplier = serde_json::from_value(json!({"name": "globex", "components": [
        {"name": "mail", "provides": {"mail-api": "1.4.0"}, "environments": {"live": {}}},
    ]}))
    .unwrap();
    let (live, place, suppliers) = (name("live"), shop(), [acme(), other]);
    let graphs = [Graph::of(&live, &place, &suppliers)];
    let gone = announced(&json!({"kind": "end-of-life", "components": ["mail"]}));
    let impact = Impact::of(&graphs, &Cause::announced(&suppliers[0], &gone));
    assert_eq!(impact.touched[0].harm, Harm::Fits);
}

#[test]
fn a_product_is_as_bad_as_its_worst_component_and_what_is_unknown_is_told() {
    let (live, suppliers) = (name("live"), [acme()]);
    let mut place = shop();
    place.runs.insert(
        name("dark"),
        Runs::Unknown("host a does not answer".to_owned()),
    );
    let graphs = [Graph::of(&live, &place, &suppliers)];
    let announcement = announced(&json!({"version": "3.0.0"}));
    let impact = Impact::of(&graphs, &Cause::announced(&suppliers[0], &announcement));
    let all = impact.products();
    let told = all.iter().map(|it| {
        format!(
            "{} in {}: {}, {} of it, {}",
            it.product,
            it.environment,
            it.harm,
            it.components,
            impact.path(&it.worst)
        )
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "shop in live: breaks: it leaves the range, 3 of it, shop/cart needs acme/gateway",
            "books in live: breaks: it leaves the range, 2 of it, books/ledger needs cart-api of shop/cart, which needs acme/gateway",
        ]
    );
    assert_eq!(
        impact.unknown,
        [(&live, &name("dark"), "host a does not answer")]
    );
    assert_eq!(impact.product(&name("mail"), &live), None);
}

#[test]
fn plans_are_met_by_what_they_bring_and_when() {
    let (live, place, suppliers) = (name("live"), shop(), [acme()]);
    let graphs = [Graph::of(&live, &place, &suppliers)];
    let announcement = announced(&json!({"version": "3.0.0", "times": {"periods": [
        {"from": "2026-12-01T22:00:00Z", "until": "2026-12-02T02:00:00Z"},
    ]}}));
    let cause = Cause::announced(&suppliers[0], &announcement);
    let impact = Impact::of(&graphs, &cause);
    let at = |text: &str| text.parse().unwrap();
    let release = |version: &str, product: &str, parts: Option<&str>| {
        Plan::Release(PlannedRelease {
            product: name(product),
            version: version.parse().unwrap(),
            environment: live.clone(),
            target: at("2026-12-01T23:00:00Z"),
            parts: parts.map(|needed| BTreeMap::from([(name("web"), part(&[], needed))])),
        })
    };
    let plans = [
        release("1.0.0", "mail", None),
        release("1.1.0", "mail", Some("acme/gateway ^3")),
        release("1.2.0", "books", None),
        release("1.3.0", "mail", Some("acme/gateway ^2")),
        Plan::Booking(Booked {
            product: name("shop"),
            version: "2.0.0".parse().unwrap(),
            environment: live.clone(),
            from: at("2026-11-30T00:00:00Z"),
            until: at("2026-12-01T20:00:00Z"),
            shared: false,
            reason: String::new(),
        }),
        Plan::Departure {
            train: name("winter"),
            members: BTreeSet::from([name("mail"), name("shop")]),
            environment: live.clone(),
            at: at("2026-12-01T22:00:00Z"),
        },
        Plan::Flag {
            flag: name("pay-later"),
            product: name("shop"),
            environment: live.clone(),
            at: None,
        },
    ];
    let told = concerns(&plans, &impact, &cause);
    let told = told.iter().map(|it| {
        let time = if it.is_at_that_time {
            ", at that time"
        } else {
            ""
        };
        format!("{}: {}{time}", it.plan, it.harm.word())
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "books 1.2.0 to live: breaks, at that time",
            "mail 1.3.0 to live: breaks, at that time",
            "train winter to live: breaks, at that time",
            "the booking of live for shop 2.0.0: breaks",
            "flag pay-later of shop in live: breaks",
            "mail 1.1.0 to live: fits, at that time",
        ]
    );
}

#[test]
fn what_runs_nowhere_yet_is_met_by_what_is_planned_of_it() {
    let (live, place, suppliers) = (name("live"), Place::default(), [acme()]);
    let graphs = [Graph::of(&live, &place, &suppliers)];
    let announcement = announced(&json!({"version": "3.0.0"}));
    let cause = Cause::announced(&suppliers[0], &announcement);
    let impact = Impact::of(&graphs, &cause);
    let at = |text: &str| text.parse().unwrap();
    let (from, until) = (at("2026-12-01T00:00:00Z"), at("2026-12-02T00:00:00Z"));
    let parts = BTreeMap::from([(name("web"), part(&[], "acme/gateway ^2"))]);
    let booking = |version: &str| {
        Plan::Booking(Booked {
            product: name("fresh"),
            version: version.parse().unwrap(),
            environment: live.clone(),
            from,
            until,
            shared: false,
            reason: String::new(),
        })
    };
    let plans = [
        Plan::Release(PlannedRelease {
            product: name("fresh"),
            version: "1.0.0".parse().unwrap(),
            environment: live.clone(),
            target: from,
            parts: Some(parts),
        }),
        booking("1.0.0"),
        booking("2.0.0"),
        Plan::Departure {
            train: name("winter"),
            members: BTreeSet::from([name("fresh")]),
            environment: live.clone(),
            at: from,
        },
    ];
    let told = concerns(&plans, &impact, &cause);
    let told = told
        .iter()
        .map(|it| format!("{}: {}", it.plan, it.harm.word()));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "fresh 1.0.0 to live: breaks",
            "the booking of live for fresh 1.0.0: breaks",
            "train winter to live: breaks",
        ]
    );
}

/// Who needs which of the components `p0/c` to `p9/c` or of the supplier, and whether it does without.
fn drawn() -> impl Strategy<Value = Vec<Vec<(usize, bool)>>> {
    prop::collection::vec(
        prop::collection::vec((0_usize..12, any::<bool>()), 0..4),
        10,
    )
}

fn needed(giver: usize, optional: bool) -> String {
    let of = match giver {
        10 => "acme/gateway ^2".to_owned(),
        11 => "payments-api ^2".to_owned(),
        other => format!("p{other}/c *"),
    };
    format!("{of}{}", if optional { " optional" } else { "" })
}

/// The same by looking at all of it again and again until nothing gets worse.
fn naive(drawn: &[Vec<(usize, bool)>]) -> Vec<Option<Harm>> {
    let mut harms: Vec<Option<Harm>> = vec![None; drawn.len()];
    for _ in 0..=drawn.len() {
        for (number, needs) in drawn.iter().enumerate() {
            for (giver, optional) in needs {
                let harm = match giver {
                    10 => Some(Harm::Breaks(Breach::Outside)),
                    11 => Some(Harm::NotKnown),
                    other => harms[*other].map(|it| {
                        if *optional {
                            it.min(Harm::DoesWithout)
                        } else {
                            it
                        }
                    }),
                };
                harms[number] = harms[number].max(harm);
            }
        }
    }
    harms
}

proptest! {
    /// Whoever needs whom, in circles, too: each is touched as badly as the naive walk finds, and each path leads to the supplier.
    #[test]
    fn the_walk_finds_what_the_naive_one_does(drawn in drawn()) {
        let parts: Vec<(String, Part)> = drawn.iter().enumerate().map(|(number, all)| {
            let all: Vec<String> = all.iter().map(|(giver, optional)| needed(*giver, *optional)).collect();
            (format!("p{number}/c"), part(&[], &all.join(";")))
        }).collect();
        let place = place(parts.iter().map(|(name, part)| (name.as_str(), part.clone())).collect());
        let (live, suppliers) = (name("live"), [acme()]);
        let graphs = [Graph::of(&live, &place, &suppliers)];
        let announcement = announced(&json!({"version": "3.0.0"}));
        let impact = Impact::of(&graphs, &Cause::announced(&suppliers[0], &announcement));
        for (number, harm) in naive(&drawn).into_iter().enumerate() {
            let product = name(&format!("p{number}"));
            let found = impact.touched.iter().find(|it| *it.product == product);
            prop_assert_eq!(found.map(|it| it.harm), harm);
            if let Some(touched) = found {
                let path = impact.path(touched);
                prop_assert_eq!(path.0.len(), touched.distance);
                let first = path.0.first().map(|it| it.component.0);
                prop_assert_eq!(first, Some(&product));
                let last = path.0.last().map(|it| it.giver);
                prop_assert_eq!(last, Some((&name("acme"), &name("gateway"))));
            }
        }
        prop_assert!(impact.touched.is_sorted_by_key(|it| std::cmp::Reverse(it.harm)));
    }
}
