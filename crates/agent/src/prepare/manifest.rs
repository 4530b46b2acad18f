//! Reading the OCI image manifest of a component. Fields this agent does not need are ignored.

use super::PrepareError;
use serde::Deserialize;
use tidegate_domain::{digest::Digest, layer::is_elsewhere};
use tidegate_protocol::artifact::{LAYER_TYPE, MANIFEST_TYPE};

/// A longer manifest is refused, as registries do.
pub(super) const BYTES_MAX: u64 = 4 * 1024 * 1024;
/// An uncompressed layer.
const TAR_TYPE: &str = "application/vnd.oci.image.layer.v1.tar";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    media_type: Option<String>,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: Digest,
    size: u64,
    urls: Option<Vec<String>>,
}

/// One layer to unpack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layer {
    pub(super) digest: Digest,
    pub(super) size: u64,
    pub(super) packing: Packing,
}

/// How a layer is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Tar,
    TarZstd,
}

/// The layers of the manifest that has `digest`.
pub(super) fn layers(digest: Digest, bytes: &[u8]) -> Result<Vec<Layer>, PrepareError> {
    let wrong = |reason: String| PrepareError::Manifest { digest, reason };
    let manifest: Manifest = serde_json::from_slice(bytes)
        .map_err(|error| wrong(format!("it is not an OCI image manifest ({error})")))?;
    let kind = manifest.media_type.as_deref().unwrap_or(MANIFEST_TYPE);
    if manifest.schema_version != 2 || kind != MANIFEST_TYPE {
        return Err(wrong(format!("it is a {kind}, not an OCI image manifest")));
    }
    if manifest.layers.is_empty() {
        return Err(wrong("it has no layer".to_owned()));
    }
    manifest
        .layers
        .iter()
        .map(|d| layer(d).map_err(wrong))
        .collect()
}

fn layer(descriptor: &Descriptor) -> Result<Layer, String> {
    if is_elsewhere(&descriptor.media_type, descriptor.urls.as_deref()) {
        return Err(
            "a layer is kept at another place, and nothing is fetched from there".to_owned(),
        );
    }
    let packing = match descriptor.media_type.as_str() {
        LAYER_TYPE => Packing::TarZstd,
        TAR_TYPE => Packing::Tar,
        other => {
            return Err(format!(
                "a layer is {other}, but only tar and tar+zstd are known"
            ));
        }
    };
    Ok(Layer {
        digest: descriptor.digest,
        size: descriptor.size,
        packing,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(layer_type: &str) -> Result<Vec<Layer>, PrepareError> {
        read_at(layer_type, &[])
    }

    fn read_at(layer_type: &str, urls: &[&str]) -> Result<Vec<Layer>, PrepareError> {
        let digest = Digest::of(b"layer");
        let layer = serde_json::json!({
            "mediaType": layer_type, "digest": digest, "size": 5, "urls": urls,
        });
        let manifest = serde_json::json!({
            "schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": {}, "layers": [layer],
        });
        layers(Digest::of(b"m"), manifest.to_string().as_bytes())
    }

    #[test]
    fn known_layers_are_read_and_others_refused() {
        let expect = Layer {
            digest: Digest::of(b"layer"),
            size: 5,
            packing: Packing::TarZstd,
        };
        assert_eq!(read(LAYER_TYPE).unwrap(), [expect]);
        assert_eq!(read(TAR_TYPE).unwrap()[0].packing, Packing::Tar);
        let error = read("application/x-rar").unwrap_err().to_string();
        assert!(
            error.ends_with("a layer is application/x-rar, but only tar and tar+zstd are known")
        );
        assert!(layers(Digest::of(b"m"), b"[]").is_err());
    }

    #[test]
    fn a_layer_that_is_kept_elsewhere_is_not_asked_of_the_server() {
        for (layer_type, urls) in [
            (TAR_TYPE, &["https://example.org/layer"][..]),
            (
                "application/vnd.oci.image.layer.nondistributable.v1.tar",
                &[],
            ),
        ] {
            let error = read_at(layer_type, urls).unwrap_err().to_string();
            assert!(error.contains("kept at another place"), "{error}");
        }
    }
}
