//! The server's own certificate authority. It certifies agents, and the server towards them; nothing else trusts it.
//!
//! Its key lies wrapped in the database. Enrolment tokens carry the hash of its public key, so an agent knows it before it
//! has ever spoken to the server.

use crate::{app::Error, keyring::Keyring};
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData as _,
    SerialNumber,
};
use tidegate_domain::digest::Digest;
use tidegate_protocol::agent::EnrolResponse;
use tidegate_store::{KeyRow, TargetKey};

/// The name that the server's certificate bears towards agents, whatever host they dial.
pub(crate) const SERVER_NAME: &str = "tidegate-agents";
const PURPOSE: &str = "key/authority";
const AUTHORITY_DAYS: i64 = 3650;
const AGENT_DAYS: i64 = 30;
/// Clocks of agents may be so far behind: certificates are good from so long before they are issued.
const LATENESS: SignedDuration = SignedDuration::from_hours(1);

/// The authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
    pin: String,
}

/// A certified agent.
#[derive(Debug)]
pub struct Identity {
    /// The serial number of the certificate, hex.
    pub serial: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// What the agent gets.
    pub response: EnrolResponse,
}

/// The server's key and certificate chain towards agents, PEM.
#[derive(Debug)]
pub struct ServerIdentity {
    /// Its own certificate, then the authority's.
    pub chain: String,
    /// The key.
    pub key: String,
}

impl Authority {
    /// A new authority, as it is kept.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn make(keyring: &Keyring) -> Result<KeyRow, Error> {
        let key = KeyPair::generate().map_err(broken)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = name("Tidegate agents authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        valid_for(&mut params, AUTHORITY_DAYS);
        let certificate = params.self_signed(&key).map_err(broken)?;
        Ok(KeyRow {
            name: "authority".to_owned(),
            public: certificate.pem(),
            wrapped: keyring.wrap(PURPOSE, key.serialize_pem().as_bytes()),
        })
    }

    /// The authority that is kept in `row`.
    ///
    /// # Errors
    /// When the key file is not the one it was wrapped under.
    pub fn open(keyring: &Keyring, row: &KeyRow) -> Result<Self, Error> {
        let pem = keyring
            .unwrap(PURPOSE, &row.wrapped)
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let pem = pem.ok_or_else(|| {
            Error::Broken("the key file is not the one this database was made with".into())
        })?;
        let key = KeyPair::from_pem(&pem).map_err(broken)?;
        let pin = Digest::of(&key.subject_public_key_info()).hex();
        let issuer = Issuer::from_ca_cert_pem(&row.public, key).map_err(broken)?;
        Ok(Self {
            issuer,
            certificate: row.public.clone(),
            pin,
        })
    }

    /// SHA-256 of its public key (`SubjectPublicKeyInfo`, DER), hex.
    pub fn pin(&self) -> &str {
        &self.pin
    }

    /// Its certificate, PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Certifies an agent's key for one target. Of the request only the key is used.
    ///
    /// # Errors
    /// When the request is not one, or was not signed by its own key.
    pub fn certify(&self, target: &TargetKey, request: &str) -> Result<Identity, Error> {
        let request = CertificateSigningRequestParams::from_pem(request)
            .map_err(|why| Error::invalid("certificate_request", why))?;
        let mut params = CertificateParams::new(vec![agent_name(target)]).map_err(broken)?;
        params.distinguished_name = name(&agent_name(target));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let serial = crate::keyring::random::<16>();
        params.serial_number = Some(SerialNumber::from(serial.to_vec()));
        valid_for(&mut params, AGENT_DAYS);
        let certificate = params
            .signed_by(&request.public_key, &self.issuer)
            .map_err(broken)?;
        let renew_after = Timestamp::now() + SignedDuration::from_hours(24 * AGENT_DAYS * 2 / 3);
        Ok(Identity {
            serial: hex::encode(serial),
            issued_at: Timestamp::now(),
            response: EnrolResponse {
                certificate: certificate.pem(),
                authority: self.certificate.clone(),
                renew_after,
                instruction_key: None,
                journal: None,
            },
        })
    }

    /// A key and certificate for the server itself, made anew at each start.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn server_identity(&self) -> Result<ServerIdentity, Error> {
        let key = KeyPair::generate().map_err(broken)?;
        let mut params = CertificateParams::new(vec![SERVER_NAME.to_owned()]).map_err(broken)?;
        params.distinguished_name = name(SERVER_NAME);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        valid_for(&mut params, AUTHORITY_DAYS);
        let certificate = params.signed_by(&key, &self.issuer).map_err(broken)?;
        Ok(ServerIdentity {
            chain: format!("{}{}", certificate.pem(), self.certificate),
            key: key.serialize_pem(),
        })
    }
}

/// `TARGET.ENVIRONMENT`, the name in an agent's certificate.
fn agent_name(target: &TargetKey) -> String {
    format!("{}.{}", target.target, target.environment)
}

/// What an agent shows, whose chain TLS has verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The target.
    pub(crate) key: TargetKey,
    /// The serial number, hex without leading zeros.
    pub(crate) serial: String,
    /// When it was issued.
    pub(crate) issued_at: Timestamp,
}

/// What an agent's certificate says.
pub(crate) fn read(certificate: &[u8]) -> Option<Shown> {
    use x509_parser::prelude::{FromDer as _, X509Certificate};
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let name = certificate
        .subject()
        .iter_common_name()
        .next()?
        .as_str()
        .ok()?;
    let (target, environment) = name.split_once('.')?;
    let key = TargetKey {
        environment: environment.parse().ok()?,
        target: target.parse().ok()?,
    };
    // DER drops or adds a leading zero byte; compare without.
    let serial = hex::encode(certificate.raw_serial());
    let from = Timestamp::from_second(certificate.validity().not_before.timestamp()).ok()?;
    Some(Shown {
        key,
        serial: serial.trim_start_matches('0').to_owned(),
        issued_at: from + LATENESS,
    })
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

fn valid_for(params: &mut CertificateParams, days: i64) {
    let from = std::time::SystemTime::now();
    params.not_before = (from - LATENESS.unsigned_abs()).into();
    params.not_after = (from + std::time::Duration::from_secs(86_400 * days.unsigned_abs())).into();
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is used as a function of the error itself"
)]
fn broken(why: rcgen::Error) -> Error {
    Error::Broken(format!("the certificate authority failed: {why}"))
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority")
            .field("pin", &self.pin)
            .finish_non_exhaustive()
    }
}
