//! Enrolments: the permission for agents to join, and the joining.

use super::{App, Error, Kind, Request, entry, field, latecomers};
use crate::keyring::new_secret;
use futures::FutureExt;
use jiff::SignedDuration;
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    catalog::{Document, Kind as CatalogKind, SlotVariables, Target},
    digest::Digest,
    generation::Incarnation,
    id::EnrolmentId,
    name::Name,
};
use tidegate_protocol::{
    agent::{ENROLMENT_TOKEN_PREFIX, EnrolRequest, EnrolResponse},
    api::{EnrolmentRequest, EnrolmentView},
};
use tidegate_store::{EnrolmentRow, TargetKey, Tx};
use uuid::Uuid;

impl App {
    /// Makes an enrolment; its token is in the answer and nowhere else.
    ///
    /// # Errors
    /// When the environment does not exist.
    pub async fn create_enrolment(
        &self,
        request: Request,
        wanted: &EnrolmentRequest,
    ) -> Result<EnrolmentView, Error> {
        let environment: Name = field("environment", &wanted.environment)?;
        if !(1..=10_000).contains(&wanted.uses) || !(1..=8760).contains(&wanted.hours) {
            return Err(Error::invalid(
                "uses and hours",
                "1 to 10000 uses, 1 to 8760 hours",
            ));
        }
        let token = format!(
            "{}.{}",
            new_secret(ENROLMENT_TOKEN_PREFIX),
            self.authority.pin()
        );
        let row = (
            EnrolmentId(Uuid::now_v7()),
            Digest::of(token.as_bytes()),
            environment.clone(),
        );
        let input = (request, row, wanted.clone());
        let expires_at = self
            .store
            .write(input, |tx, input| record_enrolment(tx, input).boxed())
            .await?;
        Ok(EnrolmentView {
            token,
            environment: environment.to_string(),
            uses: wanted.uses,
            expires_at,
        })
    }

    /// An agent joins: uses its token up and certifies its key.
    ///
    /// # Errors
    /// When the token is not good for that environment, or the request is not a certificate request.
    pub async fn enrol(&self, wanted: EnrolRequest) -> Result<EnrolResponse, Error> {
        let key = TargetKey {
            environment: wanted.environment.clone(),
            target: wanted.target.clone(),
        };
        let identity = self.authority.certify(&key, &wanted.certificate_request)?;
        let joining = Joining {
            secret: Digest::of(wanted.token.as_bytes()),
            key,
            serial: identity.serial.clone(),
            incarnation: self.incarnation,
        };
        self.store
            .write(joining, |tx, joining| join(tx, joining).boxed())
            .await?;
        self.bus.announce();
        Ok(EnrolResponse {
            journal: Some(self.notary.verifier()),
            ..identity.response
        })
    }

    /// An agent's certificate comes to its end: certifies its key anew.
    ///
    /// # Errors
    /// When the request is not a certificate request.
    pub async fn renew(
        &self,
        key: TargetKey,
        certificate_request: &str,
    ) -> Result<EnrolResponse, Error> {
        let identity = self.authority.certify(&key, certificate_request)?;
        self.store
            .write((key, identity.serial.clone()), |tx, (key, serial)| {
                tx.record_agent_renewed(key, serial).boxed()
            })
            .await?;
        Ok(identity.response)
    }
}

async fn record_enrolment(
    tx: &mut Tx,
    (request, (id, secret, environment), wanted): &(
        Request,
        (EnrolmentId, Digest, Name),
        EnrolmentRequest,
    ),
) -> Result<jiff::Timestamp, Error> {
    request.permit_at_large(tx, Action::Enrol).await?;
    if !tx.environments().await?.contains_key(environment) {
        return Err(
            Error::not_found("environment-not-found", "environment", environment)
                .hint("declare it with `tidegate apply`"),
        );
    }
    let expires_at = tx.now() + SignedDuration::from_hours(i64::from(wanted.hours));
    let row = EnrolmentRow {
        id: *id,
        secret: *secret,
        environment: environment.clone(),
        uses: wanted.uses,
        replaces: wanted.replace,
        expires_at,
    };
    tx.record_enrolment(&row).await?;
    let detail = serde_json::json!({ "environment": environment, "uses": wanted.uses, "replace": wanted.replace, "expires_at": expires_at });
    request
        .journal(tx, "enrolment.created", &format!("enrolment/{id}"), &detail)
        .await?;
    Ok(expires_at)
}

struct Joining {
    secret: Digest,
    key: TargetKey,
    serial: String,
    incarnation: Incarnation,
}

async fn join(tx: &mut Tx, joining: &Joining) -> Result<(), Error> {
    let (key, serial) = (&joining.key, &joining.serial);
    let replaces = tx.use_enrolment(joining.secret, &key.environment).await?;
    let replaces = replaces.ok_or_else(|| {
        let detail = format!(
            "the token is wrong, used up, expired, or not for environment `{}`",
            key.environment
        );
        Error::refused(Kind::NotAllowed, "enrolment-invalid", detail)
            .hint("`tidegate enrolment create --environment ENV` makes a new one")
    })?;
    if !replaces && tx.agent(key).await?.is_some() {
        let detail = format!("an agent is enrolled for {key} already");
        return Err(Error::refused(Kind::Conflict, "agent-enrolled", detail)
            .hint("`tidegate enrolment create --replace` makes a token that may take its place"));
    }
    let known: Option<Target> = tx.document(CatalogKind::Target, &key.to_string()).await?;
    if known.is_none() {
        let target = Target {
            name: key.target.clone(),
            environment: key.environment.clone(),
            vars: BTreeMap::new(),
            slots: SlotVariables::default(),
            balances: Vec::new(),
        };
        tx.record_document(&Document::Target(target)).await?;
    }
    tx.record_agent_enrolled(key, serial).await?;
    let detail = serde_json::json!({ "serial": serial, "declared_before": known.is_some() });
    let entry = entry(
        tx,
        &format!("agent/{key}"),
        ("agent.enrolled", &format!("target/{key}")),
        &detail,
    );
    tx.record_entry(&entry).await?;
    // Nobody waits for it yet who could be woken.
    latecomers::settle_all(
        tx,
        joining.incarnation,
        (&key.environment, Some(&key.target)),
    )
    .await?;
    Ok(())
}
