//! What a use-case answers when it does not do what was asked: one of five kinds, a stable code, words, and a remedy.

use tidegate_policy::Denied;
use tidegate_registry::{BlobError, Error as RegistryError};
use tidegate_store::StoreError;

/// The five kinds that users meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request makes no sense as it is.
    BadRequest,
    /// It is not known who asks.
    NotSignedIn,
    /// The asker may not.
    NotAllowed,
    /// What it names does not exist.
    NotFound,
    /// It contradicts what is.
    Conflict,
    /// What it needs is missing for the moment.
    NotReady,
    /// The server's disk is full.
    NoRoom,
    /// It was tried too often.
    TooOften {
        /// When it may be tried again.
        seconds: u32,
    },
    /// What it takes is busy, or out of reach, at this moment.
    Busy,
    /// Our fault.
    Fault,
}

/// Why a use-case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It was refused, for a reason that the asker can act on.
    #[error("{detail}")]
    Refused {
        /// Which of the five.
        kind: Kind,
        /// Stable, such as `release-not-found`.
        code: &'static str,
        /// What happened.
        detail: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The registry failed.
    #[error("the registry failed")]
    Registry(#[from] RegistryError),
    /// Something of the server's own is broken.
    #[error("{0}")]
    Broken(String),
}

impl Error {
    /// A refusal without a remedy.
    pub fn refused(kind: Kind, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Refused {
            kind,
            code,
            detail: detail.into(),
            hint: None,
        }
    }

    /// The same with a remedy.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        match self {
            Self::Refused {
                kind, code, detail, ..
            } => Self::Refused {
                kind,
                code,
                detail,
                hint: Some(hint.into()),
            },
            Self::Store(_) | Self::Registry(_) | Self::Broken(_) => self,
        }
    }

    /// The same about one of several things.
    #[must_use]
    pub fn of(self, what: &str) -> Self {
        match self {
            Self::Refused {
                kind,
                code,
                detail,
                hint,
            } => Self::Refused {
                kind,
                code,
                detail: format!("{what}: {detail}"),
                hint,
            },
            Self::Store(_) | Self::Registry(_) | Self::Broken(_) => self,
        }
    }

    /// The thing of that noun and name does not exist.
    pub fn not_found(code: &'static str, noun: &str, name: impl std::fmt::Display) -> Self {
        Self::refused(Kind::NotFound, code, format!("there is no {noun} `{name}`"))
    }

    /// A text is not what it should be.
    pub fn invalid(field: &str, why: impl std::fmt::Display) -> Self {
        Self::refused(Kind::BadRequest, "invalid-field", format!("{field}: {why}"))
    }

    /// Which of the kinds this is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Refused { kind, .. } => *kind,
            Self::Store(StoreError::Stale | StoreError::Contended(_)) => Kind::Conflict,
            Self::Store(StoreError::NoRoom)
            | Self::Registry(RegistryError::Blob(BlobError::Full)) => Kind::NoRoom,
            Self::Store(_) | Self::Registry(_) | Self::Broken(_) => Kind::Fault,
        }
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        let error = Self::refused(Kind::NotAllowed, "not-allowed", denied.to_string());
        match denied {
            Denied::Hidden => Self::refused(Kind::NotFound, "not-found", "there is no such thing"),
            Denied::Level { needed, .. } => {
                error.hint(format!("ask a person of level {needed} or above"))
            }
            Denied::Scope { .. } => error.hint("use a token that is good for it"),
            Denied::Forbidden { policies, .. } => {
                let documents = policies.iter().map(|note| note.document.trim());
                let documents: Vec<&str> = documents.filter(|text| !text.is_empty()).collect();
                match documents.is_empty() {
                    true => error.hint("`tidegate can` says which policies decide"),
                    false => error.hint(documents.join("\n\n")),
                }
            }
        }
    }
}

/// Parses a field of a request.
///
/// # Errors
/// A refusal that names the field.
pub fn field<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, Error>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|why| Error::invalid(name, why))
}

/// Reads what was typed into a field, if it is set.
///
/// # Errors
/// When it is not what that field holds.
pub fn optional<T: std::str::FromStr>(name: &str, text: Option<&str>) -> Result<Option<T>, Error>
where
    T::Err: std::fmt::Display,
{
    text.map(|text| field(name, text)).transpose()
}
