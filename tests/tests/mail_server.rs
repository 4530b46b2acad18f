//! A real mail server that takes mails over TLS alone, from whoever knows the password: aiosmtpd.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};
use tidegate_tests::{
    press::Press,
    process::{Process, free_port, installed, required},
    server::text,
    shop::until,
};

const PASSWORD: &str = "only-for-tests-0123456789";

/// The mail server. Dropping it ends it.
struct MailServer {
    port: u16,
    directory: tempfile::TempDir,
    _process: Process,
}

impl MailServer {
    /// Starts it, certified by an authority of its own.
    fn start() -> Self {
        let (port, directory) = (free_port(), tempfile::tempdir().unwrap());
        certify(directory.path());
        let python = required("/usr/bin/python3", "cargo xtask test installs it");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("mail-server/server.py");
        let packages = installed("mail");
        let file = |name: &str| directory.path().join(name);
        let process = Process::start(
            &python,
            &[
                text(&script),
                text(&packages),
                &port.to_string(),
                text(&file("certificate.pem")),
                text(&file("key.pem")),
                PASSWORD,
                text(&file("mails")),
            ],
            &file("log"),
        );
        until("the mail server answers", || {
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Self {
            port,
            directory,
            _process: process,
        }
    }

    /// What names it `relay`, with a password and more.
    fn settings(&self, password: &str, more: &str) -> String {
        let file = self.directory.path().join(format!("password-{password}"));
        fs::write(&file, password).unwrap();
        format!(
            "mail_servers:\n- {{ name: relay, host: 127.0.0.1, port: {}, user: releases, password_file: {}, {more} }}\n",
            self.port,
            file.display()
        )
    }

    /// The mails that it took.
    fn mails(&self) -> Vec<Value> {
        let kept = fs::read_to_string(self.directory.path().join("mails")).unwrap_or_default();
        kept.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// An authority, and a certificate of it for this machine.
fn certify(directory: &Path) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let own = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = params.signed_by(&own, &issuer).unwrap();
    for (name, pem) in [
        ("authority.pem", authority.pem()),
        ("certificate.pem", certificate.pem()),
        ("key.pem", own.serialize_pem()),
    ] {
        fs::write(directory.join(name), pem).unwrap();
    }
}

/// The server goes on with other settings.
async fn goes_on(press: &mut Press, settings: &str) {
    let file = press.server.file("mail.yaml", settings);
    press.server.kill();
    press.server.more = vec!["--mail-servers".to_owned(), file];
    press.server.start_again().await;
}

/// What is told of the first delivery of a message.
fn told(press: &Press, id: &str) -> String {
    let view = press.server.json(&["message", "deliveries", id]);
    view["deliveries"][0].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_go_over_tls_to_a_server_that_is_known_and_knows_us() {
    let mail = MailServer::start();
    let mut press = Press::open().await;
    let authority = mail.directory.path().join("authority.pem");
    let trusted = format!("authority_file: {}", authority.display());

    // Nobody here knows who certifies it; then it does not know the password. Nothing is lost by either.
    goes_on(&mut press, &mail.settings(PASSWORD, "security: starttls")).await;
    let stranger = press.sent("Who are you", "staff", &[]);
    until("it is told that nobody knows it", || {
        told(&press, &stranger).contains("certificate")
    });
    goes_on(&mut press, &mail.settings("wrong", &trusted)).await;
    let wrong = press.sent("Who are we", "staff", &[]);
    until("it is told that the password is wrong", || {
        told(&press, &wrong).contains("535")
    });
    assert_eq!(mail.mails(), Vec::<Value>::new());
    for id in [&stranger, &wrong] {
        assert_eq!(press.message(id)["state"], "sending");
    }

    goes_on(&mut press, &mail.settings(PASSWORD, &trusted)).await;
    let right = press.sent("Here we are", "staff", &[]);
    press.becomes(&right, "sent");
    let mails = mail.mails();
    let own: Vec<&Value> = mails
        .iter()
        .filter(|it| {
            it["text"]
                .as_str()
                .unwrap()
                .contains("Subject: Here we are")
        })
        .collect();
    let to: BTreeSet<&str> = own.iter().map(|it| it["to"][0].as_str().unwrap()).collect();
    assert_eq!(to, BTreeSet::from(["ada@example.org", "ben@example.org"]));
    for it in &own {
        assert_eq!(
            (&it["tls"], &it["known"]),
            (&true.into(), &true.into()),
            "{it}"
        );
    }
}
