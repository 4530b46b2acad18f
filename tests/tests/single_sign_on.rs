//! People who come in by an OpenID Connect provider, a real one.

use serde_json::{Value, json};
use tidegate_tests::{
    entrance::{Entrance, OPEN},
    identity_provider::Jar,
    page::look,
    server::Server,
};

#[tokio::test]
async fn people_come_in_and_their_groups_say_how_far_they_answer() {
    let office = Entrance::open(OPEN).await;
    office
        .server
        .apply("kind: Team\nname: makers\ngroups: { sre: apply }\n");
    let page = Jar::default()
        .get(&office.server.http, &office.server.url("/sign-in"))
        .await;
    assert!(
        page.body.contains("Sign in with Example AG"),
        "{}",
        page.body
    );

    let groups = json!({ "ada": ["sre", "leads"] });
    office.provider.set_groups(&groups).await;
    let (mut jar, answer) = office.sign_in("ada").await;
    assert_eq!(
        (answer.status, answer.next.as_deref()),
        (303, Some("/")),
        "{}",
        answer.body
    );
    assert!(office.is_in(&mut jar).await);
    let ada = office.person("ada").await;
    assert_eq!(ada["display"], "ada of the tests");
    assert_eq!(ada["email"], "ada@example.org");
    assert_eq!(ada["sign_in"], json!(["provider"]));
    assert_eq!(
        (&ada["level"], &ada["teams"]),
        (&json!(5), &json!({ "makers": 5 }))
    );

    // Each sign-in counts anew: who has left a group has left what it gave.
    office.provider.set_groups(&json!({ "ada": ["sre"] })).await;
    let (mut again, answer) = office.sign_in("ada").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let ada = office.person("ada").await;
    assert_eq!(
        (&ada["level"], &ada["teams"]),
        (&Value::Null, &json!({ "makers": 3 }))
    );
    by_hand(&office).await;
    let people = office.server.get("/api/v1/people").await;
    assert_eq!(
        people.as_array().map(Vec::len),
        Some(2),
        "she is one person: {people}"
    );

    let address = office.server.url("/sign-out");
    let gone = again.post(&office.server.http, &address, "").await;
    assert_eq!(gone.status, 303);
    assert!(
        !office.is_in(&mut again).await,
        "her session here has ended"
    );
    assert!(
        office.is_in(&mut jar).await,
        "that of her other browser has not"
    );
    office.server.run(&["person", "remove", "ada", "--yes"]);
    assert!(!office.is_in(&mut jar).await);
    let (_, answer) = office.sign_in("ada").await;
    assert_eq!(
        answer.status, 403,
        "who was removed does not come back by the provider"
    );
    assert!(
        answer.body.contains("our account here was removed"),
        "{}",
        answer.body
    );
}

/// A level that somebody sets by hand holds until groups set it anew, and that is said.
async fn by_hand(office: &Entrance) {
    let change = ["person", "change", "ada", "--level", "4"];
    let said = office.server.run(&change);
    assert!(
        said.contains("set the level anew at the next sign-in"),
        "{said}"
    );
    let ada = office.person("ada").await;
    assert_eq!(
        (&ada["level"], &ada["level_by"]),
        (&json!(4), &json!(["test"]))
    );
    let cookie = office.server.sign_in().await;
    let (_, html) = look(&office.server, &cookie, "/people/ada?level=5").await;
    assert!(html.contains("set anew by the groups of test"), "{html}");
    assert!(
        html.contains("Only until the next sign-in by test"),
        "{html}"
    );
    let (_, answer) = office.sign_in("ada").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(office.person("ada").await["level"], Value::Null);
}

#[tokio::test]
async fn who_has_left_every_group_that_lets_in_is_out_of_their_sessions_as_well() {
    let rules = "  unknown_people: add\n  groups: [staff, guests]\n  levels: { leads: ensure }\n";
    let office = Entrance::open(rules).await;
    let groups = json!({ "ada": ["staff", "leads"], "bob": ["guests"] });
    office.provider.set_groups(&groups).await;
    let (mut laptop, answer) = office.sign_in("ada").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let (mut phone, _) = office.sign_in("ada").await;
    let (mut bob, _) = office.sign_in("bob").await;

    let groups = json!({ "ada": ["others"], "bob": ["guests"] });
    office.provider.set_groups(&groups).await;
    let (mut jar, answer) = office.sign_in("ada").await;
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("none of the groups"));
    for browser in [&mut laptop, &mut phone, &mut jar] {
        assert!(!office.is_in(browser).await);
    }
    assert!(office.is_in(&mut bob).await, "others stay");
    assert_eq!(office.person("ada").await["level"], Value::Null);
    let journal = office.server.get("/api/v1/journal").await.to_string();
    assert!(journal.contains("person.put_out"), "{journal}");
}

#[tokio::test]
async fn groups_do_not_take_the_last_administrator_away() {
    let office = Entrance::open("  unknown_people: add\n  levels: { chiefs: initiate }\n").await;
    let (server, provider) = (&office.server, &office.provider);
    provider.set_groups(&json!({ "ada": ["chiefs"] })).await;
    assert_eq!(office.sign_in("ada").await.1.status, 303);
    let token = server.run(&["token", "create", "laptop", "--for", "ada", "--level", "6"]);
    server.run(&["person", "change", "admin", "--level", "2"]);
    provider.set_groups(&json!({})).await;
    let (mut jar, answer) = office.sign_in("ada").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(office.is_in(&mut jar).await);
    assert_eq!(office.person("ada").await["level"], 6, "nobody else has it");

    let request = server.http.patch(server.url("/api/v1/people/admin"));
    let request = request.bearer_auth(token.trim());
    let answer = request.json(&json!({ "level": 6 })).send().await;
    assert_eq!(answer.expect("it answers").status().as_u16(), 200);
    let journal = server.get("/api/v1/journal").await.to_string();
    assert!(journal.contains("person.rights_kept"), "{journal}");
    assert_eq!(office.sign_in("ada").await.1.status, 303);
    assert_eq!(office.person("ada").await["level"], Value::Null);
}

#[tokio::test]
async fn who_is_called_like_somebody_else_is_somebody_else() {
    let office = Entrance::open(OPEN).await;
    office
        .server
        .run(&["person", "create", "ada", "--level", "6"]);
    let (_, answer) = office.sign_in("ada").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(office.person("ada").await["sign_in"], json!([]));
    let other = office.person("ada-2").await;
    assert_eq!(
        (&other["sign_in"], &other["level"]),
        (&json!(["provider"]), &Value::Null)
    );
}

#[tokio::test]
async fn who_has_the_address_of_somebody_here_is_linked_and_no_second_person() {
    let office = Entrance::open(OPEN).await;
    let server = &office.server;
    let lovelace = ["person", "create", "lovelace", "--email", "Ada@Example.org"];
    server.run(&lovelace);
    let (_, answer) = office.sign_in("ada").await;
    assert_eq!(answer.status, 409);
    let issuer = office.provider.issuer.as_str();
    let hint = format!("tidegate person change NAME --external {issuer} ada");
    assert!(answer.body.contains(&hint), "{}", answer.body);
    assert_eq!(office.person("ada").await, Value::Null);
    // The same address in letters of full width, and another one.
    assert_eq!(office.sign_in("%EF%BD%81da").await.1.status, 409);
    let (_, answer) = office.sign_in("%EF%BD%82ob").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(office.person("bob").await["email"], "bob@example.org");

    server.run(&["person", "change", "lovelace", "--external", issuer, "ada"]);
    let (_, answer) = office.sign_in("ada").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let linked = office.person("lovelace").await;
    assert_eq!(linked["sign_in"], json!(["provider"]));
}

#[tokio::test]
async fn a_link_to_a_provider_is_made_ended_and_journaled_and_no_programs() {
    let office = Entrance::open("").await;
    let server = &office.server;
    let issuer = office.provider.issuer.as_str();
    server.run(&["person", "create", "lovelace", "--level", "3"]);
    let robot = [
        "person",
        "create",
        "robot",
        "--service",
        "--owner",
        "lovelace",
    ];
    let linked = [&robot[..], &["--external", issuer, "bob"]].concat();
    let said = server.refused(2, &linked);
    assert!(said.contains("it signs in by tokens only"), "{said}");
    server.run(&robot);
    let said = server.refused(
        2,
        &["person", "change", "robot", "--external", issuer, "bob"],
    );
    assert!(said.contains("it signs in by tokens only"), "{said}");

    server.run(&["person", "change", "lovelace", "--external", issuer, "ada"]);
    office.provider.set_groups(&json!({ "ada": ["sre"] })).await;
    office
        .server
        .apply("kind: Team\nname: makers\ngroups: { sre: apply }\n");
    let (mut jar, answer) = office.sign_in("ada").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(
        office.person("lovelace").await["teams"],
        json!({ "makers": 3 })
    );
    server.run(&["person", "unlink", "lovelace"]);
    assert!(!office.is_in(&mut jar).await);
    let lovelace = office.person("lovelace").await;
    let what = (&lovelace["level"], &lovelace["teams"], &lovelace["sign_in"]);
    assert_eq!(what, (&json!(3), &json!({}), &json!([])));
    assert_eq!(office.sign_in("ada").await.1.status, 403);
    let said = server.refused(4, &["person", "unlink", "lovelace"]);
    assert!(said.contains("nobody to an identity provider"), "{said}");

    let journal = server.get("/api/v1/journal").await;
    let entries = journal["entries"].as_array().or(journal.as_array());
    let link = json!({ "issuer": issuer, "subject": "ada" });
    for action in ["person.changed", "person.unlinked"] {
        let mut entries = entries.expect("a list").iter();
        let found = entries.find(|it| it["action"] == action && it["subject"] == "person/lovelace");
        let found = found.unwrap_or_else(|| panic!("{action}: {journal}"));
        assert_eq!(found["detail"]["external"], link, "{action}");
    }
}

#[tokio::test]
async fn who_is_called_as_somebody_was_granted_something_does_not_get_it() {
    let office = Entrance::open(OPEN).await;
    office
        .server
        .apply("kind: Team\nname: makers\nmembers: [ada]\nlevels: { bob: initiate }\n");
    for who in ["ada", "bob"] {
        let (_, answer) = office.sign_in(who).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert_eq!(office.person(who).await, Value::Null);
        let made = office.person(&format!("{who}-2")).await;
        assert_eq!(
            (&made["sign_in"], &made["teams"]),
            (&json!(["provider"]), &json!({})),
            "{who}"
        );
    }
}

#[tokio::test]
async fn who_comes_by_a_provider_has_a_password_only_when_they_were_invited_to_choose_one() {
    let office = Entrance::open(OPEN).await;
    let (http, address) = (&office.server.http, office.server.url("/password"));
    let (mut ada, _) = office.sign_in("ada").await;
    let page = ada.get(http, &address).await;
    assert!(page.body.contains("You have no password."), "{}", page.body);
    assert!(!page.body.contains("name=\"new\""), "{}", page.body);
    let form = "new=correct+horse+battery+staple&again=correct+horse+battery+staple";
    let refused = ada.post(http, &address, form).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let token = office
        .server
        .run(&["token", "create", "laptop", "--for", "ada", "--level", "6"]);
    let request = http
        .put(office.server.url("/api/v1/password"))
        .bearer_auth(token.trim());
    let request = request.json(&json!({ "new": "correct horse battery staple" }));
    let answer = request.send().await.expect("it answers");
    assert_eq!(answer.status().as_u16(), 403);
    assert_eq!(office.person("ada").await["sign_in"], json!(["provider"]));

    let link = office.server.run(&["person", "invite", "ada"]);
    let (_, secret) = link.trim().split_once("link=").expect("a link");
    let mut invited = Jar::default();
    let (sign_in, by_link) = (office.server.url("/sign-in"), format!("link={secret}"));
    assert_eq!(invited.post(http, &sign_in, &by_link).await.status, 303);
    assert_eq!(invited.post(http, &address, form).await.status, 303);
    assert_eq!(
        office.person("ada").await["sign_in"],
        json!(["password", "provider"])
    );
}

#[tokio::test]
async fn strangers_stay_outside_where_no_accounts_are_made() {
    let office = Entrance::open("  groups: [staff]\n").await;
    let (mut jar, answer) = office.sign_in("bob").await;
    assert_eq!(answer.status, 403);
    assert!(
        answer.body.contains("none of the groups"),
        "{}",
        answer.body
    );
    assert!(!office.is_in(&mut jar).await);
    office
        .provider
        .set_groups(&json!({ "bob": ["staff"] }))
        .await;
    let (_, answer) = office.sign_in("bob").await;
    assert_eq!(answer.status, 403);
    assert!(
        answer.body.contains("ou have no account here"),
        "{}",
        answer.body
    );
    let issuer = office.provider.issuer.as_str();
    office.server.run(&[
        "person",
        "create",
        "robert",
        "--level",
        "3",
        "--external",
        issuer,
        "bob",
    ]);
    let (mut jar, answer) = office.sign_in("bob").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(office.is_in(&mut jar).await);
    let said = office
        .server
        .refused(5, &["person", "create", "rob", "--external", issuer, "bob"]);
    assert!(said.contains("is, or was, somebody here"), "{said}");
}

#[tokio::test]
async fn an_answer_counts_once_and_in_the_browser_that_asked() {
    let office = Entrance::open(OPEN).await;
    let http = &office.server.http;
    let mut ada = Jar::default();
    let url = office.go(&mut ada).await;
    let back = office.provider.sign_in(&url, "ada").await;
    assert!(back.contains("code=") && back.contains("iss="), "{back}");

    // Somebody else's browser was sent there by a link.
    let stranger = Jar::default().get(http, &back).await;
    assert_eq!(stranger.status, 400, "{}", stranger.body);
    assert!(
        stranger
            .cookies
            .iter()
            .all(|cookie| !cookie.contains("tgs_"))
    );
    // One that is on its way itself has another state.
    let mut other = Jar::default();
    office.go(&mut other).await;
    assert_eq!(other.get(http, &back).await.status, 400);
    // With its own state and somebody else's code, the verifier does not fit.
    let mut mixed = Jar::default();
    let own = office.go(&mut mixed).await;
    let state = part(&own, "state");
    let swapped = back.replace(part(&back, "state"), state);
    let answer = mixed.get(http, &swapped).await;
    assert_eq!(answer.status, 401, "{}", answer.body);
    assert!(
        answer
            .body
            .contains("hat Example AG says of you does not count")
    );
    // A word of another provider is no word of this one.
    let mut third = Jar::default();
    let own = office.go(&mut third).await;
    let back = office.provider.sign_in(&own, "ada").await;
    let lied = back.replace(part(&back, "iss"), "https%3A%2F%2Fevil.example");
    let kept = third.kept("tidegate_attempt").map(str::to_owned);
    assert_eq!(third.get(http, &lied).await.status, 400);
    // What was sealed elsewhere does not open.
    third.keep("tidegate_attempt", Some("AAAA"));
    assert_eq!(third.get(http, &back).await.status, 400);

    third.keep("tidegate_attempt", kept.as_deref());
    let answer = third.get(http, &back).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(third.kept("tidegate_attempt").is_none(), "it is used up");
    third.keep("tidegate_attempt", kept.as_deref());
    assert_eq!(
        third.get(http, &back).await.status,
        401,
        "the code was used"
    );
}

/// A parameter of an address.
fn part<'a>(address: &'a str, name: &str) -> &'a str {
    let (_, rest) = address
        .split_once(&format!("{name}="))
        .expect("it is there");
    rest.split('&').next().unwrap_or_default()
}

#[tokio::test]
async fn who_is_refused_there_is_told_so() {
    let office = Entrance::open(OPEN).await;
    let mut jar = Jar::default();
    let url = office.go(&mut jar).await;
    assert!(
        url.contains("code_challenge_method=S256") && url.contains("nonce="),
        "{url}"
    );
    let back = office.server.url("/sign-in/providers/test/back");
    let refused = format!("{back}?error=access_denied&state={}", part(&url, "state"));
    let answer = jar.get(&office.server.http, &refused).await;
    assert_eq!(answer.status, 403);
    assert!(
        answer
            .body
            .contains("Example AG did not sign you in: access_denied")
    );
}

#[tokio::test]
async fn a_provider_that_is_down_keeps_nobody_else_out() {
    let mut office = Entrance::open(OPEN).await;
    let mut gone = Jar::default();
    let url = office.go(&mut gone).await;
    let back = office.provider.sign_in(&url, "ada").await;
    office.provider.stop();
    let answer = gone.get(&office.server.http, &back).await;
    assert_eq!((answer.status, answer.retry_after), (503, Some(5)));
    assert!(
        answer
            .body
            .contains("Example AG does not answer as it should"),
        "{}",
        answer.body
    );

    // A server that never reached it starts and serves.
    office.server.kill();
    office.server.start_again().await;
    let address = office.server.url("/sign-in/providers/test");
    let answer = Jar::default().get(&office.server.http, &address).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(
        answer.body.contains("a one-time link or a token"),
        "{}",
        answer.body
    );
    office.server.sign_in().await;
}

#[tokio::test]
async fn without_a_provider_there_is_no_button() {
    let server = Server::start().await;
    let page = Jar::default()
        .get(&server.http, &server.url("/sign-in"))
        .await;
    assert!(!page.body.contains("/sign-in/providers"), "{}", page.body);
    let none = server.url("/sign-in/providers/test");
    assert_eq!(Jar::default().get(&server.http, &none).await.status, 404);
}
