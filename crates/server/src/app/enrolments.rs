//! Enrolments: the permission for agents to join, its use, and its end.

mod certificates;
mod joining;

pub(crate) use certificates::certificate;

use super::{App, Error, Kind, Request, field, instructions, observed::Said};
use crate::keyring::new_secret;
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use joining::{Joining, join};
use tidegate_domain::{access::Action, digest::Digest, id::EnrolmentId, name::Name};
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
            issued_at: identity.issued_at,
            said: Said {
                observed: wanted.observed,
                revisions: Vec::new(),
            },
        };
        let joined = (self.keyring.clone(), joining);
        let key = self.store.write(joined, |tx, (keyring, joining)| {
            async move {
                join(tx, joining).await?;
                instructions::key(tx, keyring).await
            }
            .boxed()
        });
        let instruction_key = Some(key.await?);
        self.bus.announce();
        self.bus.wake_engine();
        Ok(EnrolResponse {
            instruction_key,
            journal: Some(self.notary.verifier()),
            ..identity.response
        })
    }

    /// An agent's certificate comes to its end: certifies its key anew.
    ///
    /// # Errors
    /// When the request is not a certificate request, or the present certificate is not good any more.
    pub async fn renew(
        &self,
        (key, present): (TargetKey, String),
        certificate_request: &str,
    ) -> Result<EnrolResponse, Error> {
        let identity = self.authority.certify(&key, certificate_request)?;
        let input = (key, present, identity.serial.clone());
        self.store
            .write(input, |tx, (key, present, serial)| {
                async move {
                    let agent = tx.agent(key).await?;
                    certificate(agent.as_ref(), (key, present))?;
                    Ok::<_, Error>(tx.record_agent_renewed(key, serial).await?)
                }
                .boxed()
            })
            .await?;
        Ok(identity.response)
    }

    /// An agent's certificates are good for nothing any more, from its next call on.
    ///
    /// # Errors
    /// When no agent is enrolled for the target, or it was revoked before.
    pub async fn revoke_agent(
        &self,
        request: Request,
        (environment, target): (&str, &str),
    ) -> Result<(), Error> {
        let key = TargetKey {
            environment: field("environment", environment)?,
            target: field("target", target)?,
        };
        self.store
            .write((request, key.clone()), |tx, (request, key)| {
                revoke(tx, request, key).boxed()
            })
            .await?;
        // Its open poll ends, and deployments say why nobody answers.
        self.bus.wake_target(&key);
        self.bus.wake_engine();
        Ok(())
    }
}

async fn revoke(tx: &mut Tx, request: &Request, key: &TargetKey) -> Result<(), Error> {
    request.permit_at_large(tx, Action::Enrol).await?;
    let agent = tx.agent(key).await?;
    let agent = agent.ok_or_else(|| Error::not_found("agent-not-found", "agent of target", key))?;
    if !tx.record_agent_revoked(key).await? {
        let detail = format!("the agent of {key} was revoked before");
        return Err(Error::refused(Kind::Conflict, "agent-revoked", detail)
            .hint("`tidegate enrolment create --replace` makes a token for another in its place"));
    }
    let detail = serde_json::json!({ "serial": agent.serial });
    request
        .journal(tx, "agent.revoked", &format!("target/{key}"), &detail)
        .await?;
    Ok(())
}

async fn record_enrolment(
    tx: &mut Tx,
    (request, (id, secret, environment), wanted): &(
        Request,
        (EnrolmentId, Digest, Name),
        EnrolmentRequest,
    ),
) -> Result<Timestamp, Error> {
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
