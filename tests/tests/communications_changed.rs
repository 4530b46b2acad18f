//! What changes while messages go out: whoever was not told yet is told what was sanctioned, or nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use serde_json::Value;
use tidegate_tests::{
    post_office::Manner,
    press::{Press, SECRET},
    shop::until,
    web_hook::WebHook,
};

const ACME: &str = "ops@acme.example";

/// How the one delivery of a message stands.
fn told(press: &Press, id: &str) -> String {
    let view = press.server.json(&["message", "deliveries", id]);
    view["deliveries"][0]["told"].as_str().unwrap().to_owned()
}

fn programs(url: &str) -> String {
    format!(
        "kind: Channel\nname: programs\nby: {{ webhook: {{ url: \"{url}\", secret: hooks }} }}\n---\n\
         kind: Audience\nname: robots\nchannels: [programs]\nnotes: developer\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sanctioned_for_one_place_goes_to_no_other() {
    let press = Press::open().await;
    press.secret("hooks", SECRET);
    press.server.apply(&programs(&press.hook.url()));
    press.hook.answer(503);
    let id = press.sent("It is here", "robots", &[]);
    until("it is told once", || press.hook.told().len() == 1);
    let mut elsewhere = WebHook::closed();
    elsewhere.open();
    press.server.apply(&programs(&elsewhere.url()));
    until("it is not told elsewhere", || {
        told(&press, &id).contains("is declared otherwise since this was sanctioned")
    });
    assert_eq!(elsewhere.told().len(), 0);
    assert_eq!(press.message(&id)["state"], "sending");
    let another = press.sent("It is still here", "robots", &[]);
    press.becomes(&another, "sent");
    assert_eq!(elsewhere.told().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_opts_out_while_it_waits_is_not_told() {
    let press = Press::open().await;
    let link = press.opts_in("partners").await;
    // The one lane of the mail server is held up, so that the next waits behind it.
    press.post.behave(Manner::Silent);
    let first = press.sent("First", "staff", &[]);
    until("the mail server is silent", || press.post.count() > 1);
    let second = press.sent("Second", "partners", &[]);
    until("the second waits", || {
        press.message(&second)["tally"]["pending"] == 1
    });
    // Mail programs send a form in several parts as well.
    let form = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    let request = press.server.http.post(&link).body(form);
    let answer = request.header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(answer.send().await.unwrap().status().as_u16(), 200);
    press.post.behave(Manner::Takes);
    press.becomes(&second, "failed");
    let why = told(&press, &second);
    assert!(why.contains("they do not want to be told since"), "{why}");
    assert_eq!(press.post.to(ACME).len(), 1, "the invitation alone");
    assert_eq!(press.message(&first)["tally"]["unknown"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_keeps_no_address_from_the_words_of_the_other_side() {
    let press = Press::open().await;
    press.opts_in("partners").await;
    press.post.refuse(Some(ACME));
    let id = press.sent("First", "partners", &[]);
    press.becomes(&id, "failed");
    assert!(told(&press, &id).contains(&format!("<{ACME}>")));
    let journal = press.server.get("/api/v1/journal?limit=500").await;
    let mut entries = journal["entries"].as_array().unwrap().iter();
    let refused = entries.find(|it| it["action"] == "delivery.refused");
    let detail = &refused.unwrap()["detail"];
    assert_eq!(detail["reply"], "550 5.1.1");
    assert!(!detail.to_string().contains('@'), "{detail}");
    // Nobody who does not write messages needs to know whose mailbox it was.
    press
        .server
        .run(&["person", "create", "eve", "--level", "2"]);
    let asked = ["message", "deliveries", &id, "--output", "json"];
    let (_, said) = press.by("eve", &asked);
    assert!(
        said.contains("o…@acme.example") && !said.contains("\"recipient\":\"ops@"),
        "{said}"
    );
    assert!(press.by("ben", &asked).1.contains(ACME));
    press
        .server
        .refused(2, &["message", "deliveries", &id, "--state", "lost"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_went_out_says_for_ever_what_it_said() {
    let press = Press::open().await;
    let begin = ["release", "plan", "begin", "shop", "2.0.0"];
    let target = ["--target", "2099-06-10T20:00"];
    press.server.run(&[&begin[..], &target[..]].concat());
    press
        .server
        .apply("kind: Audience\nname: readers\nchannels: [news]\nnotes: customer\n");
    let id = press.written("Soon", "readers", &[]);
    let body = ["message", "edit", &id, "--body", "On {{ target }}."];
    press.server.run(&body);
    press.sanctioned(&id);
    press.server.run(&["message", "send", &id]);
    press.becomes(&id, "sent");
    let address = press.server.run(&["channel", "feed", "news"]);
    let feed = async || {
        let http = &press.server.http;
        let answer = http.get(address.trim()).send().await.unwrap();
        answer.text().await.unwrap()
    };
    let before = feed().await;
    assert!(before.contains("On 2099-06-10 20:00 (UTC)."), "{before}");
    let moved = ["release", "plan", "move", "shop", "2.0.0"];
    let to = ["--to", "2099-07-11T20:00", "--yes"];
    press.server.run(&[&moved[..], &to[..]].concat());
    let entry = |feed: &str| feed.split("<entry>").nth(1).unwrap_or_default().to_owned();
    assert_eq!(entry(&feed().await), entry(&before));
    // The key in the address is good for this feed alone.
    let other = address
        .trim()
        .replace("/channels/news/", "/channels/pages/");
    let answer = press.server.http.get(other).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn audiences_are_told_of_their_products_and_customers_nothing_from_inside() {
    let press = Press::open().await;
    press.server.apply(
        "kind: Product\nname: bank\n---\nkind: Audience\nname: savers\nproducts: [bank]\nchannels: [news]\nnotes: customer\n",
    );
    let unbound = |id: &str| -> Value { press.message(id)["unbound"].clone() };
    let id = press.written("It is here", "savers", &[]);
    assert_eq!(
        unbound(&id),
        "audience `savers` is not for shop: name another, or add the product to it"
    );
    let back = ["--on", "deployment rolled back in live"];
    let id = press.written("It went back", "customers", &back);
    press
        .server
        .run(&["message", "edit", &id, "--body", "Because {{ reason }}"]);
    let why = unbound(&id).as_str().unwrap().to_owned();
    assert!(why.contains("reads notes for customers"), "{why}");
    press.server.run(&["message", "edit", &id, "--to", "staff"]);
    assert_eq!(unbound(&id), Value::Null);
}
