//! What goes wrong on the command line, and the status each kind exits with.

use crate::{
    artifact::{PackError, PushError},
    witness::AlarmReport,
};
use tidegate_protocol::api::Problem;

/// The status a command exits with. Scripts rely on these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitStatus {
    /// Done.
    Done = 0,
    /// Something broke that is nobody's wish: a file, the server.
    Broken = 1,
    /// The command line or a file is wrong.
    Usage = 2,
    /// The server refused: the asker may not, or the token is wrong.
    Refused = 3,
    /// What was named does not exist.
    NotFound = 4,
    /// It contradicts what is.
    Conflict = 5,
    /// Something it needs is missing for the moment.
    NotReady = 6,
    /// The deployment was rolled back.
    RolledBack = 7,
    /// The deployment failed.
    Failed = 8,
    /// The deployment was cancelled, or superseded by another.
    Cancelled = 9,
    /// The server does not answer.
    Unreachable = 10,
    /// A journal or an evidence file does not verify.
    Tampered = 11,
    /// The journal is not the one that was seen before.
    Alarm = 12,
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server answered with a problem.
    #[error("{}", .0.detail.as_deref().unwrap_or(&.0.title))]
    Problem(Box<Problem>),
    /// The server does not answer.
    #[error("the server at {server} does not answer")]
    Unreachable {
        /// Its address.
        server: String,
        /// Why.
        source: reqwest::Error,
    },
    /// The server's answer cannot be read.
    #[error("the server's answer cannot be read")]
    Answer(#[source] reqwest::Error),
    /// An argument is wrong.
    #[error("{0}")]
    Usage(String),
    /// A file cannot be read or written.
    #[error("cannot use {path}")]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Packing failed.
    #[error("cannot pack")]
    Pack(#[from] PackError),
    /// Pushing failed.
    #[error("cannot push")]
    Push(#[from] PushError),
    /// A journal or an evidence file does not verify.
    #[error("{0}")]
    Tampered(String),
    /// The journal is not the one that was seen before.
    #[error("{0}")]
    Alarm(Box<AlarmReport>),
    /// A person said no.
    #[error("nothing was changed")]
    Declined,
}

impl Error {
    /// The status to exit with.
    pub fn status(&self) -> ExitStatus {
        match self {
            Self::Problem(problem) => match problem.status {
                401 | 403 => ExitStatus::Refused,
                404 => ExitStatus::NotFound,
                409 => ExitStatus::Conflict,
                422 | 429 | 503 | 507 => ExitStatus::NotReady,
                400..=499 => ExitStatus::Usage,
                _ => ExitStatus::Broken,
            },
            Self::Unreachable { .. } => ExitStatus::Unreachable,
            Self::Usage(_) | Self::Pack(_) => ExitStatus::Usage,
            Self::Push(PushError::Unreachable(_)) => ExitStatus::Unreachable,
            Self::Push(PushError::Unauthorized | PushError::Denied(_)) => ExitStatus::Refused,
            Self::Push(PushError::NotFound(_)) => ExitStatus::NotFound,
            Self::Push(PushError::NoRoom(_)) => ExitStatus::NotReady,
            Self::Answer(_) | Self::File { .. } | Self::Push(_) => ExitStatus::Broken,
            Self::Tampered(_) => ExitStatus::Tampered,
            Self::Alarm(_) => ExitStatus::Alarm,
            Self::Declined => ExitStatus::Refused,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Problem(problem) => problem.hint.clone(),
            Self::Unreachable { .. } => Some(
                "see whether `tidegate serve` runs there; TIDEGATE_SERVER names another".to_owned(),
            ),
            Self::Pack(error) => Some(error.hint().to_owned()),
            Self::Push(error) => Some(error.hint().to_owned()),
            Self::Tampered(_) => {
                Some("compare with an export or a checkpoint that somebody else kept".to_owned())
            }
            Self::Alarm(report) => Some(report.hint()),
            Self::Answer(_) | Self::Usage(_) | Self::File { .. } | Self::Declined => None,
        }
    }
}

impl From<ExitStatus> for std::process::ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}
