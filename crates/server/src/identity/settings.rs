//! The file that declares identity providers.

use super::outside::causes;
use openidconnect::ClientSecret;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};
use tidegate_domain::{
    access::{Admission, Level, trust::is_protected},
    name::Name,
};

/// A provider as the server was told of it.
#[derive(Debug)]
pub(crate) struct ProviderSettings {
    /// Names it in addresses.
    pub(crate) name: Name,
    /// Names it on the button.
    pub(crate) title: String,
    /// Its issuer identifier, where its metadata is found.
    pub(crate) issuer: String,
    /// Who we are to it.
    pub(crate) client_id: String,
    /// How it knows that we are; none for a public client.
    pub(crate) client_secret: Option<ClientSecret>,
    /// What we ask for besides `openid`.
    pub(crate) scopes: Vec<String>,
    /// The claim with the groups.
    pub(crate) groups_claim: String,
    /// The claim with what people are called.
    pub(crate) name_claim: String,
    /// Whom it lets in.
    pub(crate) admission: Admission,
}

/// Why the server cannot be started with its providers.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
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
    /// An address is not one.
    #[error("provider {name}: {why}")]
    Provider {
        /// Which.
        name: Name,
        /// What is wrong.
        why: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    providers: Vec<Declared>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Declared {
    name: Name,
    title: Option<String>,
    issuer: String,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    client_secret_env: Option<String>,
    scopes: Option<Vec<String>>,
    groups_claim: Option<String>,
    name_claim: Option<String>,
    #[serde(default)]
    unknown_people: Unknown,
    #[serde(default)]
    groups: BTreeSet<String>,
    #[serde(default)]
    levels: BTreeMap<String, Level>,
}

/// What becomes of people who come for the first time.
#[derive(Deserialize, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Unknown {
    /// They are refused.
    #[default]
    Refuse,
    /// They get an account.
    Add,
}

/// Reads the file.
///
/// # Errors
/// When it, or a file with a secret, cannot be read, or it is not as it should be.
pub(crate) fn read(path: &Path) -> Result<Vec<ProviderSettings>, SettingsError> {
    let text = file(path)?;
    let form = |why: String| SettingsError::Form {
        path: path.to_owned(),
        why,
    };
    let read: File = serde_saphyr::from_str(&text).map_err(|error| form(causes(&error)))?;
    let mut names = BTreeSet::new();
    let twice = |provider: &&Declared| !names.insert(provider.name.clone());
    if let Some(twice) = read.providers.iter().find(twice) {
        return Err(form(format!("there are two providers `{}`", twice.name)));
    }
    read.providers.into_iter().map(settings).collect()
}

fn settings(declared: Declared) -> Result<ProviderSettings, SettingsError> {
    let name = declared.name.clone();
    let wrong = |why: String| SettingsError::Provider {
        name: name.clone(),
        why,
    };
    if !is_protected(&declared.issuer) {
        let why = "write its issuer as https://… (http:// only on this machine)";
        return Err(wrong(why.to_owned()));
    }
    let secret = match (&declared.client_secret_file, &declared.client_secret_env) {
        (Some(_), Some(_)) => {
            let why = "its secret is in a file or in the environment, not in both";
            return Err(wrong(why.to_owned()));
        }
        (Some(path), None) => Some(file(path)?.trim().to_owned()),
        (None, Some(variable)) => {
            let value = std::env::var(variable);
            Some(value.map_err(|_| wrong(format!("there is no ${variable}")))?)
        }
        (None, None) => None,
    };
    let usual_scopes = || ["profile", "email"].map(str::to_owned).to_vec();
    Ok(ProviderSettings {
        title: declared.title.unwrap_or_else(|| declared.name.to_string()),
        name: declared.name,
        issuer: declared.issuer,
        client_id: declared.client_id,
        client_secret: secret.map(ClientSecret::new),
        scopes: declared.scopes.unwrap_or_else(usual_scopes),
        groups_claim: declared.groups_claim.unwrap_or_else(|| "groups".to_owned()),
        name_claim: declared
            .name_claim
            .unwrap_or_else(|| "preferred_username".to_owned()),
        admission: Admission {
            makes_people: declared.unknown_people == Unknown::Add,
            groups: declared.groups,
            levels: declared.levels,
        },
    })
}

fn file(path: &Path) -> Result<String, SettingsError> {
    std::fs::read_to_string(path).map_err(|source| SettingsError::File {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with the file, and with a secret.
    fn place(text: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().to_str().unwrap().to_owned();
        std::fs::write(directory.path().join("secret"), "s3cret\n").unwrap();
        let text = text.replace("$DIR", &place);
        std::fs::write(directory.path().join("providers.yaml"), text).unwrap();
        directory
    }

    fn read_text(text: &str) -> Result<Vec<ProviderSettings>, String> {
        let directory = place(text);
        let read = read(&directory.path().join("providers.yaml"));
        let place = directory.path().display().to_string();
        read.map_err(|error| causes(&error).replace(&place, "$DIR"))
    }

    const LEAST: &str = "providers:\n- name: corp\n  issuer: https://id.example\n  client_id: us\n";

    #[test]
    fn what_is_left_out_has_a_usual_value_and_strangers_stay_outside() {
        let read = read_text(LEAST).unwrap();
        let only = &read[0];
        assert_eq!(
            (only.title.as_str(), &*only.groups_claim),
            ("corp", "groups")
        );
        assert_eq!(only.admission, Admission::default());
        assert!(only.client_secret.is_none());
    }

    #[test]
    fn everything_can_be_said() {
        let text = format!(
            "{LEAST}  title: Example AG\n  client_secret_file: $DIR/secret\n  scopes: [groups]\n  groups_claim: roles\n  \
            name_claim: login\n  unknown_people: add\n  groups: [staff]\n  levels: {{ leads: ensure }}\n"
        );
        let read = read_text(&text).unwrap();
        let only = &read[0];
        assert_eq!(only.client_secret.as_ref().unwrap().secret(), "s3cret");
        assert!(!format!("{only:?}").contains("s3cret"));
        assert_eq!(only.admission.levels["leads"], Level::Ensure);
        assert!(only.admission.makes_people && only.admission.groups.contains("staff"));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |text: &str, expect: &str| {
            let said = read_text(text).unwrap_err();
            assert!(said.contains(expect), "{said}");
        };
        check(
            &LEAST.replace("https", "http"),
            "provider corp: write its issuer as https",
        );
        check(&format!("{LEAST}  secret: x\n"), "secret");
        check(
            &format!("{LEAST}{}", LEAST.replace("providers:\n", "")),
            "two providers `corp`",
        );
        check(
            &format!("{LEAST}  client_secret_file: $DIR/none\n"),
            "cannot read $DIR/none",
        );
        check(
            &format!("{LEAST}  client_secret_env: NO_SUCH_SECRET\n"),
            "there is no $NO_SUCH_SECRET",
        );
        check(&format!("{LEAST}  levels: {{ a: chief }}\n"), "chief");
    }
}
