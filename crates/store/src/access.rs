//! People, their tokens and their sessions. Secrets are kept as SHA-256 only: they are long and random.

use crate::{Row, StoreError, Tx, Value};
use jiff::Timestamp;
use tidegate_domain::{
    access::{Actor, Level},
    digest::Digest,
    id::{PersonId, TokenId},
    name::Name,
};

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Their identifier.
    pub id: PersonId,
    /// Their name, unique.
    pub name: Name,
    /// For people.
    pub display: String,
    /// How far they answer.
    pub level: Level,
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct TokenRow {
    /// Its identifier.
    pub id: TokenId,
    /// Whose.
    pub person: PersonId,
    /// What it is for.
    pub name: Name,
    /// The hash of the secret.
    pub secret: Digest,
    /// At most the person's.
    pub level: Level,
    /// The only repository it is good for.
    pub repository: Option<String>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A sign-in, or the one-time link that leads to it.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// The hash of the secret.
    pub secret: Digest,
    /// Whose.
    pub person: PersonId,
    /// `session` or `link`.
    pub kind: &'static str,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Tx {
    /// Adds a person; answers false when the name is taken.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_person(&mut self, person: &PersonRow) -> Result<bool, StoreError> {
        let sql = "INSERT INTO people (id, name, display, level, created_at) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (name) DO NOTHING";
        let values = [
            person.id.to_string().into(),
            person.name.as_str().into(),
            person.display.as_str().into(),
            i64::from(person.level.number()).into(),
            self.now().into(),
        ];
        Ok(self.execute(sql, &values).await? == 1)
    }

    /// Everybody who was not removed, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn people(&mut self) -> Result<Vec<PersonRow>, StoreError> {
        let sql =
            "SELECT id, name, display, level FROM people WHERE removed_at IS NULL ORDER BY name";
        self.rows(sql, &[]).await?.iter().map(person).collect()
    }

    /// The person of that name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn person_named(&mut self, name: &Name) -> Result<Option<PersonRow>, StoreError> {
        let sql =
            "SELECT id, name, display, level FROM people WHERE name = $1 AND removed_at IS NULL";
        self.row(sql, &[name.as_str().into()])
            .await?
            .as_ref()
            .map(person)
            .transpose()
    }

    /// Adds a token. One with the same secret stays as it is: what was revoked stays revoked.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_token(&mut self, token: &TokenRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO tokens (id, person, name, secret, level, repository, created_at, expires_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (secret) DO NOTHING";
        let values = [
            token.id.to_string().into(),
            token.person.to_string().into(),
            token.name.as_str().into(),
            token.secret.as_bytes().to_vec().into(),
            i64::from(token.level.number()).into(),
            token.repository.clone().into(),
            self.now().into(),
            token.expires_at.into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Whose a token is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn token_owner(&mut self, id: TokenId) -> Result<Option<PersonId>, StoreError> {
        let sql = "SELECT person FROM tokens WHERE id = $1";
        let row = self.row(sql, &[id.to_string().into()]).await?;
        row.map(|row| row.parsed(0)).transpose()
    }

    /// Ends a token; answers false when there is none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revoke_token(&mut self, id: TokenId) -> Result<bool, StoreError> {
        let sql = "UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        Ok(self
            .execute(sql, &[id.to_string().into(), self.now().into()])
            .await?
            == 1)
    }

    /// Whoever holds the token with this secret, if it is good now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn actor_by_token(&mut self, secret: Digest) -> Result<Option<Actor>, StoreError> {
        self.holder("t.secret = $1", secret.as_bytes().to_vec().into())
            .await
    }

    /// The same by the token's identifier, for what a token was asked for and ends with it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn actor_by_token_id(&mut self, id: TokenId) -> Result<Option<Actor>, StoreError> {
        self.holder("t.id = $1", id.to_string().into()).await
    }

    async fn holder(&mut self, which: &str, value: Value) -> Result<Option<Actor>, StoreError> {
        let sql = format!(
            "SELECT p.id, p.name, p.level, t.id, t.level, t.repository FROM tokens t \
            JOIN people p ON p.id = t.person WHERE {which} AND t.revoked_at IS NULL \
            AND p.removed_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2)"
        );
        let Some(row) = self.row(&sql, &[value, self.now().into()]).await? else {
            return Ok(None);
        };
        Ok(Some(Actor {
            person: row.parsed(0)?,
            name: row.parsed(1)?,
            level: level(&row, 2)?.min(level(&row, 4)?),
            token: Some(row.parsed(3)?),
            repository: row.optional_text(5)?.map(str::to_owned),
        }))
    }

    /// Keeps a session or link.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_session(&mut self, session: &SessionRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO sessions (secret, person, kind, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let values = [
            session.secret.as_bytes().to_vec().into(),
            session.person.to_string().into(),
            session.kind.into(),
            self.now().into(),
            session.expires_at.into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Whoever is signed in by this secret.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn actor_by_session(&mut self, secret: Digest) -> Result<Option<Actor>, StoreError> {
        let sql = "SELECT p.id, p.name, p.level FROM sessions s JOIN people p ON p.id = s.person \
            WHERE s.secret = $1 AND s.kind = 'session' AND s.expires_at > $2 AND p.removed_at IS NULL";
        let values = [Value::from(secret.as_bytes().to_vec()), self.now().into()];
        self.row(sql, &values)
            .await?
            .as_ref()
            .map(signed_in)
            .transpose()
    }

    /// Uses up a one-time link and answers whose it was.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn use_link(&mut self, secret: Digest) -> Result<Option<Actor>, StoreError> {
        let sql = "SELECT p.id, p.name, p.level FROM sessions s JOIN people p ON p.id = s.person \
            WHERE s.secret = $1 AND s.kind = 'link' AND s.expires_at > $2 AND p.removed_at IS NULL";
        let values = [Value::from(secret.as_bytes().to_vec()), self.now().into()];
        let Some(row) = self.row(sql, &values).await? else {
            return Ok(None);
        };
        self.end_session(secret).await?;
        signed_in(&row).map(Some)
    }

    /// Ends a session or link.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_session(&mut self, secret: Digest) -> Result<(), StoreError> {
        let sql = "DELETE FROM sessions WHERE secret = $1";
        self.execute(sql, &[secret.as_bytes().to_vec().into()])
            .await
            .map(drop)
    }
}

fn person(row: &Row) -> Result<PersonRow, StoreError> {
    Ok(PersonRow {
        id: row.parsed(0)?,
        name: row.parsed(1)?,
        display: row.text(2)?.to_owned(),
        level: level(row, 3)?,
    })
}

fn signed_in(row: &Row) -> Result<Actor, StoreError> {
    Ok(Actor {
        person: row.parsed(0)?,
        name: row.parsed(1)?,
        level: level(row, 2)?,
        token: None,
        repository: None,
    })
}

fn level(row: &Row, i: usize) -> Result<Level, StoreError> {
    let number = row.int(i)?;
    let why = || StoreError::Record {
        what: "level".into(),
        why: format!("{number} is none of 2 to 6"),
    };
    Level::from_number(number).ok_or_else(why)
}
