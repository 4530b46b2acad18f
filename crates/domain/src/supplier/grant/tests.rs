//! Which links open what, and which do not.

use super::*;
use crate::supplier::task::TaskStatus;
use proptest::prelude::*;
use serde_json::json;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn acme() -> Supplier {
    serde_json::from_value(
        json!({"name": "acme", "contacts": [{"name": "Eve", "mail": "eve@acme.example"}]}),
    )
    .unwrap()
}

fn grant() -> Grant {
    serde_json::from_value(json!({
        "server": "https://tidegate.example",
        "supplier": "acme",
        "contact": "eve@acme.example",
        "rights": ["see-tasks", "finish"],
        "tasks": [1, 2],
        "until": "1970-01-02T00:00:00Z",
        "nonce": "AAAAAAAAAAAAAAAAAAAAAA",
    }))
    .unwrap()
}

/// Stands for a keyed code; the key work is done elsewhere.
fn code(text: &str) -> Vec<u8> {
    crate::digest::Digest::of(text.as_bytes())
        .hex()
        .into_bytes()
}

fn open(token: &str, server: &str, second: i64) -> Result<Grant, Refusal> {
    let given = Given {
        server,
        now: at(second),
    };
    Grant::open(
        token,
        &given,
        |text, it| code(text) == it,
        |nonce| nonce.to_string().starts_with('B'),
    )
}

#[test]
fn a_grant_is_signed_in_one_form_only() {
    let grant = grant();
    assert_eq!(
        grant.signed_text(),
        "tidegate supplier grant 1\n{\"contact\":\"eve@acme.example\",\"nonce\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"rights\":[\"see-tasks\",\"finish\"],\"server\":\"https://tidegate.example\",\"supplier\":\"acme\",\"tasks\":[1,2],\"until\":\"1970-01-02T00:00:00Z\"}"
    );
    let token = grant.token(&code(&grant.signed_text()));
    assert_eq!(open(&token, "https://tidegate.example", 0), Ok(grant));
}

#[test]
fn what_is_not_good_is_refused_without_saying_more_than_that() {
    let signed = |grant: &Grant| grant.token(&code(&grant.signed_text()));
    let good = signed(&grant());
    let taken_back = Grant {
        nonce: "B".repeat(22).parse().unwrap(),
        ..grant()
    };
    let spaced = serde_json::to_string(&serde_json::to_value(grant()).unwrap())
        .unwrap()
        .replace(':', ": ");
    let other_form = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(&spaced),
        URL_SAFE_NO_PAD.encode(code(&format!("{PURPOSE}{spaced}")))
    );
    let not_good = "this link is not good: use the newest one that was sent to you";
    let here = "https://tidegate.example";
    for (token, server, second, expect) in [
        ("", here, 0, not_good),
        ("a.b.c", here, 0, not_good),
        (&"a".repeat(10_000), here, 0, not_good),
        (&format!("{good}A"), here, 0, not_good),
        (&grant().token(b""), here, 0, not_good),
        (&other_form, here, 0, not_good),
        (&signed(&taken_back), here, 0, not_good),
        (&good, "https://another.example", 0, not_good),
        (
            &good,
            here,
            86_400,
            "this link was good until 1970-01-02T00:00:00Z: ask for a new one",
        ),
    ] {
        assert_eq!(open(token, server, second).unwrap_err().to_string(), expect);
    }
    let mut left = acme();
    left.contacts.clear();
    assert_eq!(grant().confirm(&acme()), Ok(()));
    assert_eq!(
        grant().confirm(&left).unwrap_err().to_string(),
        "you are not a contact of acme any more: ask those who sent you the link"
    );
}

#[test]
fn a_grant_is_short_and_for_a_contact() {
    let check = |grant: Grant, second| {
        grant
            .check(&acme(), at(second))
            .map_err(|why| why.to_string())
    };
    assert_eq!(check(grant(), 0), Ok(()));
    for (grant, second, expect) in [
        (
            grant(),
            86_400,
            "a grant ends within 90 days: name an earlier time to come",
        ),
        (
            grant(),
            -86_400 * 90,
            "a grant ends within 90 days: name an earlier time to come",
        ),
        (
            Grant {
                rights: BTreeSet::new(),
                ..grant()
            },
            0,
            "a grant names at least one right",
        ),
        (
            Grant {
                contact: "sam@acme.example".parse().unwrap(),
                ..grant()
            },
            0,
            "sam@acme.example is no contact of `acme`: add them to its contacts first",
        ),
    ] {
        assert_eq!(check(grant, second), Err(expect.to_owned()));
    }
    let why = "short".parse::<Nonce>().unwrap_err();
    assert_eq!(
        why.to_string(),
        "a nonce has 22 to 64 of A-Z, a-z, 0-9, - and _"
    );
}

fn task(id: u64, supplier: &str) -> crate::supplier::SupplierTask {
    serde_json::from_value(json!({
        "id": id, "supplier": supplier, "title": "send the certificate", "by": "ada", "at": at(0), "status": {"is": "asked"},
    }))
    .unwrap()
}

#[test]
fn they_see_and_do_what_is_theirs_and_nothing_else() {
    let all = [task(1, "acme"), task(2, "globex"), task(3, "acme")];
    let seen: Vec<u64> = grant()
        .tasks(&all)
        .unwrap()
        .iter()
        .map(|it| it.id.0)
        .collect();
    assert_eq!(seen, [1]);
    let finish = Wish::Finish("done \u{202e}".to_owned());
    let event = grant().wish(&finish, Some(&all[0])).unwrap();
    let done = all[0].after(&event, at(5)).unwrap();
    assert!(matches!(done.status, TaskStatus::Finished { note, .. } if note.as_str() == "done"));
    for (wish, task, expect) in [
        (&finish, Some(&all[1]), "there is no such task for you"),
        (&finish, Some(&all[2]), "there is no such task for you"),
        (&finish, None, "there is no such task for you"),
        (
            &Wish::Acknowledge,
            Some(&all[0]),
            "this link does not let you acknowledge tasks: ask those who sent it to you",
        ),
    ] {
        assert_eq!(grant().wish(wish, task).unwrap_err().to_string(), expect);
    }
    assert_eq!(
        grant().notices(&[]).unwrap_err().to_string(),
        "this link does not let you see notices: ask those who sent it to you"
    );
    let announcement: crate::supplier::Announcement =
        serde_json::from_value(json!({"kind": "change", "title": "x"})).unwrap();
    let announced = |grant: &Grant| {
        grant.announce(
            "CHG1",
            crate::supplier::notice::Intent::Announce,
            announcement.clone(),
        )
    };
    assert_eq!(
        announced(&grant()).unwrap_err().to_string(),
        "this link does not let you announce changes: ask those who sent it to you"
    );
    let mut more = grant();
    more.rights.insert(Right::Announce);
    assert_eq!(
        announced(&more).unwrap().source.to_string(),
        "written down by eve@acme.example"
    );
}

#[test]
fn who_announces_sees_what_became_of_it() {
    use crate::supplier::notice::{Notice, NoticeEvent};
    let mut announces = grant();
    announces.rights = BTreeSet::from([Right::Announce]);
    let notice = |id: u64, source: serde_json::Value| -> Notice {
        serde_json::from_value(json!({"id": id, "supplier": "acme", "number": format!("CHG{id}"), "editions": [{
            "edition": 1, "announcement": {"kind": "change", "title": "x"}, "sequence": 0, "stamp": null, "source": source,
            "at": at(0)}], "status": {"is": "announced", "since": at(0)}}))
        .unwrap()
    };
    let own = notice(1, json!({"contact": {"mail": "eve@acme.example"}}));
    let others = notice(2, json!({"form": {"by": "ada"}}));
    let told = |grant: &Grant, all: &[Notice]| -> Vec<String> {
        let seen = grant.notices(all).unwrap().into_iter();
        seen.map(|it| format!("{}: {}", it.number, it.told))
            .collect()
    };
    let all = [own.clone(), others];
    let came = "CHG1: it came in, and nobody of us said yet that they read it";
    assert_eq!(told(&announces, &all), [came]);
    let by = "ada".parse().unwrap();
    let read = own.after(&NoticeEvent::Acknowledged { by }, at(1)).unwrap();
    assert_eq!(told(&announces, &[read]), ["CHG1: one of us has read it"]);
    announces.rights.insert(Right::SeeNotices);
    assert_eq!(told(&announces, &all).len(), 2);
}

#[test]
fn a_link_announces_so_often_a_day() {
    let mut handed = Handed {
        grant: grant(),
        by: "ada".parse().unwrap(),
        at: at(0),
        taken_back: None,
        announced: None,
    };
    for second in 0..20 {
        handed = handed.announces(at(second)).unwrap();
    }
    let why = handed.clone().announces(at(86_399)).unwrap_err();
    assert_eq!(
        why.to_string(),
        "20 changes were announced by this link within a day: announce more after 1970-01-02T00:00:00Z, or ask those who sent it to you"
    );
    let next = handed.announces(at(86_400)).unwrap();
    assert_eq!(
        next.announced.map(|it| (it.since, it.times)),
        Some((at(86_400), 1))
    );
}

proptest! {
    /// Whatever is changed of a token, it is not good any more.
    #[test]
    fn no_other_token_is_good(place in 0_usize..400, byte in "[A-Za-z0-9_.-]") {
        let token = grant().token(&code(&grant().signed_text()));
        let mut changed = token.clone();
        let place = place % token.len();
        changed.replace_range(place..=place, &byte);
        let opened = open(&changed, "https://tidegate.example", 0);
        prop_assert_eq!(opened.is_ok(), changed == token);
    }
}
