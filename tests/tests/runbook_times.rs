//! When runbooks end, and what people are warned of before it is too late: steps that take longer, windows that close, decisions
//! that are due.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tidegate_tests::shop::{Shop, until};

/// One target at once.
const QUICK: &str =
    "kind: Strategy\nname: quick\nall_at_once: {}\nlimits: { minimum_healthy: 200ms }\n";
const OF: [&str; 4] = ["shop", "1.0.0", "--to", "testing"];

/// The shop with one target in testing, and 1.0.0 that may go there.
fn shop() -> Shop {
    let mut shop = Shop::start(None);
    shop.declare("testing-1");
    shop.apply(QUICK);
    shop.enrol("testing-1");
    shop.start_agent("testing-1");
    shop.release("1.0.0", None);
    shop
}

/// Writes both runbooks, with these steps of people in the deployment plan.
fn write(shop: &Shop, steps: &str) {
    let begin = [&["runbook", "begin"][..], &OF, &["--strategy", "quick"]].concat();
    shop.ok(&begin);
    shop.ok(&[&begin[..], &["--back"]].concat());
    let text = shop.ok(&[&["runbook", "show"][..], &OF, &["--yaml"]].concat());
    let path = shop.file("runbook.yaml");
    std::fs::write(&path, format!("{}\n{steps}", text.trim_end())).expect("a file");
    shop.ok(&[&["runbook", "save"][..], &OF, &[&path]].concat());
}

/// The deployment plan as it would go from now on, or from another time.
fn planned(shop: &Shop, more: &[&str]) -> Value {
    let show = [&["runbook", "show"][..], &OF, &["--output", "json"], more].concat();
    shop.json(&show)["timeline"].clone()
}

/// The deployment plan as it goes.
fn under_way(shop: &Shop, id: &str) -> Value {
    let view = shop.json(&["step", "list", id, "--output", "json"]);
    view["runbooks"][0]["timeline"].clone()
}

fn deploy(shop: &Shop) -> String {
    let how = ["--strategy", "quick", "--output", "json"];
    let view = shop.json(&[&["deploy"][..], &OF, &how].concat());
    view["id"].to_string()
}

fn time(timeline: &Value, key: &str) -> Timestamp {
    let text = timeline[key].as_str().expect("a time");
    text.parse().expect("a time")
}

fn warnings(timeline: &Value) -> Vec<&str> {
    let all = timeline["warnings"].as_array().expect("warnings").iter();
    all.map(|it| it.as_str().expect("a sentence")).collect()
}

fn warned(timeline: &Value, part: &str) -> bool {
    warnings(timeline).iter().any(|it| it.contains(part))
}

#[test]
fn a_step_that_takes_longer_moves_the_end_and_whoever_waits_is_told() {
    let shop = shop();
    write(
        &shop,
        "- {name: call, owner: admin, takes: 1s, before: wave-1}\n\
         - {name: tell, owner: admin, takes: 10m, needs: [success]}\n",
    );
    let before = planned(&shop, &[]);
    assert_eq!(before["ends"], before["planned_end"], "{before}");
    assert_eq!(warnings(&before), [""; 0]);

    let id = deploy(&shop);
    until("its turn has come", || {
        shop.ok(&["explain", &id]).contains("people to do call")
    });
    until("it is late", || warned(&under_way(&shop, &id), "late"));
    let late = under_way(&shop, &id);
    assert!(warned(&late, "Step `call` of admin is "), "{late}");
    assert!(warned(&late, " late and holds up `wave-1`."), "{late}");
    let ends = time(&late, "ends");
    let step = |timeline: &Value, name: &str| {
        let steps = timeline["steps"].as_array().expect("steps").iter();
        let mut own = steps.filter(|it| it["name"] == name);
        own.next().expect("a step").clone()
    };
    let told = step(&late, "tell");
    until("it moves further", || {
        let now = under_way(&shop, &id);
        time(&now, "ends") > ends && time(&step(&now, "tell"), "begins") > time(&told, "begins")
    });
    shop.ok(&["step", "finish", &id, "call"]);
    until("nobody is waited for", || {
        !warned(&under_way(&shop, &id), "late")
    });
}

/// A window in testing that is open, and closes in ten minutes; answers the time of day when it does.
fn closes_soon(shop: &Shop) -> String {
    let at = |minutes: i64| Timestamp::now() + SignedDuration::from_mins(minutes);
    let local = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M").to_string();
    let (from, closes) = (at(-60), at(10));
    shop.apply(&format!(
        "kind: Window\nname: tonight\nreason: nobody is in the shops\nenvironment: testing\nonce: {{ from: {}, to: {}, time_zone: UTC }}\n",
        local(from),
        local(closes)
    ));
    closes.strftime("%H:%M").to_string()
}

#[test]
fn a_window_that_closes_soon_is_warned_of_before_and_while_it_goes() {
    let shop = shop();
    write(
        &shop,
        "- {name: look, owner: admin, takes: 1m, before: wave-1, decision: 12m, otherwise: roll-back}\n\
         - {name: wait, owner: admin, takes: 1h, needs: [look], before: wave-1}\n",
    );
    let open = planned(&shop, &[]);
    assert!(!warned(&open, "window"), "none closes: {open}");
    let closes = closes_soon(&shop);
    let late = format!("and the window closes at {closes}.");
    let before = planned(&shop, &[]);
    assert!(warned(&before, &late), "{before}");
    assert!(warnings(&before)[0].starts_with("It ends at "), "{before}");
    assert!(warned(&before, "oing back is "), "{before}");
    assert!(
        warned(&before, "Decision `look` may come as late as "),
        "{before}"
    );
    // At another time it is not open, and then nothing closes.
    let other = planned(&shop, &["--begins", "2099-01-01T20:00:00Z"]);
    assert!(!warned(&other, "window"), "{other}");

    let id = deploy(&shop);
    until("its turn has come", || {
        shop.ok(&["explain", &id]).contains("people to do look")
    });
    let now = under_way(&shop, &id);
    assert!(warned(&now, &late), "{now}");
    assert!(warned(&now, "Decision `look` is due at "), "{now}");
    // Left out, what would take too long ends before the window closes.
    shop.ok(&["step", "skip", &id, "wait", "--note", "not tonight"]);
    shop.ok(&["step", "go", &id, "look"]);
    until("it has succeeded", || {
        let view = shop.json(&["deployment", "show", &id, "--output", "json"]);
        view["status"] == "succeeded"
    });
    let over = under_way(&shop, &id);
    assert!(!warned(&over, &late), "{over}");
}
