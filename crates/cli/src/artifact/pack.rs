//! Packing: layer and manifest of a directory or file. The same input has the same digest on every machine.
//!
//! The manifest carries no name and no version, so that content which did not change keeps its digest under the
//! next version and a deployment can see that nothing is to be done.

use super::layer::{PackError, write_layer};
use serde_json::json;
use std::path::Path;
use tempfile::NamedTempFile;
use tidegate_domain::{canonical, digest::Digest};
use tidegate_protocol::artifact::{ARTIFACT_TYPE, EMPTY_TYPE, LAYER_TYPE, MANIFEST_TYPE};

/// The config of an artifact that has none.
const EMPTY: &[u8] = b"{}";

/// A packed component, ready to be pushed. Its layer lies in a temporary file that goes away with it.
#[derive(Debug)]
pub struct Packed {
    /// The digest of the manifest: the artifact's name.
    pub digest: Digest,
    /// The manifest, byte for byte.
    pub manifest: Vec<u8>,
    /// The compressed layer.
    pub layer: Blob,
    /// The empty config.
    pub config: &'static [u8],
    pub(super) file: NamedTempFile,
}

/// A blob's name and length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blob {
    /// The digest of its bytes.
    pub digest: Digest,
    /// How many there are.
    pub size: u64,
}

/// Packs a directory or a single file. Blocks; memory is constant at any size.
pub fn pack(path: &Path) -> Result<Packed, PackError> {
    let layer = write_layer(path)?;
    let manifest = canonical::text(&json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "artifactType": ARTIFACT_TYPE,
        "config": {"mediaType": EMPTY_TYPE, "digest": Digest::of(EMPTY), "size": EMPTY.len()},
        "layers": [{"mediaType": LAYER_TYPE, "digest": layer.digest, "size": layer.size}],
    }))
    .into_bytes();
    Ok(Packed {
        digest: Digest::of(&manifest),
        manifest,
        layer: Blob {
            digest: layer.digest,
            size: layer.size,
        },
        config: EMPTY,
        file: layer.file,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        fs,
        io::Read,
        os::unix::fs::{PermissionsExt, symlink},
    };

    fn example(root: &Path) {
        fs::create_dir_all(root.join("lib/empty")).unwrap();
        fs::write(root.join("lib/data"), "data").unwrap();
        fs::write(root.join("run"), "#!/bin/sh\n").unwrap();
        fs::set_permissions(root.join("run"), fs::Permissions::from_mode(0o710)).unwrap();
        symlink("lib/data", root.join("link")).unwrap();
        fs::write(root.join("long-".repeat(30)), "long").unwrap();
    }

    #[test]
    fn the_same_input_has_the_same_digest() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        example(one.path());
        example(&two.path().join("elsewhere"));
        let packed = pack(one.path()).unwrap();
        let again = pack(&two.path().join("elsewhere")).unwrap();
        assert_eq!(packed.manifest, again.manifest);
        // A digest that changes here changes for everybody: the next push of every component moves it.
        assert_eq!(packed.layer.digest.short(), "da40896e2ac1");
        fs::write(one.path().join("run"), "#!/bin/bash\n").unwrap();
        assert_ne!(pack(one.path()).unwrap().digest, packed.digest);
    }

    #[test]
    fn entries_are_sorted_and_plain() {
        let root = tempfile::tempdir().unwrap();
        example(root.path());
        let packed = pack(root.path()).unwrap();
        assert_eq!(
            packed.file.as_file().metadata().unwrap().len(),
            packed.layer.size
        );
        let file = fs::File::open(packed.file.path()).unwrap();
        let mut archive = tar::Archive::new(zstd::Decoder::new(file).unwrap());
        let mut seen = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().display().to_string();
            let header = entry.header().clone();
            assert_eq!((header.mtime().unwrap(), header.uid().unwrap()), (0, 0));
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            seen.push(format!("{name:.9} {:o} {content}", header.mode().unwrap()));
        }
        assert_eq!(
            seen,
            [
                "lib 755 ",
                "lib/data 644 data",
                "lib/empty 755 ",
                "link 777 ",
                "long-long 644 long",
                "run 755 #!/bin/sh\n"
            ]
        );
        let single = pack(&root.path().join("run")).unwrap();
        assert_ne!(single.digest, packed.digest);
    }

    #[test]
    fn what_cannot_be_packed_is_named() {
        let root = tempfile::tempdir().unwrap();
        let check = |expect: &str| {
            let error = pack(root.path()).unwrap_err();
            assert!(error.to_string().contains(expect), "{error}");
            assert!(!error.hint().is_empty());
        };
        check("is empty");
        symlink("/etc/passwd", root.path().join("link")).unwrap();
        check("leads outside, to /etc/passwd");
        fs::remove_file(root.path().join("link")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(root.path().join("socket")).unwrap();
        check("neither a file");
        assert!(
            pack(&root.path().join("none"))
                .unwrap_err()
                .to_string()
                .contains("cannot read")
        );
    }
}
