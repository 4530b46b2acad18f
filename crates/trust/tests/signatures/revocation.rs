//! Rotation and revocation, judged by trusted time.

use crate::material::*;
use tidegate_trust::{
    keys::{Declaration, KeySet, RevocationKind},
    signature::{Evidence, judge},
};

const RECEIVED: &str = "2026-06-01T00:00:00Z";

fn first(change: impl FnOnce(&mut Declaration)) -> KeySet {
    let mut declared = declared(1, &[("first", FIRST), ("second", SECOND)]);
    change(&mut declared);
    declared.try_into().unwrap()
}

fn holds(keys: &KeySet, evidence: &Evidence, at: &str) -> bool {
    let verdict = judge(keys, std::slice::from_ref(evidence), image(), time(at));
    verdict.is_met()
}

#[test]
fn what_a_revocation_does_depends_on_the_proved_time() {
    use RevocationKind::{Compromised, FromNowOn};
    let unproved = simple(PAYLOAD, material!("first.sig"));
    let proved = received(unproved.clone(), RECEIVED);
    for (kind, since, proved_holds, unproved_holds) in [
        (FromNowOn, "2026-05-31T23:59:59Z", false, false),
        (FromNowOn, RECEIVED, false, false),
        (FromNowOn, "2026-06-01T00:00:01Z", true, false),
        (FromNowOn, "2027-01-01T00:00:00Z", true, true),
        (Compromised, "2026-05-31T23:59:59Z", false, false),
        (Compromised, RECEIVED, false, false),
        (Compromised, "2026-06-01T00:00:01Z", true, false),
        (Compromised, "2027-01-01T00:00:00Z", true, false),
    ] {
        let keys = first(|it| it.keys[0].revoked = Some(revoked(kind, since)));
        let at = "2026-11-26T12:00:00Z";
        assert_eq!(holds(&keys, &proved, at), proved_holds, "{kind:?} {since}");
        assert_eq!(
            holds(&keys, &unproved, at),
            unproved_holds,
            "{kind:?} {since}"
        );
    }
}

#[test]
fn a_key_is_believed_from_its_first_day_on() {
    let keys = first(|it| it.keys[0].valid_from = time("2026-03-01T00:00:00Z"));
    let signature = simple(PAYLOAD, material!("first.sig"));
    for (received_at, at, held) in [
        (None, "2026-02-28T23:59:59Z", false),
        (None, "2026-03-01T00:00:00Z", true),
        (Some("2026-02-01T00:00:00Z"), "2026-04-01T00:00:00Z", false),
        (Some("2026-03-01T00:00:00Z"), "2026-04-01T00:00:00Z", true),
        // What is judged as of yesterday knows nothing of what came today.
        (Some("2026-04-02T00:00:00Z"), "2026-04-01T00:00:00Z", false),
    ] {
        let signature = match received_at {
            Some(at) => received(signature.clone(), at),
            None => signature.clone(),
        };
        assert_eq!(holds(&keys, &signature, at), held, "{received_at:?} {at}");
    }
}

#[test]
fn old_and_new_key_overlap_while_they_are_rotated() {
    let keys = first(|it| {
        it.keys[0].revoked = Some(revoked(RevocationKind::FromNowOn, "2026-07-01T00:00:00Z"));
        it.keys[1].valid_from = time("2026-05-01T00:00:00Z");
    });
    let old = |at| received(simple(PAYLOAD, material!("first.sig")), at);
    let new = |at| received(simple(PAYLOAD, material!("second.sig")), at);
    for (at, old_holds, new_holds) in [
        ("2026-04-01T00:00:00Z", true, false),
        ("2026-06-01T00:00:00Z", true, true),
        ("2026-08-01T00:00:00Z", false, true),
    ] {
        assert_eq!(holds(&keys, &old(at), at), old_holds, "{at}");
        assert_eq!(holds(&keys, &new(at), at), new_holds, "{at}");
    }
    let later = "2026-12-01T00:00:00Z";
    assert!(holds(&keys, &old("2026-04-01T00:00:00Z"), later));
}

#[test]
fn a_key_that_is_revoked_under_one_name_is_revoked_under_all() {
    let mut two_names = declared(1, &[("old-name", FIRST), ("new-name", FIRST)]);
    two_names.keys[1].revoked = Some(revoked(RevocationKind::Compromised, "2026-01-01T00:00:00Z"));
    let keys = two_names.try_into().unwrap();
    let signature = received(simple(PAYLOAD, material!("first.sig")), RECEIVED);
    let verdict = judge(&keys, &[signature], image(), now());
    assert_eq!(
        verdict.to_string(),
        "signed by none of the 1 needed; 1 more must sign, and nobody else can; signature 1 does not count: its signer \
         has been compromised since 2026-01-01T00:00:00Z (a test), and nothing proves that this is older"
    );
}
