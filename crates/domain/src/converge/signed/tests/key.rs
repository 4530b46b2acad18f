//! The key, its successors, and the histories that it says began.

use super::*;

#[test]
fn a_history_begins_by_the_word_of_the_key_that_is_held() {
    let beginning = |number| Beginning {
        incarnation: Incarnation(number),
        before: Incarnation(1),
        by: name("anna"),
        reason: "the disk was lost".to_owned(),
        at: at(0),
        backup: None,
    };
    let (held, known) = (signer().public(), Incarnation(2));
    let word = signer().begin(&beginning(3));
    assert_eq!(begun(held, known, &word), Some(beginning(3)));
    for word in [
        InstructionSigner::new(&[8; 32]).begin(&beginning(3)),
        signer().begin(&beginning(2)),
        signer().begin(&beginning(1)),
        signer().sign(&stated(&state((3, 1)), 0)),
    ] {
        assert_eq!(begun(held, known, &word), None);
    }
}

#[test]
fn only_the_key_that_is_held_names_its_successor() {
    let [first, second, third] = [7, 8, 9].map(|byte| InstructionSigner::new(&[byte; 32]));
    let keys = [&first, &second, &third].map(InstructionSigner::public);
    let words = [first.vouch(keys[1]), second.vouch(keys[2])];
    for (held, words, expect) in [
        (keys[0], &words[..], keys[2]),
        (keys[0], &words[..1], keys[1]),
        // Whoever was away for one of them goes on from where they stand.
        (keys[1], &words[..], keys[2]),
        (keys[2], &words[..], keys[2]),
        (keys[0], &words[1..], keys[0]),
        (keys[0], &[], keys[0]),
        // A key that puts itself in another's place.
        (keys[0], &[third.vouch(keys[2])], keys[0]),
    ] {
        assert_eq!(successor(held, words), expect);
    }
    // A signed state is no word for a successor.
    let statement = first.sign(&stated(&state((1, 5)), 0));
    assert_eq!(successor(keys[0], &[statement]), keys[0]);
}

#[test]
fn a_key_is_read_strictly() {
    let key = signer().public();
    let text = key.to_string();
    assert_eq!(text.parse(), Ok(key));
    assert_eq!(
        serde_json::from_value::<InstructionKey>(text.clone().into()).unwrap(),
        key
    );
    // The last is the identity of the group: anything verifies under it.
    let weak = "ed25519:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for wrong in ["", "ed25519:", &text[8..], &text[..20], weak] {
        assert_eq!(wrong.parse::<InstructionKey>(), Err(InstructionKeyError));
    }
}
