//! People are told in a room, a message goes back to whoever wrote it, and outsiders see what is planned.

use serde_json::{Value, json};
use tidegate_tests::{press::Press, web_hook::WebHook};

/// An audience that is told in a room, whose address is a secret.
const ROOM: &str = "kind: Channel\nname: room\nby: { chat: { secret: room } }\n---\n\
    kind: Audience\nname: makers\nchannels: [room]\nnotes: developer\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_told_once_in_words_that_call_nobody() {
    let press = Press::open().await;
    let mut room = WebHook::closed();
    room.open();
    press.secret("room", &room.url());
    press.server.apply(ROOM);
    let id = press.sent("<!channel> @here & *now*", "makers", &[]);
    let sent = press.becomes(&id, "sent");
    assert_eq!(sent["tally"]["delivered"], 1, "{sent}");
    let told = room.told();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].path, "/hook");
    assert_eq!(told[0].headers["content-type"], "application/json");
    assert!(!told[0].headers.contains_key("webhook-signature"));
    let body: Value = serde_json::from_str(&told[0].body).expect("JSON");
    let text = "&lt;!channel&gt; @\u{200b}here &amp; *now*\n\nIt is here.";
    assert_eq!(body, json!({ "text": text, "mrkdwn": false }));
    assert_eq!(press.became(&id).len(), 1);

    // The address is a secret: nothing shows it, also where the room does not take it.
    room.answer(410);
    let lost = press.sent("Again", "makers", &[]);
    let failed = press.becomes(&lost, "failed");
    assert_eq!(failed["tally"]["refused"], 1, "{failed}");
    let deliveries = press.server.json(&["message", "deliveries", &lost]);
    let told = deliveries["deliveries"][0]["told"].as_str();
    assert!(told.is_some_and(|it| it.contains("410")), "{deliveries}");
    let journal = press.server.run(&["journal", "list", "--output", "json"]);
    for said in [deliveries.to_string(), journal] {
        assert!(
            !said.contains(&format!("127.0.0.1:{}", room.port)),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sent_back_with_what_is_to_change_and_talked_about() {
    let press = Press::open().await;
    let id = press.written("It is here", "staff", &[]);
    let back = |note| ["message", "send-back", &id, "--note", note].map(str::to_owned);
    let by = |who: &str, words: &[String]| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        press.by(who, &words)
    };
    let (status, said) = by("ada", &back("Say when"));
    assert_eq!(status, 5, "nobody submitted it: {said}");
    press.server.run(&["message", "submit", &id]);
    let hash = press.message(&id)["hash"].clone();
    let (status, said) = by("ada", &back(" "));
    assert_eq!(status, 2, "{said}");
    let (status, said) = by("ada", &back("Say when"));
    assert_eq!(status, 0, "{said}");
    let view = press.message(&id);
    assert_eq!(
        (&view["state"], &view["told"]),
        (&json!("draft"), &json!("a draft, sent back: Say when"))
    );
    let (_, shown) = press.by("ben", &["message", "show", &id]);
    assert!(shown.contains("sent back: Say when"), "{shown}");
    let hash = hash.as_str().expect("a hash");
    let (status, said) = press.by("ada", &["message", "sanction", &id, "--hash", hash]);
    assert_eq!(status, 5, "it is a draft again: {said}");

    // What is unclear is talked about where it stands.
    let subject = format!("message/{id}");
    let (status, said) = press.by("ben", &["comment", "add", &subject, "@ada: on Monday?"]);
    assert_eq!(status, 0, "{said}");
    let (_, said) = press.by("ada", &["comment", "list", &subject]);
    assert!(said.contains("on Monday?"), "{said}");
    let (_, news) = press.by("ada", &["news"]);
    assert!(
        news.contains("on Monday?") || news.contains(&subject),
        "{news}"
    );
    let missing = ["comment", "add", "message/99", "Is it there?"];
    press.server.refused(4, &missing);

    // Changed, it is no draft that was sent back any more.
    let (status, said) = press.by("ben", &["message", "edit", &id, "--body", "On Monday."]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(press.message(&id)["told"], "a draft");
}

#[tokio::test(flavor = "multi_thread")]
async fn outsiders_see_what_is_planned_where_a_release_books_it() {
    let press = Press::open().await;
    let server = &press.server;
    server.apply(
        "kind: Environment\nname: live\n---\nkind: Environment\nname: inner\n---\n\
         kind: StatusPage\nproduct: shop\ntitle: The Shop\nenvironments: [{ environment: live, title: Europe }]\n",
    );
    let plan = server.file(
        "plan.yaml",
        "target: 2099-06-10T20:00\nbookings:\n\
         - { environment: live, from: 2099-06-10T20:00, until: 2099-06-10T22:00, reason: A planted reason }\n\
         - { environment: inner, from: 2099-06-11T20:00, until: 2099-06-11T22:00, reason: A planted reason }\n",
    );
    let status = async || {
        let url = server.url("/status/shop/status.json");
        let answer = server.http.get(url).send().await.expect("an answer");
        answer.json::<Value>().await.expect("JSON")
    };
    assert_eq!(status().await["planned"], json!([]));
    let save = ["release", "plan", "save", "shop", "2.0.0", &plan];
    server.run(&[&save[..], &["--base", "0"]].concat());
    let seen = status().await;
    let planned = json!([{
        "title": "Europe", "from": "2099-06-10T20:00:00Z", "until": "2099-06-10T22:00:00Z", "words": null,
    }]);
    assert_eq!(seen["planned"], planned, "{seen}");
    assert_eq!(seen["environments"][0]["condition"], "unknown", "{seen}");
    let page = server.http.get(server.url("/status/shop")).send().await;
    let page = page.expect("an answer").text().await.expect("a page");
    assert!(page.contains("Planned maintenance"), "{page}");
    assert!(page.contains("Europe: "), "{page}");
    for secret in ["planted", "inner", "live"] {
        assert!(!page.contains(secret), "{secret}: {page}");
    }
    let plan = ["release", "plan", "show", "shop", "2.0.0"];
    assert_eq!(server.json(&plan)["bookings"][1]["environment"], "inner");
}
