//! A backup: whatever it holds, whoever made it, and into what it is put back.

use std::{fs, io::BufReader, path::Path};
use tidegate_backup::{Cell, Entry, Reader, Writer};
use tidegate_domain::journal::Notary;
use tidegate_tests::{
    server::{Server, software, text},
    shop::Shop,
};

const CANARY: &str = "canary-4d1e77a0-that-no-backup-sings";

#[test]
fn a_planted_secret_is_not_in_a_backup() {
    let shop = Shop::with_shop(None);
    shop.set_secret(CANARY);
    let backup = shop.file("backup.tar");
    shop.ok(&["backup", "-o", &backup]);

    let mut reader =
        Reader::open(BufReader::new(fs::File::open(&backup).expect("a file"))).expect("a backup");
    let (mut rows, mut all) = (0, Vec::new());
    while let Some(entry) = reader.next_entry().expect("it is good") {
        match entry {
            Entry::Rows { rows: some, .. } => {
                rows += some.len();
                for cell in some.into_iter().flatten() {
                    match cell {
                        Cell::Text(text) => all.extend(text.into_bytes()),
                        Cell::Bytes(bytes) => all.extend(bytes.0),
                        Cell::Null | Cell::Int(_) => {}
                    }
                    all.push(b'\n');
                }
            }
            Entry::Blob { .. } => reader.read_blob(&mut all).expect("it is good"),
        }
    }
    let key = fs::read_to_string(shop.file("server/key")).expect("a key");
    let sings = |song: &str| {
        all.windows(song.len())
            .any(|window| window == song.as_bytes())
    };
    assert!(
        rows > 50 && sings("secret.set"),
        "this test sees what is in it"
    );
    assert!(!sings(CANARY) && !sings(key.trim()));
    assert!(
        !sings(tidegate_tests::shop::TOKEN),
        "tokens are kept as hashes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_database_is_put_back_into_the_other() {
    let mut server = Server::start().await;
    let catalog = "kind: Product\nname: shop\npath: [live]\ncomponents:\n  - name: web\n    driver: service\n    \
        service:\n      command: [\"./run\"]\n---\nkind: Environment\nname: live\n";
    let path = server.directory().join("catalog.yaml");
    fs::write(&path, catalog).expect("a file");
    server.run(&["apply", "-f", text(&path), "--yes"]);
    let built = software(
        server.directory(),
        "web",
        &[("run", "#!/bin/sh\nsleep 1000\n")],
    );
    server.run(&["push", "shop/web:1.0.0", text(&built)]);
    server.run(&["person", "create", "ada"]);
    let backup = server.directory().join("backup.tar");
    server.run(&["backup", "-o", text(&backup)]);
    let people = server.run(&["person", "list", "--output", "json"]);
    server.kill();

    let postgres = test_postgres::Postgres::start();
    let (data, key) = (
        server.directory().join("other"),
        server.directory().join("server/key"),
    );
    let restore = |data: &Path| {
        let words = [
            "restore",
            text(&backup),
            "--data",
            text(data),
            "--key-file",
            text(&key),
            "--yes",
        ];
        words.map(str::to_owned).to_vec()
    };
    let database = postgres.address();
    let mut words = restore(&data);
    words.extend(["--database".to_owned(), database.clone()]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    server.run(&words);
    let again = server.refused(5, &words);
    assert!(again.contains("has records already"), "{again}");

    // The server of the other database, with the same keys and artifacts.
    fs::rename(
        server.directory().join("server"),
        server.directory().join("gone"),
    )
    .expect("it moves");
    fs::rename(&data, server.directory().join("server")).expect("it moves");
    let key = server.directory().join("gone/key");
    server.more = ["--database", &database, "--key-file", text(&key)]
        .map(str::to_owned)
        .to_vec();
    server.start_again().await;
    server.run(&["incarnation", "begin", "--reason", "we moved", "--yes"]);
    assert_eq!(server.run(&["person", "list", "--output", "json"]), people);
    server.run(&["journal", "verify"]);
    let checked = server.run(&["artifact", "check"]);
    assert!(
        checked.contains("sound") || checked.contains("good"),
        "{checked}"
    );
    let shown = server.run(&["artifact", "show", "shop/web:1.0.0"]);
    assert!(shown.contains("sha256:"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_good_backup_is_refused_and_leaves_nothing() {
    let server = Server::start().await;
    let backup = server.directory().join("backup.tar");
    server.run(&["backup", "-o", text(&backup)]);
    let verifier = server.get("/api/v1/journal/checkpoint").await["verifier"].clone();
    let verifier = format!("--verifier={}", verifier.as_str().expect("a key"));
    server.run(&["backup", "verify", text(&backup), &verifier]);
    let stranger = "--verifier=tidegate/journal+00000000+AAAA";
    let said = server.refused(11, &["backup", "verify", text(&backup), stranger]);
    assert!(said.contains("is not signed by"), "{said}");

    let bytes = fs::read(&backup).expect("a backup");
    let (data, key) = (
        server.directory().join("other"),
        server.directory().join("server/key"),
    );
    let bent = server.directory().join("bent.tar");
    let restore = |file: &Path, key: &Path| {
        let words = [
            "restore",
            text(file),
            "--data",
            text(&data),
            "--key-file",
            text(key),
            "--yes",
        ];
        words.map(str::to_owned).to_vec()
    };
    let refused = |status: i32, file: &Path, key: &Path| {
        let words = restore(file, key);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let said = server.refused(status, &words);
        assert!(!data.exists(), "{said}");
        said
    };
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    for (content, expected) in [
        (&bytes[..bytes.len() / 2], "ends too early"),
        (&flipped[..], "is not good"),
        (
            b"PK\x03\x04 this is something else altogether",
            "ends too early",
        ),
        (&[7; 1024], "it is not such an archive"),
    ] {
        fs::write(&bent, content).expect("a file");
        let said = refused(11, &bent, &key);
        assert!(said.contains(expected), "{said}");
        let said = server.refused(11, &["backup", "verify", text(&bent)]);
        assert!(said.contains(expected), "{said}");
    }
    fs::write(&bent, forged(&bytes)).expect("a file");
    let said = refused(11, &bent, &key);
    assert!(said.contains("it was made up"), "{said}");
    let said = server.refused(11, &["backup", "verify", text(&bent), &verifier]);
    assert!(said.contains("is not signed by"), "{said}");
    let missing = refused(2, &backup, &server.directory().join("no-key"));
    assert!(missing.contains("there is no key file"), "{missing}");
    let other = server.directory().join("other-key");
    fs::write(&other, format!("{}\n", "ab".repeat(32))).expect("a file");
    let said = refused(2, &backup, &other);
    assert!(
        said.contains("keys of the server") || said.contains("the keys do not open"),
        "{said}"
    );
    let place = server.directory().join("no/such/place/backup.tar");
    let said = server.refused(1, &["backup", "-o", text(&place)]);
    assert!(said.contains("backup.tar.partial"), "{said}");
}

/// The same, signed by somebody who has the backup and lacks the keys.
fn forged(backup: &[u8]) -> Vec<u8> {
    let mut reader = Reader::open(backup).expect("a backup");
    let (notary, mark) = (Notary::new(&[7; 32]), reader.mark());
    let mut head = reader.head().clone();
    head.checkpoint = notary.sign(mark.entries, mark.root);
    head.verifier = notary.verifier();
    let mut writer = Writer::new(Vec::new(), &head).expect("it is written");
    while let Some(entry) = reader.next_entry().expect("it is good") {
        match entry {
            Entry::Rows { table, rows } => writer.rows(&table, &rows).expect("it is written"),
            Entry::Blob { digest, size } => {
                let mut content = Vec::new();
                reader.read_blob(&mut content).expect("it is good");
                let content = content.as_slice();
                writer.blob(digest, size, content).expect("it is written");
            }
        }
    }
    let signed = |text: &str| notary.sign_text(text);
    writer.finish(&[], signed).expect("it is written")
}
