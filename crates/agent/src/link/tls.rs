//! Whom the agent trusts: its authority, and before it knows that, the hash of the authority's key in the token.

use super::LinkError;
use crate::identity::Identity;
use rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
};
use std::sync::Arc;
use tidegate_domain::digest::Digest;

/// The name in every server's certificate, whatever host is dialled.
pub(super) const SERVER_NAME: &str = "tidegate-agents";

/// SHA-256 of the authority's `SubjectPublicKeyInfo` (DER).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pin(pub(crate) Digest);

/// With the agent's certificate, trusting its authority only.
pub(super) fn config(identity: &Identity) -> Result<ClientConfig, LinkError> {
    let roots = roots(&certificate(&identity.authority)?)?;
    let chain = vec![certificate(&identity.certificate)?];
    let key =
        PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).map_err(|error| unusable(&error))?;
    let builder = ClientConfig::builder_with_provider(provider());
    let config = builder
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)?;
    Ok(speaking_h2(config))
}

/// Without a certificate, trusting whoever presents the pinned authority.
pub(crate) fn enrolment_config(pin: Pin) -> Result<ClientConfig, LinkError> {
    let verifier = PinVerifier {
        pin,
        provider: provider(),
    };
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(speaking_h2(config))
}

impl Pin {
    /// Whether `authority` (DER) holds the pinned key.
    fn matches(self, authority: &[u8]) -> bool {
        let parsed = x509_parser::parse_x509_certificate(authority);
        parsed.is_ok_and(|(_, certificate)| Digest::of(certificate.public_key().raw) == self.0)
    }

    /// Whether `authority` (PEM) holds the pinned key.
    pub(crate) fn matches_pem(self, authority: &str) -> bool {
        certificate(authority).is_ok_and(|der| self.matches(&der))
    }
}

#[derive(Debug)]
struct PinVerifier {
    pin: Pin,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let authority = intermediates.last().filter(|last| self.pin.matches(last));
        let authority = authority.ok_or(rustls::CertificateError::UnknownIssuer)?;
        let roots = Arc::new(roots(authority)?);
        let verifier =
            WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&self.provider))
                .build()
                .map_err(|error| Error::General(error.to_string()))?;
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn speaking_h2(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"h2".to_vec()];
    config
}

fn roots(authority: &CertificateDer<'_>) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone().into_owned())?;
    Ok(roots)
}

fn certificate(pem: &str) -> Result<CertificateDer<'static>, LinkError> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| unusable(&error))
}

fn unusable(error: &rustls::pki_types::pem::Error) -> LinkError {
    LinkError::Tls(Error::General(error.to_string()))
}
