//! Messages and names that are no plain text.

use crate::made::Made;
use tidegate_domain::scope::Commit;
use tidegate_git::MESSAGE_MAX;

/// The commit of these bytes behind its tree.
fn raw(rest: &[u8]) -> Commit {
    let made = Made::new();
    made.commit("a", "one");
    let tree = made.run("rev-parse main^{tree}");
    let object = [b"tree ", tree.as_bytes(), b"\n", rest].concat();
    let id = made.git_with(
        [
            "hash-object",
            "-t",
            "commit",
            "-w",
            "--literally",
            "--stdin",
        ],
        &object,
    );
    made.history("", &id).unwrap().commits.remove(0)
}

fn signed(signature: &[u8], rest: &[u8]) -> Commit {
    raw(&[
        b"author ",
        signature,
        b"\ncommitter ",
        signature,
        b"\n",
        rest,
    ]
    .concat())
}

const ADA: &[u8] = b"Ada <a@b> 1800000000 +0000";

#[test]
fn messages_of_other_encodings() {
    for (rest, expect) in [
        (&b"\ncaf\xc3\xa9"[..], "café"),
        (b"encoding ISO-8859-1\n\ncaf\xe9", "café"),
        (b"encoding Shift_JIS\n\n\x93\xfa\x96{", "日本"),
        (b"\ncaf\xe9", "caf\u{fffd}"),
        (b"encoding unheard-of\n\ncaf\xe9", "caf\u{fffd}"),
        (b"\na\0b\x1b[2J", "a\0b\u{1b}[2J"),
        (b"\n", ""),
        (b"gpgsig -----BEGIN\n more\n -----END\n\nsigned", "signed"),
    ] {
        assert_eq!(signed(ADA, rest).message, expect);
    }
}

#[test]
fn names_as_people_and_programs_leave_them() {
    for (signature, name, email, seconds) in [
        (
            &b"J\xc3\xbc A <j@x> 1800000000 +0100"[..],
            "Jü A",
            "j@x",
            1_800_000_000,
        ),
        (b"\xff <> 5 +0000", "\u{fffd}", "", 5),
        (b"Ada <a<b>c> 7 +0000", "Ada", "a<b>c", 7),
        (b"Ada <a@b>", "Ada", "a@b", 0),
        (b"Ada <a@b> soon", "Ada", "a@b", 0),
        (b"Ada <a@b> 99999999999999999999 +0000", "Ada", "a@b", 0),
        (b"Ada <a@b> 9999999999999 +0000", "Ada", "a@b", 0),
        (b"Ada <a@b> -5 +0000", "Ada", "a@b", -5),
    ] {
        let commit = signed(signature, b"\nx");
        let read = (
            commit.author.name.as_str(),
            commit.author.email.as_str(),
            commit.time.as_second(),
        );
        assert_eq!(read, (name, email, seconds));
        assert_eq!(commit.author, commit.committer);
    }
}

#[test]
fn a_long_message_is_cut() {
    let long = [b"\n".as_slice(), "é".repeat(MESSAGE_MAX).as_bytes()].concat();
    let commit = signed(ADA, &long);
    assert_eq!(commit.message.len(), MESSAGE_MAX);
    let odd = [b"\nx".as_slice(), "é".repeat(MESSAGE_MAX).as_bytes()].concat();
    assert_eq!(signed(ADA, &odd).message.len(), MESSAGE_MAX - 1);
}
