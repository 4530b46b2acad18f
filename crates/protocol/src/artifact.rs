//! The media types of what `push` packs and agents unpack.
//!
//! A component version is an OCI image manifest (image specification 1.1) with `artifactType`
//! [`ARTIFACT_TYPE`], the empty config, and one layer: a deterministic tar compressed with zstd.

/// The `artifactType` of a packed component.
pub const ARTIFACT_TYPE: &str = "application/vnd.tidegate.component.v1";
/// The one layer of a packed component.
pub const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
/// An OCI image manifest.
pub const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
/// The config of an artifact that has none: the two bytes `{}`.
pub const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";
