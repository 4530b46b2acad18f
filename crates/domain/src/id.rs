//! Every identifier, in one place. None is a bare string or integer.

use serde::{Deserialize, Serialize};
use std::{fmt, num::ParseIntError, str::FromStr};
use uuid::Uuid;

/// A numbered identifier that people say aloud: "deployment 7".
macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;
            fn from_str(text: &str) -> Result<Self, ParseIntError> {
                text.parse().map(Self)
            }
        }
    };
}

/// A random identifier that only programs pass around (UUID version 7, RFC 9562 §5.7).
macro_rules! random {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    };
}

numbered!(
    /// A deployment.
    DeploymentId
);
numbered!(
    /// A rollback drill.
    DrillId
);
numbered!(
    /// A change request.
    ChangeId
);
numbered!(
    /// A task of a release.
    TaskId
);
numbered!(
    /// Something that is wrong with a release.
    IssueId
);
numbered!(
    /// What somebody said about something.
    CommentId
);
numbered!(
    /// Something that a person should know of.
    NewsId
);
numbered!(
    /// A note of a retrospective, counted within its review.
    NoteId
);
numbered!(
    /// A group of notes, counted within its review.
    GroupId
);
numbered!(
    /// A message.
    MessageId
);
numbered!(
    /// A delivery of a message.
    DeliveryId
);
numbered!(
    /// The number of an edition, of a release plan or the bill of a train: 1, 2, 3…
    Edition
);
numbered!(
    /// A supplier's notice of a change.
    NoticeId
);
numbered!(
    /// A supplier's deployment, as it was observed.
    ObservationId
);
numbered!(
    /// What is done about a supplier's change.
    ResponseId
);
numbered!(
    /// A task that a supplier was asked to do.
    SupplierTaskId
);
numbered!(
    /// An incident that is put down to a supplier.
    SupplierIncidentId
);
numbered!(
    /// A change that waits for a second person.
    ProposalId
);
numbered!(
    /// An exception from a control.
    WaiverId
);
numbered!(
    /// A group run.
    GroupRunId
);
numbered!(
    /// A preflight.
    PreflightId
);
numbered!(
    /// A rehearsal.
    RehearsalId
);
numbered!(
    /// A configuration snapshot of one product: 1, 2, 3…
    SnapshotNumber
);
numbered!(
    /// The number of a secret's version: 1, 2, 3…
    SecretVersion
);
random!(
    /// A person.
    PersonId
);
random!(
    /// One person's word about a deployment.
    ApprovalId
);
random!(
    /// A token of a person or a program.
    TokenId
);
random!(
    /// An enrolment: the permission for agents to join an environment.
    EnrolmentId
);
