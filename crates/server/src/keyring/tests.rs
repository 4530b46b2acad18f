//! What is sealed, under which key, and what is left of it when keys go.

use super::*;

fn file() -> (tempfile::TempDir, KeySource) {
    let directory = tempfile::tempdir().unwrap();
    let source = KeySource::File(directory.path().join("key"));
    (directory, source)
}

#[test]
fn what_is_wrapped_opens_for_its_purpose_only() {
    let (_directory, source) = file();
    let keyring = Keyring::open(source.clone()).unwrap();
    let wrapped = keyring.wrap("a", b"value");
    let again = Keyring::open(source).unwrap();
    assert_eq!(again.unwrap("a", &wrapped).unwrap(), b"value");
    assert_eq!(keyring.unwrap("b", &wrapped), None);
    assert!(!wrapped.windows(5).any(|w| w == b"value"));
    for at in 0..wrapped.len() {
        let mut bent = wrapped.clone();
        bent[at] ^= 1;
        assert_eq!(keyring.unwrap("a", &bent), None, "byte {at}");
        assert_eq!(keyring.unwrap("a", &wrapped[..at]), None, "cut at {at}");
    }
}

#[test]
fn after_a_rotation_all_opens_and_the_old_key_can_go() {
    let (_directory, source) = file();
    let keyring = Keyring::open(source.clone()).unwrap();
    let other = Keyring::open(source.clone()).unwrap();
    // As it was wrapped before there were envelopes.
    let plain = keyring.with(|keys| seal(&keys[0].secret, "a", b"plain"));
    let old = keyring.wrap("a", b"old");
    assert_eq!(keyring.rewrap("a", &old), None, "it is under the newest");
    keyring.add_key().unwrap();
    assert_eq!(keyring.count(), 2);
    let fresh = keyring.wrap("a", b"fresh");
    // Another server that knows only the old key finds the new one.
    assert_eq!(other.unwrap("a", &fresh).unwrap(), b"fresh");
    let moved: Vec<Vec<u8>> = [&plain, &old]
        .map(|wrapped| keyring.rewrap("a", wrapped).unwrap())
        .into();
    assert!(
        moved
            .iter()
            .all(|it| Keyring::is_under(keyring.newest(), it))
    );
    assert!(!Keyring::is_under(keyring.newest(), &old));
    keyring.forget_older_than(keyring.newest()).unwrap();
    for (wrapped, value) in moved.iter().zip([&b"plain"[..], b"old"]) {
        assert_eq!(keyring.unwrap("a", wrapped).unwrap(), value);
        assert_eq!(Keyring::open(source.clone()).unwrap().count(), 1);
    }
    assert_eq!(keyring.unwrap("a", &old), None);
    assert_eq!(keyring.unwrap("a", &plain), None);
    assert_eq!(keyring.unwrap("a", &fresh).unwrap(), b"fresh");
}

#[test]
fn two_who_make_keys_at_once_lose_none() {
    let (_directory, source) = file();
    let keyring = Keyring::open(source.clone()).unwrap();
    let other = Keyring::open(source.clone()).unwrap();
    let first = keyring.newest();
    keyring.add_key().unwrap();
    let second = keyring.newest();
    // The other server has not read the file since.
    other.add_key().unwrap();
    let sealed = keyring.wrap("a", b"value");
    assert_eq!((keyring.count(), other.count()), (3, 3));
    // What was made since stays.
    keyring.forget_older_than(second).unwrap();
    assert_eq!(keyring.count(), 2);
    assert_eq!(other.unwrap("a", &sealed).unwrap(), b"value");
    keyring.forget_older_than(first).unwrap();
    assert_eq!(
        keyring.count(),
        2,
        "one that is not there any more takes nothing away"
    );
    let all: Vec<_> = (0..8)
        .map(|_| {
            std::thread::spawn({
                let keyring = keyring.clone();
                move || keyring.add_key()
            })
        })
        .collect();
    all.into_iter().for_each(|it| it.join().unwrap().unwrap());
    assert_eq!(Keyring::open(source).unwrap().count(), 10);
}

#[test]
fn keys_that_are_given_are_not_changed_from_here() {
    let given = format!("{},{}", "ab".repeat(32), "cd".repeat(32));
    let keyring = Keyring::open(KeySource::Given(given)).unwrap();
    assert_eq!(keyring.count(), 2);
    assert!(matches!(keyring.add_key(), Err(KeyringError::Given)));
    let before = KeySource::Given("cd".repeat(32));
    let old = Keyring::open(before).unwrap().wrap("a", b"old");
    let moved = keyring.rewrap("a", &old).unwrap();
    assert_eq!(keyring.unwrap("a", &moved).unwrap(), b"old");
    assert!(!format!("{keyring:?}").contains("abab"), "{keyring:?}");
}

#[test]
fn what_is_no_key_is_named() {
    let (directory, source) = file();
    std::fs::write(directory.path().join("key"), "not a key").unwrap();
    for source in [source, KeySource::Given(String::new())] {
        let name = source.to_string();
        let error = Keyring::open(source).unwrap_err().to_string();
        assert!(error.starts_with(&name), "{error}");
    }
}
