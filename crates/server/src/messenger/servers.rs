//! The file that names mail servers.

use lettre::transport::smtp::client::Certificate;
use serde::Deserialize;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};
use tidegate_domain::name::Name;

/// A mail server as whoever starts the server named it.
#[derive(Debug)]
pub(crate) struct MailServer {
    /// As channels name it.
    pub(crate) name: Name,
    /// Where it is.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// How the conversation is kept from others.
    pub(crate) security: Security,
    /// Who certifies it, beside those whom the machine trusts.
    pub(crate) authority: Option<Certificate>,
    /// Who we are to it.
    pub(crate) credentials: Option<(String, String)>,
    /// How long each of its answers is waited for; five times as long for the one that says whether a mail is taken.
    pub(crate) timeout: Duration,
    /// How many conversations there are at once.
    pub(crate) connections: usize,
}

/// How a conversation is kept from others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Security {
    /// Not at all: for a server beside us.
    None,
    /// By TLS once it began, or not at all.
    #[default]
    Starttls,
    /// By TLS from the first byte.
    Tls,
}

/// Why the server cannot be started with its mail servers.
#[derive(Debug, thiserror::Error)]
pub enum MailServersError {
    /// A file is out of reach.
    #[error("cannot read {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not as it should be.
    #[error("{path}: {why}")]
    Form {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mail_servers: Vec<Declared>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    name: Name,
    host: String,
    port: Option<u16>,
    #[serde(default)]
    security: Security,
    authority_file: Option<PathBuf>,
    user: Option<String>,
    password_file: Option<PathBuf>,
    timeout_seconds: Option<u64>,
    connections: Option<usize>,
}

/// The most conversations at once.
const CONNECTIONS_MAX: usize = 50;

/// Reads the file.
///
/// # Errors
/// When it, or a file with a password, cannot be read, or it is not as it should be.
pub(crate) fn read(path: &Path) -> Result<Vec<MailServer>, MailServersError> {
    let text = file(path)?;
    let form = |why: String| MailServersError::Form {
        path: path.to_owned(),
        why,
    };
    let read: File = serde_saphyr::from_str(&text).map_err(|why| form(why.to_string()))?;
    let mut names = BTreeSet::new();
    let mut servers = Vec::with_capacity(read.mail_servers.len());
    for declared in read.mail_servers {
        if !names.insert(declared.name.clone()) {
            return Err(form(format!(
                "there are two mail servers `{}`",
                declared.name
            )));
        }
        servers.push(server(declared, &form)?);
    }
    Ok(servers)
}

fn server(
    declared: Declared,
    form: &impl Fn(String) -> MailServersError,
) -> Result<MailServer, MailServersError> {
    let of = |why: &str| form(format!("mail server `{}`: {why}", declared.name));
    let credentials = match (&declared.user, &declared.password_file) {
        (None, None) => None,
        (Some(user), Some(path)) => Some((user.clone(), file(path)?.trim().to_owned())),
        (Some(_), None) | (None, Some(_)) => {
            return Err(of("name both `user` and `password_file`, or neither"));
        }
    };
    if credentials.is_some() && declared.security == Security::None {
        return Err(of("a password goes over TLS only: set `security`"));
    }
    let authority = match &declared.authority_file {
        Some(_) if declared.security == Security::None => {
            return Err(of("`authority_file` is for TLS: set `security`"));
        }
        Some(path) => Some(certificate(path)?),
        None => None,
    };
    let connections = declared.connections.unwrap_or(8);
    if !(1..=CONNECTIONS_MAX).contains(&connections) {
        return Err(of("`connections` is from 1 to 50"));
    }
    let usual = match declared.security {
        Security::None => 25,
        Security::Starttls => 587,
        Security::Tls => 465,
    };
    Ok(MailServer {
        host: declared.host.clone(),
        port: declared.port.unwrap_or(usual),
        security: declared.security,
        authority,
        credentials,
        timeout: Duration::from_secs(declared.timeout_seconds.unwrap_or(60).clamp(1, 600)),
        connections,
        name: declared.name,
    })
}

/// A certificate in PEM.
fn certificate(path: &Path) -> Result<Certificate, MailServersError> {
    let text = file(path)?;
    let form = || MailServersError::Form {
        path: path.to_owned(),
        why: "it holds no certificate in PEM, which begins with `-----BEGIN CERTIFICATE-----`"
            .to_owned(),
    };
    // The library takes a text without one for a list of none.
    if !text.contains("-----BEGIN CERTIFICATE-----") {
        return Err(form());
    }
    Certificate::from_pem(text.as_bytes()).map_err(|_| form())
}

fn file(path: &Path) -> Result<String, MailServersError> {
    std::fs::read_to_string(path).map_err(|source| MailServersError::File {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mail.yaml");
        std::fs::write(&path, text).unwrap();
        match read(&path) {
            Ok(servers) => {
                let told = servers
                    .iter()
                    .map(|it| format!("{} {}:{}", it.name, it.host, it.port));
                told.collect::<Vec<_>>().join(", ")
            }
            Err(why) => why.to_string(),
        }
    }

    #[test]
    fn mail_servers_are_read_and_a_password_goes_over_tls_only() {
        assert_eq!(
            said(
                "mail_servers:\n  - { name: relay, host: mail.example.org }\n  - { name: near, host: localhost, security: none }\n"
            ),
            "relay mail.example.org:587, near localhost:25"
        );
        for (text, expect) in [
            (
                "mail_servers: [{ name: a, host: b }, { name: a, host: c }]",
                "there are two mail servers `a`",
            ),
            (
                "mail_servers: [{ name: a, host: b, user: c }]",
                "name both `user` and `password_file`, or neither",
            ),
            (
                "mail_servers: [{ name: a, host: b, connections: 99 }]",
                "`connections` is from 1 to 50",
            ),
        ] {
            assert!(said(text).ends_with(expect), "{}", said(text));
        }
        let directory = tempfile::tempdir().unwrap();
        let password = directory.path().join("password");
        std::fs::write(&password, "x").unwrap();
        let with = |more: &str| {
            let path = password.display();
            said(&format!(
                "mail_servers: [{{ name: a, host: b, {more}: {path} }}]"
            ))
        };
        let plain = with("user: c, security: none, password_file");
        assert!(plain.ends_with("a password goes over TLS only: set `security`"));
        let plain = with("security: none, authority_file");
        assert!(plain.ends_with("`authority_file` is for TLS: set `security`"));
        let none = with("authority_file");
        assert!(
            none.contains("password: it holds no certificate in PEM"),
            "{none}"
        );
    }
}
