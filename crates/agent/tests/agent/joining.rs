//! Who may join whom.

use crate::{server::Server, stage::joining};
use std::{error::Error, os::unix::fs::PermissionsExt};
use tidegate_agent::{EnrolError, Identity, enroll};
use tidegate_domain::digest::Digest;

#[tokio::test]
async fn a_directory_belongs_to_one_target() {
    let (server, directory) = (Server::start().await, tempfile::tempdir().unwrap());
    let data = directory.path();
    enroll(joining(&server, "live-1", data)).await.unwrap();
    enroll(joining(&server, "live-1", data)).await.unwrap();
    let error = enroll(joining(&server, "live-2", data)).await.unwrap_err();
    assert!(matches!(error, EnrolError::Taken { target, .. } if target.as_str() == "live-1"));

    let identity = Identity::load(data).unwrap();
    assert_eq!(
        (identity.target.as_str(), identity.server),
        ("live-1", server.address)
    );
    let file = data.join("identity/identity.json");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_server_with_another_authority_is_not_trusted() {
    let (server, directory) = (Server::start().await, tempfile::tempdir().unwrap());
    let mut options = joining(&server, "live-1", directory.path());
    options.token = format!("tge_secret.{}", Digest::of(b"another key").hex());
    let error = enroll(options).await.unwrap_err();
    let EnrolError::Link(link) = error else {
        panic!("{error:?}")
    };
    assert!(
        link.source().unwrap().to_string().contains("UnknownIssuer"),
        "{link:?}"
    );
    assert!(Identity::load(directory.path()).is_err());
}
