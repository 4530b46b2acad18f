//! A sigstore of our own: an authority that issues certificates, and a log that promises to take signatures in.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, PublicKeyData as _, SanType, SigningKey as _, date_time_ymd,
};
use serde_json::{Value, json};
use tidegate_domain::digest::Digest;

pub(crate) const ISSUER: &str = "https://issuer.example";
/// When the log takes everything in, and its text.
pub(crate) const LOGGED: i64 = 1_748_779_200;
pub(crate) const LOGGED_TEXT: &str = "2025-06-01T12:00:00Z";

pub(crate) struct Instance {
    authority: CertifiedIssuer<'static, KeyPair>,
    log: KeyPair,
}

/// A key with the certificate or the PEM that the log writes down.
pub(crate) struct Signer {
    key: KeyPair,
    pub(crate) verifier: String,
}

impl Instance {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        Self {
            authority: CertifiedIssuer::self_signed(params, key).unwrap(),
            log: KeyPair::generate().unwrap(),
        }
    }

    /// The `trusted_root.json` of this instance.
    pub(crate) fn trusted_root(&self) -> String {
        let spki = self.log.subject_public_key_info();
        let start = json!({"start": "2025-01-01T00:00:00Z"});
        json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [{
                "baseUrl": "https://log.example",
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": STANDARD.encode(&spki),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": start,
                },
                "logId": {"keyId": STANDARD.encode(Digest::of(&spki).as_bytes())},
            }],
            "certificateAuthorities": [{
                "uri": "https://authority.example",
                "certChain": {"certificates": [{"rawBytes": STANDARD.encode(self.authority.as_ref().der())}]},
                "validFor": start,
            }],
        })
        .to_string()
    }

    /// A key whose certificate says that it is `subject`'s, for the day on which the log takes in.
    pub(crate) fn certified(&self, subject: &str) -> Signer {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.not_before = date_time_ymd(2025, 6, 1);
        params.not_after = date_time_ymd(2025, 6, 2);
        params.subject_alt_names = vec![SanType::URI(subject.try_into().unwrap())];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
        let length = u8::try_from(ISSUER.len()).unwrap();
        let text = [&[0x0c, length], ISSUER.as_bytes()].concat();
        let oid = [1, 3, 6, 1, 4, 1, 57264, 1, 8];
        params.custom_extensions = vec![CustomExtension::from_oid_content(&oid, text)];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.authority).unwrap();
        Signer {
            key,
            verifier: certificate.pem(),
        }
    }

    /// cosign's annotation for what the log says of a signature over `payload`.
    pub(crate) fn entry(&self, payload: &str, signature: &str, verifier: &str) -> Value {
        let spec = json!({
            "data": {"hash": {
                "algorithm": "sha256",
                "value": Digest::of(payload.as_bytes()).hex(),
            }},
            "signature": {
                "content": signature,
                "publicKey": {"content": STANDARD.encode(verifier)},
            },
        });
        self.promised("hashedrekord", &spec)
    }

    /// cosign's annotation for what the log says of an envelope that holds `payload`.
    pub(crate) fn envelope_entry(&self, payload: &str, signature: &str, verifier: &str) -> Value {
        let spec = json!({
            "envelopeHash": {"algorithm": "sha256", "value": Digest::of(b"as it was sent").hex()},
            "payloadHash": {"algorithm": "sha256", "value": Digest::of(payload.as_bytes()).hex()},
            "signatures": [{"signature": signature, "verifier": STANDARD.encode(verifier)}],
        });
        self.promised("dsse", &spec)
    }

    fn promised(&self, kind: &str, spec: &Value) -> Value {
        let body = json!({"apiVersion": "0.0.1", "kind": kind, "spec": spec});
        let body = STANDARD.encode(body.to_string());
        let id = Digest::of(&self.log.subject_public_key_info()).hex();
        let promised =
            format!(r#"{{"body":"{body}","integratedTime":{LOGGED},"logID":"{id}","logIndex":7}}"#);
        let promise = self.log.sign(promised.as_bytes()).unwrap();
        json!({
            "SignedEntryTimestamp": STANDARD.encode(promise),
            "Payload": {"body": body, "integratedTime": LOGGED, "logID": id, "logIndex": 7},
        })
    }
}

impl Signer {
    pub(crate) fn with_key() -> Self {
        let key = KeyPair::generate().unwrap();
        Self {
            verifier: key.public_key_pem().replace("\r\n", "\n"),
            key,
        }
    }

    pub(crate) fn sign(&self, signed: impl AsRef<[u8]>) -> String {
        STANDARD.encode(self.key.sign(signed.as_ref()).unwrap())
    }
}
