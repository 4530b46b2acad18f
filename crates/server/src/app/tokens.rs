//! Tokens: made, listed and ended. What a token makes never outlives or exceeds it.

use super::{App, Error, Kind, Request, authenticate::TOKEN_PREFIX, field, optional, people};
use crate::keyring::new_secret;
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use tidegate_domain::{
    access::{Action, Level, Resource, Scope},
    digest::Digest,
    id::TokenId,
    name::Name,
};
use tidegate_protocol::api::{ListedTokenView, TokenRequest, TokenView};
use tidegate_store::{ListedToken, PersonRow, TokenRow, Tx};
use uuid::Uuid;

/// The longest that a token is good for, in days.
const DAYS_MAX: u32 = 3650;

impl App {
    /// Makes a token; its secret is in the answer and nowhere else.
    ///
    /// # Errors
    /// When it would exceed what its maker may do, or the token that asks for it.
    pub async fn create_token(
        &self,
        request: Request,
        wanted: &TokenRequest,
    ) -> Result<TokenView, Error> {
        let wanted = Wanted::read(wanted)?;
        self.store
            .write((request, wanted), |tx, (request, wanted)| {
                create(tx, request, wanted).boxed()
            })
            .await
    }

    /// One's own tokens; everybody's for who administers people.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tokens(&self, request: &Request) -> Result<Vec<ListedTokenView>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    let administers = request.permit_at_large(tx, Action::ManagePeople).await;
                    let of = administers.is_err().then_some(request.actor.person);
                    Ok(tx.tokens(of).await?.iter().map(view).collect())
                }
                .boxed()
            })
            .await
    }

    /// Whether the asker may make tokens for themselves.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn makes_tokens(&self, request: &Request) -> Result<bool, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    match check_may_make(tx, request).await {
                        Ok(()) => Ok(true),
                        Err(Error::Refused { .. }) => Ok(false),
                        Err(other) => Err(other),
                    }
                }
                .boxed()
            })
            .await
    }

    /// Ends a token, and all that were made with it.
    ///
    /// # Errors
    /// When there is none of that identifier.
    pub async fn revoke_token(&self, request: Request, id: &str) -> Result<(), Error> {
        let id: TokenId = field("id", id)?;
        self.store
            .write((request, id), |tx, (request, id)| {
                revoke(tx, request, *id).boxed()
            })
            .await
    }
}

struct Wanted {
    person: Option<Name>,
    name: Name,
    level: Option<Level>,
    scope: Scope,
    days: Option<u32>,
    id: TokenId,
    secret: String,
}

impl Wanted {
    fn read(wanted: &TokenRequest) -> Result<Self, Error> {
        if wanted
            .days
            .is_some_and(|days| !(1..=DAYS_MAX).contains(&days))
        {
            return Err(Error::invalid("days", format!("1 to {DAYS_MAX}")));
        }
        Ok(Self {
            person: optional("person", wanted.person.as_deref())?,
            name: field("name", &wanted.name)?,
            level: wanted.level.map(people::level).transpose()?,
            scope: scope(
                wanted.product.as_deref(),
                wanted.repository.as_deref(),
                &wanted.actions,
            )?,
            days: wanted.days,
            id: TokenId(Uuid::now_v7()),
            secret: new_secret(TOKEN_PREFIX),
        })
    }
}

/// What a token is to be good for.
///
/// # Errors
/// When product, repository or an action is none.
pub(super) fn scope(
    product: Option<&str>,
    repository: Option<&str>,
    actions: &[String],
) -> Result<Scope, Error> {
    let mut product: Option<Name> = optional("product", product)?;
    let mut component = None;
    if let Some(repository) = repository {
        let halves = repository.split_once('/');
        let why = || Error::invalid("repository", "write it as PRODUCT/COMPONENT");
        let (of, part) = halves.ok_or_else(why)?;
        let of: Name = field("repository", of)?;
        if product.as_ref().is_some_and(|product| *product != of) {
            return Err(Error::invalid("repository", "it is not of that product"));
        }
        product = Some(of);
        component = Some(field("repository", part)?);
    }
    let actions = actions.iter().map(|word| field("actions", word));
    let actions: BTreeSet<Action> = actions.collect::<Result<_, _>>()?;
    Ok(Scope {
        product,
        component,
        actions: (!actions.is_empty()).then_some(actions),
    })
}

async fn create(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<TokenView, Error> {
    let maker = &request.actor;
    let for_whom = wanted.person.as_ref().unwrap_or(&maker.name);
    if *for_whom == maker.name {
        check_may_make(tx, request).await?;
    } else {
        request.permit_at_large(tx, Action::ManagePeople).await?;
    }
    let person = people::found(tx, for_whom).await?;
    let level = level(request, &person, wanted.level)?;
    check_scope(request, &wanted.scope)?;
    let row = TokenRow {
        id: wanted.id,
        person: person.id,
        name: wanted.name.clone(),
        secret: Digest::of(wanted.secret.as_bytes()),
        level,
        scope: wanted.scope.clone(),
        parent: maker.token.as_ref().map(|token| token.id),
        trust: None,
        expires_at: end(tx, request, wanted.days).await?,
    };
    tx.record_token(&row).await?;
    let detail = serde_json::json!({
        "for": for_whom, "name": wanted.name, "level": level.number(), "scope": row.scope, "parent": row.parent,
        "expires_at": row.expires_at,
    });
    let subject = format!("token/{}", wanted.id);
    request
        .journal(tx, "token.created", &subject, &detail)
        .await?;
    Ok(TokenView {
        id: wanted.id.to_string(),
        token: wanted.secret.clone(),
        expires_at: row.expires_at,
    })
}

/// Who has a level only in their teams makes tokens by that one.
async fn check_may_make(tx: &mut Tx, request: &Request) -> Result<(), Error> {
    let at_large = request.permit_at_large(tx, Action::CreateToken).await;
    let Err(refused) = at_large else {
        return Ok(());
    };
    let authorizer = request.gate.authorizer(tx).await?;
    let mut teams = authorizer.directory().teams_of(&request.actor);
    let may = teams.any(|team| {
        let resource = Resource::Team(team.clone());
        let answer = authorizer.ask(&request.actor, Action::CreateToken, &resource);
        answer.allowed
    });
    if may { Ok(()) } else { Err(refused) }
}

/// A token may never do more than its person, nor than the token that it was made with.
fn level(request: &Request, person: &PersonRow, wanted: Option<Level>) -> Result<Level, Error> {
    let most = |level: Option<Level>| level.unwrap_or(Level::Initiate);
    let token = request.actor.token.as_ref().map(|token| token.level);
    let bound = most(person.level)
        .min(most(token))
        .min(most(request.actor.level));
    let level = wanted.unwrap_or_else(|| most(person.level).min(most(token)));
    if level <= bound {
        return Ok(level);
    }
    let detail = format!(
        "a token of level {level} would exceed {}'s level, yours, or that of the token you use",
        person.name
    );
    Err(Error::refused(Kind::NotAllowed, "token-exceeds", detail)
        .hint(format!("at most `--level {}`", bound.number())))
}

fn check_scope(request: &Request, scope: &Scope) -> Result<(), Error> {
    let Some(parent) = &request.actor.token else {
        return Ok(());
    };
    if parent.scope.contains(scope) {
        return Ok(());
    }
    let detail = format!("the token that you use is good for {} only", parent.scope);
    Err(Error::refused(Kind::NotAllowed, "token-exceeds", detail)
        .hint("what a token makes is good for no more than it"))
}

async fn end(
    tx: &mut Tx,
    request: &Request,
    days: Option<u32>,
) -> Result<Option<Timestamp>, Error> {
    let own = days.map(|days| tx.now() + SignedDuration::from_hours(24 * i64::from(days)));
    let parent = match &request.actor.token {
        Some(token) => tx.token_end(token.id).await?.flatten(),
        None => None,
    };
    match (own, parent) {
        (Some(own), Some(parent)) if own > parent => {
            let detail =
                format!("the token that you use ends {parent}, and none that it makes outlives it");
            Err(Error::refused(Kind::NotAllowed, "token-outlives", detail)
                .hint("choose fewer `--days`, or sign in yourself"))
        }
        (own, parent) => Ok(own.or(parent)),
    }
}

async fn revoke(tx: &mut Tx, request: &Request, id: TokenId) -> Result<(), Error> {
    let missing = || Error::not_found("token-not-found", "token", id);
    let owner = tx.token_owner(id).await?.ok_or_else(missing)?;
    if owner != request.actor.person {
        let administers = request.permit_at_large(tx, Action::ManagePeople).await;
        administers.map_err(|_| missing())?;
    }
    if !tx.revoke_token(id).await? {
        return Err(missing());
    }
    let detail = serde_json::json!({});
    let subject = format!("token/{id}");
    Ok(request
        .journal(tx, "token.revoked", &subject, &detail)
        .await?)
}

fn view(token: &ListedToken) -> ListedTokenView {
    ListedTokenView {
        id: token.id.to_string(),
        person: token.person.to_string(),
        name: token.name.to_string(),
        level: token.level.number(),
        scope: (!token.scope.is_whole()).then(|| token.scope.to_string()),
        parent: token.parent.map(|parent| parent.to_string()),
        created_at: token.created_at,
        expires_at: token.expires_at,
        used_at: token.used_at,
    }
}
