//! How large and how risky a deployment is, and whether that ranks what failed.

use serde_json::{Value, json};
use tidegate_tests::shop::Shop;

fn term<'a>(view: &'a Value, part: &str, kind: &str) -> &'a Value {
    let all = view[part].as_array().expect("terms").iter();
    let mut own = all.filter(|it| it["kind"] == kind);
    own.next().unwrap_or(&Value::Null)
}

fn scored(shop: &Shop, more: &[&str]) -> Value {
    let words = ["score", "show", "shop", "1.1.0", "--output", "json"];
    shop.json(&[&words[..], more].concat())
}

#[test]
fn a_score_says_why_and_what_would_lower_it_and_that_does() {
    let shop = Shop::with_shop(None);
    let view = scored(&shop, &["--at", "2026-12-05T10:00:00Z"]);
    assert_eq!(view["environment"], "live");
    assert_eq!(term(&view, "size_terms", "components")["points"], 5);
    assert_eq!(
        term(&view, "size_terms", "targets")["told"],
        "it reaches 3 targets"
    );
    let weekend = term(&view, "risk_terms", "time");
    assert_eq!(weekend["told"], "it begins on a weekend");
    assert_eq!(weekend["lowers"], 8);
    let preceded = term(&view, "risk_terms", "preceded");
    assert_eq!(preceded["remedy"], "deploy it there first");
    let (before, lowers) = (view["risk"].as_u64(), preceded["lowers"].as_u64());

    for version in ["1.0.0", "1.1.0"] {
        for environment in ["testing", "staging"] {
            shop.deploy(version, environment);
        }
    }
    let after = scored(&shop, &["--at", "2026-12-05T10:00:00Z"]);
    assert_eq!(
        after["risk"].as_u64(),
        before.zip(lowers).map(|(it, by)| it - by)
    );
    let monday = scored(&shop, &["--at", "2026-12-07T10:00:00Z"]);
    assert_eq!(term(&monday, "risk_terms", "time"), &Value::Null);

    // What should be done by then counts, and what is to be better next time does not.
    let task = ["task", "add", "shop", "1.1.0", "Write the notes"];
    shop.ok(&[&task[..], &["--due", "2026-12-01T00:00:00Z"]].concat());
    let overdue = scored(&shop, &["--at", "2026-12-07T10:00:00Z"]);
    assert_eq!(
        term(&overdue, "risk_terms", "overdue")["told"],
        "1 task should be done by then"
    );
    let told = shop.ok(&["score", "show", "shop", "1.1.0", "--to", "staging"]);
    assert!(told.contains("shop 1.1.0 to staging: small"), "{told}");
    assert!(told.contains("rehearse it: `tidegate rehearse`"), "{told}");

    let refused = shop.refused(4, &["score", "show", "shop", "9.9.9"]);
    assert!(refused.contains("9.9.9"), "{refused}");
    let refused = shop.refused(2, &["score", "show", "shop", "1.1.0", "--at", "soon"]);
    assert!(refused.contains("at:"), "{refused}");
    let refused = shop.refused(6, &["score", "show", "shop", "1.1.0", "--learnt"]);
    assert!(refused.contains("nothing can be learnt"), "{refused}");
}

#[test]
fn what_was_taken_back_counts_as_failed_in_the_past() {
    let shop = Shop::with_shop(None);
    for version in ["1.0.0", "1.1.0"] {
        for environment in ["testing", "staging", "live"] {
            shop.deploy(version, environment);
        }
    }
    shop.ok(&[
        "rollback",
        "shop",
        "--in",
        "live",
        "--reason",
        "it smokes",
        "--wait",
    ]);
    let judged = shop.json(&["score", "backtest", "--product", "shop", "--output", "json"]);
    assert_eq!(
        (&judged["deployments"], &judged["failures"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(judged["written"], Value::Null);
    let sentence = judged["sentence"].as_str().expect("a sentence");
    assert!(sentence.contains("too few to judge"), "{sentence}");
    let view = scored(&shop, &["--at", "2099-12-07T10:00:00Z"]);
    let track = term(&view, "risk_terms", "component_track");
    assert_eq!(
        track["told"],
        "of deployments there that changed web, 1 of 2 failed"
    );
    let at = ["--at", "2099-12-07T10:00:00Z"];
    let learnt = scored(&shop, &[&at[..], &["--learnt"]].concat());
    assert_eq!(learnt["learnt"], true);
    assert_eq!(learnt["size"], view["size"]);
    assert_ne!(learnt["risk"], view["risk"], "the weights count: {learnt}");
}
