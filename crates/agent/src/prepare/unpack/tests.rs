//! Hostile archives, written byte by byte because a decent library refuses to make them.

use super::*;

/// One header and its content. `kind` is the type flag of the format.
fn entry(kind: u8, name: &[u8], link: &[u8], content: &[u8]) -> Vec<u8> {
    let mut header = [0_u8; 512];
    header[..name.len()].copy_from_slice(name);
    header[100..107].copy_from_slice(b"0006755");
    header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    header[136..147].copy_from_slice(b"00000000000");
    header[156] = kind;
    header[157..157 + link.len()].copy_from_slice(link);
    header[257..265].copy_from_slice(b"ustar\x0000");
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let padding = content.len().next_multiple_of(512) - content.len();
    [&header[..], content, &vec![0; padding]].concat()
}

fn file(name: &str) -> Vec<u8> {
    entry(b'0', name.as_bytes(), b"", b"content")
}

fn link(name: &str, target: &str) -> Vec<u8> {
    entry(b'2', name.as_bytes(), target.as_bytes(), b"")
}

/// One PAX record about the next entry.
fn pax(key: &str, value: &str) -> Vec<u8> {
    let body = format!(" {key}={value}\n");
    let digits = (body.len() + 3).to_string().len();
    let record = format!("{}{body}", body.len() + digits);
    entry(b'x', b"pax", b"", record.as_bytes())
}

fn unpack(entries: &[Vec<u8>], limits: Limits) -> (tempfile::TempDir, Result<(), PrepareError>) {
    let directory = tempfile::tempdir().unwrap();
    let blob = directory.path().join("blob");
    let bytes = [entries.concat(), vec![0; 1024]].concat();
    fs::write(&blob, zstd::encode_all(&*bytes, 1).unwrap()).unwrap();
    let mut unpacker = Unpacker::new(&directory.path().join("root"), limits).unwrap();
    let done = unpacker
        .layer(&blob, Packing::TarZstd)
        .and_then(|()| unpacker.finish());
    (directory, done)
}

#[test]
fn an_ordinary_archive_is_unpacked() {
    let entries = [
        entry(b'5', b"bin/", b"", b""),
        file("bin/web"),
        file("implied/by/name"),
        link("current", "bin/web"),
        entry(b'1', b"hard", b"bin/web", b""),
        link("bin/up", "../implied"),
        file("bin/web"),
    ];
    let (directory, done) = unpack(&entries, LIMITS);
    done.unwrap();
    let root = directory.path().join("root");
    for path in [
        "bin/web",
        "implied/by/name",
        "current",
        "hard",
        "bin/up/by/name",
    ] {
        assert_eq!(fs::read(root.join(path)).unwrap(), b"content", "{path}");
    }
    let mode = fs::metadata(root.join("bin/web"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o7777, 0o755, "set-user-id is gone");
}

#[test]
fn nothing_leaves_the_root() {
    let nested = |name: &str| vec![file(name)];
    let cases: Vec<(&str, Vec<Vec<u8>>)> = vec![
        ("dots", nested("../evil")),
        ("dots within", nested("a/../../evil")),
        ("absolute", nested("/dev/shm/evil")),
        ("link outside", vec![link("l", "../..")]),
        ("link absolute", vec![link("l", "/etc")]),
        (
            "through a link",
            vec![entry(b'5', b"d/", b"", b""), link("l", "d"), file("l/evil")],
        ),
        (
            "through a link to itself",
            vec![link("l", "."), file("l/evil")],
        ),
        (
            "directory over a link",
            vec![link("l", "."), entry(b'5', b"l/", b"", b"")],
        ),
        (
            "hard link outside",
            vec![entry(b'1', b"h", b"../blob", b"")],
        ),
        (
            "hard link absolute",
            vec![entry(b'1', b"h", b"/etc/passwd", b"")],
        ),
        (
            "hard link to a link",
            vec![link("l", "x"), entry(b'1', b"h", b"l", b"")],
        ),
        ("hard link to nothing", vec![entry(b'1', b"h", b"x", b"")]),
        ("pax path", vec![pax("path", "../evil"), file("good")]),
        (
            "pax absolute path",
            vec![pax("path", "/dev/shm/evil"), file("good")],
        ),
        ("pax link", vec![pax("linkpath", "/etc"), link("l", "x")]),
        ("character device", vec![entry(b'3', b"d", b"", b"")]),
        ("block device", vec![entry(b'4', b"d", b"", b"")]),
        ("fifo", vec![entry(b'6', b"f", b"", b"")]),
        ("the root as a file", vec![file(".")]),
        (
            "links that combine",
            vec![
                entry(b'5', b"sub/deep/", b"", b""),
                link("evil", "sub/deep/up/../x"),
                link("sub/deep/up", "../.."),
            ],
        ),
    ];
    for (what, entries) in cases {
        let (directory, done) = unpack(&entries, LIMITS);
        assert!(
            matches!(done, Err(PrepareError::Archive(_))),
            "{what}: {done:?}"
        );
        let outside = directory.path().join("evil").exists();
        assert!(!outside && !Path::new("/dev/shm/evil").exists(), "{what}");
    }
}

#[test]
fn limits_hold() {
    let three = [file("a"), file("b"), file("c")];
    let (_kept, done) = unpack(
        &three,
        Limits {
            entries: 2,
            ..LIMITS
        },
    );
    assert_eq!(
        done.unwrap_err().to_string(),
        "the artifact is refused: it holds too many entries"
    );
    let (_kept, done) = unpack(
        &three,
        Limits {
            bytes: 20,
            ..LIMITS
        },
    );
    assert_eq!(
        done.unwrap_err().to_string(),
        "the artifact is refused: it holds too many bytes"
    );
    let bomb = [entry(b'L', b"long", b"", &vec![b'a'; 3 << 20]), file("a")];
    let (_kept, done) = unpack(&bomb, LIMITS);
    assert!(
        done.unwrap_err()
            .to_string()
            .contains("a header is too long")
    );
}

#[test]
fn a_cut_archive_is_refused() {
    let whole = entry(b'0', b"a", b"", &[1; 4096]);
    let directory = tempfile::tempdir().unwrap();
    let blob = directory.path().join("blob");
    fs::write(&blob, &whole[..1500]).unwrap();
    let mut unpacker = Unpacker::new(&directory.path().join("root"), LIMITS).unwrap();
    assert!(unpacker.layer(&blob, Packing::Tar).is_err());
}
