//! People are told about releases: written, sanctioned by somebody else, sent once, and recorded, whatever fails.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use futures::future::join_all;
use serde_json::Value;
use tidegate_domain::communication::signature::{Replays, SignedHeaders, Untrusted, verify};
use tidegate_tests::{
    post_office::{Manner, PostOffice},
    press::{Press, SECRET},
    server::text,
    shop::{Shop, until},
    web_hook::{Told, WebHook},
};

const ACME: &str = "ops@acme.example";

fn signed(told: &Told) -> SignedHeaders {
    let header = |name: &str| told.headers[name].clone();
    SignedHeaders {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_sanctioned_goes_out_once_by_every_channel() {
    let press = Press::open().await;
    let link = press.opts_in("customers").await;
    let (status, said) = press.by(
        "ben",
        &[
            "message",
            "write",
            "shop",
            "2.0.0",
            "--template",
            "here",
            "--output",
            "json",
        ],
    );
    assert_eq!(status, 0, "{said}");
    let message: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(message["subject"], "The <Shop> 2.0.0 is here");
    press.server.run(&[
        "message",
        "edit",
        "1",
        "--body",
        "**Here** <script>alert(1)</script>",
    ]);
    press.server.run(&["message", "submit", "1"]);
    let preview = press.server.json(&["message", "preview", "1"]);
    assert_eq!(preview[0]["recipients"], 5);
    let html = preview[0]["html"].as_str().unwrap();
    assert!(
        html.contains("&lt;script&gt;") && !html.contains("<script>"),
        "{html}"
    );

    // Whoever wrote any of it does not sanction it, nor does anybody what they did not read.
    let hash = press.message("1")["hash"].as_str().unwrap().to_owned();
    press.server.refused(5, &["message", "send", "1"]);
    let sanction = ["message", "sanction", "1", "--hash", &hash];
    let said = press.server.refused(3, &sanction);
    assert!(said.contains("somebody else has to sanction it"), "{said}");
    let other = format!("sha256:{}", "0".repeat(64));
    let (status, said) = press.by("ada", &["message", "sanction", "1", "--hash", &other]);
    assert!(status != 0 && said.contains("read it again"), "{said}");
    assert_eq!(press.by("ada", &sanction).0, 0);
    assert_eq!(press.message("1")["state"], "sanctioned");

    // A change of whom it goes to takes the sanction away.
    press
        .server
        .apply("kind: Channel\nname: news\ntitle: Other news\nby: feed\n");
    let voided = press.becomes("1", "in review");
    let told = voided["told"].as_str().unwrap();
    assert!(
        told.contains("what ada sanctioned is not what it is now: the channels"),
        "{told}"
    );
    let hash = voided["hash"].as_str().unwrap();
    assert_eq!(
        press
            .by("ada", &["message", "sanction", "1", "--hash", hash])
            .0,
        0
    );
    press.server.run(&["message", "send", "1"]);
    let sent = press.becomes("1", "sent");
    assert_eq!(sent["tally"]["delivered"], 5);

    mailed(&press, &link);
    programs_were_told(&press);
    read_elsewhere(&press).await;
    journaled(&press).await;
    press.says(&link, "List-Unsubscribe=One-Click").await;
    let reach = press.server.json(&["audience", "show", "customers"]);
    let why = reach["left_out"][0]["why"].as_str().unwrap();
    assert!(why.contains("do not want to be told"), "{why}");
}

/// The mail says who sent it, is known by the same id to both sides, and can be ended.
fn mailed(press: &Press, link: &str) {
    let mails = press.post.to(ACME);
    let mail = mails.last().unwrap();
    assert_eq!(mail.header("Subject").unwrap(), "The <Shop> 2.0.0 is here");
    assert_eq!(mail.header("Auto-Submitted").unwrap(), "auto-generated");
    assert_eq!(
        mail.header("List-Unsubscribe").unwrap(),
        format!("<{link}>")
    );
    assert!(mail.plain().contains("&lt;script&gt;"), "{}", mail.text);
    let deliveries = press.server.json(&["message", "deliveries", "1"]);
    let all = deliveries["deliveries"].as_array().unwrap();
    let own = all.iter().find(|it| it["recipient"] == ACME).unwrap();
    assert_eq!(own["key"].as_str(), mail.header("Message-ID").as_deref());
    let people = press.post.to("ada@example.org");
    assert_eq!(people.len(), 1);
    assert_eq!(people[0].header("List-Unsubscribe"), None);
}

/// The request is signed by Standard Webhooks, and one that is sent again is recognised.
fn programs_were_told(press: &Press) {
    let told = press.hook.told();
    let headers = signed(&told[0]);
    let secret = [SECRET.parse().unwrap()];
    let now = jiff::Timestamp::now();
    verify(&headers, told[0].body.as_bytes(), &secret, now).unwrap();
    let changed = told[0].body.replace("here", "there");
    let why = verify(&headers, changed.as_bytes(), &secret, now).unwrap_err();
    assert_eq!(why, Untrusted::Signature);
    let mut replays = Replays::default();
    replays.take(&headers.id, now).unwrap();
    assert_eq!(replays.take(&headers.id, now), Err(Untrusted::Replayed));
    let body: Value = serde_json::from_str(&told[0].body).unwrap();
    assert_eq!(body["data"]["about"], "shop 2.0.0");
}

/// The feed by an address that reads nothing else, and the notice of the person.
async fn read_elsewhere(press: &Press) {
    let address = press.server.run(&["channel", "feed", "news"]);
    let http = &press.server.http;
    let feed = http.get(address.trim()).send().await.unwrap();
    assert_eq!(
        feed.headers()["content-type"],
        "application/atom+xml; charset=utf-8"
    );
    let feed = feed.text().await.unwrap();
    assert!(
        feed.contains("<title>The &lt;Shop&gt; 2.0.0 is here</title>"),
        "{feed}"
    );
    let other = address
        .trim()
        .replace("/channels/news/feed.atom", "/calendar.ics");
    assert_eq!(http.get(other).send().await.unwrap().status().as_u16(), 401);
    let (_, said) = press.by("ada", &["notices"]);
    assert!(said.contains("The <Shop> 2.0.0 is here"), "{said}");
    assert!(
        press
            .server
            .run(&["notices"])
            .contains("you were told nothing yet")
    );
}

/// The journal has what became of each delivery, and nobody's address with it.
async fn journaled(press: &Press) {
    let journal = press.server.get("/api/v1/journal?limit=500").await;
    let entries = journal["entries"].as_array().unwrap();
    let is_delivery = |it: &&Value| it["action"] == "delivery.delivered";
    let deliveries: Vec<&Value> = entries.iter().filter(is_delivery).collect();
    assert_eq!(deliveries.len(), 6);
    assert!(deliveries.iter().all(|it| !it.to_string().contains('@')));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_attempt_and_answer_is_unknown_until_a_person_decides() {
    let mut press = Press::open().await;
    press.opts_in("partners").await;
    press.post.behave(Manner::Silent);
    let before = press.post.count();
    let id = press.sent("It is here", "partners", &[]);
    until("it is given to the mail server", || {
        press.post.count() > before
    });
    press.server.kill();
    press.post.behave(Manner::Takes);
    press.server.start_again().await;
    until("it is known that nobody knows", || {
        press.became(&id) == [(ACME.to_owned(), "unknown".to_owned())]
    });
    let waits = press.message(&id)["waits_for"].as_str().unwrap().to_owned();
    assert_eq!(
        waits,
        "waits for somebody to say whether 1 delivery arrived"
    );

    // Nothing sends it again by itself, also not when something else is sent.
    press.sent("Another", "staff", &[]);
    until("the other is sent", || {
        press.post.to("ben@example.org").len() == 1
    });
    assert_eq!(press.post.to(ACME).len(), 2);

    // A person has it sent again, and says why; it is known by the same id.
    let unknown = press
        .server
        .json(&["message", "deliveries", &id, "--state", "unknown"]);
    let delivery = unknown["deliveries"][0]["id"].to_string();
    let (status, _) = press.by("ben", &["message", "resend", &delivery, "--reason", " "]);
    assert_eq!(status, 2);
    press.server.run(&[
        "message",
        "resend",
        &delivery,
        "--reason",
        "They asked for it",
    ]);
    press.becomes(&id, "sent");
    let ids: Vec<_> = press
        .post
        .to(ACME)
        .iter()
        .skip(1)
        .map(|it| it.header("Message-ID"))
        .collect();
    assert_eq!((ids.len(), &ids[0]), (2, &ids[1]));
    press
        .server
        .refused(5, &["message", "resend", &delivery, "--reason", "Again"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_never_comes_is_unknown_and_settled_by_a_word() {
    let press = Press::open().await;
    press.post.behave(Manner::Silent);
    let id = press.sent("It is here", "staff", &[]);
    until("nobody knows", || {
        press.message(&id)["tally"]["unknown"] == 2
    });
    let told = press.server.json(&["message", "deliveries", &id]);
    let told = told["deliveries"][0]["told"].as_str().unwrap().to_owned();
    assert!(told.contains("does not answer within 10s"), "{told}");
    for (place, word) in [(0, "--arrived"), (1, "--missing")] {
        let all = press.server.json(&["message", "deliveries", &id]);
        let delivery = all["deliveries"][place]["id"].to_string();
        press.server.run(&[
            "message",
            "settle",
            &delivery,
            word,
            "--note",
            "They called",
        ]);
    }
    let over = press.becomes(&id, "partly failed");
    assert_eq!(
        (&over["tally"]["delivered"], &over["tally"]["gave_up"]),
        (&1.into(), &1.into())
    );
    assert_eq!(press.post.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_bounces_is_left_alone_until_somebody_confirms_them() {
    let press = Press::open().await;
    press.opts_in("partners").await;
    press.post.refuse(Some(ACME));
    let first = press.sent("First", "partners", &[]);
    let failed = press.becomes(&first, "failed");
    assert_eq!(failed["tally"]["refused"], 1);
    let bounces = press.server.run(&["bounce", "list"]);
    assert!(
        bounces.contains(ACME) && bounces.contains("550 5.1.1"),
        "{bounces}"
    );
    press.post.refuse(None);
    let second = press.sent("Second", "partners", &[]);
    press.becomes(&second, "failed");
    let left_out = press.server.json(&["message", "deliveries", &second]);
    let why = left_out["left_out"][0]["why"].as_str().unwrap().to_owned();
    assert!(why.contains("came back"), "{why}");
    press.server.run(&["bounce", "confirm", ACME]);
    let third = press.sent("Third", "partners", &[]);
    press.becomes(&third, "sent");
    // A mail may come back much later, too.
    press
        .server
        .run(&["bounce", "report", ACME, "--reply", "Mailbox closed"]);
    assert_eq!(
        press.server.json(&["audience", "show", "partners"])["recipients"],
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_tried_again_is_the_same_to_whoever_is_told() {
    let press = Press::open().await;
    press.hook.answer(503);
    let id = press.sent("It is here", "customers", &[]);
    until("it is told once", || press.hook.told().len() == 1);
    press.hook.answer(200);
    press.becomes(&id, "sent");
    let told = press.hook.told();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].headers["webhook-id"], told[1].headers["webhook-id"]);
    assert_eq!(told[0].body, told[1].body);
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_hold_up_what_is_not_urgent_and_cancelling_ends_it() {
    let press = Press::open().await;
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    let hour = |hours: i64| {
        let at = &now + jiff::SignedDuration::from_hours(hours);
        at.strftime("%H:%M").to_string()
    };
    press.server.apply(&format!(
        "kind: Audience\nname: staff\npeople: [ada, ben]\nchannels: [post]\nnotes: operator\nquiet_hours: {{ from: \"{}\", to: \"{}\" }}\n",
        hour(-2), hour(2)
    ));
    let late = press.sent("Tomorrow", "staff", &[]);
    until("it goes out", || press.message(&late)["state"] == "sending");
    let urgent = press.sent("Now", "staff", &["--urgent", "true"]);
    press.becomes(&urgent, "sent");
    assert_eq!(press.message(&late)["tally"]["pending"], 2);
    assert_eq!(press.post.count(), 2);
    press
        .server
        .run(&["message", "cancel", &late, "--reason", "It was wrong"]);
    until("nothing is left to send", || {
        press.message(&late)["tally"]["cancelled"] == 2
    });
    assert_eq!(press.post.count(), 2);
    let started: Vec<_> = (0..3).map(|_| press.server.get("/readyz")).collect();
    drop(join_all(started));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_told_is_refused_where_it_is_declared() {
    let press = Press::open().await;
    let refused = |document: &str, expect: &str| {
        let file = press.server.file("faulty.yaml", document);
        let said = press.server.refused(2, &["apply", "-f", &file, "--yes"]);
        assert!(said.contains(expect), "{expect}: {said}");
    };
    let template = |body: &str| {
        format!(
            "kind: MessageTemplate\nname: endless\naudiences: [customers]\nsubject: a\nbody: \"{body}\"\n"
        )
    };
    let nested = "{% for a in notes %}{% for b in notes %}{% for c in notes %}{% for d in notes %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}";
    refused(&template(nested), "it does not end");
    refused(&template("{{ products }}"), "stands for nothing");
    refused(&template("{{ reason }}"), "is never known of");
    refused(
        "kind: Audience\nname: a\nchannels: [nothing]\nnotes: customer\n",
        "names channel `nothing`, which is not declared",
    );
    refused(
        "kind: StatusPage\nproduct: shop\ntitle: Shop\nenvironments: []\naudience: nobody\n",
        "audience `nobody` is not declared",
    );
    refused(
        "kind: Channel\nname: a\nby: { mail: { from: \"a@b, c@d\", server: relay } }\n",
        "is no mail address",
    );
}

/// A deployment is over while nobody takes anything, and what waited for it arrives once they do.
#[tokio::test(flavor = "multi_thread")]
async fn with_both_down_nothing_is_lost_and_no_rollout_waits() {
    let (mut post, mut hook) = (PostOffice::closed(), WebHook::closed());
    let mut shop = Shop::with_shop(None);
    let settings = shop.path().join("mail.yaml");
    std::fs::write(&settings, post.settings()).unwrap();
    shop.kill_server();
    shop.start_server_with(&["--mail-servers", text(&settings)]);
    shop.ok(&[
        "person",
        "create",
        "ada",
        "--level",
        "4",
        "--email",
        "ada@example.org",
    ]);
    let url = hook.url();
    shop.apply(&format!(
        "kind: Channel\nname: post\nby: {{ mail: {{ from: releases@example.org, server: relay }} }}\n---\n\
        kind: Channel\nname: programs\nby: {{ webhook: {{ url: \"{url}\", secret: hooks }} }}\n---\n\
        kind: Audience\nname: staff\npeople: [ada]\nchannels: [post, programs]\nnotes: operator\n---\n\
        kind: MessageTemplate\nname: out\non: deployment succeeded in testing\naudiences: [staff]\nsubject: \"{{{{ release }}}} is in {{{{ environment }}}}\"\nbody: \"From {{{{ began }}}} to {{{{ ended }}}}.\"\n"
    ));
    let write = ["message", "write", "shop", "1.0.0", "--template", "out"];
    shop.ok(&write);
    let sent = shop.json(&["message", "submit", "1", "--output", "json"]);
    let hash = sent["hash"].as_str().unwrap();
    let token = shop.ok(&["token", "create", "desk", "--for", "ada"]);
    let mut command = shop.command(&["message", "sanction", "1", "--hash", hash]);
    let output = command
        .env("TIDEGATE_TOKEN", token.trim())
        .output()
        .unwrap();
    assert!(output.status.success());
    let state = |what: &str| shop.json(&["message", "show", "1", "--output", "json"])[what].clone();
    assert_eq!(
        state("waits_for"),
        "waits for deployment succeeded in testing"
    );
    shop.deploy("1.0.0", "testing");
    until("it goes out", || state("state") == "sending");
    // There is no secret to sign with either, and that is said.
    until("it is said why nothing arrives", || {
        let told = shop.ok(&["message", "deliveries", "1"]);
        told.contains("is tried again") && told.contains("there is no secret `hooks`")
    });
    let mut secret = shop.command(&["channel", "secret", "hooks"]);
    let mut child = secret.stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), SECRET.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    // The next rollout does not wait for any of it.
    shop.deploy("1.1.0", "testing");
    assert_eq!(state("tally")["pending"], 2);
    post.open();
    hook.open();
    // The first distance of a mail is up to a minute and a half.
    for _ in 0..2 {
        if hook.told().is_empty() || post.count() == 0 {
            until_either(&|| !hook.told().is_empty() && post.count() == 1);
        }
    }
    until("it is sent", || state("state") == "sent");
    let mails = post.mails();
    assert_eq!((mails.len(), hook.told().len()), (1, 1));
    let subject = mails[0].header("Subject").unwrap();
    assert!(subject.contains("1.0.0 is in"), "{subject}");
    assert!(mails[0].plain().contains("From 20"), "{}", mails[0].text);
    assert_eq!(post.message_ids().len(), 1);
}

/// Waits for a while, and goes on if it does not come about in that.
fn until_either(holds: &dyn Fn() -> bool) {
    let begun = std::time::Instant::now();
    until("it arrives, or a while is over", || {
        holds() || begun.elapsed() > std::time::Duration::from_secs(80)
    });
}

/// Outsiders see what the team says that they may, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn outsiders_see_the_status_page_that_is_declared_and_nothing_else() {
    let press = Press::open().await;
    let look = async |path: &str| {
        let answer = press
            .server
            .http
            .get(press.server.url(path))
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(look("/status/shop").await.0, 404);
    press.server.apply(
        "kind: Environment\nname: live-secret\n---\nkind: StatusPage\nproduct: shop\ntitle: The Shop\nenvironments: [{ environment: live-secret, title: Europe }]\naudience: customers\n",
    );
    let inner = press.sent("For <us>", "staff", &[]);
    press.becomes(&inner, "sent");
    let (status, html) = look("/status/shop").await;
    assert_eq!(status, 200);
    assert!(html.contains("How The Shop does is not known."), "{html}");
    for hidden in ["live-secret", "For", "ada", "releases/2.0.0"] {
        assert!(!html.contains(hidden), "{hidden}: {html}");
    }
    let public = press.sent("For <all>", "customers", &[]);
    press.becomes(&public, "sent");
    let (_, html) = look("/status/shop").await;
    assert!(
        html.contains("For &#60;all&#62;") && html.contains("It is <em>here</em>."),
        "{html}"
    );
    let (_, data) = look("/status/shop/status.json").await;
    let data: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(data["environments"][0]["condition"], "unknown");
    let (_, feed) = look("/status/shop/feed.atom").await;
    assert!(
        feed.contains("<title>For &lt;all&gt;</title>") && !feed.contains("us&gt;"),
        "{feed}"
    );
    assert_eq!(look("/status/bank").await.0, 404);
    assert_eq!(look(&format!("/opt-in/{}", "0".repeat(64))).await.0, 404);
}

/// What waits for a milestone goes out when the last of its tasks is over, and what waits for a time when that has come.
#[tokio::test(flavor = "multi_thread")]
async fn messages_wait_for_milestones_and_times() {
    let press = Press::open().await;
    press.server.apply(
        "kind: ReleaseTemplate\nname: told\nmilestones: [{ name: frozen, title: Code freeze, due: -1d }]\ntasks: [{ name: freeze, owner: ben, milestone: frozen, takes: 1h }]\n",
    );
    let plan = ["release", "plan", "begin", "shop", "2.0.0"];
    let target = ["--template", "told", "--target", "2099-06-10T20:00"];
    press.server.run(&[&plan[..], &target[..]].concat());
    let frozen = press.written("Frozen", "staff", &["--on", "milestone frozen"]);
    press.server.run(&[
        "message",
        "edit",
        &frozen,
        "--body",
        "Since {{ reached }}, for {{ target }}.",
    ]);
    press.sanctioned(&frozen);
    let late = press.written("Tomorrow", "staff", &["--on", "at -1d 09:00"]);
    press.sanctioned(&late);
    let now = press.written("Now", "staff", &["--on", "at 2020-01-01T00:00"]);
    press.sanctioned(&now);
    press.becomes(&now, "sent");
    assert_eq!(
        press.message(&frozen)["waits_for"],
        "waits for milestone frozen"
    );
    let waits = press.message(&late)["waits_for"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        waits.starts_with("waits until 2099-06-09T09:00:00Z"),
        "{waits}"
    );
    press.server.run(&["task", "finish", "1"]);
    press.becomes(&frozen, "sent");
    let mails = press.post.to("ben@example.org");
    let plain = mails.last().unwrap().plain();
    assert!(plain.contains("for 2099-06-10 20:00 (UTC)."), "{plain}");
    // What moves with the target is sanctioned for that target.
    let moved = [
        "release",
        "plan",
        "move",
        "shop",
        "2.0.0",
        "--to",
        "2099-06-11T20:00",
        "--yes",
    ];
    press.server.run(&moved);
    let voided = press.becomes(&late, "in review");
    assert!(
        voided["told"].as_str().unwrap().contains("the target"),
        "{voided}"
    );
}
