//! Passwords and sessions: how people sign in to the pages, and how that ends.

use serde_json::{Value, json};
use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};
use test_postgres::Postgres;
use tidegate_tests::{
    browser::until,
    identity_provider::{Answer, Jar},
    process::tidegate,
    server::Server,
};

const PASSWORD: &str = "correct horse battery staple";
const OTHER: &str = "nine purple elephants knit quietly";
const COOKIE: &str = "tidegate_session";

/// Somebody's browser.
struct Visitor<'a> {
    server: &'a Server,
    jar: Jar,
}

impl<'a> Visitor<'a> {
    fn of(server: &'a Server) -> Self {
        Self {
            server,
            jar: Jar::default(),
        }
    }

    async fn open(&mut self, path: &str) -> Answer {
        let address = self.server.url(path);
        self.jar.get(&self.server.http, &address).await
    }

    async fn send(&mut self, path: &str, form: &str) -> Answer {
        let address = self.server.url(path);
        self.jar.post(&self.server.http, &address, form).await
    }

    async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        let password = password.replace(' ', "+");
        self.send("/sign-in", &format!("name={name}&password={password}"))
            .await
    }

    async fn is_in(&mut self) -> bool {
        self.open("/deployments").await.status == 200
    }

    fn secret(&self) -> String {
        self.jar.kept(COOKIE).expect("a cookie is kept").to_owned()
    }
}

/// Somebody who was invited and chose the usual password.
async fn invited<'a>(server: &'a Server, name: &str) -> Visitor<'a> {
    server.run(&["person", "create", name, "--level", "3"]);
    let mut visitor = Visitor::of(server);
    choose(&mut visitor, name).await;
    visitor
}

/// Follows an invitation and chooses the usual password.
async fn choose(visitor: &mut Visitor<'_>, name: &str) {
    follow_invitation(visitor, name).await;
    let form = format!("new={PASSWORD}&again={PASSWORD}").replace(' ', "+");
    let set = visitor.send("/password", &form).await;
    assert_eq!(
        (set.status, set.next.as_deref()),
        (303, Some("/")),
        "{}",
        set.body
    );
}

async fn follow_invitation(visitor: &mut Visitor<'_>, name: &str) {
    let link = visitor.server.run(&["person", "invite", name]);
    let (_, secret) = link.trim().split_once("link=").expect("a link");
    let entered = visitor.send("/sign-in", &format!("link={secret}")).await;
    let next = (entered.status, entered.next.as_deref());
    assert_eq!(next, (303, Some("/password")), "{}", entered.body);
}

#[tokio::test]
async fn who_was_invited_chooses_a_password_and_signs_in_by_it() {
    let server = Server::start().await;
    server.run(&["person", "create", "ada", "--level", "3"]);
    let mut ada = Visitor::of(&server);
    follow_invitation(&mut ada, "ada").await;
    let page = ada.open("/password").await;
    assert!(page.body.contains("Choose a password."), "{}", page.body);
    assert!(page.body.contains("Go on without one"), "{}", page.body);
    for (new, again, why) in [
        ("too short", "too short", "fewer than 15 characters"),
        ("passwordpassword", "passwordpassword", "easily guessed"),
        (PASSWORD, OTHER, "the two are not the same"),
    ] {
        let form = format!("new={new}&again={again}").replace(' ', "+");
        let refused = ada.send("/password", &form).await;
        assert_eq!(refused.status, 400, "{new}");
        assert!(refused.body.contains(why), "{}", refused.body);
    }
    let form = format!("new={PASSWORD}&again={PASSWORD}").replace(' ', "+");
    assert_eq!(ada.send("/password", &form).await.status, 303);
    assert!(ada.is_in().await, "the session in which it is set goes on");

    let mut again = Visitor::of(&server);
    let entered = again.sign_in("Ada", PASSWORD).await;
    assert_eq!((entered.status, entered.next.as_deref()), (303, Some("/")));
    assert!(again.is_in().await);
    // As somebody types it with a Japanese keyboard.
    let entered = Visitor::of(&server).sign_in("%EF%BC%A1da", PASSWORD).await;
    assert_eq!(entered.status, 303);
    let people = server.get("/api/v1/people").await;
    let ada = people
        .as_array()
        .and_then(|all| all.iter().find(|it| it["name"] == "ada"));
    assert_eq!(ada.expect("ada")["sign_in"], json!(["password"]));
    let journal = server.get("/api/v1/journal").await.to_string();
    assert!(journal.contains("person.password_set") && !journal.contains(PASSWORD));
}

#[tokio::test]
async fn a_refusal_does_not_say_what_was_wrong() {
    let server = Server::start().await;
    drop(invited(&server, "ada").await);
    server.run(&["person", "create", "bob", "--level", "3"]);
    server.run(&["person", "create", "robot", "--service", "--owner", "bob"]);
    let mut bodies = Vec::new();
    for (name, password) in [
        ("ada", OTHER),
        ("bob", PASSWORD),
        ("robot", PASSWORD),
        ("nobody", PASSWORD),
        ("no+name+at+all", PASSWORD),
    ] {
        let refused = Visitor::of(&server).sign_in(name, password).await;
        assert_eq!(refused.status, 401, "{name}");
        assert!(refused.cookies.is_empty(), "{:?}", refused.cookies);
        bodies.push(refused.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "every refusal reads the same: {bodies:#?}");
    assert!(bodies[0].contains("he name or the password is wrong"));
}

#[tokio::test]
async fn who_tries_too_often_waits_also_with_the_right_password_and_another_server() {
    let mut server = Server::start().await;
    drop(invited(&server, "ada").await);
    for name in ["ada", "nobody"] {
        for tried in 1..=5 {
            let refused = Visitor::of(&server).sign_in(name, OTHER).await;
            assert_eq!(refused.status, 401, "{name}, try {tried}");
        }
        let refused = Visitor::of(&server).sign_in(name, PASSWORD).await;
        assert_eq!(
            (refused.status, refused.retry_after),
            (429, Some(1)),
            "{name}"
        );
        assert!(refused.body.contains("tried too often"), "{}", refused.body);
    }
    // Each further try doubles the pause, whoever serves it.
    for _ in 0..3 {
        fails_once_it_is_looked_at(&server).await;
    }
    server.kill();
    server.start_again().await;
    let refused = Visitor::of(&server).sign_in("ada", PASSWORD).await;
    assert_eq!(refused.status, 429);
    assert!(refused.retry_after > Some(1), "{:?}", refused.retry_after);
    // Who waits gets in, and begins anew.
    until("the pause is over", async || {
        let entered = Visitor::of(&server).sign_in("ada", PASSWORD).await;
        (entered.status == 303).then_some(())
    })
    .await;
    let refused = Visitor::of(&server).sign_in("ada", OTHER).await;
    assert_eq!(refused.status, 401, "what was tried before is forgotten");
}

async fn fails_once_it_is_looked_at(server: &Server) {
    until("a pause is over", async || {
        let refused = Visitor::of(server).sign_in("ada", OTHER).await;
        (refused.status == 401).then_some(())
    })
    .await;
}

#[tokio::test]
async fn many_at_once_are_no_more_tries_than_one_after_the_other() {
    let postgres = Postgres::start();
    let shared = ["--database", &postgres.address()];
    for server in [Server::start().await, Server::with(&shared).await] {
        drop(invited(&server, "ada").await);
        let mut tries = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let (http, address) = (server.http.clone(), server.url("/sign-in"));
            tries.spawn(async move {
                let form = format!("name=ada&password={OTHER}").replace(' ', "+");
                Jar::default().post(&http, &address, &form).await.status
            });
        }
        let answers = tries.join_all().await;
        let looked_at = answers.iter().filter(|status| **status == 401).count();
        assert!((1..=6).contains(&looked_at), "{answers:?}");
        let expected = |status: &u16| [401, 429, 503].contains(status);
        assert!(answers.iter().all(expected), "{answers:?}");
    }
}

#[tokio::test]
async fn who_tries_many_names_waits_and_the_proxy_says_who_that_is() {
    let server = Server::with(&["--behind-proxy"]).await;
    drop(invited(&server, "ada").await);
    let tried = async |name: &str, from: &str| {
        let password = OTHER.replace(' ', "+");
        let request = server
            .http
            .post(server.url("/sign-in"))
            .header("origin", &server.address)
            .header("x-forwarded-for", from.to_owned())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("name={name}&password={password}"));
        let answer = request.send().await.expect("it answers");
        answer.status().as_u16()
    };
    for number in 0..50 {
        let name = format!("name-{number}");
        // What stands before the last address, anybody can write.
        let from = format!("192.0.2.{number}, 203.0.113.7");
        assert_eq!(tried(&name, &from).await, 401, "{name}");
    }
    assert_eq!(tried("one-more", "203.0.113.7").await, 429);
    assert_eq!(tried("one-more", "203.0.113.8").await, 401);
}

#[tokio::test]
async fn a_password_that_changes_ends_the_other_sessions_and_takes_the_old_one() {
    let server = Server::start().await;
    let mut ada = invited(&server, "ada").await;
    let mut phone = Visitor::of(&server);
    phone.sign_in("ada", PASSWORD).await;
    // Whoever sits down at a browser left open does not know the password.
    let form = format!("new={OTHER}&again={OTHER}").replace(' ', "+");
    let refused = phone.send("/password", &form).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    assert!(
        refused
            .body
            .contains("he password that you have is another")
    );
    let form = format!("current={PASSWORD}&new={OTHER}&again={OTHER}").replace(' ', "+");
    assert_eq!(phone.send("/password", &form).await.status, 303);
    assert!(phone.is_in().await);
    assert!(!ada.is_in().await, "the other session has ended");
    assert_eq!(
        Visitor::of(&server).sign_in("ada", PASSWORD).await.status,
        401
    );
    assert_eq!(Visitor::of(&server).sign_in("ada", OTHER).await.status, 303);

    // Who forgot it is invited anew, and needs none.
    let mut back = Visitor::of(&server);
    follow_invitation(&mut back, "ada").await;
    let form = format!("new={PASSWORD}&again={PASSWORD}").replace(' ', "+");
    assert_eq!(back.send("/password", &form).await.status, 303);
    assert_eq!(
        Visitor::of(&server).sign_in("ada", PASSWORD).await.status,
        303
    );
    let removed = back.send("/password", "deed=remove").await;
    assert_eq!(removed.status, 303, "{}", removed.body);
    assert_eq!(
        Visitor::of(&server).sign_in("ada", PASSWORD).await.status,
        401
    );
}

#[tokio::test]
async fn a_link_of_ones_own_does_not_stand_for_the_password() {
    let server = Server::start().await;
    drop(invited(&server, "ada").await);
    let token = server.run(&["token", "create", "laptop", "--for", "ada"]);
    let request = server.http.post(server.url("/api/v1/sign-in-links"));
    let answer = request
        .bearer_auth(token.trim())
        .send()
        .await
        .expect("it answers");
    let link: Value = answer.json().await.expect("JSON");
    let (_, secret) = link["path"]
        .as_str()
        .and_then(|path| path.split_once("link="))
        .expect("a link");
    let mut thief = Visitor::of(&server);
    let entered = thief.send("/sign-in", &format!("link={secret}")).await;
    assert_eq!(entered.next.as_deref(), Some("/"));
    let form = format!("new={OTHER}&again={OTHER}").replace(' ', "+");
    assert_eq!(thief.send("/password", &form).await.status, 403);
}

#[tokio::test]
async fn a_session_ends_with_the_token_that_began_it() {
    let server = Server::start().await;
    server.run(&["person", "create", "ada", "--level", "3"]);
    let token = server.run(&["token", "create", "laptop", "--for", "ada"]);
    let link = async || {
        let request = server.http.post(server.url("/api/v1/sign-in-links"));
        let answer = request.bearer_auth(token.trim()).send().await;
        let link: Value = answer.expect("it answers").json().await.expect("JSON");
        let path = link["path"].as_str().expect("a link").to_owned();
        path.replace("/sign-in?", "")
    };
    let by_token = format!("token={}", token.trim());
    let (mut laptop, mut phone) = (Visitor::of(&server), Visitor::of(&server));
    assert_eq!(laptop.send("/sign-in", &by_token).await.status, 303);
    assert_eq!(phone.send("/sign-in", &link().await).await.status, 303);
    let unused = link().await;
    assert!(laptop.is_in().await && phone.is_in().await);

    let tokens = server.get("/api/v1/tokens").await;
    let mut tokens = tokens.as_array().expect("a list").iter();
    let id = tokens
        .find(|it| it["person"] == "ada")
        .expect("it is there")["id"]
        .clone();
    let end = server.url(&format!("/api/v1/tokens/{}", id.as_str().expect("a text")));
    let request = server.http.delete(end);
    let ended = request.bearer_auth(tidegate_tests::server::TOKEN).send();
    assert_eq!(ended.await.expect("it answers").status().as_u16(), 204);
    assert!(!laptop.is_in().await && !phone.is_in().await);
    let late = Visitor::of(&server).send("/sign-in", &unused).await;
    assert_eq!(late.status, 401, "the link has ended, too");
}

#[tokio::test]
async fn a_token_for_less_makes_nothing_that_outlives_it() {
    let server = Server::start().await;
    server.run(&["person", "create", "robot", "--service", "--owner", "admin"]);
    let narrow = [
        "token",
        "create",
        "people",
        "--action",
        "manage-people",
        "--action",
        "read",
    ];
    let narrow = server.run(&narrow);
    let asked = async |method: &str, path: &str, body: Value| {
        let method = method.parse().expect("a method");
        let request = server.http.request(method, server.url(path));
        let answer = request.bearer_auth(narrow.trim()).json(&body).send().await;
        let answer = answer.expect("it answers");
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.expect("JSON"))
    };
    let (status, made) = asked("POST", "/api/v1/people", json!({ "name": "ada" })).await;
    assert_eq!(status, 201, "what it is good for, it does: {made}");
    let external = json!({ "issuer": "https://id.example", "subject": "mallory" });
    let trust = json!({
        "issuer": "https://ci.example", "audience": "tidegate", "claims": { "sub": "mallory" }, "minutes": 60,
    });
    for (method, path, body) in [
        ("POST", "/api/v1/people/admin/sign-in-links", json!({})),
        (
            "POST",
            "/api/v1/people",
            json!({ "name": "eve", "level": 6, "external": external }),
        ),
        (
            "PATCH",
            "/api/v1/people/admin",
            json!({ "external": external }),
        ),
        ("PUT", "/api/v1/people/robot/trusts/ci", trust),
    ] {
        let (status, problem) = asked(method, path, body).await;
        let problem = (status, problem["type"].clone());
        assert_eq!(problem, (403, json!("token-narrow")), "{method} {path}");
    }
}

#[tokio::test]
async fn the_command_line_changes_and_removes_a_password() {
    let server = Server::start().await;
    let run = |lines: &str, arguments: &[&str]| typed(&server, lines, arguments);
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let first = run(&format!("\n{PASSWORD}\n"), &["password"]);
    assert_eq!(first.status.code(), Some(3), "{}", said(&first));
    assert!(said(&first).contains("tidegate person invite admin"));
    choose(&mut Visitor::of(&server), "admin").await;
    assert_eq!(
        Visitor::of(&server).sign_in("admin", PASSWORD).await.status,
        303
    );
    let wrong = run(&format!("{OTHER}\n{OTHER}\n"), &["password"]);
    assert_eq!(wrong.status.code(), Some(3), "{}", said(&wrong));
    let changed = run(&format!("{PASSWORD}\n{OTHER}\n"), &["password"]);
    assert!(changed.status.success(), "{}", said(&changed));
    assert_eq!(
        Visitor::of(&server).sign_in("admin", OTHER).await.status,
        303
    );
    let nothing = run("", &["password"]);
    assert_eq!(nothing.status.code(), Some(2), "{}", said(&nothing));
    let removed = run(&format!("{OTHER}\n"), &["password", "--remove"]);
    assert!(removed.status.success(), "{}", said(&removed));
    assert_eq!(
        Visitor::of(&server).sign_in("admin", OTHER).await.status,
        401
    );
    // A token that may do less than its person does not set the person's password.
    let narrow = server.run(&["token", "create", "narrow", "--level", "3"]);
    let request = server.http.put(server.url("/api/v1/password"));
    let request = request
        .bearer_auth(narrow.trim())
        .json(&json!({ "new": PASSWORD }));
    assert_eq!(
        request.send().await.expect("it answers").status().as_u16(),
        403
    );
}

/// Runs a command that reads lines.
fn typed(server: &Server, lines: &str, arguments: &[&str]) -> Output {
    let child = Command::new(tidegate())
        .args(arguments)
        .env("TIDEGATE_SERVER", &server.address)
        .env("TIDEGATE_TOKEN", tidegate_tests::server::TOKEN)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.expect("the program runs");
    let mut stdin = child.stdin.take().expect("it reads");
    stdin.write_all(lines.as_bytes()).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

#[tokio::test]
async fn the_cookie_is_for_this_server_alone() {
    let server = Server::start().await;
    let ada = invited(&server, "ada").await;
    let mut open = Visitor::of(&server);
    let entered = open.sign_in("ada", PASSWORD).await;
    let flags: Vec<&str> = entered.cookies[0].split("; ").skip(1).collect();
    assert_eq!(
        flags,
        ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=43200"]
    );
    drop(ada);

    let server = Server::with(&["--public-url", "https://tidegate.example"]).await;
    let ada = invited(&server, "ada").await;
    let mut encrypted = Visitor::of(&server);
    let entered = encrypted.sign_in("ada", PASSWORD).await;
    let cookie = &entered.cookies[0];
    assert!(
        cookie.starts_with("__Host-tidegate_session=tgs_"),
        "{cookie}"
    );
    let flags: Vec<&str> = cookie.split("; ").skip(1).collect();
    let expected = [
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        "Max-Age=43200",
        "Secure",
    ];
    assert_eq!(flags, expected);
    assert!(encrypted.is_in().await);
    // A neighbour could have set the cookie without the prefix.
    let secret = encrypted
        .jar
        .kept("__Host-tidegate_session")
        .map(str::to_owned);
    let mut planted = Visitor::of(&server);
    planted.jar.keep(COOKIE, secret.as_deref());
    assert!(!planted.is_in().await);
    drop(ada);
}

#[tokio::test]
async fn a_session_gets_a_new_secret_and_the_old_one_is_worth_nothing() {
    let server = Server::with(&["--session-renewal", "0s"]).await;
    let mut ada = invited(&server, "ada").await;
    let first = ada.secret();
    assert!(ada.is_in().await);
    let second = ada.secret();
    assert_ne!(first, second, "it was replaced");
    let mut old = Visitor::of(&server);
    old.jar.keep(COOKIE, Some(&first));
    assert!(!old.is_in().await, "the old secret is over");
    assert!(ada.is_in().await, "and the new one goes on");
    let sessions = own_sessions(&server, &ada.secret()).await;
    let sessions = sessions.as_array().expect("a list");
    assert_eq!(
        sessions.len(),
        1,
        "it is one session all the time: {sessions:?}"
    );
    assert_eq!(sessions[0]["how"], "invitation");
}

#[tokio::test]
async fn within_its_time_a_secret_stays() {
    let server = Server::start().await;
    let mut ada = invited(&server, "ada").await;
    let answer = ada.open("/deployments").await;
    assert!(
        answer.status == 200 && answer.cookies.is_empty(),
        "{answer:?}"
    );
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_the_browser_had() {
    let server = Server::start().await;
    let mut ada = invited(&server, "ada").await;
    let before = ada.secret();
    assert_eq!(ada.sign_in("ada", PASSWORD).await.status, 303);
    assert_ne!(ada.secret(), before);
    let mut old = Visitor::of(&server);
    old.jar.keep(COOKIE, Some(&before));
    assert!(!old.is_in().await);
    assert!(ada.is_in().await);
    assert_eq!(ada.send("/sign-out", "").await.status, 303);
    assert!(ada.jar.kept(COOKIE).is_none(), "the browser forgets it");
}

async fn own_sessions(server: &Server, secret: &str) -> Value {
    let request = server.http.get(server.url("/api/v1/sessions"));
    let request = request.header("cookie", format!("{COOKIE}={secret}"));
    let answer = request.send().await.expect("it answers");
    answer.json().await.expect("JSON")
}

#[tokio::test]
async fn who_is_removed_is_out_of_everything() {
    let server = Server::start().await;
    let mut ada = invited(&server, "ada").await;
    let token = server.run(&["token", "create", "laptop", "--for", "ada"]);
    let by_token = async || {
        let request = server.http.get(server.url("/api/v1/status"));
        let answer = request.bearer_auth(token.trim()).send().await;
        answer.expect("it answers").status().as_u16()
    };
    assert!(ada.is_in().await);
    assert_eq!(by_token().await, 200);
    server.run(&["person", "remove", "ada", "--yes"]);
    assert!(!ada.is_in().await);
    assert_eq!(by_token().await, 401);
    assert_eq!(
        Visitor::of(&server).sign_in("ada", PASSWORD).await.status,
        401
    );
}

#[tokio::test]
async fn it_is_listed_when_a_token_was_last_used() {
    let server = Server::start().await;
    let token = server.run(&["token", "create", "laptop"]);
    let idle = server.run(&["token", "create", "idle"]);
    drop(idle);
    let request = server.http.get(server.url("/api/v1/status"));
    request
        .bearer_auth(token.trim())
        .send()
        .await
        .expect("it answers");
    let used = until("its use is written down", async || {
        let tokens = server.get("/api/v1/tokens").await;
        let of = |name: &str| {
            let all = tokens.as_array().expect("a list").iter();
            all.clone()
                .find(|it| it["name"] == name)
                .expect("it is listed")
                .clone()
        };
        assert_eq!(of("idle")["used_at"], Value::Null);
        of("laptop")["used_at"].as_str().map(str::to_owned)
    })
    .await;
    assert!(used.starts_with("20"), "{used}");
    assert!(server.run(&["token", "list"]).contains("s ago"));
}
