//! Enrolments: the permission for agents to join, and the joining.

use super::{
    App, Error, Kind, Request, entry, field, instructions, latecomers,
    observed::{self, Said},
    present,
};
use crate::{agents::authority::Shown, keyring::new_secret};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    catalog::{Document, Kind as CatalogKind, SlotVariables, Target},
    converge::{ObservedState, Present},
    digest::Digest,
    generation::BackupMark,
    id::EnrolmentId,
    name::Name,
};
use tidegate_protocol::{
    agent::{ENROLMENT_TOKEN_PREFIX, EnrolRequest, EnrolResponse},
    api::{EnrolmentRequest, EnrolmentView},
};
use tidegate_store::{AgentRow, EnrolmentRow, TargetKey, Tx};
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

    /// An agent presents its certificate with a call: lets it in, if that is the newest of its target. A renewed one that
    /// is seen for the first time takes the place of the one before it; so does one that was issued after the backup was made
    /// that this record was put back from, unless a younger one was seen.
    ///
    /// # Errors
    /// When it was replaced or revoked.
    pub(crate) async fn admit(&self, shown: &Shown) -> Result<(), Error> {
        let read = self.store.read(shown.clone(), |tx, shown| {
            async move {
                let agent = tx.agent(&shown.key).await?;
                match certificate(agent.as_ref(), (&shown.key, &shown.serial)) {
                    Err(why) => {
                        let backup = tx.last_restored().await?;
                        match is_lost(agent.as_ref(), backup.as_ref(), shown.issued_at) {
                            true => Ok(Certificate::Found),
                            false => Err(why),
                        }
                    }
                    good => good,
                }
            }
            .boxed()
        });
        let seen = read.await?;
        if seen == Certificate::Present {
            return Ok(());
        }
        self.store
            .write((shown.clone(), seen), |tx, (shown, seen)| {
                async move {
                    let serial = shown.serial.as_str();
                    match seen {
                        Certificate::Present => Ok(()),
                        Certificate::Renewed => {
                            renewed(tx, (&shown.key, serial), shown.issued_at).await
                        }
                        Certificate::Found => {
                            found(tx, (&shown.key, serial), shown.issued_at).await
                        }
                    }
                }
                .boxed()
            })
            .await
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

/// Which certificate of an agent it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// The one it has.
    Present,
    /// The one it was given last, and shows for the first time.
    Renewed,
    /// One that the record knew until it was put back from a backup.
    Found,
}

/// Whether a certificate that the record does not know may be one that was lost with it.
fn is_lost(agent: Option<&AgentRow>, backup: Option<&BackupMark>, issued_at: Timestamp) -> bool {
    let (Some(agent), Some(backup)) = (agent, backup) else {
        return false;
    };
    let is_younger = agent.issued_at.is_none_or(|known| issued_at > known);
    // Certificates count whole seconds.
    let is_after = issued_at.as_second() >= backup.made_at.as_second();
    agent.revoked_at.is_none() && is_after && is_younger
}

async fn renewed(
    tx: &mut Tx,
    (key, serial): (&TargetKey, &str),
    issued_at: Timestamp,
) -> Result<(), Error> {
    let agent = tx.agent(key).await?;
    if let (Certificate::Renewed, Some(agent)) =
        (certificate(agent.as_ref(), (key, serial))?, &agent)
    {
        tx.record_renewal_seen(key, (&agent.next_serial, issued_at))
            .await?;
    }
    Ok(())
}

async fn found(
    tx: &mut Tx,
    (key, serial): (&TargetKey, &str),
    issued_at: Timestamp,
) -> Result<(), Error> {
    let (agent, backup) = (tx.agent(key).await?, tx.last_restored().await?);
    if !is_lost(agent.as_ref(), backup.as_ref(), issued_at) {
        // A younger one was seen in this moment.
        return certificate(agent.as_ref(), (key, serial)).map(drop);
    }
    tx.record_certificate_found(key, (serial, issued_at))
        .await?;
    let detail = serde_json::json!({ "serial": serial, "issued_at": issued_at });
    let (actor, subject) = (format!("agent/{key}"), format!("target/{key}"));
    let entry = entry(tx, &actor, ("agent.certificate-found", &subject), &detail);
    Ok(tx.record_entry(&entry).await?)
}

/// Which certificate of its target's agent has this serial number.
///
/// # Errors
/// When none that is good.
pub(crate) fn certificate(
    agent: Option<&AgentRow>,
    (key, serial): (&TargetKey, &str),
) -> Result<Certificate, Error> {
    let refused = |code, detail| Err(Error::refused(Kind::NotAllowed, code, detail));
    if agent.is_some_and(|agent| agent.revoked_at.is_some()) {
        let detail = format!("the agent of {key} was revoked");
        return refused("agent-revoked", detail).map_err(|why| {
            why.hint("enrol it anew with a token of `tidegate enrolment create --replace`")
        });
    }
    let is = |kept: &str| !kept.is_empty() && kept.trim_start_matches('0') == serial;
    match agent {
        Some(agent) if is(&agent.serial) => Ok(Certificate::Present),
        Some(agent) if is(&agent.next_serial) => Ok(Certificate::Renewed),
        Some(_) | None => {
            let detail = format!("another agent was enrolled for {key} since");
            refused("agent-replaced", detail)
                .map_err(|why| why.hint("enrol this one anew, or stop it"))
        }
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

struct Joining {
    secret: Digest,
    key: TargetKey,
    serial: String,
    issued_at: Timestamp,
    said: Said,
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
    if !replaces && let Some(agent) = tx.agent(key).await? {
        let detail = match agent.revoked_at {
            None => format!("an agent is enrolled for {key} already"),
            Some(_) => format!("the agent of {key} was revoked"),
        };
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
    tx.record_agent_enrolled(key, (serial, joining.issued_at))
        .await?;
    let detail = serde_json::json!({ "serial": serial, "declared_before": known.is_some() });
    let entry = entry(
        tx,
        &format!("agent/{key}"),
        ("agent.enrolled", &format!("target/{key}")),
        &detail,
    );
    tx.record_entry(&entry).await?;
    succeed(tx, joining).await?;
    observed::keep(tx, (key, &joining.said)).await?;
    // Nobody waits for it yet who could be woken.
    latecomers::settle_all(tx, (&key.environment, Some(&key.target))).await?;
    Ok(())
}

/// A host that does not run what its place was told in a history that is over is another one. It is told the same if all others there do
/// as the record says; otherwise that is forgotten, because something else may have come to run there since. A load balancer does not
/// say what it runs; what it was told stands until it is told again.
async fn succeed(tx: &mut Tx, joining: &Joining) -> Result<(), Error> {
    let history = present::history(tx).await?;
    let (key, said) = (&joining.key, &joining.said.observed);
    for told in tx.desired_of(key).await? {
        let mut own = said.iter().filter(|it| it.product == told.product);
        let is_gone = told.traffic.is_empty() && !own.any(ObservedState::runs_something);
        if !is_gone || !present::is_over(history, &told) {
            continue;
        }
        let mut others = present::of(tx, &told.product, &key.environment).await?;
        others.remove(&key.target);
        let is_told = |it: &Present| matches!(it, Present::Told(_));
        if others.values().any(is_told) && !others.values().any(Present::is_left_behind) {
            tx.record_desired(key, &told).await?;
        } else {
            tx.forget_product(key, &told.product).await?;
        }
    }
    Ok(())
}
