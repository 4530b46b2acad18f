//! Layers that an agent unpacks: nothing lies outside afterwards, whatever an archive says.

#![no_main]

use std::{fs, path::Path};

thread_local! {
    static PLACE: tempfile::TempDir = tempfile::tempdir().unwrap();
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((first, archive)) = data.split_first() else {
        return;
    };
    PLACE.with(|place| {
        let (blob, root) = (place.path().join("blob"), place.path().join("root"));
        fs::write(&blob, archive).unwrap();
        let is_whole = tidegate_agent::unpacks(&blob, &root, first % 2 == 1);
        let beside = fs::read_dir(place.path()).unwrap().count();
        assert!(beside <= 2, "something lies beside what was unpacked");
        assert_eq!(
            fs::read(&blob).unwrap(),
            archive,
            "it changed what it reads"
        );
        if is_whole {
            check(&root);
        }
        drop(fs::remove_dir_all(&root));
    });
});

/// No link of what was unpacked leads out of it.
fn check(root: &Path) {
    let inside = root.canonicalize().unwrap();
    for entry in walkdir::WalkDir::new(root) {
        let Ok(entry) = entry else { continue };
        if let Ok(real) = entry.path().canonicalize() {
            assert!(real.starts_with(&inside), "{}", entry.path().display());
        }
    }
}
