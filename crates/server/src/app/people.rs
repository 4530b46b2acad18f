//! People and their tokens.

use super::{App, Error, Kind, Request, authenticate::TOKEN_PREFIX, field};
use crate::keyring::new_secret;
use futures::FutureExt;
use jiff::SignedDuration;
use tidegate_domain::{
    access::{Action, Level},
    digest::Digest,
    id::{PersonId, TokenId},
    name::Name,
};
use tidegate_protocol::api::{PersonRequest, PersonView, TokenRequest, TokenView};
use tidegate_store::{PersonRow, TokenRow, Tx};
use uuid::Uuid;

impl App {
    /// Adds a person.
    ///
    /// # Errors
    /// When the name is taken or the level is none.
    pub async fn create_person(
        &self,
        request: Request,
        wanted: &PersonRequest,
    ) -> Result<PersonView, Error> {
        request.permit(Action::CreatePerson)?;
        let row = PersonRow {
            id: PersonId(Uuid::now_v7()),
            name: field("name", &wanted.name)?,
            display: if wanted.display.is_empty() {
                wanted.name.clone()
            } else {
                wanted.display.clone()
            },
            level: level(wanted.level)?,
        };
        self.store
            .write((request, row), |tx, (request, row)| {
                async move {
                    if !tx.record_person(row).await? {
                        let detail = format!("there is a person `{}` already", row.name);
                        return Err(Error::refused(Kind::Conflict, "person-exists", detail));
                    }
                    let subject = format!("person/{}", row.name);
                    let detail = serde_json::json!({ "level": row.level.number() });
                    request
                        .journal(tx, "person.created", &subject, &detail)
                        .await?;
                    Ok(view(row))
                }
                .boxed()
            })
            .await
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn people(&self, request: &Request) -> Result<Vec<PersonView>, Error> {
        request.permit(Action::Read)?;
        let people = self.store.read((), |tx, ()| tx.people().boxed()).await?;
        Ok(people.iter().map(view).collect())
    }

    /// Makes a token; its secret is in the answer and nowhere else.
    ///
    /// # Errors
    /// When it would exceed what its maker may do.
    pub async fn create_token(
        &self,
        request: Request,
        wanted: &TokenRequest,
    ) -> Result<TokenView, Error> {
        request.permit(Action::CreateToken)?;
        if wanted.days.is_some_and(|days| !(1..=3650).contains(&days)) {
            return Err(Error::invalid("days", "1 to 3650"));
        }
        let wanted = Wanted {
            person: wanted
                .person
                .as_deref()
                .map(|p| field::<Name>("person", p))
                .transpose()?,
            name: field("name", &wanted.name)?,
            level: wanted.level.map(level).transpose()?,
            repository: wanted.repository.clone(),
            days: wanted.days,
            id: TokenId(Uuid::now_v7()),
            secret: new_secret(TOKEN_PREFIX),
        };
        self.store
            .write((request, wanted), |tx, (request, wanted)| {
                create_token(tx, request, wanted).boxed()
            })
            .await
    }

    /// Ends a token.
    ///
    /// # Errors
    /// When there is none of that identifier.
    pub async fn revoke_token(&self, request: Request, id: &str) -> Result<(), Error> {
        request.permit(Action::CreateToken)?;
        let id: TokenId = field("id", id)?;
        self.store
            .write((request, id), |tx, (request, id)| {
                async move {
                    let owner = tx.token_owner(*id).await?;
                    if owner.is_some_and(|owner| owner != request.actor.person) {
                        request.permit(Action::CreatePerson)?;
                    }
                    if !tx.revoke_token(*id).await? {
                        return Err(Error::not_found("token-not-found", "token", id));
                    }
                    let detail = serde_json::json!({});
                    Ok(request
                        .journal(tx, "token.revoked", &format!("token/{id}"), &detail)
                        .await?)
                }
                .boxed()
            })
            .await
    }
}

struct Wanted {
    person: Option<Name>,
    name: Name,
    level: Option<Level>,
    repository: Option<String>,
    days: Option<u32>,
    id: TokenId,
    secret: String,
}

async fn create_token(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<TokenView, Error> {
    let maker = &request.actor;
    let for_whom = wanted.person.as_ref().unwrap_or(&maker.name);
    if *for_whom != maker.name {
        request.permit(Action::CreatePerson)?;
    }
    let person = tx.person_named(for_whom).await?;
    let person = person.ok_or_else(|| Error::not_found("person-not-found", "person", for_whom))?;
    let level = wanted.level.unwrap_or(person.level);
    if level > person.level || level > maker.level {
        let detail = format!(
            "a token of level {level} would exceed {for_whom}'s {} or yours",
            person.level
        );
        return Err(Error::refused(Kind::NotAllowed, "token-exceeds", detail));
    }
    let expires_at = wanted
        .days
        .map(|days| tx.now() + SignedDuration::from_hours(24 * i64::from(days)));
    let row = TokenRow {
        id: wanted.id,
        person: person.id,
        name: wanted.name.clone(),
        secret: Digest::of(wanted.secret.as_bytes()),
        level,
        repository: wanted.repository.clone(),
        expires_at,
    };
    tx.record_token(&row).await?;
    let detail = serde_json::json!({
        "for": for_whom, "name": wanted.name, "level": level.number(), "repository": wanted.repository,
    });
    request
        .journal(
            tx,
            "token.created",
            &format!("token/{}", wanted.id),
            &detail,
        )
        .await?;
    Ok(TokenView {
        id: wanted.id.to_string(),
        token: wanted.secret.clone(),
        expires_at,
    })
}

fn level(number: u8) -> Result<Level, Error> {
    Level::from_number(i64::from(number))
        .ok_or_else(|| Error::invalid("level", "responsibility levels are 2 to 6"))
}

fn view(row: &PersonRow) -> PersonView {
    PersonView {
        name: row.name.to_string(),
        display: row.display.clone(),
        level: row.level.number(),
    }
}
