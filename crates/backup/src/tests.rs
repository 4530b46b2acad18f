//! What was written is read again, and nothing else passes for it.

use super::*;
use proptest::prelude::*;
use tidegate_domain::{
    digest::Digest,
    journal::{Frontier, Notary, leaf_hash},
};

const RECORDS: [&str; 3] = [r#"{"a":1}"#, "ä", ""];
const BLOB: &[u8] = b"a blob, longer than nothing";

fn notary(seed: u8) -> Notary {
    Notary::new(&[seed; 32])
}

fn head(signer: u8, records: &[&str]) -> Head {
    let mut tree = Frontier::default();
    for record in records {
        tree.append(leaf_hash(record.as_bytes()));
    }
    let columns = |names: &[&str]| names.iter().map(|&it| it.to_owned()).collect();
    let table = |name: &str, names: &[&str]| TableHead {
        name: name.to_owned(),
        columns: columns(names),
    };
    Head {
        v: VERSION,
        made_at: Timestamp::UNIX_EPOCH,
        made_by: "anna".to_owned(),
        program: "0.1.0".to_owned(),
        schema: 16,
        incarnation: Incarnation(1),
        checkpoint: notary(signer).sign(tree.size(), tree.root()),
        verifier: notary(1).verifier(),
        tables: vec![
            table("people", &["id", "name", "secret"]),
            table("journal", &["record", "sequence"]),
        ],
    }
}

fn people() -> Vec<Vec<Cell>> {
    let row = |id: i64| {
        vec![
            Cell::Int(id),
            Cell::Null,
            Cell::Bytes(Bytes(vec![0, 255, 3])),
        ]
    };
    (0..5).map(row).collect()
}

fn journal(records: &[&str]) -> Vec<Vec<Cell>> {
    let row = |(i, record): (usize, &&str)| {
        vec![
            Cell::Text((*record).to_owned()),
            Cell::Int(i64::try_from(i).unwrap()),
        ]
    };
    records.iter().enumerate().map(row).collect()
}

/// A backup of these records whose seal and checkpoint that signer signed.
fn backup(signer: u8, records: &[&str], said: &[&str]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &head(signer, said)).unwrap();
    writer.rows("people", &people()).unwrap();
    let journal = journal(records);
    for rows in journal.chunks(2) {
        writer.rows("journal", rows).unwrap();
    }
    writer
        .blob(Digest::of(BLOB), BLOB.len() as u64, BLOB)
        .unwrap();
    writer
        .finish(&[Digest::of(b"lost")], |text| {
            notary(signer).sign_text(text)
        })
        .unwrap()
}

#[test]
fn what_was_written_is_read_again() {
    let bytes = backup(1, &RECORDS, &RECORDS);
    let mut reader = Reader::open(bytes.as_slice()).unwrap();
    assert_eq!(*reader.head(), head(1, &RECORDS));
    let (mut rows, mut blobs) = (Vec::new(), Vec::new());
    while let Some(entry) = reader.next_entry().unwrap() {
        match entry {
            Entry::Rows { table, rows: some } => {
                rows.extend(some.into_iter().map(|row| (table.clone(), row)));
            }
            Entry::Blob { .. } => reader.read_blob(&mut blobs).unwrap(),
        }
    }
    let of = |table: &str| {
        let rows = rows.iter().filter(|row| row.0 == table);
        rows.map(|row| row.1.clone()).collect::<Vec<_>>()
    };
    assert_eq!((of("people"), of("journal")), (people(), journal(&RECORDS)));
    assert_eq!(blobs, BLOB);
    let summary = reader.finish().unwrap();
    assert_eq!(
        (summary.rows, summary.blobs, summary.journal_entries),
        (8, 1, 3)
    );
    assert_eq!(summary.left_out, [Digest::of(b"lost")]);
}

#[test]
fn other_programs_read_the_archive() {
    let bytes = backup(1, &RECORDS, &RECORDS);
    let mut archive = tar::Archive::new(bytes.as_slice());
    let paths: Vec<String> = archive
        .entries()
        .unwrap()
        .map(|it| it.unwrap().path().unwrap().display().to_string())
        .collect();
    assert_eq!(paths.first().map(String::as_str), Some("backup.json"));
    assert_eq!(paths.last().map(String::as_str), Some("seal"));
    assert_eq!(paths.len(), 7);
}

#[test]
fn whoever_did_not_make_it_cannot_pass_for_its_maker() {
    let forged = verify(backup(2, &RECORDS, &RECORDS).as_slice(), None);
    assert!(matches!(forged, Err(Fault::Signature(_))), "{forged:?}");
    let own = notary(1).verifier();
    let sound = backup(1, &RECORDS, &RECORDS);
    verify(sound.as_slice(), Some(&own)).unwrap();
    let other = verify(sound.as_slice(), Some(&notary(2).verifier()));
    assert!(matches!(other, Err(Fault::Signature(_))), "{other:?}");
}

#[test]
fn the_journal_in_it_is_the_one_that_was_signed() {
    for records in [&RECORDS[..2], &["x", "ä", ""], &[]] {
        let bent = verify(backup(1, records, &RECORDS).as_slice(), None);
        assert!(matches!(bent, Err(Fault::Journal)), "{bent:?}");
    }
}

#[test]
fn a_blob_that_is_something_else_is_not_written() {
    let mut writer = Writer::new(Vec::new(), &head(1, &RECORDS)).unwrap();
    for size in [3, 4, 5] {
        let written = writer.blob(Digest::of(b"four"), size, &b"fuor"[..]);
        assert!(written.is_err(), "{size}");
    }
}

#[test]
fn a_newer_form_is_named() {
    let newer = Head {
        v: 2,
        ..head(1, &RECORDS)
    };
    let bytes = Writer::new(Vec::new(), &newer)
        .unwrap()
        .finish(&[], |text| notary(1).sign_text(text));
    let refused = verify(bytes.unwrap().as_slice(), None);
    assert!(matches!(refused, Err(Fault::Newer(2))), "{refused:?}");
}

#[test]
fn wherever_it_is_cut_it_is_not_good() {
    let bytes = backup(1, &RECORDS, &RECORDS);
    // Nothing but the two empty blocks at the end may be missing.
    for length in (0..bytes.len() - 1024).step_by(61) {
        assert!(verify(&bytes[..length], None).is_err(), "{length}");
    }
}

proptest! {
    #[test]
    fn wherever_a_bit_flips_it_is_not_good(place in 0..100_000_usize, bit in 0..8_u32) {
        let mut bent = backup(1, &RECORDS, &RECORDS);
        let place = place % (bent.len() - 1024);
        bent[place] ^= 1_u8 << bit;
        prop_assert!(verify(bent.as_slice(), None).is_err(), "{place}");
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        drop(verify(bytes.as_slice(), None));
    }

    #[test]
    fn every_cell_is_read_as_it_was_written(number in any::<i64>(), text in ".*", bytes in any::<Vec<u8>>()) {
        let row = vec![Cell::Null, Cell::Int(number), Cell::Text(text), Cell::Bytes(Bytes(bytes))];
        let written = serde_json::to_string(&row).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<Cell>>(&written).unwrap(), row);
    }
}

#[test]
fn a_header_that_says_the_same_in_other_bytes_is_not_ours() {
    let mut bent = backup(1, &RECORDS, &RECORDS);
    // The NUL that ends the checksum; a space would do as well.
    assert_eq!(bent[155], 0);
    bent[155] = b' ';
    assert!(verify(bent.as_slice(), None).is_err());
}

#[test]
fn rows_lie_in_pieces_that_a_reader_can_hold() {
    let mut writer = Writer::new(Vec::new(), &head(1, &RECORDS)).unwrap();
    let long = |id: i64| {
        let text = Cell::Text("x".repeat(5 << 20));
        vec![Cell::Int(id), Cell::Null, text]
    };
    let rows: Vec<_> = (0..3).map(long).collect();
    writer.rows("people", &rows).unwrap();
    writer.rows("journal", &journal(&RECORDS)).unwrap();
    let sign = |text: &str| notary(1).sign_text(text);
    let backup = writer.finish(&[], sign).unwrap();
    let mut reader = Reader::open(&backup[..]).unwrap();
    let mut pieces = Vec::new();
    while let Some(entry) = reader.next_entry().unwrap() {
        if let Entry::Rows { table, rows } = entry {
            pieces.push((table, rows.len()));
        }
    }
    let piece = |table: &str, rows| (table.to_owned(), rows);
    assert_eq!(
        pieces,
        [
            piece("people", 1),
            piece("people", 1),
            piece("people", 1),
            piece("journal", 3)
        ]
    );
    assert_eq!(reader.finish().unwrap().rows, 6);
}
