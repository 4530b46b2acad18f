//! Repositories with something wrong: the error names the object, and nothing panics.

use crate::made::{Made, summaries};
use std::{error::Error as _, fs, os::unix::fs::PermissionsExt as _, path::Path};
use tidegate_domain::scope::CommitId;
use tidegate_git::{Fault, Range, Source};

fn three_commits() -> (Made, [CommitId; 3]) {
    let made = Made::new();
    let ids = ["one", "two", "three"].map(|message| made.commit("dir/a", message));
    (made, ids)
}

/// Writes other bytes in the place of an object.
fn damage(file: &Path, with: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let bytes = fs::read(file).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(file, with(bytes)).unwrap();
}

#[test]
fn a_damaged_commit_is_named() {
    let damages: [fn(Vec<u8>) -> Vec<u8>; 5] = [
        |bytes| bytes[..bytes.len() / 2].to_vec(),
        |_| Vec::new(),
        |_| b"no zlib at all".to_vec(),
        |mut bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x55;
            bytes
        },
        |bytes| [&bytes[..4], &[0xff; 64]].concat(),
    ];
    for damaged in damages {
        let (made, ids) = three_commits();
        let middle = ids[1].to_string();
        damage(&made.object(&middle), damaged);
        let fault = made.history("", "main").unwrap_err();
        assert_eq!(fault.to_string(), format!("the commit {middle} is broken"));
        assert!(fault.source().is_some() && fault.hint().contains("git fsck"));
        // What was not asked for is not looked at.
        let range = Range {
            since: vec![ids[1]],
            to: ids[2],
            paths: Vec::new(),
            most: 9,
        };
        assert!(
            made.source().history(&range).is_err(),
            "what runs now is asked for"
        );
    }
}

#[test]
fn what_is_damaged_behind_what_runs_now_does_not_matter() {
    let (made, ids) = three_commits();
    damage(&made.object(&ids[0].to_string()), |_| b"x".to_vec());
    let range = Range {
        since: vec![ids[1]],
        to: ids[2],
        paths: Vec::new(),
        most: 9,
    };
    assert_eq!(
        summaries(&made.source().history(&range).unwrap()),
        ["three"]
    );
}

#[test]
fn an_object_that_is_another_one_is_broken() {
    let (made, ids) = three_commits();
    let [one, two, _] = ids.map(|id| made.object(&id.to_string()));
    damage(&two, |_| fs::read(&one).unwrap());
    let fault = made.history("", "main").unwrap_err();
    assert_eq!(
        fault.source().unwrap().to_string(),
        "its content has another hash"
    );
    let blob = made.run("rev-parse main:dir/a");
    damage(&two, |_| fs::read(made.object(&blob)).unwrap());
    let fault = made.history("", "main").unwrap_err();
    assert_eq!(fault.source().unwrap().to_string(), "it is a blob");
}

#[test]
fn a_missing_object_is_named() {
    let (made, ids) = three_commits();
    fs::remove_file(made.object(&ids[1].to_string())).unwrap();
    let fault = made.history("", "main").unwrap_err();
    assert_eq!(
        fault.to_string(),
        format!("the commit {} is missing", ids[1])
    );
    let (made, ids) = three_commits();
    fs::remove_file(made.object(&ids[2].to_string())).unwrap();
    let fault = made.history("", "main").unwrap_err();
    assert_eq!(
        fault.to_string(),
        format!("the commit {} is missing", ids[2])
    );
}

#[test]
fn a_damaged_tree_is_named_where_it_is_needed() {
    let (made, ids) = three_commits();
    let tree = made.run("rev-parse main:dir");
    damage(&made.object(&tree), |_| b"x".to_vec());
    assert!(made.history("", "main").is_ok());
    let range = |paths: &[&str]| Range {
        since: Vec::new(),
        to: ids[2],
        paths: paths.iter().map(|&path| path.to_owned()).collect(),
        most: 9,
    };
    assert!(made.source().history(&range(&["dir"])).is_ok());
    let fault = made.source().history(&range(&["dir/a"])).unwrap_err();
    assert_eq!(fault.to_string(), format!("the tree {tree} is broken"));
}

#[test]
fn a_damaged_pack_is_an_error() {
    let (made, ids) = three_commits();
    made.run("gc -q");
    let packs = fs::read_dir(made.path().join(".git/objects/pack")).unwrap();
    let pack = packs
        .map(|file| file.unwrap().path())
        .find(|path| path.extension().unwrap() == "pack");
    damage(&pack.unwrap(), |mut bytes| {
        bytes[12..].iter_mut().for_each(|byte| *byte ^= 0x2a);
        bytes
    });
    let range = Range {
        since: Vec::new(),
        to: ids[2],
        paths: Vec::new(),
        most: 9,
    };
    assert!(made.source().history(&range).is_err());
}

#[test]
fn an_object_without_end_is_refused_before_it_is_read() {
    let (made, _) = three_commits();
    let claim = format!("commit {}\0", 1_u64 << 40);
    let object = zeros_with(claim.as_bytes());
    let name = "ab".repeat(20);
    let file = made.object(&name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, object).unwrap();
    let fault = made.history("", &name).unwrap_err();
    assert_eq!(
        fault.to_string(),
        format!("the commit {name} is larger than 64 MiB")
    );
}

/// A zlib stream (RFC 1950) with the bytes in one stored block (RFC 1951 §3.2.4), and its checksum.
fn zeros_with(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let header = [
        &[0x78, 0x01, 0x01][..],
        &length.to_le_bytes(),
        &(!length).to_le_bytes(),
    ]
    .concat();
    [&header, bytes, &((b << 16) | a).to_be_bytes()].concat()
}

#[test]
fn a_shallow_clone_is_read_as_far_as_it_goes() {
    let (made, ids) = three_commits();
    let url = format!("file://{}", made.path().display());
    made.git(["clone", "-q", "--depth", "2", &url, "shallow"]);
    let source = Source::open(&made.path().join("shallow")).unwrap();
    let range = |since: &[CommitId]| Range {
        since: since.to_vec(),
        to: ids[2],
        paths: Vec::new(),
        most: 9,
    };
    assert_eq!(
        summaries(&source.history(&range(&ids[1..2])).unwrap()),
        ["three"]
    );
    let fault = source.history(&range(&[])).unwrap_err();
    assert!(
        matches!(&fault, Fault::Shallow { commit } if *commit == ids[1]),
        "{fault}"
    );
    assert!(fault.hint().contains("--unshallow"));
    let fault = source.history(&range(&ids[..1])).unwrap_err();
    assert_eq!(
        fault.to_string(),
        format!("the commit {} is missing", ids[0])
    );
}
