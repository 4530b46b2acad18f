//! People who tell others about releases of a shop: a server with a mail server, a program that is told, and an audience.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use crate::{
    post_office::PostOffice,
    server::{Server, text},
    shop::until,
    web_hook::WebHook,
};
use serde_json::Value;
use std::{
    fs,
    io::Write as _,
    process::{Command, Stdio},
};

/// What webhooks are signed with.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// `ada` of level 4 who sanctions, `ben` of level 3 who writes, both with mailboxes, and `acme`, who has no account.
#[derive(Debug)]
pub struct Press {
    /// Their server.
    pub server: Server,
    /// Where its mails go.
    pub post: PostOffice,
    /// The program that it tells.
    pub hook: WebHook,
}

impl Press {
    /// Opens it, with a draft of the shop's release 2.0.0.
    pub async fn open() -> Self {
        let (post, mut hook) = (PostOffice::default(), WebHook::closed());
        hook.open();
        let mut server = Server::prepared();
        let settings = server.directory().join("mail.yaml");
        fs::write(&settings, post.settings()).expect("a file");
        server.more = ["--mail-servers", text(&settings)]
            .map(str::to_owned)
            .into();
        server.start_again().await;
        let press = Self { server, post, hook };
        for (name, level) in [("ada", "4"), ("ben", "3")] {
            let mailbox = format!("{name}@example.org");
            press.server.run(&[
                "person", "create", name, "--level", level, "--email", &mailbox,
            ]);
        }
        press.secret("hooks", SECRET);
        press.server.apply(&press.catalog());
        press
            .server
            .run(&["release", "create", "shop", "2.0.0", "--draft"]);
        press
    }

    fn catalog(&self) -> String {
        let url = self.hook.url();
        format!(
            "kind: Product\nname: shop\ntitle: The <Shop>\ncomponents: [{{ name: web, driver: service, service: {{ command: [\"./web\"] }} }}]\n---\n\
            kind: Stakeholder\nname: acme\naddresses: [ops@acme.example]\n---\n\
            kind: Channel\nname: post\nby: {{ mail: {{ from: releases@example.org, server: relay }} }}\n---\n\
            kind: Channel\nname: programs\nby: {{ webhook: {{ url: \"{url}\", secret: hooks }} }}\n---\n\
            kind: Channel\nname: news\ntitle: News\nby: feed\n---\n\
            kind: Channel\nname: pages\nby: in-app\n---\n\
            kind: Audience\nname: customers\ntitle: Customers\nstakeholders: [acme]\npeople: [ada]\nchannels: [post, programs, news, pages]\nnotes: customer\n---\n\
            kind: Audience\nname: partners\nstakeholders: [acme]\nchannels: [post]\nnotes: customer\n---\n\
            kind: Audience\nname: staff\npeople: [ada, ben]\nchannels: [post]\nnotes: operator\n---\n\
            kind: MessageTemplate\nname: here\naudiences: [customers]\nsubject: \"{{{{ release }}}} is here\"\nbody: |\n  **{{{{ release }}}}** is here.\n"
        )
    }

    /// Keeps a secret of channels.
    pub fn secret(&self, name: &str, value: &str) {
        let mut command = self.command(&["channel", "secret", name]);
        let mut child = command.stdin(Stdio::piped()).spawn().expect("it runs");
        let mut input = child.stdin.take().expect("an input");
        input.write_all(value.as_bytes()).expect("it reads");
        drop(input);
        assert!(child.wait().expect("it ends").success());
    }

    /// Runs a command as somebody; answers its status and what it said.
    pub fn by(&self, who: &str, arguments: &[&str]) -> (i32, String) {
        let token = self.server.run(&["token", "create", "desk", "--for", who]);
        let mut command = self.command(arguments);
        let output = command.env("TIDEGATE_TOKEN", token.trim()).output();
        let output = output.expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        let status = output.status.code().expect("a status");
        (status, String::from_utf8(said).expect("UTF-8"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(crate::process::tidegate());
        command
            .args(arguments)
            .env("TIDEGATE_SERVER", &self.server.address)
            .env("TIDEGATE_TOKEN", crate::server::TOKEN)
            .env("TIDEGATE_STATE", self.server.directory().join("state"));
        command
    }

    /// A message as it is now.
    pub fn message(&self, id: &str) -> Value {
        self.server.json(&["message", "show", id])
    }

    /// What became of a message with each recipient, by who that is.
    pub fn became(&self, id: &str) -> Vec<(String, String)> {
        let view = self.server.json(&["message", "deliveries", id]);
        let all = view["deliveries"].as_array().expect("deliveries");
        let text = |it: &Value, name: &str| it[name].as_str().expect("a text").to_owned();
        all.iter()
            .map(|it| (text(it, "recipient"), text(it, "state")))
            .collect()
    }

    /// `ben` writes a message about the release to these audiences; answers its number.
    pub fn written(&self, subject: &str, to: &str, more: &[&str]) -> String {
        let words = ["message", "write", "shop", "2.0.0", "--subject", subject];
        let rest = ["--body", "It is *here*.", "--to", to, "--output", "json"];
        let (status, said) = self.by("ben", &[&words[..], &rest[..], more].concat());
        assert_eq!(status, 0, "{said}");
        let view: Value = serde_json::from_str(&said).expect("JSON");
        view["id"].to_string()
    }

    /// A message is submitted, and `ada` sanctions it as it is.
    pub fn sanctioned(&self, id: &str) {
        self.server.run(&["message", "submit", id]);
        let hash = self.message(id)["hash"]
            .as_str()
            .expect("a hash")
            .to_owned();
        let (status, said) = self.by("ada", &["message", "sanction", id, "--hash", &hash]);
        assert_eq!(status, 0, "{said}");
    }

    /// A message is written, sanctioned and sent; answers its number.
    pub fn sent(&self, subject: &str, to: &str, more: &[&str]) -> String {
        let id = self.written(subject, to, more);
        self.sanctioned(&id);
        self.server.run(&["message", "send", &id]);
        id
    }

    /// Waits until a message is that.
    pub fn becomes(&self, id: &str, state: &str) -> Value {
        until(state, || self.message(id)["state"] == state);
        self.message(id)
    }

    /// `acme` is asked whether they want to be told what an audience is told, and says yes; answers their link.
    pub async fn opts_in(&self, audience: &str) -> String {
        let before = self.post.to("ops@acme.example").len();
        self.server.run(&["audience", "invite", audience]);
        until("they are asked", || {
            self.post.to("ops@acme.example").len() > before
        });
        let asked = self.post.to("ops@acme.example").pop().expect("a mail");
        let link = asked.link(&format!("{}/opt-in/", self.server.address));
        let link = link.expect("a link");
        self.says(&link, "answer=confirm").await;
        link
    }

    /// Whoever has a link says something by it.
    pub async fn says(&self, link: &str, what: &str) {
        let request = self.server.http.post(link).body(what.to_owned());
        let kind = "application/x-www-form-urlencoded";
        let answer = request.header("content-type", kind).send().await;
        assert_eq!(answer.expect("an answer").status().as_u16(), 200, "{what}");
    }
}
