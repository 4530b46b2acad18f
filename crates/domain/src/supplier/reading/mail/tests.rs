//! Mails as people, programs and enemies write them.

use super::*;
use proptest::prelude::*;
use serde_json::json;
use std::error::Error;

const CALENDAR: &str = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:chg-7\r\nDTSTART:20261201T220000Z\r\nDURATION:PT2H\r\nSUMMARY:Gateway 2.5.0\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

fn read_mail(bytes: &[u8]) -> Result<Letter, MailError> {
    read(bytes, &acme(), november())
}

fn acme() -> Supplier {
    serde_json::from_value(json!({
        "name": "acme",
        "contacts": [{"name": "Eve", "mail": "eve@acme.example"}],
        "components": [{"name": "gateway", "environments": {"live": {}}}],
    }))
    .unwrap()
}

fn november() -> Timestamp {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

/// What is wrong, with all that is behind it.
fn chain(why: &MailError) -> String {
    let causes = std::iter::successors(Some(why as &dyn Error), |it| (*it).source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// What is in a mail with these headers and this body.
fn told(headers: &str, body: &str) -> String {
    let from = if headers.contains("From:") {
        ""
    } else {
        "From: Eve <eve@acme.example>\n"
    };
    let mail = format!("{from}{headers}\n\n{body}");
    let letter = match read_mail(mail.as_bytes()) {
        Ok(letter) => letter,
        Err(why) => return chain(&why),
    };
    let found = letter.contents.found.iter().map(|it| {
        let announced = &it.incoming.announcement;
        let doubts: String = it.doubts.iter().map(|it| format!("; {it}")).collect();
        format!(
            "{}: {}, {} | {}{doubts}",
            it.incoming.source, it.incoming.number, announced.title, announced.description
        )
    });
    let refused = letter
        .contents
        .refused
        .iter()
        .map(|(title, why)| format!("{title}: {why}"));
    found.chain(refused).collect::<Vec<_>>().join("\n")
}

const NO_TIMES: &str = "; it gives no time that a program can read: write it down";

#[test]
fn a_text_is_a_notice_without_a_time() {
    for (headers, body, expect) in [
        (
            "Subject: Gateway 2.5.0 next week\nMessage-ID: <1@acme.example>",
            "Hello,\nwe deploy it.",
            format!(
                "a mail from eve@acme.example: 1@acme.example, Gateway 2.5.0 next week | Hello,\nwe deploy it.{NO_TIMES}"
            ),
        ),
        (
            "Subject: Re: Gateway\nMessage-ID: <3@a>\nIn-Reply-To: <2@a>\nReferences: <1@acme.example> <2@a>",
            "later",
            format!("a mail from eve@acme.example: 1@acme.example, Re: Gateway | later{NO_TIMES}"),
        ),
        (
            "From: eve@elsewhere.example\nSubject: =?utf-8?B?R8OkdGV3YXk=?=\nMessage-ID: <4@a>\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable",
            "sch=F6n",
            format!(
                "a mail from eve@elsewhere.example, who is no contact: 4@a, Gäteway | schön; it names no component that is known: it is taken to concern all of them{NO_TIMES}"
            ),
        ),
        (
            "Subject: x\nContent-Type: text/html",
            "<p>hi</p>",
            "the mail has neither a plain text nor a calendar: send one of them".to_owned(),
        ),
        (
            "From: a@b.example, c@d.example\nSubject: x",
            "",
            "the mail is not from one mailbox: its `From` names one as NAME@HOST".to_owned(),
        ),
        (
            "From: nobody\nSubject: x",
            "",
            "the mail is not from one mailbox: its `From` names one as NAME@HOST".to_owned(),
        ),
        (
            "Subject:",
            "",
            "the mail has neither a plain text nor a calendar: send one of them".to_owned(),
        ),
    ] {
        assert_eq!(told(headers, body), expect);
    }
}

#[test]
fn a_calendar_in_a_mail_is_what_it_says() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let encoded = STANDARD.encode(CALENDAR);
    let expect = "a mail from eve@acme.example: chg-7, Gateway 2.5.0 | ";
    for (headers, body) in [
        (
            "Content-Type: text/calendar; method=REQUEST",
            CALENDAR.to_owned(),
        ),
        (
            "Content-Type: multipart/mixed; boundary=a",
            format!(
                "--a\nContent-Type: multipart/alternative; boundary=\"b c\"\n\n--b c\n\nhello\n--b c\nContent-Type: text/calendar\n\n{CALENDAR}\n--b c--\n--a--\n"
            ),
        ),
        (
            "Content-Type: multipart/mixed; boundary=a",
            format!(
                "preamble\r\n--a\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"x.ICS\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}\r\n--a--\r\n"
            ),
        ),
    ] {
        assert_eq!(told(headers, &body), expect, "{headers}");
    }
    assert_eq!(
        told("Content-Type: text/calendar", "BEGIN:VJOURNAL"),
        "the calendar in the mail is not read: this is no calendar (RFC 5545), from here on: "
    );
}

#[test]
fn hostile_mails_are_refused() {
    let part = |depth: usize| {
        format!("Content-Type: multipart/mixed; boundary=b{depth}x\n\n--b{depth}x\n")
    };
    let deep: String = (0..5_000).map(part).collect();
    let many = "--a\n\nx\n".repeat(50_000);
    let mixed = "Content-Type: multipart/mixed; boundary=a";
    for (headers, body, expect) in [
        (
            mixed,
            deep.replacen("b0x", "a", 2),
            "a mail has parts within parts, at most 8 deep",
        ),
        (
            mixed,
            format!("--a\n{deep}"),
            "a mail has parts within parts, at most 8 deep",
        ),
        (mixed, many, "a mail has at most 100 parts"),
        (
            &"X-Bomb: x\n".repeat(10_000),
            String::new(),
            "the headers of a mail and of each part have at most 64 KiB",
        ),
        (
            mixed,
            format!("--a\nX: {}\n\nx", "x".repeat(70_000)),
            "the headers of a mail and of each part have at most 64 KiB",
        ),
        (
            "Subject: x",
            "x".repeat(2_000_000),
            "a mail has at most 1024 KiB: send it without attachments",
        ),
        // A mail within the mail is not opened, however it is wrapped.
        (
            mixed,
            format!(
                "--a\nContent-Type: message/rfc822\n\n{}\n--a--\n",
                "Content-Type: message/rfc822\n\n".repeat(20_000)
            ),
            "the mail has neither a plain text nor a calendar: send one of them",
        ),
    ] {
        let told = told(headers, &body);
        assert!(told.starts_with(expect), "{told:.300}");
    }
    assert_eq!(
        read_mail(b"").unwrap_err().to_string(),
        "this is no mail: it has no headers"
    );
}

proptest! {
    /// Whatever is sent: it is read or refused.
    #[test]
    fn no_mail_does_harm(
        lines in prop::collection::vec(
            prop::sample::select(vec![
                "", "--a", "--a--", "--", "Content-Type: multipart/mixed; boundary=a", "Content-Type: text/calendar", "Subject: =?utf-8?Q?=FF?=",
                "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: quoted-printable", "=", "=FF", "!!!", " folded", "From: <a@b>, :;",
                "From: (((", "References: <", "Content-Type: text/plain; charset=\"utf-7\"", "BEGIN:VCALENDAR", "\u{0}é",
            ]),
            0..40,
        )
    ) {
        let mail = format!("From: eve@acme.example\n{}", lines.join("\n"));
        if let Ok(letter) = read_mail(mail.as_bytes()) {
            prop_assert!(letter.subject.as_str().chars().count() <= 200);
        }
    }

    /// The same for any bytes behind the sender.
    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_mail(&bytes).is_ok();
        let mail = [&b"From: eve@acme.example\n"[..], &bytes].concat();
        let _ = read_mail(&mail).is_ok();
    }
}
