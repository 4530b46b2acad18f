//! Component versions as `push` would pack them.

use serde_json::json;
use std::collections::BTreeMap;
use tidegate_domain::digest::Digest;
use tidegate_protocol::artifact::{ARTIFACT_TYPE, EMPTY_TYPE, LAYER_TYPE, MANIFEST_TYPE};

/// A packed component.
pub(crate) struct Artifact {
    pub(crate) manifest: Digest,
    pub(crate) layer: Digest,
    pub(crate) blobs: BTreeMap<Digest, Vec<u8>>,
}

/// Packs files: name → (executable, content).
pub(crate) fn pack(files: &[(&str, bool, &[u8])]) -> Artifact {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, executable, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(if *executable { 0o755 } else { 0o644 });
        archive.append_data(&mut header, name, *content).unwrap();
    }
    of_tar(&archive.into_inner().unwrap())
}

/// Packs an archive as it is.
pub(crate) fn of_tar(tar: &[u8]) -> Artifact {
    let layer = zstd::encode_all(tar, 1).unwrap();
    let (digest, size) = (Digest::of(&layer), layer.len());
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST_TYPE, "artifactType": ARTIFACT_TYPE,
        "config": {"mediaType": EMPTY_TYPE, "digest": Digest::of(b"{}"), "size": 2},
        "layers": [{"mediaType": LAYER_TYPE, "digest": digest, "size": size}],
    });
    let manifest = manifest.to_string().into_bytes();
    let name = Digest::of(&manifest);
    Artifact {
        manifest: name,
        layer: digest,
        blobs: [(name, manifest), (digest, layer)].into(),
    }
}
