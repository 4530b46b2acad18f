//! What can be talked about, written as the journal writes it: `release/storefront/1.1.0`, `issue/4`.

use crate::{
    handover::HandoverKind,
    id::{ChangeId, DeploymentId, IssueId, MessageId, TaskId},
    name::Name,
    version::Version,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What can be talked about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Subject {
    /// A release.
    Release(Name, Version),
    /// A deployment.
    Deployment(DeploymentId),
    /// A task of a release.
    Task(TaskId),
    /// An issue.
    Issue(IssueId),
    /// A change request.
    Change(ChangeId),
    /// A train.
    Train(Name),
    /// A procedure.
    Procedure(Name),
    /// A handover of a release.
    Handover(Name, Version, HandoverKind),
    /// A message to audiences.
    Message(MessageId),
    /// A supplier, with its notices and what it deployed.
    Supplier(Name),
}

/// The text is not a [`Subject`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is nothing to talk about: write release/PRODUCT/VERSION, deployment/NUMBER, task/NUMBER, issue/NUMBER, \
     change/NUMBER, train/NAME, procedure/NAME, handover/PRODUCT/VERSION/KIND, message/NUMBER or supplier/NAME"
)]
pub struct SubjectError(String);

impl Subject {
    /// Where its page is.
    pub fn page(&self) -> String {
        match self {
            Self::Release(product, version) => format!("/products/{product}/releases/{version}"),
            Self::Deployment(id) => format!("/deployments/{id}"),
            Self::Task(id) => format!("/tasks/{id}"),
            Self::Issue(id) => format!("/issues/{id}"),
            Self::Change(id) => format!("/changes/{id}"),
            Self::Train(name) => format!("/trains/{name}"),
            Self::Procedure(name) => format!("/procedures/{name}"),
            Self::Handover(product, version, kind) => {
                format!("/products/{product}/releases/{version}/handovers/{kind}")
            }
            Self::Message(id) => format!("/messages/{id}"),
            Self::Supplier(name) => format!("/suppliers/{name}"),
        }
    }

    /// As people say it: `release 1.1.0 of storefront`, `issue 4`.
    pub fn told(&self) -> String {
        match self {
            Self::Release(product, version) => format!("release {version} of {product}"),
            Self::Deployment(id) => format!("deployment {id}"),
            Self::Task(id) => format!("task {id}"),
            Self::Issue(id) => format!("issue {id}"),
            Self::Change(id) => format!("change request {id}"),
            Self::Train(name) => format!("train {name}"),
            Self::Procedure(name) => format!("procedure {name}"),
            Self::Handover(product, version, kind) => {
                format!("handover of {product} {version} for {kind}")
            }
            Self::Message(id) => format!("message {id}"),
            Self::Supplier(name) => format!("supplier {name}"),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release(product, version) => write!(f, "release/{product}/{version}"),
            Self::Deployment(id) => write!(f, "deployment/{id}"),
            Self::Task(id) => write!(f, "task/{id}"),
            Self::Issue(id) => write!(f, "issue/{id}"),
            Self::Change(id) => write!(f, "change/{id}"),
            Self::Train(name) => write!(f, "train/{name}"),
            Self::Procedure(name) => write!(f, "procedure/{name}"),
            Self::Handover(product, version, kind) => {
                write!(f, "handover/{product}/{version}/{kind}")
            }
            Self::Message(id) => write!(f, "message/{id}"),
            Self::Supplier(name) => write!(f, "supplier/{name}"),
        }
    }
}

impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, SubjectError> {
        let read = || {
            let (kind, of) = text.split_once('/')?;
            match (kind, of.split_once('/')) {
                ("release", Some((product, version))) => {
                    Some(Self::Release(product.parse().ok()?, version.parse().ok()?))
                }
                ("deployment", None) => of.parse().ok().map(Self::Deployment),
                ("task", None) => of.parse().ok().map(Self::Task),
                ("issue", None) => of.parse().ok().map(Self::Issue),
                ("change", None) => of.parse().ok().map(Self::Change),
                ("train", None) => of.parse().ok().map(Self::Train),
                ("procedure", None) => of.parse().ok().map(Self::Procedure),
                ("handover", Some((product, rest))) => {
                    let (version, kind) = rest.split_once('/')?;
                    let of = (product.parse().ok()?, version.parse().ok()?);
                    Some(Self::Handover(of.0, of.1, kind.parse().ok()?))
                }
                ("message", None) => of.parse().ok().map(Self::Message),
                ("supplier", None) => of.parse().ok().map(Self::Supplier),
                (_, _) => None,
            }
        };
        read().ok_or_else(|| SubjectError(text.chars().take(80).collect()))
    }
}

impl TryFrom<String> for Subject {
    type Error = SubjectError;
    fn try_from(text: String) -> Result<Self, SubjectError> {
        text.parse()
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_reads_as_it_is_written() {
        for (text, told, page) in [
            (
                "release/storefront/1.1.0",
                "release 1.1.0 of storefront",
                "/products/storefront/releases/1.1.0",
            ),
            ("deployment/7", "deployment 7", "/deployments/7"),
            ("task/3", "task 3", "/tasks/3"),
            ("issue/4", "issue 4", "/issues/4"),
            ("change/2", "change request 2", "/changes/2"),
            ("train/winter", "train winter", "/trains/winter"),
            (
                "procedure/failover",
                "procedure failover",
                "/procedures/failover",
            ),
            (
                "handover/storefront/1.1.0/operations",
                "handover of storefront 1.1.0 for operations",
                "/products/storefront/releases/1.1.0/handovers/operations",
            ),
            ("message/5", "message 5", "/messages/5"),
            ("supplier/acme", "supplier acme", "/suppliers/acme"),
        ] {
            let subject: Subject = text.parse().unwrap();
            assert_eq!(
                (subject.to_string(), subject.told(), subject.page()),
                (text.into(), told.into(), page.into())
            );
        }
        for bad in [
            "",
            "release/storefront",
            "deployment/x",
            "task/3/4",
            "robot/1",
            "release/a/b/c/d",
            "handover/storefront/1.1.0",
            "handover/storefront/1.1.0/moon",
        ] {
            assert!(bad.parse::<Subject>().is_err(), "{bad}");
        }
    }
}
