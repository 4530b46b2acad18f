//! What can be talked about, written as the journal writes it: `release/storefront/1.1.0`, `issue/4`.

use crate::{
    handover::HandoverKind,
    id::{ChangeId, DeploymentId, GroupRunId, IssueId, MessageId, NoticeId, TaskId, WaiverId},
    name::Name,
    runbook::Way,
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
    /// A supplier, with what it deployed.
    Supplier(Name),
    /// A notice of a supplier.
    Notice(NoticeId),
    /// A control.
    Control(Name),
    /// An exception from a control.
    Waiver(WaiverId),
    /// The review of a release, begun or not.
    Review(Name, Version),
    /// A group run.
    GroupRun(GroupRunId),
    /// A deployment plan or a backout plan: of a release, in an environment.
    Runbook(Name, Version, Name, Way),
}

/// The text is not a [`Subject`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is nothing to talk about: write release/PRODUCT/VERSION, deployment/NUMBER, task/NUMBER, issue/NUMBER, \
     change/NUMBER, train/NAME, procedure/NAME, handover/PRODUCT/VERSION/KIND, message/NUMBER, supplier/NAME, \
     supplier-notice/NUMBER, control/NAME, waiver/NUMBER, review/PRODUCT/VERSION, group-run/NUMBER or \
     runbook/PRODUCT/VERSION/ENVIRONMENT/forward (or back)"
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
            Self::Notice(id) => format!("/supplier-notices/{id}"),
            Self::Control(name) => format!("/controls/{name}"),
            Self::Waiver(id) => format!("/waivers/{id}"),
            Self::Review(product, version) => {
                format!("/products/{product}/releases/{version}/review")
            }
            Self::GroupRun(id) => format!("/group-runs/{id}"),
            Self::Runbook(product, version, environment, way) => {
                let way = way.word();
                format!("/products/{product}/releases/{version}/runbooks/{environment}/{way}")
            }
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
            Self::Notice(id) => format!("supplier notice {id}"),
            Self::Control(name) => format!("control {name}"),
            Self::Waiver(id) => format!("exception {id}"),
            Self::Review(product, version) => format!("review of {product} {version}"),
            Self::GroupRun(id) => format!("group run {id}"),
            Self::Runbook(product, version, environment, way) => {
                format!("{} of {product} {version} to {environment}", way.title())
            }
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
            Self::Notice(id) => write!(f, "supplier-notice/{id}"),
            Self::Control(name) => write!(f, "control/{name}"),
            Self::Waiver(id) => write!(f, "waiver/{id}"),
            Self::Review(product, version) => write!(f, "review/{product}/{version}"),
            Self::GroupRun(id) => write!(f, "group-run/{id}"),
            Self::Runbook(product, version, environment, way) => {
                let way = way.word();
                write!(f, "runbook/{product}/{version}/{environment}/{way}")
            }
        }
    }
}

impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, SubjectError> {
        read(text).ok_or_else(|| SubjectError(text.chars().take(80).collect()))
    }
}

fn read(text: &str) -> Option<Subject> {
    let parts: Vec<&str> = text.split('/').collect();
    match parts.as_slice() {
        ["release", product, version] => {
            let (product, version) = (product.parse().ok()?, version.parse().ok()?);
            Some(Subject::Release(product, version))
        }
        ["review", product, version] => {
            let (product, version) = (product.parse().ok()?, version.parse().ok()?);
            Some(Subject::Review(product, version))
        }
        ["handover", product, version, kind] => {
            let (product, version) = (product.parse().ok()?, version.parse().ok()?);
            Some(Subject::Handover(product, version, kind.parse().ok()?))
        }
        ["runbook", product, version, environment, way] => {
            let (product, version) = (product.parse().ok()?, version.parse().ok()?);
            let (environment, way) = (environment.parse().ok()?, Way::of(way)?);
            Some(Subject::Runbook(product, version, environment, way))
        }
        [kind, one] => read_one(kind, one),
        _ => None,
    }
}

/// What a number or a name alone tells.
fn read_one(kind: &str, one: &str) -> Option<Subject> {
    match kind {
        "deployment" => one.parse().ok().map(Subject::Deployment),
        "task" => one.parse().ok().map(Subject::Task),
        "issue" => one.parse().ok().map(Subject::Issue),
        "change" => one.parse().ok().map(Subject::Change),
        "train" => one.parse().ok().map(Subject::Train),
        "procedure" => one.parse().ok().map(Subject::Procedure),
        "message" => one.parse().ok().map(Subject::Message),
        "supplier" => one.parse().ok().map(Subject::Supplier),
        "supplier-notice" => one.parse().ok().map(Subject::Notice),
        "control" => one.parse().ok().map(Subject::Control),
        "waiver" => one.parse().ok().map(Subject::Waiver),
        "group-run" => one.parse().ok().map(Subject::GroupRun),
        _ => None,
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
            (
                "supplier-notice/6",
                "supplier notice 6",
                "/supplier-notices/6",
            ),
            (
                "control/customer-approval",
                "control customer-approval",
                "/controls/customer-approval",
            ),
            ("waiver/8", "exception 8", "/waivers/8"),
            (
                "review/storefront/1.1.0",
                "review of storefront 1.1.0",
                "/products/storefront/releases/1.1.0/review",
            ),
            ("group-run/9", "group run 9", "/group-runs/9"),
            (
                "runbook/storefront/1.1.0/live/back",
                "backout plan of storefront 1.1.0 to live",
                "/products/storefront/releases/1.1.0/runbooks/live/back",
            ),
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
            "runbook/storefront/1.1.0/live/sideways",
            "waiver/8/9",
        ] {
            assert!(bad.parse::<Subject>().is_err(), "{bad}");
        }
    }
}
