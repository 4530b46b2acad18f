//! Workload identity: whom a service account is lent to, and the tokens that programs get for theirs (RFC 8693).

use super::{
    App, Error, Kind, Request,
    authenticate::{TOKEN_PREFIX, refuse_narrow},
    field, people, tokens,
};
use crate::{
    identity::issuers::{TOKEN_MAX, claims, read_keys},
    keyring::new_secret,
};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use tidegate_domain::{
    access::{Action, ActorKind, Level, Trust},
    digest::Digest,
    id::TokenId,
    name::Name,
};
use tidegate_protocol::api::{TrustRequest, TrustView, WorkloadTokenRequest, WorkloadTokenView};
use tidegate_store::{PersonRow, TokenRow, Tx};
use uuid::Uuid;

/// What is exchanged (RFC 8693, section 2.1), and for what (section 3).
const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const TOKEN_TYPES: [&str; 2] = [
    "urn:ietf:params:oauth:token-type:jwt",
    "urn:ietf:params:oauth:token-type:id_token",
];
const ISSUED_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";
/// The most that one account trusts.
const TRUSTS_MAX: usize = 20;

impl App {
    /// Says what a service account trusts, in the place of what it trusted by that name. Tokens made by that end.
    ///
    /// # Errors
    /// When there is no such account, the trust asks for too little or gives too much, or the asker holds a token that
    /// may do less than they.
    pub async fn set_trust(
        &self,
        request: Request,
        (account, name): (&str, &str),
        wanted: &TrustRequest,
    ) -> Result<TrustView, Error> {
        let account: Name = field("name", account)?;
        let wanted = (
            read(name, wanted)?,
            wanted.level.map(people::level).transpose()?,
        );
        self.store
            .write((request, account, wanted), |tx, (request, account, (trust, level))| {
                async move {
                    let person = service(tx, request, account).await?;
                    refuse_narrow(&request.actor)?;
                    let trust = bounded(&person, request, trust, *level)?;
                    let others = tx.trusts(person.id).await?;
                    let others = others.iter().filter(|it| it.name != trust.name).count();
                    if others >= TRUSTS_MAX {
                        let detail = format!("an account trusts at most {TRUSTS_MAX}");
                        return Err(Error::refused(Kind::Conflict, "trusts-full", detail));
                    }
                    tx.record_trust(person.id, &trust).await?;
                    tx.end_tokens_of_trust(person.id, &trust.name).await?;
                    let detail = serde_json::json!({
                        "issuer": trust.issuer, "audience": trust.audience, "claims": trust.claims,
                        "level": trust.level.number(), "scope": trust.scope, "minutes": trust.minutes,
                        "keys": trust.keys.is_some(),
                    });
                    let subject = format!("person/{account}/trust/{}", trust.name);
                    request.journal(tx, "trust.set", &subject, &detail).await?;
                    Ok(view(&trust))
                }
                .boxed()
            })
            .await
    }

    /// What a service account trusts.
    ///
    /// # Errors
    /// When there is no such account, or the asker may not.
    pub async fn trusts(&self, request: &Request, account: &str) -> Result<Vec<TrustView>, Error> {
        let account: Name = field("name", account)?;
        self.store
            .read((request.clone(), account), |tx, (request, account)| {
                async move {
                    let person = service(tx, request, account).await?;
                    Ok(tx.trusts(person.id).await?.iter().map(view).collect())
                }
                .boxed()
            })
            .await
    }

    /// Ends a trust, and the tokens that were made by it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn end_trust(
        &self,
        request: Request,
        account: &str,
        name: &str,
    ) -> Result<(), Error> {
        let names: (Name, Name) = (field("name", account)?, field("trust", name)?);
        self.store
            .write((request, names), |tx, (request, (account, name))| {
                async move {
                    let person = service(tx, request, account).await?;
                    if !tx.end_trust(person.id, name).await? {
                        return Err(Error::not_found("trust-not-found", "trust", name));
                    }
                    let subject = format!("person/{account}/trust/{name}");
                    let detail = serde_json::json!({});
                    Ok(request
                        .journal(tx, "trust.ended", &subject, &detail)
                        .await?)
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(())
    }

    /// Makes a token of a service account for whoever shows a token that it trusts.
    ///
    /// # Errors
    /// When it trusts none like it. Strangers do not learn why: the server's log says it.
    pub async fn exchange_token(
        &self,
        wanted: &WorkloadTokenRequest,
    ) -> Result<WorkloadTokenView, Error> {
        check_form(wanted)?;
        let account: Name = field("account", &wanted.account)?;
        let known = self.lent(&account).await?;
        let mut reasons = Vec::new();
        for trust in trusting(&known, &wanted.subject_token) {
            let verified = self.identity.issuers.verified(trust, &wanted.subject_token);
            let accepted = match verified.await {
                Ok(claims) => trust
                    .accept(&claims, Timestamp::now())
                    .map(|()| claims)
                    .map_err(|why| why.to_string()),
                Err(why) => Err(why.to_string()),
            };
            match accepted {
                Ok(claims) => {
                    let subject = claims.get("sub").and_then(|sub| sub.as_str());
                    return self
                        .lend(&account, trust, subject.unwrap_or_default())
                        .await;
                }
                Err(why) => reasons.push(format!("{}: {why}", trust.name)),
            }
        }
        let why = reasons.join("; ");
        tracing::info!(%account, why, "workload.refused");
        let detail = format!("{account} trusts no token like this one");
        Err(
            Error::refused(Kind::BadRequest, "workload-refused", detail).hint(
                "the server's log says why; `tidegate person trusts` shows what the account trusts",
            ),
        )
    }

    /// What the account trusts; nothing where there is none.
    async fn lent(&self, account: &Name) -> Result<Vec<Trust>, Error> {
        self.store
            .read(account.clone(), |tx, account| {
                async move {
                    match tx.person_named(account).await? {
                        Some(person) => Ok::<_, Error>(tx.trusts(person.id).await?),
                        None => Ok(Vec::new()),
                    }
                }
                .boxed()
            })
            .await
    }

    async fn lend(
        &self,
        account: &Name,
        trust: &Trust,
        subject: &str,
    ) -> Result<WorkloadTokenView, Error> {
        let secret = new_secret(TOKEN_PREFIX);
        let subject: String = subject.chars().take(200).collect();
        let hash = Digest::of(secret.as_bytes());
        let input = (
            account.clone(),
            trust.clone(),
            (TokenId(Uuid::now_v7()), hash, subject),
        );
        let expires_at = self
            .store
            .write(input, |tx, (account, trust, (id, hash, subject))| {
                lend(tx, (account, trust), (*id, *hash), subject).boxed()
            })
            .await?;
        Ok(WorkloadTokenView {
            access_token: secret,
            issued_token_type: ISSUED_TYPE.to_owned(),
            token_type: "Bearer".to_owned(),
            expires_in: trust.minutes * 60,
            expires_at,
        })
    }
}

async fn lend(
    tx: &mut Tx,
    (account, trust): (&Name, &Trust),
    (id, secret): (TokenId, Digest),
    subject: &str,
) -> Result<Timestamp, Error> {
    let person = people::found(tx, account).await?;
    // Since the token was looked at, the trust may have ended, or changed.
    if !tx.trusts(person.id).await?.contains(trust) {
        return Err(Error::not_found("trust-not-found", "trust", &trust.name));
    }
    let expires_at = tx.now() + SignedDuration::from_mins(i64::from(trust.minutes));
    let row = TokenRow {
        id,
        person: person.id,
        name: trust.name.clone(),
        secret,
        level: trust.level,
        scope: trust.scope.clone(),
        parent: None,
        trust: Some(trust.name.clone()),
        expires_at: Some(expires_at),
    };
    tx.record_token(&row).await?;
    let detail = serde_json::json!({
        "for": account, "trust": trust.name, "issuer": trust.issuer, "subject": subject,
        "level": trust.level.number(), "scope": trust.scope, "expires_at": expires_at,
    });
    let what = ("token.exchanged", &*format!("token/{id}"));
    let entry = super::entry(tx, account.as_str(), what, &detail);
    tx.record_entry(&entry).await?;
    Ok(expires_at)
}

/// A request is for what RFC 8693 calls a token exchange, and of a fit size.
fn check_form(wanted: &WorkloadTokenRequest) -> Result<(), Error> {
    if wanted.grant_type != GRANT {
        return Err(Error::invalid("grant_type", format!("write {GRANT}")));
    }
    if !TOKEN_TYPES.contains(&&*wanted.subject_token_type) {
        return Err(Error::invalid(
            "subject_token_type",
            format!("write {}", TOKEN_TYPES[0]),
        ));
    }
    if wanted.subject_token.len() > TOKEN_MAX {
        return Err(Error::invalid(
            "subject_token",
            format!("at most {TOKEN_MAX} bytes"),
        ));
    }
    Ok(())
}

/// Those that trust whoever the token says made it. It is believed only when it is verified by one of them.
fn trusting<'a>(known: &'a [Trust], token: &str) -> impl Iterator<Item = &'a Trust> {
    let said = claims(token);
    let issuer = said.and_then(|said| Some(said.get("iss")?.as_str()?.to_owned()));
    known
        .iter()
        .filter(move |trust| Some(&trust.issuer) == issuer.as_ref())
}

/// A service account, for who may change people.
async fn service(tx: &mut Tx, request: &Request, name: &Name) -> Result<PersonRow, Error> {
    request.permit_at_large(tx, Action::ManagePeople).await?;
    let person = people::found(tx, name).await?;
    if person.kind == ActorKind::Service {
        return Ok(person);
    }
    let detail = format!("{name} is a person's account: only a program's is lent to programs");
    Err(Error::refused(Kind::BadRequest, "not-a-service", detail)
        .hint("`tidegate person create NAME --service --owner PERSON` makes one"))
}

fn read(name: &str, wanted: &TrustRequest) -> Result<Trust, Error> {
    let trust = Trust {
        name: field("trust", name)?,
        issuer: wanted.issuer.clone(),
        audience: wanted.audience.clone(),
        claims: wanted.claims.clone(),
        keys: wanted.keys.clone(),
        level: Level::Initiate,
        scope: tokens::scope(
            wanted.product.as_deref(),
            wanted.repository.as_deref(),
            &wanted.actions,
        )?,
        minutes: wanted.minutes,
    };
    let bad = |why: String| Error::refused(Kind::BadRequest, "invalid-field", why);
    trust.check().map_err(|why| bad(why.to_string()))?;
    if let Some(keys) = &trust.keys {
        read_keys(keys).map_err(|why| Error::invalid("keys", why))?;
    }
    Ok(trust)
}

/// With the level that was asked for, else the highest that may be given: nobody lends more than the account has, nor more
/// than they have themselves.
fn bounded(
    person: &PersonRow,
    request: &Request,
    trust: &Trust,
    level: Option<Level>,
) -> Result<Trust, Error> {
    let all = [person.level, request.actor.level];
    let most = all.into_iter().flatten().min().unwrap_or(Level::Initiate);
    let level = level.unwrap_or(most);
    if level > most {
        let detail = format!(
            "level {level} would exceed that of {}, or yours",
            person.name
        );
        return Err(Error::refused(Kind::NotAllowed, "token-exceeds", detail)
            .hint(format!("at most `--level {}`", most.number())));
    }
    Ok(Trust {
        level,
        ..trust.clone()
    })
}

fn view(trust: &Trust) -> TrustView {
    TrustView {
        name: trust.name.to_string(),
        issuer: trust.issuer.clone(),
        audience: trust.audience.clone(),
        claims: trust.claims.clone(),
        has_keys: trust.keys.is_some(),
        level: trust.level.number(),
        scope: (!trust.scope.is_whole()).then(|| trust.scope.to_string()),
        minutes: trust.minutes,
    }
}
