//! skopeo copies an image in and out again; what comes out is what went in.

use super::world::{IMAGE, World};
use std::{path::Path, process::Output};
use tidegate_domain::digest::Digest;

/// Two blocks of zeros.
const EMPTY_TAR: [u8; 1024] = [0; 1024];
const EMPTY_TAR_CRC: u32 = 0xefb5af2e;
const CREDENTIALS: &str = "anybody:admin";

pub(crate) async fn skopeo_copies_an_image_in_and_out(world: &World) {
    let work = tempfile::tempdir().unwrap();
    let image = write_layout(&work.path().join("in"));
    let there = format!("docker://{}/shop/web:1.0.0", world.address);
    let here = |name: &str| format!("oci:{}:1.0.0", work.path().join(name).display());

    skopeo(&[
        "copy",
        "--dest-tls-verify=false",
        "--dest-creds",
        CREDENTIALS,
        &here("in"),
        &there,
    ])
    .await;
    let stored = world
        .call("GET", "/v2/shop/web/manifests/1.0.0", b"")
        .await
        .expect(200);
    assert_eq!(stored.header("docker-content-digest"), image.to_string());

    skopeo(&[
        "copy",
        "--src-tls-verify=false",
        "--src-creds",
        CREDENTIALS,
        &there,
        &here("out"),
    ])
    .await;
    assert_eq!(
        files(&work.path().join("in")),
        files(&work.path().join("out"))
    );

    // A second copy moves nothing, and one to another repository mounts what is there.
    skopeo(&[
        "copy",
        "--dest-tls-verify=false",
        "--dest-creds",
        CREDENTIALS,
        &here("in"),
        &there,
    ])
    .await;
    let beside = there.replace("/web:", "/api:");
    let both = [
        "--src-tls-verify=false",
        "--src-creds",
        CREDENTIALS,
        "--dest-tls-verify=false",
    ];
    let rest = ["--dest-creds", CREDENTIALS, &there, &beside];
    skopeo(&[&["copy"][..], &both, &rest].concat()).await;
    world
        .call("GET", &format!("/v2/shop/api/manifests/{image}"), b"")
        .await
        .expect(200);

    let tags = ["list-tags", "--tls-verify=false", "--creds", CREDENTIALS];
    let name = there.trim_end_matches(":1.0.0");
    let listed = skopeo(&[&tags[..], &[name]].concat()).await;
    assert!(String::from_utf8_lossy(&listed.stdout).contains("1.0.0"));
    skopeo(&[
        "delete",
        "--tls-verify=false",
        "--creds",
        CREDENTIALS,
        &there,
    ])
    .await;
    let gone = world.call("GET", "/v2/shop/web/manifests/1.0.0", b"").await;
    assert_eq!(gone.error(), "404 MANIFEST_UNKNOWN");
}

async fn skopeo(arguments: &[&str]) -> Output {
    let output = tokio::process::Command::new("skopeo")
        .arg("--insecure-policy")
        .args(arguments)
        .output()
        .await
        .expect("skopeo is missing: cargo xtask test installs it");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// An OCI image layout of one layer, written by hand. Answers the digest of the image.
fn write_layout(root: &Path) -> Digest {
    let put = |content: &[u8]| {
        let digest = Digest::of(content);
        std::fs::write(root.join("blobs/sha256").join(digest.hex()), content).unwrap();
        (digest, content.len())
    };
    std::fs::create_dir_all(root.join("blobs/sha256")).unwrap();
    std::fs::write(root.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
    let diff = Digest::of(&EMPTY_TAR);
    let (layer, size) = put(&gzip(&EMPTY_TAR));
    let config = format!(
        r#"{{"architecture":"amd64","os":"linux","config":{{}},"rootfs":{{"type":"layers","diff_ids":["{diff}"]}}}}"#
    );
    let (config, config_size) = put(config.as_bytes());
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"{IMAGE}","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{config}","size":{config_size}}},"layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{layer}","size":{size}}}]}}"#
    );
    let (manifest, size) = put(manifest.as_bytes());
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"{IMAGE}","digest":"{manifest}","size":{size},"annotations":{{"org.opencontainers.image.ref.name":"1.0.0"}}}}]}}"#
    );
    std::fs::write(root.join("index.json"), index).unwrap();
    manifest
}

/// RFC 1952, with one stored block (RFC 1951 §3.2.4). skopeo compresses a layer that is not, and so changes it.
fn gzip(content: &[u8; 1024]) -> Vec<u8> {
    let head = [
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1, 0x00, 0x04, 0xff, 0xfb,
    ];
    let tail = [EMPTY_TAR_CRC.to_le_bytes(), 1024_u32.to_le_bytes()].concat();
    [&head[..], content, &tail].concat()
}

fn files(root: &Path) -> Vec<(String, Vec<u8>)> {
    let blobs = std::fs::read_dir(root.join("blobs/sha256")).unwrap();
    let mut files: Vec<_> = blobs
        .map(|entry| {
            let entry = entry.unwrap();
            (
                entry.file_name().into_string().unwrap(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    files.sort();
    files
}
