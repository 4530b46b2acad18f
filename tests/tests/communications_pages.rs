//! The pages of messages: written, sanctioned and sent in the browser; what outsiders see; and how they opt in.

use tidegate_tests::{
    page::{check_page, cookie_of, keep_html, look, shown_once, signed_in, submit, valid_html},
    post_office::Manner,
    press::Press,
    server::Server,
    shop::until,
};

const LIST: &str = "/products/shop/releases/2.0.0/messages";
const ONE: &str = "/messages/1";

/// Two people by the cookies of their sessions: `ada` sanctions, `ben` writes.
struct Two {
    ada: String,
    ben: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_written_sanctioned_and_sent_on_its_page() {
    let press = Press::open().await;
    let server = &press.server;
    let browser = signed_in(server).await;
    let look_at = async |page| check_page(server, &browser, page).await;
    let nothing = "Nobody is told anything about 2.0.0 yet.";
    look_at(("messages-none", LIST, nothing)).await;
    let two = Two {
        ada: cookie_of(server, "ada").await,
        ben: cookie_of(server, "ben").await,
    };
    let wish = [("template", "here"), ("to", "customers")];
    let (status, next) = submit(server, &two.ben, (LIST, &wish)).await;
    assert_eq!((status, next.as_str()), (303, ONE));
    look_at(("message-draft", ONE, "aits for somebody to submit it")).await;
    written(&press, &two).await;
    let waits = "1 of 1 messages wait to be sanctioned.";
    look_at(("messages", LIST, waits)).await;
    let hash = press.message("1")["hash"]
        .as_str()
        .expect("a hash")
        .to_owned();
    let said = [("hash", hash.as_str())];
    let sanction = async |who: &str| submit(server, who, ("/messages/1/sanction", &said)).await.0;
    assert_eq!(sanction(&two.ben).await, 403);
    assert_eq!(sanction(&two.ada).await, 303);
    press.post.behave(Manner::Silent);
    let sent = submit(server, &two.ada, ("/messages/1/send", &[])).await;
    assert_eq!(sent.0, 303);
    until("nobody knows of two mails", || {
        press.message("1")["tally"]["unknown"] == 2
    });
    let unknown = "aits for somebody to say whether 2 deliveries arrived";
    look_at(("message-unknown", ONE, unknown)).await;
    settled(&press, &two.ada).await;
    look_at(("message-sent", ONE, "What became of it")).await;
    look_at(("notices-none", "/notices", "You were told nothing yet.")).await;
    let (_, html) = look(server, &two.ada, "/notices").await;
    assert!(html.contains("It is &#60;here&#62;"), "{html}");
    valid_html(server);
}

/// Two who change it do not write over each other, and who wrote any of it is not asked to sanction it.
async fn written(press: &Press, two: &Two) {
    let server = &press.server;
    let base = press.message("1")["base"]
        .as_str()
        .expect("a hash")
        .to_owned();
    let edit = async |body: &str| {
        let text = [
            ("base", base.as_str()),
            ("subject", "It is <here>"),
            ("body", body),
            ("to", "customers, staff"),
            ("on", "by hand"),
        ];
        submit(server, &two.ben, (ONE, &text)).await.0
    };
    assert_eq!(edit("One").await, 303);
    assert_eq!(edit("Two").await, 409);
    let submitted = submit(server, &two.ben, ("/messages/1/submit", &[])).await;
    assert_eq!(submitted.0, 303);
    for (who, offered) in [(&two.ben, false), (&two.ada, true)] {
        let (_, html) = look(server, who, ONE).await;
        assert_eq!(html.contains("deed-sanction"), offered, "{html}");
    }
}

/// A person says of each what became of it.
async fn settled(press: &Press, ada: &str) {
    press.post.behave(Manner::Takes);
    let unknown = press
        .server
        .json(&["message", "deliveries", "1", "--state", "unknown"]);
    let all = unknown["deliveries"].as_array().expect("deliveries");
    for (one, word) in all.iter().zip(["yes", "again"]) {
        let path = format!("/messages/1/deliveries/{}", one["id"]);
        let said = [("note", "They called"), ("arrived", word)];
        assert_eq!(submit(&press.server, ada, (&path, &said)).await.0, 303);
    }
    until("it is sent", || press.message("1")["state"] == "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn outsiders_read_the_status_page_and_opt_in_on_theirs() {
    let press = Press::open().await;
    let server = &press.server;
    press.server.apply(
        "kind: Environment\nname: live\n---\nkind: StatusPage\nproduct: shop\ntitle: The Shop\nenvironments: [{ environment: live, title: Europe, version: shown }]\naudience: customers\n",
    );
    let link = press.opts_in("customers").await;
    let id = press.sent("It is here", "customers", &[]);
    press.becomes(&id, "sent");
    let browser = signed_in(server).await;
    let page = (
        "status-page",
        "/status/shop",
        "How The Shop does is not known.",
    );
    check_page(server, &browser, page).await;
    let path = &link[server.address.len()..];
    let told = "You get what Tidegate tells “Customers”.";
    check_page(server, &browser, ("opt-in", path, told)).await;
    browser.tab_to("form[action^='/opt-in'] button").await;
    browser.press("\u{e007}").await;
    browser.text_becomes("main", "You do not get what").await;
    assert_eq!(
        press.server.json(&["audience", "show", "customers"])["left_out"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    valid_html(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn audiences_are_seen_asked_and_cleared_up_in_the_browser() {
    let press = Press::open().await;
    let server = &press.server;
    let browser = signed_in(server).await;
    let look_at = async |page| check_page(server, &browser, page).await;
    let all = "Messages go to 3 audiences.";
    look_at(("audiences", "/audiences", all)).await;
    let why = "they were not asked yet whether they want to be told";
    look_at(("audience", "/audiences/customers", why)).await;
    look_at(("bounces-none", "/bounces", "Nothing came back.")).await;
    let two = Two {
        ada: cookie_of(server, "ada").await,
        ben: cookie_of(server, "ben").await,
    };
    let invite = ("/audiences/customers/invite", &[][..]);
    assert_eq!(submit(server, &two.ben, invite).await.0, 403);
    let asked = submit(server, &two.ada, invite).await;
    assert_eq!(asked, (303, "/audiences/customers?asked=1".to_owned()));
    let (_, html) = look(server, &two.ada, &asked.1).await;
    assert!(html.contains("1 address is asked."), "{html}");
    let id = press.sent("It is here", "staff", &[]);
    press.becomes(&id, "sent");
    came_back(&press, &two, &id).await;
    look_at(("bounces", "/bounces", "Nothing is sent to 1 recipient.")).await;
    look_at(("audience-bounced", "/audiences/staff", "See to it")).await;
    confirmed(server, &two).await;
    valid_html(server);
}

/// Who clears bounces up is offered that on the page of a message, and what they say counts from then on.
async fn came_back(press: &Press, two: &Two, id: &str) {
    let server = &press.server;
    let message = format!("/messages/{id}");
    for (who, offered) in [(&two.ben, false), (&two.ada, true)] {
        let (_, html) = look(server, who, &message).await;
        assert_eq!(html.contains("deed-bounce"), offered, "{html}");
    }
    let to = format!("{message}/bounces");
    let said = [("recipient", "ben@example.org"), ("reply", "No <such> box")];
    let told = submit(server, &two.ben, (&to, &said)).await;
    assert_eq!(told.0, 403, "{}", told.1);
    let nobody = [("recipient", "not an address"), ("reply", "")];
    let told = submit(server, &two.ada, (&to, &nobody)).await;
    assert_eq!(told.0, 400, "{}", told.1);
    let told = submit(server, &two.ada, (&to, &said)).await;
    assert_eq!(told, (303, message));
}

async fn confirmed(server: &Server, two: &Two) {
    let good = [("recipient", "ben@example.org")];
    let confirm = ("/bounces/confirm", &good[..]);
    assert_eq!(submit(server, &two.ben, confirm).await.0, 403);
    let done = submit(server, &two.ada, confirm).await;
    assert_eq!(done, (303, "/bounces".to_owned()));
    let (_, html) = look(server, &two.ada, "/bounces").await;
    assert!(html.contains("Nothing came back."), "{html}");
    assert_eq!(submit(server, &two.ada, confirm).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_are_seen_their_secrets_set_and_their_feeds_read_in_the_browser() {
    let press = Press::open().await;
    let server = &press.server;
    server.run(&["person", "create", "cas", "--level", "2"]);
    let browser = signed_in(server).await;
    let look_at = async |page| check_page(server, &browser, page).await;
    let ready = "Messages go out by 4 channels.";
    look_at(("channels", "/channels", ready)).await;
    server.apply("kind: Channel\nname: room\nby: { chat: { secret: room } }\n");
    let lacks = "1 channel lacks something.";
    look_at(("channels-lacking", "/channels", lacks)).await;
    let two = Two {
        ada: cookie_of(server, "ada").await,
        ben: cookie_of(server, "ben").await,
    };
    secret_is_set(server, &two).await;
    feed_is_read(&press, &two.ada).await;
    let cas = cookie_of(server, "cas").await;
    let (_, html) = look(server, &cas, "/channels").await;
    assert!(!html.contains("Make an address") && !html.contains("/channels/secrets"));
    assert_eq!(
        submit(server, &cas, ("/channels/news/feed", &[])).await.0,
        403
    );
    valid_html(server);
}

/// Who may sets it; what it is stands on no page.
async fn secret_is_set(server: &Server, two: &Two) {
    let to = "/channels/secrets";
    let secret = [("name", "room"), ("value", "https://chat.example/s3cret")];
    assert_eq!(submit(server, &two.ben, (to, &secret)).await.0, 403);
    let wrong = [("name", "room"), ("value", "s3cret")];
    assert_eq!(submit(server, &two.ada, (to, &wrong)).await.0, 400);
    let set = submit(server, &two.ada, (to, &secret)).await;
    assert_eq!(set, (303, "/channels?set=room".to_owned()));
    let (_, html) = look(server, &two.ada, &set.1).await;
    assert!(html.contains("Secret room is set.") && !html.contains("s3cret"));
    assert!(!html.contains("lacks something"), "{html}");
    let (_, html) = look(server, &two.ada, "/channels?set=nothing").await;
    assert!(!html.contains("Secret nothing"), "only what is set");
    let listed = server.json(&["channel", "list"]);
    let all = listed.as_array().expect("channels");
    assert!(all.iter().all(|it| it["lacks"].is_null()), "{listed}");
    assert!(!listed.to_string().contains("s3cret"));
}

/// An address is made, reads the feed, stands on no page, and reads nothing once it is ended.
async fn feed_is_read(press: &Press, ada: &str) {
    let server = &press.server;
    let (status, html) = submit(server, ada, ("/channels/news/feed", &[])).await;
    assert_eq!(status, 200, "{html}");
    keep_html(server, "feed-address", &html);
    let address = shown_once(&html);
    let path = address
        .strip_prefix(&server.address)
        .expect("our own address");
    let (status, feed) = look(server, "", path).await;
    assert!(status == 200 && feed.contains("<feed"), "{status} {feed}");
    let other = path.replace("/news/", "/pages/");
    assert_eq!(look(server, "", &other).await.0, 401, "it is good for one");
    let (_, html) = look(server, ada, "/channels").await;
    assert!(html.contains("feed-news") && !html.contains(path), "{html}");
    let end = html
        .split_once("/addresses/")
        .and_then(|(_, it)| it.split_once('"'));
    let end = format!("/addresses/{}", end.expect("a form").0);
    let here = [("here", "/channels")];
    let ended = submit(server, ada, (&end, &here)).await;
    assert_eq!(ended, (303, "/channels".to_owned()));
    assert_eq!(look(server, "", path).await.0, 401);
}
