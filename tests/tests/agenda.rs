//! The one calendar of everything: what is in whose way and by which rule, what moving something would change, who sees what of
//! it, and the same as another program reads it.

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::{Value, json};
use tidegate_tests::{ics::read_by, server::Server};

const CATALOG: &str = "\
kind: Team
name: makers
levels: { cy: assist }
---
kind: Team
name: bankers
---
kind: Environment
name: staging
---
kind: Environment
name: live
after: staging
---
kind: Product
name: shop
team: makers
components:
  - { name: web, driver: service, service: { command: [\"./web\"] },
      needs: [{ contract: orders-api, versions: ^1 }, { contract: payments-api, versions: ^2 }] }
---
kind: Product
name: orders
team: makers
components:
  - { name: core, driver: service, service: { command: [\"./core\"] }, provides: { orders-api: 1.2.0 } }
---
kind: Product
name: bank
team: bankers
components: [{ name: app, driver: service, service: { command: [\"./app\"] } }]
---
kind: Supplier
name: acme
components: [{ name: gateway, provides: { payments-api: 2.1.0 }, environments: { live: {} } }]
---
kind: Freeze
name: closing
title: Long closing
environment: live
once: { from: 2099-02-01, to: 2099-02-11, time_zone: UTC }
reason: The books
---
kind: Window
name: sundays
product: bank
every: { starts: 2099-01-04, rule: FREQ=WEEKLY;BYDAY=SU, lasts: 1d, time_zone: UTC }
reason: Few look at their money
";

/// What an independent reader finds of what happens once: a line for each event.
const READER: &str = "\
import icalendar, sys
for e in icalendar.Calendar.from_ical(sys.stdin.read()).walk('VEVENT'):
    if 'STATUS' in e:
        print(e['UID'], e['DTSTART'].dt.isoformat(), e['STATUS'], e['SUMMARY'], sep='|')
";

struct Desk {
    server: Server,
}

impl Desk {
    async fn open() -> Self {
        let server = Server::start().await;
        for (name, level) in [("ada", "4"), ("ben", "3")] {
            server.run(&["person", "create", name, "--level", level]);
        }
        server.run(&["person", "create", "cy"]);
        server.apply(CATALOG);
        Self { server }
    }

    /// Plans a release that is to be live at a time.
    fn release(&self, product: &str, version: &str, plan: &str) {
        self.server
            .run(&["release", "create", product, version, "--draft"]);
        let path = self.server.file("plan.yaml", plan);
        let base = ["--base", "0"];
        let save = ["release", "plan", "save", product, version, &path];
        self.server.run(&[&save[..], &base].concat());
    }

    /// Everything of some time, as whoever asks sees it.
    async fn agenda(&self, filter: &str) -> Value {
        let path = format!("/api/v1/calendar/entries?{filter}");
        self.server.get(&path).await
    }

    /// Every conflict of the time as `RULE: SENTENCE`.
    async fn told(&self, filter: &str) -> Vec<String> {
        conflicts(&self.agenda(filter).await["conflicts"])
    }

    fn what_if(&self, what: &[&str], to: &str) -> Value {
        let ask = ["calendar", "what-if"];
        let to = ["--to", to];
        self.server.json(&[&ask[..], what, &to].concat())
    }
}

fn conflicts(all: &Value) -> Vec<String> {
    let all = all.as_array().expect("conflicts").iter();
    let word = |it: &Value, name: &str| it[name].as_str().expect("words").to_owned();
    all.map(|it| format!("{}: {}", word(it, "rule"), word(it, "sentence")))
        .collect()
}

fn words(all: &Value, name: &str) -> Vec<String> {
    let all = all.as_array().expect("a list").iter();
    all.map(|it| it[name].as_str().expect("a word").to_owned())
        .collect()
}

#[tokio::test]
async fn each_rule_names_who_is_in_whose_way_and_what_helps() {
    let desk = Desk::open().await;
    desk.release("shop", "1.0.0", "target: 2099-02-05T20:00");
    let frozen = desk.agenda("from=2099-02-01&to=2099-02-11").await;
    let told = "freeze: shop 1.0.0 falls into freeze closing.";
    assert_eq!(conflicts(&frozen["conflicts"]), [told]);
    let conflict = &frozen["conflicts"][0];
    assert_eq!(conflict["fits_from"], "2099-02-11T00:00:00Z");
    assert_eq!(conflict["environments"], json!([]), "a freeze has a scope");
    assert_eq!(conflict["start"], "2099-02-05T20:00:00Z");
    assert!(
        conflict["remedy"]
            .as_str()
            .is_some_and(|it| it.starts_with("Move it out"))
    );

    desk.release("bank", "1.0.0", "target: 2099-03-04T20:00");
    let outside = desk.agenda("from=2099-03-01&to=2099-03-15").await;
    let told = "outside-window: bank 1.0.0 is outside of sundays.";
    assert_eq!(conflicts(&outside["conflicts"]), [told]);
    assert_eq!(outside["conflicts"][0]["fits_from"], "2099-03-08T00:00:00Z");

    let booked = "target: 2099-04-20T20:00\nbookings: [{ environment: staging, from: 2099-04-01T08:00, until: 2099-04-03T08:00 }]";
    desk.release("shop", "1.1.0", booked);
    let booked = "bookings: [{ environment: staging, from: 2099-04-02T08:00, until: 2099-04-05T08:00, shared: true }]";
    desk.release("bank", "1.1.0", booked);
    let told = "same-environment: the booking of staging for bank 1.1.0 and the booking of staging for shop 1.1.0 want staging at once.";
    assert_eq!(desk.told("from=2099-04-01&to=2099-04-10").await, [told]);

    desk.release("shop", "1.2.0", "target: 2099-05-05T20:00");
    desk.release("orders", "1.2.0", "target: 2099-05-05T20:30");
    let told =
        "shared-component: orders 1.2.0 changes orders/core in live, which shop 1.2.0 needs.";
    assert_eq!(desk.told("from=2099-05-01&to=2099-05-10").await, [told]);

    desk.release(
        "shop",
        "1.3.0",
        "target: 2099-06-07T20:00\ninvolved: { accountable: ada }",
    );
    let both = "target: 2099-06-07T20:00\ninvolved: { responsible: [ben, ada], informed: [cy] }";
    desk.release("bank", "1.3.0", both);
    let told = "shared-people: bank 1.3.0 and shop 1.3.0 need ada at once.";
    assert_eq!(desk.told("from=2099-06-01&to=2099-06-10").await, [told]);

    desk.release("shop", "2.1.0", "target: 2099-07-05T20:00");
    desk.release("shop", "2.0.0", "target: 2099-07-06T20:00");
    let told = "order: shop 2.1.0 is to be live before shop 2.0.0, which is older.";
    assert_eq!(desk.told("from=2099-07-01&to=2099-07-10").await, [told]);
    let half = desk.told("from=2099-07-06&to=2099-07-10").await;
    assert_eq!(half, [told], "though the other is out of sight");

    desk.release("shop", "3.0.0", "target: 2099-08-05T20:00");
    let announced = ["--from", "2099-08-05T18:00", "--until", "2099-08-05T23:00"];
    let add = [
        "supplier",
        "notice",
        "add",
        "acme",
        "--kind",
        "maintenance",
        "--title",
        "A pause",
    ];
    desk.server.run(&[&add[..], &announced].concat());
    let told =
        "supplier-change: notice 1 of acme changes acme/gateway in live, which shop 3.0.0 needs.";
    assert_eq!(desk.told("from=2099-08-01&to=2099-08-10").await, [told]);
    in_the_terminal(&desk, &frozen);
}

/// Bars in lanes, and each conflict with what helps.
fn in_the_terminal(desk: &Desk, frozen: &Value) {
    let text = desk
        .server
        .run(&["calendar", "--from", "2099-02-01", "--weeks", "2"]);
    assert!(text.contains("RELEASES"), "{text}");
    assert!(text.contains("! shop 1.0.0 is to be live"), "{text}");
    assert!(
        text.contains("freeze: shop 1.0.0 falls into freeze closing."),
        "{text}"
    );
    assert!(
        text.contains("It fits from Wed 11 Feb 2099 00:00 on."),
        "{text}"
    );
    let all = ["calendar", "--from", "2099-02-01", "--weeks", "2"];
    let json = desk.server.json(&all);
    assert_eq!(json["agenda"]["conflicts"], frozen["conflicts"]);
    assert_eq!(json["entries"][0]["kind"], "window", "as before");
}

const STAGED: &str = "owner: ada\ntime_zone: UTC\ndepartures:\n- { environment: staging, at: 2099-03-02T10:00 }\n\
    - { environment: live, at: 2099-03-10T20:00 }\nmembers:\n- { product: shop, release: 1.0.0 }\n- { product: orders }\n";

/// What begins as it ends is a moment, wherever it would be.
fn a_moment_moves(desk: &Desk) {
    let announced = [
        "--kind",
        "maintenance",
        "--title",
        "A pause",
        "--from",
        "2099-03-20T19:00",
    ];
    desk.server
        .run(&[&["supplier", "notice", "add", "acme"][..], &announced].concat());
    let stays = desk.what_if(&["notice", "1", "1"], "2099-03-20T19:00:00Z");
    assert_eq!(stays["lost"], json!([]), "{stays}");
    assert_eq!(stays["kept"][0]["rule"], "supplier-change", "{stays}");
    let later = desk.what_if(&["notice", "1", "1"], "+3d");
    assert_eq!(later["lost"][0]["rule"], "supplier-change", "{later}");
    desk.server.run(&[
        "supplier",
        "notice",
        "withdraw",
        "1",
        "--reason",
        "a mistake",
    ]);
}

#[tokio::test]
async fn what_if_says_what_breaks_and_changes_nothing() {
    let desk = Desk::open().await;
    let plan = "target: 2099-03-20T20:00\ntime_zone: Europe/Amsterdam\ntasks:\n\
        - { name: build, owner: ben, takes: 3d, due: -60d }\n- { name: pack, owner: ben, due: 2000-01-01T12:00, takes: 1d }\n\
        bookings: [{ environment: staging, from: -4d, until: -1d }]";
    desk.release("shop", "1.0.0", plan);
    desk.release("orders", "1.0.0", "target: 2099-04-02T20:00");
    let path = desk.server.file("train.yaml", STAGED);
    desk.server.run(&["train", "plan", "autumn", &path]);
    let whole = "from=2099-01-01&to=2099-12-31";
    let before = desk.agenda(whole).await;
    assert_eq!(conflicts(&before["conflicts"]), Vec::<String>::new());

    let moved = desk.what_if(&["release", "shop", "1.0.0"], "2099-02-05");
    let gained = conflicts(&moved["gained"]);
    assert_eq!(
        gained,
        [
            "freeze: shop 1.0.0 falls into freeze closing.",
            "order: shop 1.0.0 is to be live before train autumn takes it there.",
        ]
    );
    assert_eq!(
        words(&moved["after"], "start"),
        ["2099-02-01T19:00:00Z", "2099-02-05T19:00:00Z"]
    );
    assert_eq!(words(&moved["falls_into"], "title"), ["Long closing"]);
    assert_eq!(
        (&moved["late_kept"], &moved["late_gained"]),
        (&json!(["pack"]), &json!([]))
    );
    let sentence = moved["sentence"].as_str().expect("a sentence");
    assert_eq!(sentence, "43 days sooner, there would be 2 more conflicts.");
    // The same, asked the other way: it needs what orders changes.
    let moved = desk.what_if(&["release", "orders", "1.0.0"], "2099-03-20T19:30");
    assert_eq!(conflicts(&moved["gained"]).len(), 1, "{moved}");
    assert_eq!(moved["gained"][0]["rule"], "shared-component");
    // A train, a booking and a notice move as well.
    let moved = desk.what_if(&["train", "autumn", "live"], "2099-03-01T20:00");
    assert_eq!(moved["gained"][0]["rule"], "order", "{moved}");
    let moved = desk.what_if(&["booking", "shop", "1.0.0", "1"], "2099-02-01T08:00");
    assert_eq!(moved["after"][0]["start"], "2099-02-01T07:00:00Z");
    assert_eq!(moved["sentence"], "43 days sooner, nothing breaks.");

    a_moment_moves(&desk);

    let refused = |what: &[&str], to: &str, status: i32| {
        let ask = ["calendar", "what-if"];
        desk.server
            .refused(status, &[&ask[..], what, &["--to", to]].concat())
    };
    let shop = ["release", "shop", "1.0.0"];
    let gap = refused(&shop, "2099-03-29T02:30", 2);
    assert!(gap.contains("does not happen in Europe/Amsterdam"), "{gap}");
    assert!(gap.contains("2099-03-29T03:00:00"), "{gap}");
    refused(&shop, "soon", 2);
    refused(&["release", "shop", "9.9.9"], "2099-03-29", 4);
    refused(&["freeze", "closing"], "2099-03-29", 2);
    refused(&["deployment", "1"], "2099-03-29", 2);
    let after = words(&desk.agenda(whole).await["entries"], "id");
    let planned = words(&before["entries"], "id");
    assert!(planned.iter().all(|it| after.contains(it)), "{after:?}");
    let history = ["release", "plan", "history", "shop", "1.0.0"];
    let editions = desk.server.json(&history);
    assert_eq!(editions.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_one_may_not_see_is_not_there_and_filters_leave_the_rest_out() {
    let desk = Desk::open().await;
    let both = "target: 2099-06-07T20:00\ninvolved: { accountable: ada }";
    desk.release("shop", "1.0.0", both);
    desk.release("bank", "7.7.7", both);
    desk.release("orders", "1.0.0", "target: 2099-06-09T20:00");
    let mixed = STAGED.replace("{ product: orders }", "{ product: bank }");
    let path = desk.server.file("train.yaml", &mixed);
    desk.server.run(&["train", "plan", "autumn", &path]);
    let whole = "from=2099-03-01&to=2099-07-01";
    let all = desk.agenda(whole).await;
    assert_eq!(conflicts(&all["conflicts"]).len(), 3, "{all}");

    let token = desk.server.run(&["token", "create", "desk", "--for", "cy"]);
    let by = |path: &str| {
        let url = desk.server.url(path);
        desk.server
            .http
            .get(url)
            .bearer_auth(token.trim().to_owned())
    };
    let path = format!("/api/v1/calendar/entries?{whole}");
    let answer = by(&path).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    let text = answer.text().await.expect("a whole agenda");
    assert!(text.contains("release/shop/1.0.0"), "{text}");
    for hidden in ["bank", "7.7.7", "autumn", "sundays"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    let feed = by("/api/v1/calendar.ics").send().await.expect("an answer");
    let feed = feed.text().await.expect("a whole feed");
    assert!(!feed.contains("bank") && !feed.contains("autumn"), "{feed}");
    for entry in ["release/bank/7.7.7", "train/autumn/live"] {
        let body = json!({"entry": entry, "to": "2099-06-08"});
        let url = desk.server.url("/api/v1/calendar/what-if");
        let ask = desk
            .server
            .http
            .post(url)
            .bearer_auth(token.trim())
            .json(&body);
        let status = ask.send().await.expect("an answer").status().as_u16();
        assert_eq!(status, 404, "{entry}");
    }
    // Who is in which team is nobody else's business.
    let of_ada = by(&format!("{path}&person=ada"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(of_ada.status().as_u16(), 404);
    filters_leave_the_rest_out(&desk, whole).await;
}

async fn filters_leave_the_rest_out(desk: &Desk, whole: &str) {
    for (filter, ids) in [
        ("product=bank&lane=releases", &["release/bank/7.7.7"][..]),
        ("team=bankers&lane=releases", &["release/bank/7.7.7"]),
        (
            "person=ada&lane=releases",
            &["release/bank/7.7.7", "release/shop/1.0.0"],
        ),
        (
            "person=cy&lane=releases",
            &["release/shop/1.0.0", "release/orders/1.0.0"],
        ),
        ("environment=staging&lane=trains", &["train/autumn/staging"]),
        ("lane=environment:live", &[]),
    ] {
        let some = desk.agenda(&format!("{whole}&{filter}")).await;
        assert_eq!(words(&some["entries"], "id"), ids, "{filter}");
    }
    let of_bank = desk.agenda(&format!("{whole}&product=bank")).await;
    let told = conflicts(&of_bank["conflicts"]);
    assert!(
        told.iter().any(|it| it.contains("shop 1.0.0 need ada")),
        "{told:?}"
    );
    for (filter, status) in [
        ("team=moon", 404),
        ("person=moon", 404),
        ("product=moon", 404),
        ("lane=moon", 400),
    ] {
        let url = desk
            .server
            .url(&format!("/api/v1/calendar/entries?{filter}"));
        let asked = desk
            .server
            .http
            .get(url)
            .bearer_auth(tidegate_tests::server::TOKEN);
        assert_eq!(
            asked.send().await.expect("an answer").status().as_u16(),
            status,
            "{filter}"
        );
    }
}

#[tokio::test]
async fn another_program_reads_what_concerns_a_person_a_team_and_a_product() {
    let desk = Desk::open().await;
    // So many days from now, in the evening.
    let day = |days: i64| {
        let today = Timestamp::now().to_zoned(TimeZone::UTC);
        let then = today.saturating_add(days.days());
        then.strftime("%Y-%m-%dT20:00").to_string()
    };
    let (first, later) = (day(20), day(30));
    let plan = |target: &str| {
        format!(
            "target: {target}\ninvolved: {{ accountable: ada }}\ntasks: [{{ name: notes, title: \"Notes; all, of them\", owner: ben, due: -5d }}]"
        )
    };
    desk.release("shop", "1.0.0", &plan(&first));
    desk.release("bank", "1.0.0", &format!("target: {later}"));
    let train = STAGED
        .replace("2099-03-02T10:00", &first)
        .replace("2099-03-10T20:00", &later);
    let path = desk.server.file("train.yaml", &train);
    desk.server.run(&["train", "plan", "autumn", &path]);
    let read = async |filter: &[&str]| {
        let subscribe = ["calendar", "--subscribe"];
        let address = desk.server.run(&[&subscribe[..], filter].concat());
        let answer = desk.server.http.get(address.trim()).send().await;
        let text = answer.expect("an answer").text().await.expect("a feed");
        read_by(&desk.server, READER, &text)
    };
    // The key opens what was asked for, and not the rest.
    let ada = ["calendar", "--subscribe", "--person", "ada"];
    let address = desk.server.run(&ada);
    let (whole, _) = address.trim().split_once("&person=").expect("narrowed");
    for other in [whole.to_owned(), format!("{whole}&person=ben")] {
        let answer = desk.server.http.get(other).send().await;
        assert_eq!(answer.expect("an answer").status().as_u16(), 401);
    }
    desk.server
        .refused(4, &["calendar", "--subscribe", "--team", "nobody"]);
    let live = |at: &str| {
        format!("release.shop.1.0.0@tidegate|{at}:00+00:00|CONFIRMED|shop 1.0.0 is to be live")
    };
    let ada = read(&["--person", "ada"]).await;
    assert!(ada.contains(&live(&first)), "{ada:?}");
    let ben = read(&["--person", "ben"]).await;
    let due = format!(
        "task.1@tidegate|{}:00+00:00|CONFIRMED|task 1: Notes; all, of them (shop 1.0.0)",
        day(15)
    );
    assert!(ben.contains(&due), "{ben:?}");
    assert!(!ben.iter().any(|it| it.contains("bank")), "{ben:?}");
    let bankers = read(&["--team", "bankers"]).await;
    let only =
        format!("release.bank.1.0.0@tidegate|{later}:00+00:00|CONFIRMED|bank 1.0.0 is to be live");
    assert_eq!(bankers, [only]);
    let shop = read(&["--product", "shop"]).await;
    assert_eq!(shop.len(), 3, "{shop:?}");

    // What moves or is called off keeps its name.
    let moved = day(25);
    desk.server.run(&[
        "release", "plan", "move", "shop", "1.0.0", "--to", &moved, "--yes",
    ]);
    desk.server
        .run(&["train", "cancel", "autumn", "--reason", "no need"]);
    let shop = read(&["--product", "shop"]).await;
    assert!(shop.contains(&live(&moved)), "{shop:?}");
    let off = format!(
        "train.autumn.live@tidegate|{later}:00+00:00|CANCELLED|train autumn leaves for live"
    );
    assert!(shop.contains(&off), "{shop:?}");
}

#[tokio::test]
async fn a_hostile_recurrence_is_cut_and_said_to_be() {
    let desk = Desk::open().await;
    let minutes = (0..60)
        .map(|it| it.to_string())
        .collect::<Vec<_>>()
        .join(",");
    let hostile = format!(
        "kind: Window\nname: often\nenvironment: staging\nreason: It is\n\
            every: {{ starts: 2099-01-01T00:00, rule: \"FREQ=HOURLY;BYMINUTE={minutes}\", lasts: 30s, time_zone: Europe/Amsterdam }}\n"
    );
    desk.server.apply(&hostile);
    let year = desk
        .agenda("from=2099-01-01&to=2099-12-31&environment=staging")
        .await;
    assert_eq!(year["cut"], true);
    let ids = words(&year["entries"], "id");
    let often = ids.iter().filter(|it| it.starts_with("window/often/"));
    assert_eq!(often.count(), 500);
}
