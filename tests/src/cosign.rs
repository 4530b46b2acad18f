//! Signatures and statements in the forms of cosign, put into the registry as cosign puts them (cosign
//! `specs/SIGNATURE_SPEC.md`; DSSE v1 `protocol.md`).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use crate::{
    server::{self, Server, client},
    shop::{self, Shop},
};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What stands before the point of a P-256 key in its SPKI (RFC 5480 §2).
const SPKI: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A registry, and the token to push with.
#[derive(Debug)]
pub struct Registry {
    url: String,
    token: &'static str,
}

impl From<&Shop> for Registry {
    fn from(shop: &Shop) -> Self {
        Self {
            url: shop.url(),
            token: shop::TOKEN,
        }
    }
}

impl From<&Server> for Registry {
    fn from(server: &Server) -> Self {
        Self {
            url: server.address.clone(),
            token: server::TOKEN,
        }
    }
}

/// Somebody with a key.
#[derive(Debug)]
pub struct Signer(EcdsaKeyPair);

impl Signer {
    /// Somebody with a new key.
    pub fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    /// The public key, as PEM that stands under a key of YAML at this depth.
    pub fn public_key(&self, indent: usize) -> String {
        let spki = [&SPKI, self.0.public_key().as_ref()].concat();
        let pad = " ".repeat(indent);
        let text = STANDARD.encode(spki);
        format!(
            "|\n{pad}-----BEGIN PUBLIC KEY-----\n{pad}{}\n{pad}{}\n{pad}-----END PUBLIC KEY-----\n",
            &text[..64],
            &text[64..]
        )
    }

    fn sign(&self, bytes: &[u8]) -> String {
        let signature = self.0.sign(&SystemRandom::new(), bytes).unwrap();
        STANDARD.encode(signature)
    }

    /// `cosign sign`: a layer with the signature in an annotation, at the tag `sha256-….sig`.
    pub async fn sign_artifact(&self, at: impl Into<Registry>, repository: &str, digest: &str) {
        let payload = json!({"critical": {"identity": {"docker-reference": repository},
            "image": {"docker-manifest-digest": digest}, "type": "cosign container image signature"}, "optional": null})
        .to_string();
        let layer = json!({"mediaType": "application/vnd.dev.cosign.simplesigning.v1+json",
            "annotations": {"dev.cosignproject.cosign/signature": self.sign(payload.as_bytes())}});
        let tag = format!("{}.sig", digest.replace(':', "-"));
        put(&at.into(), repository, (&tag, layer), payload.as_bytes()).await;
    }

    /// `cosign attest`: a DSSE envelope at the tag `sha256-….att`.
    pub async fn attest(
        &self,
        at: impl Into<Registry>,
        (repository, digest): (&str, &str),
        (kind, predicate): (&str, Value),
    ) {
        let hex = digest.trim_start_matches("sha256:");
        let statement = json!({"_type": "https://in-toto.io/Statement/v1", "predicateType": kind,
            "subject": [{"name": repository, "digest": {"sha256": hex}}], "predicate": predicate})
        .to_string();
        let kind = "application/vnd.in-toto+json";
        let signed = format!(
            "DSSEv1 {} {kind} {} {statement}",
            kind.len(),
            statement.len()
        );
        let envelope = json!({"payloadType": kind, "payload": STANDARD.encode(&statement),
            "signatures": [{"keyid": "", "sig": self.sign(signed.as_bytes())}]})
        .to_string();
        let layer =
            json!({"mediaType": "application/vnd.dsse.envelope.v1+json", "annotations": {}});
        let tag = format!("{}.att", digest.replace(':', "-"));
        put(&at.into(), repository, (&tag, layer), envelope.as_bytes()).await;
    }
}

impl Default for Signer {
    fn default() -> Self {
        Self::new()
    }
}

async fn put(at: &Registry, repository: &str, (tag, mut layer): (&str, Value), bytes: &[u8]) {
    let empty = upload(at, repository, b"{}").await;
    layer["digest"] = upload(at, repository, bytes).await.into();
    layer["size"] = bytes.len().into();
    let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "layers": [layer],
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": empty, "size": 2}});
    let url = format!("{}/v2/{repository}/manifests/{tag}", at.url);
    let put = client().put(url).bearer_auth(at.token);
    let put = put
        .header("content-type", MANIFEST)
        .body(manifest.to_string());
    let answer = put.send().await.unwrap();
    assert_eq!(
        answer.status().as_u16(),
        201,
        "{}",
        answer.text().await.unwrap()
    );
}

async fn upload(at: &Registry, repository: &str, bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let digest = format!("sha256:{hex}");
    let url = format!("{}/v2/{repository}/blobs/uploads/?digest={digest}", at.url);
    let post = client()
        .post(url)
        .bearer_auth(at.token)
        .body(bytes.to_vec());
    assert_eq!(post.send().await.unwrap().status().as_u16(), 201);
    digest
}
