//! What is new for somebody is mailed to them as often as they want, once, whatever the mail server does.

use std::time::{Duration, Instant};
use tidegate_tests::{
    post_office::{Mail, Manner},
    press::Press,
    shop::until,
};

const BEN: &str = "ben@example.org";
const CY: &str = "cy@example.org";
const RELEASE: &str = "release/shop/2.0.0";
/// Two teams that both give `dan` a level, and what they make.
const TEAMS: &str = "\
kind: Team
name: makers
levels: { dan: assist }
---
kind: Team
name: keepers
levels: { dan: assist }
---
kind: Product
name: till
team: makers
components: [{ name: web, driver: service, service: { command: [\"./web\"] } }]
---
kind: Product
name: bank
team: keepers
components: [{ name: app, driver: service, service: { command: [\"./app\"] } }]
";

/// A press whose people are mailed what is new for them once nothing more came for so long; `cy` wants no mails. Something was
/// new before.
async fn mailing(gather: &str) -> Press {
    let mut press = Press::open().await;
    let known = ["--public-url", "https://tide.example"].map(str::to_owned);
    press.server.more.extend(known);
    press.server.kill();
    press.server.start_again().await;
    press.server.run(&[
        "person",
        "create",
        "cy",
        "--level",
        "3",
        "--email",
        "cy@example.org",
    ]);
    let before = said(&press, "ben", &["news", "mail"]);
    assert!(before.contains("names no channel for it"), "{before}");
    says(&press, "long ago");
    gathers(&press, gather);
    let often = said(&press, "ben", &["news", "mail", "at-once"]);
    assert!(often.contains(BEN), "{often}");
    said(&press, "cy", &["news", "mail", "never"]);
    press
}

fn gathers(press: &Press, gather: &str) {
    let news = format!("{{ by: post, gather: {gather} }}");
    press
        .server
        .apply(&format!("kind: Organisation\nname: acme\nnews: {news}\n"));
}

fn said(press: &Press, who: &str, arguments: &[&str]) -> String {
    let (status, said) = press.by(who, arguments);
    assert_eq!(status, 0, "{who} {arguments:?}: {said}");
    said
}

/// `ada` says something about the release that names the others.
fn says(press: &Press, what: &str) {
    let text = format!("{what}, @ben and @cy");
    said(press, "ada", &["comment", "add", RELEASE, &text]);
}

/// The mails to `ben`, once there are so many; the distance to a second try is up to a minute and a half.
fn mails(press: &Press, count: usize) -> Vec<Mail> {
    let there = || press.post.to(BEN).len() >= count;
    let begun = Instant::now();
    until("it is mailed, or a while is over", || {
        there() || begun.elapsed() > Duration::from_secs(80)
    });
    until("it is mailed", there);
    press.post.to(BEN)
}

/// What became of the last mail to `ben`.
fn last(press: &Press) -> String {
    said(press, "ben", &["news", "mail"])
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_named_is_mailed_once_and_who_wants_none_is_not() {
    let press = mailing("0s").await;
    says(&press, "look");
    let first = &mails(&press, 1)[0];
    assert_eq!(
        first.header("Subject").as_deref(),
        Some("release 2.0.0 of shop: ada said: look, @ben and @cy")
    );
    assert_eq!(
        first.header("List-Unsubscribe").as_deref(),
        Some("<https://tide.example/work#mailed>")
    );
    let plain = first.plain();
    assert!(
        plain.contains("you were named")
            && plain.contains("https://tide.example/products/shop/releases/2.0.0")
            && plain.contains("tidegate news mail never"),
        "{plain}"
    );
    assert!(!plain.contains("text/html"), "{plain}");
    assert!(!plain.contains("long ago"), "their past: {plain}");
    until("it is known that it was taken", || {
        last(&press).contains("The last mail: delivered")
    });
    says(&press, "look again");
    let second = &mails(&press, 2)[1];
    assert!(second.plain().contains("look again"), "{}", second.plain());
    assert!(!second.plain().contains("said: look,"), "told twice");
    assert_eq!(press.post.to(CY).len(), 0);
    assert!(press.post.message_ids().values().all(|&times| times == 1));
    // It is all on the page until they say that they have seen it.
    assert!(said(&press, "ben", &["news"]).contains("look again"));
    // Nobody else is mailed at once: ada said nothing about it, and is named by nobody.
    let ada = said(&press, "ada", &["news", "mail"]);
    assert!(ada.contains("once a day, at 07:00 UTC"), "{ada}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_seen_before_the_mail_goes_out_is_not_in_it() {
    let press = mailing("1h").await;
    says(&press, "first");
    until("it is on the page", || {
        said(&press, "ben", &["news"]).contains("first")
    });
    said(&press, "ben", &["news", "--seen"]);
    gathers(&press, "0s");
    says(&press, "second");
    let mail = &mails(&press, 1)[0];
    assert!(mail.plain().contains("second"), "{}", mail.plain());
    assert!(!mail.plain().contains("first"), "{}", mail.plain());

    for (declared, expect) in [
        (
            "kind: Organisation\nname: acme\nnews: { by: news }\n",
            "news go by channel `news`, which does not mail",
        ),
        (
            "kind: Channel\nname: post\nby: feed\n",
            "channel `post` does not mail, and the news of organisation `acme` go by it",
        ),
    ] {
        let file = press.server.file("no-mail.yaml", declared);
        let output = press.server.output(&["apply", "-f", &file, "--yes"]);
        let why = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && why.contains(expect), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_may_not_see_any_more_is_not_mailed() {
    let press = mailing("1h").await;
    let dan = "dan@example.org";
    press
        .server
        .run(&["person", "create", "dan", "--email", dan]);
    press.server.apply(TEAMS);
    said(&press, "dan", &["news", "mail", "at-once"]);
    for (product, what) in [("till", "hidden"), ("bank", "plain")] {
        press
            .server
            .run(&["release", "create", product, "1.0.0", "--draft"]);
        let about = format!("release/{product}/1.0.0");
        let text = format!("this is {what}, @dan");
        said(&press, "ada", &["comment", "add", &about, &text]);
    }
    assert!(said(&press, "dan", &["news"]).contains("this is hidden"));
    let alone = TEAMS.replacen("{ dan: assist }", "{}", 1);
    press.server.apply(&alone);
    gathers(&press, "0s");
    until("dan is mailed", || !press.post.to(dan).is_empty());
    let plain = press.post.to(dan)[0].plain();
    assert!(
        plain.contains("this is plain") && !plain.contains("this is hidden"),
        "{plain}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_takes_nothing_loses_nothing() {
    let press = mailing("0s").await;
    press.post.behave(Manner::Busy);
    says(&press, "third");
    until("it is tried again later", || {
        last(&press).contains("is tried again")
    });
    says(&press, "fourth");
    press.post.behave(Manner::Takes);
    let all = mails(&press, 1);
    let plain = all[0].plain();
    assert!(
        plain.contains("third") && plain.contains("fourth"),
        "{plain}"
    );
    assert_eq!(all.len(), 1, "both by one mail");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_arrived_is_not_sent_again() {
    let press = mailing("0s").await;
    press.post.behave(Manner::Silent);
    says(&press, "fifth");
    until("nobody knows", || last(&press).contains("unknown since"));
    press.post.behave(Manner::Takes);
    says(&press, "sixth");
    let all = mails(&press, 2);
    assert!(all[0].plain().contains("fifth"), "it was there after all");
    let plain = all[1].plain();
    assert!(
        plain.contains("sixth") && !plain.contains("fifth"),
        "{plain}"
    );
    assert!(said(&press, "ben", &["news"]).contains("fifth"));
    assert!(press.post.message_ids().values().all(|&times| times == 1));
}
