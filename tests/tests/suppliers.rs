//! Suppliers: what they announce is kept, what they deploy is seen, and what is done about it holds.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tidegate_domain::communication::signature::{SigningSecret, sign};
use tidegate_tests::{
    page::submit,
    server::{self, Server, client},
    shop::{self, Shop, until},
    supplier_site::SupplierSite,
};

/// What a contact writes into the form of their page.
const ANNOUNCED: [(&str, &str); 9] = [
    ("title", "Gateway 3"),
    ("kind", "change"),
    ("number", "CHG9"),
    ("description", ""),
    ("components", "gateway"),
    ("environments", ""),
    ("from", ""),
    ("until", ""),
    ("version", ""),
];
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// An environment, and a supplier with a component in it that nobody asks about.
const ACME: &str = "kind: Environment\nname: live\n---\nkind: Supplier\nname: acme\ntitle: ACME Payments\n\
    contacts: [{ name: Eve, mail: eve@acme.example }]\ntime_zone: Europe/Berlin\n\
    obligations: { notice: { change: 10d } }\ncomponents: [{ name: gateway, environments: { live: {} } }]\n";

/// `field` of every one of a list of `what` that a supplier has.
fn all(server: &Server, what: &str, field: &str) -> Vec<String> {
    let shown = server.json(&["supplier", "show", "acme"]);
    let list = shown[what].as_array().unwrap().iter();
    list.map(|it| it[field].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// A calendar with one event, which begins in 30 days.
fn calendar(rule: &str, sequence: u32) -> String {
    let from = Timestamp::now() + SignedDuration::from_hours(24 * 30);
    let until = from + SignedDuration::from_hours(4);
    let lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//acme//changes//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        "UID:chg-7@acme.example",
        "DTSTAMP:20261101T000000Z",
        &format!("SEQUENCE:{sequence}"),
        &format!("DTSTART:{}", from.strftime("%Y%m%dT%H%M%SZ")),
        &format!("DTEND:{}", until.strftime("%Y%m%dT%H%M%SZ")),
        rule,
        "SUMMARY:Gateway 2.5.0",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ];
    let lines: Vec<&str> = lines.into_iter().filter(|it| !it.is_empty()).collect();
    format!("{}\r\n", lines.join("\r\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_announced_is_one_notice_however_it_comes_in() {
    let server = Server::start().await;
    server.apply(ACME);
    let add = ["supplier", "notice", "add", "acme", "--kind", "change"];
    let said = ["--title", "Gateway 2.4.0", "--number", "CHG1"];
    let time = ["--from", "2099-01-10T22:00", "--until", "2099-01-11T02:00"];
    let first = server.json(&[&add[..], &said, &time].concat());
    let times = first["notice"]["times"].as_str().unwrap();
    assert_eq!(
        times,
        "2099-01-10 22:00 to 2099-01-11 02:00 (Europe/Berlin)"
    );
    let again = server.json(&[&add[..], &said, &time].concat());
    assert_eq!(again["told"], "it says what is known already");
    let other = ["--title", "Gateway 2.4.1", "--number", "CHG1"];
    let second = server.json(&[&add[..], &other, &time].concat());
    assert_eq!(second["notice"]["id"], first["notice"]["id"]);
    assert_eq!(second["notice"]["edition"], 2);
    let subject = format!("supplier-notice/{}", first["notice"]["id"]);
    server.run(&["comment", "add", &subject, "Does it touch us?"]);
    let said = server.run(&["comment", "list", &subject]);
    assert!(said.contains("Does it touch us?"), "{said}");
    server.refused(4, &["comment", "list", "supplier-notice/999"]);

    // A calendar without an end costs what one with an end does: it is refused in words, and others are answered meanwhile.
    let hostile = calendar("RRULE:FREQ=SECONDLY;BYSECOND=0,1,2,3", 0);
    let content = json!({ "form": "calendar", "content": STANDARD.encode(hostile) });
    let import = server.post("/api/v1/suppliers/acme/notices/import", &content);
    let (refused, other) = tokio::join!(import, server.get("/api/v1/suppliers"));
    assert_eq!(other[0]["name"], "acme");
    assert_eq!(refused["received"], json!([]), "{refused}");
    let why = refused["refused"][0].to_string();
    assert!(
        why.contains("the event does not come back like this: "),
        "{refused}"
    );
    let weekly = server.file("weekly.ics", &calendar("RRULE:FREQ=WEEKLY", 1));
    let read = server.json(&["supplier", "notice", "import", "acme", &weekly]);
    let doubts = read["received"][0]["doubts"].to_string();
    assert!(doubts.contains("times are kept"), "{read}");

    // Whoever is no contact is believed nothing until one of us looked.
    let mail = "From: Mallory <mallory@evil.example>\r\nTo: us@shop.example\r\nMessage-ID: <1@evil.example>\r\n\
        Subject: gateway: end of life\r\n\r\nEverything ends.\r\n";
    let mail = server.file("notice.eml", mail);
    let strange = server.json(&["supplier", "notice", "import", "acme", &mail]);
    let notice = &strange["received"][0]["notice"];
    assert_eq!(
        (&notice["kind"], &notice["doubtful"]),
        (&json!("end of life"), &json!(true))
    );
    let id = notice["id"].to_string();
    let listed = server.json(&["supplier", "list"]);
    let waits = listed[0]["waits_for"].as_str().unwrap();
    assert!(waits.ends_with("is from a stranger: look at it"), "{waits}");
    let seen = server.json(&["supplier", "notice", "acknowledge", &id]);
    assert_eq!(
        (&seen["status"], &seen["doubtful"]),
        (&json!("acknowledged"), &json!(false))
    );
    server.refused(4, &["supplier", "notice", "acknowledge", "99"]);
    let withdraw = [
        "supplier",
        "notice",
        "withdraw",
        &id,
        "--reason",
        "It is a lie",
    ];
    assert_eq!(server.json(&withdraw)["status"], "withdrawn");
    server.refused(5, &["supplier", "notice", "happened", &id]);
}

/// A supplier whose gateway says its version and whose ledger never answers.
fn probed(good: &SupplierSite, hanging: &SupplierSite) -> String {
    let probe = |by: &str| format!("{{ by: {by}, every: 30s, timeout: 2s, agree: 1 }}");
    let header = format!(
        "{{ header: {{ url: \"{}\", name: x-version, pattern: \"gateway/(.+)\" }} }}",
        good.url()
    );
    let json = format!(
        "{{ json: {{ url: \"{}\", path: $.build.version }} }}",
        good.url()
    );
    let hangs = format!(
        "{{ header: {{ url: \"{}\", name: x-version }} }}",
        hanging.url()
    );
    let component = |name: &str, by: &str| {
        format!(
            "- {{ name: {name}, environments: {{ live: {{ probe: {} }} }} }}\n",
            probe(by)
        )
    };
    let ledgers: String = (0..20)
        .map(|it| component(&format!("ledger-{it}"), &hangs))
        .collect();
    format!(
        "kind: Environment\nname: live\n---\nkind: Supplier\nname: hangs\ncomponents:\n{ledgers}---\nkind: Supplier\nname: acme\n\
         components:\n{}{}",
        component("gateway", &header),
        component("api", &json)
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_that_hangs_stalls_no_other_and_what_nobody_announced_is_a_surprise() {
    let (good, hanging) = (SupplierSite::open("2.4.1"), SupplierSite::hanging());
    let server = Server::start().await;
    server.apply(&probed(&good, &hanging));
    until("both are known", || {
        all(&server, "places", "runs") == ["2.4.1", "2.4.1"]
    });
    let announce = [
        "supplier",
        "notice",
        "add",
        "acme",
        "--kind",
        "change",
        "--title",
        "API 2.5.0",
    ];
    let more = ["--component", "api", "--version", "2.5.0"];
    server.run(&[&announce[..], &more].concat());
    good.says("2.5.0");
    until("both changes were seen", || {
        all(&server, "observations", "to").len() == 2
    });
    let shown = server.json(&["supplier", "show", "acme"]);
    let observed = shown["observations"].as_array().unwrap();
    let of = |component: &str| {
        observed
            .iter()
            .find(|it| it["component"] == component)
            .unwrap()
    };
    assert_eq!(of("gateway")["surprise"], true);
    assert_eq!(
        of("api")["matched"],
        "announced by notice 1, without a time"
    );
    assert_eq!(shown["notices"][0]["status"], "happened");
    let card = server.json(&["supplier", "scorecard", "acme"]);
    let row = card["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["what"] == "surprises");
    assert_eq!(row.unwrap()["told"], "1 of 2 (50 %)");
    let silent = server.json(&["supplier", "show", "hangs"]);
    let silence = silent["places"][0]["silence"].as_str().unwrap();
    assert!(silence.contains("did not answer within"), "{silence}");
}

/// Sends what acme says that it deployed. Answers the status and what was said.
async fn tell(server: &Server, told: (&str, &Value), secret: &str, at: Timestamp) -> (u16, String) {
    tell_at(&server.url(""), told, secret, at).await
}

/// The same to the server at an address.
async fn tell_at(
    address: &str,
    (id, body): (&str, &Value),
    secret: &str,
    at: Timestamp,
) -> (u16, String) {
    let secret: SigningSecret = secret.parse().unwrap();
    let body = body.to_string();
    let signed = sign(id, body.as_bytes(), &[secret], at);
    let request = client().post(format!("{address}/api/v1/suppliers/acme/hook"));
    let request = request.header("webhook-id", signed.id);
    let request = request.header("webhook-timestamp", signed.timestamp);
    let request = request.header("webhook-signature", signed.signature);
    let answer = request.body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Sets the secret that acme signs with.
async fn set_secret(server: &Server) {
    set_secret_at(&server.url(""), server::TOKEN).await;
}

/// The same at the server at an address.
async fn set_secret_at(address: &str, token: &str) {
    let path = format!("{address}/api/v1/channels/secrets/acme-hook");
    let set = client().post(path).bearer_auth(token);
    let set = set.json(&json!({ "value": SECRET })).send().await.unwrap();
    assert!(set.status().is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_word_counts_once_and_a_forged_one_never() {
    let server = Server::start().await;
    let probe = "{ probe: { by: { webhook: { secret: acme-hook } } } }";
    server.apply(&ACME.replace("live: {}", &format!("live: {probe}")));
    set_secret(&server).await;
    let told = |version: &str| json!({ "component": "gateway", "environment": "live", "version": version });
    let now = Timestamp::now();
    let first = tell(&server, ("msg_1", &told("2.4.1")), SECRET, now).await;
    assert_eq!(first.0, 200, "{}", first.1);
    assert_eq!(
        tell(&server, ("msg_2", &told("2.5.0")), SECRET, now)
            .await
            .0,
        200
    );
    assert_eq!(all(&server, "observations", "to"), ["2.5.0"]);
    // The same again, an old one, and one by somebody else.
    for _ in 0..2 {
        let (status, said) = tell(&server, ("msg_1", &told("2.4.1")), SECRET, now).await;
        assert!(status == 200 && said.contains("taken before"), "{said}");
    }
    let hour = SignedDuration::from_hours(1);
    let old = tell(&server, ("msg_3", &told("3.0.0")), SECRET, now - hour).await;
    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let forged = tell(&server, ("msg_4", &told("3.0.0")), other, now).await;
    assert_eq!((old.0, forged.0), (400, 400), "{} {}", old.1, forged.1);
    let elsewhere = json!({ "component": "ledger", "environment": "live", "version": "3.0.0" });
    assert_eq!(
        tell(&server, ("msg_5", &elsewhere), SECRET, now).await.0,
        400
    );
    assert_eq!(all(&server, "places", "runs"), ["2.5.0"]);
    assert_eq!(all(&server, "observations", "to"), ["2.5.0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_that_succeeds_beside_the_change_is_the_verification() {
    let shop = Shop::with_shop(None);
    shop.apply(
        "kind: Supplier\nname: acme\ncomponents: [{ name: gateway, provides: { payments-api: 2.1.0 }, \
         environments: { staging: {}, testing: { probe: { by: { webhook: { secret: acme-hook } } } } } }]\n",
    );
    let address = shop.url();
    set_secret_at(&address, shop::TOKEN).await;
    let deployed = async |id: &str, version: &str| {
        let told = json!({ "component": "gateway", "environment": "testing", "version": version });
        let (status, said) = tell_at(&address, (id, &told), SECRET, Timestamp::now()).await;
        assert_eq!(status, 200, "{said}");
    };
    deployed("msg_1", "2.4.1").await;
    shop.change_component("needs: [{ contract: payments-api, versions: \"^2\" }]\n");
    shop.release("1.2.0", None);
    let announce = [
        "supplier",
        "notice",
        "add",
        "acme",
        "--kind",
        "change",
        "--title",
        "Gateway 2.5.0",
    ];
    shop.ok(&[&announce[..], &["--version", "2.5.0"]].concat());
    let respond = [
        "supplier", "respond", "reverify", "shop", "--in", "staging", "--notice", "1",
    ];
    shop.ok(&[
        &respond[..],
        &["--verify-in", "testing", "--reason", "Another gateway"],
    ]
    .concat());
    let response = || {
        let impact = ["supplier", "impact", "--notice", "1", "--output", "json"];
        shop.json(&impact)["responses"][0].clone()
    };
    // What goes out before the change is there shows nothing of it.
    shop.deploy("1.2.0", "testing");
    assert_eq!(response()["status"], "open");
    deployed("msg_2", "2.5.0").await;
    shop.release("1.3.0", None);
    shop.ok(&[
        "deploy",
        "shop",
        "1.2.0",
        "--to",
        "staging",
        "--minimum-healthy",
        "300ms",
    ]);
    let explained = || String::from_utf8(shop.run(&["explain", "2"]).stdout).unwrap();
    until("it is held until that is done", || {
        explained().contains("is to be verified again in testing before it goes to staging")
    });
    shop.deploy("1.3.0", "testing");
    let done = response();
    assert_eq!(done["status"], "done", "{done}");
    let note = "deployment 3 brought shop 1.3.0 to testing and succeeded, beside notice 1";
    assert!(done.to_string().contains(note), "{done}");
    shop.await_version("staging", "1.2.0");
    let acted = shop.actions("supplier-response/1");
    assert_eq!(
        acted,
        ["supplier-response.decided", "supplier-response.done"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outsider_sees_and_does_what_their_link_lets_them() {
    let server = Server::start().await;
    server.apply(ACME);
    server
        .apply("kind: Supplier\nname: rival\ncontacts: [{ name: Rob, mail: rob@rival.example }]\n");
    let ask =
        |supplier: &str, title: &str| server.run(&["supplier", "task", "ask", supplier, title]);
    ask("acme", "Send the <notes>");
    ask("rival", "A secret of the rival");
    let give = |supplier: &str, contact: &str, may: &str| {
        let link = server.json(&["supplier", "link", "give", supplier, contact, "--may", may]);
        let url = link["url"].as_str().unwrap().to_owned();
        let path = url.strip_prefix(&server.address).unwrap().to_owned();
        (path, link["nonce"].as_str().unwrap().to_owned())
    };
    let (eve, nonce) = give("acme", "eve@acme.example", "see-tasks,finish,announce");
    let (rob, _) = give("rival", "rob@rival.example", "see-tasks");
    let (status, html) = outside(&server, &eve).await;
    assert_eq!(status, 200, "{html}");
    assert!(
        html.contains("Send the &#60;notes&#62;") && !html.contains("secret"),
        "{html}"
    );
    let says = async |path: &str, task: &str, answer: &str| {
        let fields = [("answer", answer), ("note", "They are sent")];
        submit(&server, "", (&format!("{path}/tasks/{task}"), &fields))
            .await
            .0
    };
    // What the link does not let them, what is another's, and a link that was tampered with.
    assert_eq!(says(&eve, "1", "acknowledge").await, 403);
    assert_eq!(says(&eve, "2", "finish").await, 404);
    assert_eq!(says(&rob, "2", "finish").await, 403);
    assert_eq!(says(&format!("{eve}A"), "1", "finish").await, 404);
    assert_eq!(says(&eve, "1", "finish").await, 303);
    let announces = async |path: &str| {
        let path = format!("{path}/notices");
        submit(&server, "", (&path, &ANNOUNCED)).await.0
    };
    assert_eq!(announces(&eve).await, 303);
    assert_eq!(announces(&rob).await, 403);
    let shown = server.json(&["supplier", "show", "acme"]);
    assert_eq!(
        shown["tasks"][0]["answer"],
        "eve@acme.example did it: They are sent"
    );
    assert_eq!(
        shown["notices"][0]["source"],
        "written down by eve@acme.example"
    );
    lets_nobody_in_any_more(&server, (&eve, &nonce), &rob).await;
}

/// What a page answers to somebody without an account.
async fn outside(server: &Server, path: &str) -> (u16, String) {
    let answer = server.http.get(server.url(path)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// A link that was taken back, and one of somebody who is no contact any more.
async fn lets_nobody_in_any_more(server: &Server, (eve, nonce): (&str, &str), rob: &str) {
    server.run(&["supplier", "link", "take-back", nonce]);
    let (status, html) = outside(server, eve).await;
    assert!(
        status == 404 && html.contains("This link is not good"),
        "{html}"
    );
    assert_eq!(outside(server, rob).await.0, 200);
    server.apply("kind: Supplier\nname: rival\n");
    assert_eq!(outside(server, rob).await.0, 404);
    let journal = server.run(&["journal", "list", "--output", "json"]);
    assert!(!journal.contains("/outside/"), "{journal}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_announces_by_a_link_learns_what_became_of_it_and_is_bounded() {
    let server = Server::start().await;
    server.apply(ACME);
    let give = [
        "supplier",
        "link",
        "give",
        "acme",
        "eve@acme.example",
        "--may",
        "announce",
    ];
    let link = server.json(&give);
    let eve = link["url"]
        .as_str()
        .unwrap()
        .strip_prefix(&server.address)
        .unwrap();
    let path = format!("{eve}/notices");
    let announce = async |title: &str| {
        let fields: Vec<(&str, &str)> = ANNOUNCED
            .map(|(name, value)| match name {
                "title" => (name, title),
                "number" => (name, title),
                _ => (name, value),
            })
            .into();
        submit(&server, "", (&path, &fields)).await.0
    };
    assert_eq!(announce("CHG-0").await, 303);
    let (_, html) = outside(&server, eve).await;
    assert!(
        html.contains("it came in, and nobody of us said yet that they read it"),
        "{html}"
    );
    server.run(&["supplier", "notice", "acknowledge", "1"]);
    assert!(
        outside(&server, eve)
            .await
            .1
            .contains("one of us has read it")
    );
    // What is closed does not come back by a word of theirs, and they learn that.
    server.run(&["supplier", "notice", "happened", "1"]);
    server.run(&["supplier", "notice", "close", "1", "--note", "All well"]);
    let again = "title=Again&kind=change&number=CHG-0&description=&components=gateway&environments=&from=&until=&version=";
    let request = server.http.post(server.url(&path));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body(again).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 409);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let html = answer.text().await.unwrap();
    let why = "Nothing is changed by that: the notice is closed already";
    assert!(html.contains(why), "{html}");
    assert!(!html.contains("aria-label=\"Main\""), "{html}");
    for number in 1..20 {
        assert_eq!(announce(&format!("CHG-{number}")).await, 303, "{number}");
    }
    assert_eq!(announce("CHG-20").await, 429);
    let shown = server.json(&["supplier", "show", "acme"]);
    assert_eq!(shown["notices"].as_array().unwrap().len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_strangers_send_waits_for_nobody_who_writes() {
    let server = Server::start().await;
    let probe = "{ probe: { by: { webhook: { secret: acme-hook } } } }";
    server.apply(&ACME.replace("live: {}", &format!("live: {probe}")));
    let database = server.directory().join("server/tidegate.db");
    let other = rusqlite::Connection::open(database).unwrap();
    other
        .busy_timeout(std::time::Duration::from_secs(60))
        .unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    // Nobody else writes now. Whoever is a stranger is turned away all the same.
    let told = json!({ "component": "gateway", "environment": "live", "version": "9.9.9" });
    let forged = tell(&server, ("msg_1", &told), SECRET, Timestamp::now());
    let limit = std::time::Duration::from_secs(4);
    let forged = tokio::time::timeout(limit, forged).await;
    assert_eq!(forged.expect("it is answered").0, 400);
    let path = "/outside/bm90aGluZw.bm90aGluZw/notices";
    let announced = submit(&server, "", (path, &ANNOUNCED));
    let announced = tokio::time::timeout(limit, announced).await;
    assert_eq!(announced.expect("it is answered").0, 404);
    other.execute_batch("ROLLBACK").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_has_happened_once_it_was_seen_wherever_somebody_looks() {
    let server = Server::start().await;
    let probe = "{ probe: { by: { webhook: { secret: acme-hook } } } }";
    let places = format!("live: {probe}, staging: {probe}, testing: {{}}");
    let environments =
        "kind: Environment\nname: staging\n---\nkind: Environment\nname: testing\n---\n";
    server.apply(&format!(
        "{environments}{}",
        ACME.replace("live: {}", &places)
    ));
    set_secret(&server).await;
    let add = ["supplier", "notice", "add", "acme", "--kind", "change"];
    server.run(
        &[
            &add[..],
            &["--title", "Gateway 2.5.0", "--version", "2.5.0"],
        ]
        .concat(),
    );
    let deployed = async |id: &str, environment: &str, version: &str| {
        let told =
            json!({ "component": "gateway", "environment": environment, "version": version });
        let (status, said) = tell(&server, (id, &told), SECRET, Timestamp::now()).await;
        assert_eq!(status, 200, "{said}");
    };
    for (id, environment) in [("msg_1", "live"), ("msg_2", "staging")] {
        deployed(id, environment, "2.4.1").await;
    }
    deployed("msg_3", "staging", "2.5.0").await;
    let shown = || server.json(&["supplier", "show", "acme"])["notices"][0].clone();
    let notice = shown();
    assert_eq!(notice["status"], "announced", "{notice}");
    assert_eq!(
        (&notice["seen"], &notice["left"]),
        (&json!(["gateway in staging"]), &json!(["gateway in live"]))
    );
    let told = notice["told"].as_str().unwrap();
    let places = "; seen of gateway in staging, and not yet of gateway in live";
    assert!(told.ends_with(places), "{told}");
    deployed("msg_4", "live", "2.5.0").await;
    assert_eq!(shown()["status"], "happened");
    let matched = all(&server, "observations", "matched");
    assert!(
        matched
            .iter()
            .all(|it| it.starts_with("announced by notice 1")),
        "{matched:?}"
    );
}
