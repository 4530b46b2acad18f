//! Databases as streams: archives, lines, arrays; broken and hostile ones.

use super::*;
use flate2::{Compression, write::DeflateEncoder};
use proptest::prelude::*;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::io::Write;

fn ids(bytes: &[u8]) -> (Vec<String>, Reading) {
    let mut ids = Vec::new();
    let reading = read(Cursor::new(bytes), |advisory| ids.push(advisory.id)).unwrap();
    assert_eq!(reading.advisories, ids.len() as u64);
    (ids, reading)
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, contents) in entries {
        let file = archive
            .new_file(name)
            .compression_method(CompressionMethod::DEFLATE);
        let (mut entry, config) = file.start().unwrap();
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::fast()));
        writer.write_all(contents).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

#[test]
fn every_form_is_read() {
    let lines = "{\"id\":\"A\"}\n\n{\"id\":\"B\",\"x\":\"}{\\\"\"}\n";
    let array = "\u{feff} [ {\"id\":\"A\"},\n{\"id\":\"B\",\n\"x\":[{}]}]";
    let pretty = "{\n  \"id\": \"A\",\n  \"x\": {}\n}\n{\"id\":\"B\"}";
    let zip = archive(&[
        ("A.json", b"{\"id\":\"A\"}"),
        ("README", b"x"),
        ("b/B.json", b"{\"id\":\"B\"}"),
    ]);
    for bytes in [lines.as_bytes(), array.as_bytes(), pretty.as_bytes(), &zip] {
        let (ids, reading) = ids(bytes);
        assert_eq!(
            (ids.as_slice(), reading.broken),
            (["A".to_owned(), "B".to_owned()].as_slice(), 0)
        );
    }
}

#[test]
fn broken_records_are_named_and_skipped() {
    let event = br#"{"id":"C","affected":[{"package":{"ecosystem":"npm","name":"x"},"ranges":[{"type":"SEMVER","events":[{}]}]}]}"#;
    let zip = archive(&[
        ("A.json", b"{\"id\":1}"),
        ("B.json", b"{}"),
        ("C.json", event),
        ("D.json", b"{\"id\":\"D\"}"),
    ]);
    let (found, reading) = ids(&zip);
    assert_eq!(
        (found.as_slice(), reading.broken),
        (["D".to_owned()].as_slice(), 3)
    );
    let texts = reading.remarks.texts();
    assert!(
        texts[0].starts_with("A.json: invalid type: integer"),
        "{texts:?}"
    );
    assert_eq!(texts[1], "B.json: the record has no id");
    assert!(texts[2].starts_with("C.json: an event"), "{texts:?}");
    // A line that does not end takes nothing with it.
    let (found, reading) = ids(b"{\"id\":\"A\",\"x\":{\n{\"id\":\"B\"}\n{\"id\":\"C");
    assert_eq!(found, ["B"]);
    assert_eq!(
        reading.remarks.texts(),
        ["record 1: it does not end", "record 3: it does not end"]
    );
}

#[test]
fn what_is_no_database_says_why() {
    let error = |bytes: &[u8]| read(Cursor::new(bytes), |_| ()).unwrap_err();
    assert!(matches!(error(b""), DatabaseError::Form));
    assert!(matches!(error(b"<osv/>"), DatabaseError::Form));
    assert!(matches!(
        error(b"PK\x03\x04 and nothing else"),
        DatabaseError::Archive(_)
    ));
}

#[test]
fn a_bomb_is_one_skipped_record() {
    let bomb = vec![b' '; RECORD_MAX + 1];
    let mut bytes = archive(&[("bomb.json", &bomb), ("A.json", b"{\"id\":\"A\"}")]);
    let (found, reading) = ids(&bytes);
    assert_eq!(
        (found.as_slice(), reading.broken),
        (["A".to_owned()].as_slice(), 1)
    );
    assert_eq!(
        reading.remarks.texts(),
        ["bomb.json: it is larger than a record may be"]
    );
    // A directory that lies about the size changes nothing.
    let size = u32::try_from(bomb.len()).unwrap().to_le_bytes();
    let lies = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, window)| *window == size);
    let lies: Vec<usize> = lies.map(|(at, _)| at).collect();
    for at in lies {
        bytes[at..at + 4].copy_from_slice(&7_u32.to_le_bytes());
    }
    let (found, reading) = ids(&bytes);
    assert_eq!(
        (found.as_slice(), reading.broken),
        (["A".to_owned()].as_slice(), 1)
    );
    // Nor does one in lines.
    let line = [b"{".as_slice(), &bomb, b"}\n{\"id\":\"A\"}"].concat();
    assert_eq!(ids(&line).0, ["A"]);
}

#[test]
fn a_damaged_entry_is_one_skipped_record() {
    let mut bytes = archive(&[
        ("A.json", b"{\"id\":\"AAAAAAAAAAAA\"}"),
        ("B.json", b"{\"id\":\"B\"}"),
    ]);
    bytes[45] ^= 0x55;
    let (found, reading) = ids(&bytes);
    assert_eq!(
        (found.as_slice(), reading.broken),
        (["B".to_owned()].as_slice(), 1)
    );
}

#[test]
fn deep_and_endless_records_are_broken() {
    for record in [
        format!("{{\"id\":\"A\",\"x\":{}", "{\"x\":".repeat(1_000_000)),
        format!(
            "{{\"id\":\"A\",\"database_specific\":{}1{}}}",
            "[".repeat(100_000),
            "]".repeat(100_000)
        ),
        format!(
            "{{\"id\":\"A\",\"affected\":[{{\"package\":{{\"ecosystem\":\"npm\",\"name\":\"x\"}},\"ranges\":[{{\"type\":\"SEMVER\",\"events\":[{}{{\"fixed\":\"1\"}}]}}]}}]}}",
            "{\"fixed\":\"1\"},".repeat(3_000)
        ),
    ] {
        let (found, reading) = ids(record.as_bytes());
        assert_eq!((found.len(), reading.broken), (0, 1));
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for head in [b"".as_slice(), b"[", b"{", b"{\"id\":\"A\",\"affected\":["] {
            drop(read(Cursor::new([head, &bytes].concat()), |_| ()));
        }
    }

    #[test]
    fn no_damaged_archive_panics(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = archive(&[("A.json", b"{\"id\":\"A\"}"), ("B.json", b"{\"id\":\"B\"}")]);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        drop(read(Cursor::new(bytes), |_| ()));
    }

    #[test]
    fn no_versions_panic(at in ".{0,12}", fixed in ".{0,12}", version in ".{0,12}", ecosystem in prop::sample::select(
        vec!["npm", "PyPI", "Maven", "Debian:12", "Alpine", "Red Hat:8", "RubyGems", "Packagist", "NuGet", "?"])) {
        let record = against("X", ecosystem, "x", &json!([{"introduced": at}, {"fixed": fixed}, {"limit": "*"}]));
        let affected = &advisory(&record).affected[0];
        let _ = (affected.includes(&version), affected.fixed_in(&version));
    }
}
