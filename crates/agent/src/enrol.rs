//! Joining: the agent makes a key, the server's authority signs a certificate for it, and from then on both sides
//! know each other. The server is trusted by the hash of its authority's key, which the token carries.

use crate::{
    identity::{Identity, IdentityError},
    layout::Layout,
    link::{self, LinkError, Pin},
    state::{ProductState, State, StateError},
    trust::{Demands, Trust, TrustError},
};
use rcgen::{CertificateParams, DnType, KeyPair};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tidegate_domain::{digest::Digest, name::Name};
use tidegate_protocol::agent::{ENROLMENT_TOKEN_PREFIX, EnrolRequest};

/// What `agent enroll` is told.
#[derive(Clone)]
pub struct EnrolOptions {
    /// `https://HOST:PORT` of the server's agents' address.
    pub server: String,
    /// As `enrolment create` printed it.
    pub token: String,
    /// The environment to join.
    pub environment: Name,
    /// The name of this target.
    pub target: Name,
    /// The agent's directory.
    pub directory: PathBuf,
    /// Which signatures artifacts must bear. An agent that is enrolled anew without any keeps those it had.
    pub demands: Option<Demands>,
}

/// Why the agent could not join.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// Not `https://HOST:PORT`.
    #[error("`{0}` is not the agents' address of a server; write https://HOST:7421")]
    Server(String),
    /// Not as `enrolment create` prints it.
    #[error(
        "the token is not an enrolment token; copy the whole of what `enrolment create` printed"
    )]
    Token,
    /// The directory belongs to another target.
    #[error("the directory is already enrolled as {target} in {environment}; choose another")]
    Taken {
        /// That target.
        target: Name,
        /// Its environment.
        environment: Name,
    },
    /// The directory holds something that is not understood.
    #[error("the directory cannot be used")]
    Directory(#[source] IdentityError),
    /// Whom it believed is not understood.
    #[error("the directory cannot be used")]
    Trust(#[from] TrustError),
    /// What runs there is not understood.
    #[error("the directory cannot be used")]
    State(#[from] StateError),
    /// The call failed.
    #[error("the server did not let this agent join")]
    Link(#[from] LinkError),
    /// The server answered with an authority that the token does not vouch for.
    #[error("the server's authority is not the one the token vouches for")]
    Authority,
    /// No key could be made.
    #[error("no key could be made")]
    Key(#[from] rcgen::Error),
    /// The identity could not be stored.
    #[error("the identity could not be stored")]
    Store(#[source] io::Error),
}

/// Joins the server and stores the identity in the directory.
pub async fn enroll(options: EnrolOptions) -> Result<Identity, EnrolError> {
    let server = address(&options.server)?;
    let pin = pin(&options.token)?;
    refuse_foreign(&options)?;
    let (key, certificate_request) = certificate_request(&options.target)?;
    let layout = Layout::new(&options.directory);
    let mut trust = Trust::load(&layout)?;
    let state = State::load(&layout, trust.demands.as_ref())?;
    let config = Arc::new(link::enrolment_config(pin)?);
    let mut sender = link::dial(&server, config).await?;
    let request = EnrolRequest {
        token: options.token,
        environment: options.environment.clone(),
        target: options.target.clone(),
        certificate_request,
        observed: state.products.values().map(ProductState::unseen).collect(),
    };
    let answer = link::post_enrol(&mut sender, &request).await?;
    if !pin.matches_pem(&answer.authority) {
        return Err(EnrolError::Authority);
    }
    let mut identity = Identity::new(options.environment, options.target, server);
    identity.key = key;
    identity.certificate = answer.certificate;
    identity.authority = answer.authority;
    identity.renew_after = answer.renew_after;
    // The identity is stored last: whoever has one has this, too.
    trust.instruction_key = answer.instruction_key;
    trust.demands = options.demands.or(trust.demands);
    trust.save(&layout).map_err(EnrolError::Store)?;
    identity.journal = answer.journal;
    forget_journal(&options.directory).map_err(EnrolError::Store)?;
    identity
        .save(&options.directory)
        .map_err(EnrolError::Store)?;
    Ok(identity)
}

/// Whoever joins anew begins anew as a witness, too: the key that the server says now is the one that counts.
fn forget_journal(directory: &Path) -> io::Result<()> {
    match fs::remove_file(Layout::new(directory).journal()) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A new private key (PEM) and the request to certify it (PEM).
pub(crate) fn certificate_request(target: &Name) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut parameters = CertificateParams::default();
    parameters
        .distinguished_name
        .push(DnType::CommonName, target.as_str());
    let request = parameters.serialize_request(&key)?.pem()?;
    Ok((key.serialize_pem(), request))
}

fn address(server: &str) -> Result<String, EnrolError> {
    let wrong = || EnrolError::Server(server.to_owned());
    let uri: http::Uri = server.parse().map_err(|_| wrong())?;
    let bare = uri.path().trim_end_matches('/').is_empty();
    let authority = uri
        .authority()
        .filter(|_| uri.scheme_str() == Some("https") && bare);
    let authority = authority
        .filter(|a| !a.as_str().contains('@'))
        .ok_or_else(wrong)?;
    Ok(format!(
        "{}:{}",
        authority.host(),
        authority.port_u16().unwrap_or(7421)
    ))
}

fn pin(token: &str) -> Result<Pin, EnrolError> {
    let rest = token
        .strip_prefix(ENROLMENT_TOKEN_PREFIX)
        .ok_or(EnrolError::Token)?;
    let (_, pin) = rest.rsplit_once('.').ok_or(EnrolError::Token)?;
    let digest: Digest = format!("sha256:{pin}")
        .parse()
        .map_err(|_| EnrolError::Token)?;
    Ok(Pin(digest))
}

/// Enrolling the same target again is a way to mend it; another target would inherit what runs here.
fn refuse_foreign(options: &EnrolOptions) -> Result<(), EnrolError> {
    match Identity::load(&options.directory) {
        Err(IdentityError::NotEnrolled) => Ok(()),
        Err(error) => Err(EnrolError::Directory(error)),
        Ok(held) if held.target == options.target && held.environment == options.environment => {
            Ok(())
        }
        Ok(held) => Err(EnrolError::Taken {
            target: held.target,
            environment: held.environment,
        }),
    }
}

impl std::fmt::Debug for EnrolOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token is left out.
        write!(
            f,
            "enrolment of {}.{} at {}",
            self.target, self.environment, self.server
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_strictly() {
        for (text, expect) in [
            ("https://localhost:7421", "localhost:7421"),
            ("https://10.0.0.1", "10.0.0.1:7421"),
            ("https://[::1]:99/", "[::1]:99"),
        ] {
            assert_eq!(address(text).unwrap(), expect);
        }
        for wrong in [
            "",
            "localhost:7421",
            "http://a:1",
            "https://a/b",
            "https://u@a",
        ] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_token_carries_a_pin() {
        let digest = Digest::of(b"key");
        assert_eq!(
            pin(&format!("tge_secret.{}", digest.hex())).unwrap(),
            Pin(digest)
        );
        for wrong in ["", "tge_", "tge_secret", "tge_secret.00", "tga_secret.00"] {
            assert!(pin(wrong).is_err(), "{wrong}");
        }
    }
}
