//! Sign-ins of the pages, and the one-time links that lead to them. Secrets are kept as SHA-256 only.

use super::people;
use crate::{StoreError, Tx, Value};
use jiff::Timestamp;
use tidegate_domain::{
    access::Actor,
    digest::Digest,
    id::{PersonId, TokenId},
};

/// A sign-in, or the one-time link that leads to it.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// The hash of the secret.
    pub secret: Digest,
    /// What it is called where sessions are listed; it stays when the secret is replaced.
    pub id: String,
    /// Whose.
    pub person: PersonId,
    /// `session` or `link`.
    pub kind: &'static str,
    /// When the person signed in.
    pub began_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What the browser says of itself.
    pub client: String,
    /// By what it began: `link`, `invitation`, `token`, `password` or `provider`. A link says which of the first two it is.
    pub how: String,
    /// The token that it was begun with, if it was: it ends with that.
    pub token: Option<TokenId>,
}

/// Somebody signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub actor: Actor,
    /// The session's name.
    pub id: String,
    /// When they signed in.
    pub began_at: Timestamp,
    /// When this secret was made.
    pub since: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether a newer secret is in use already.
    pub is_replaced: bool,
    /// What the browser said of itself.
    pub client: String,
    /// By what it began.
    pub how: String,
    /// The token that it was begun with.
    pub token: Option<TokenId>,
}

/// A session as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSession {
    /// Its name.
    pub id: String,
    /// When the person signed in.
    pub began_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What the browser says of itself.
    pub client: String,
    /// By what it began.
    pub how: String,
}

impl Tx {
    /// Keeps a session or link.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_session(&mut self, session: &SessionRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO sessions (secret, id, person, kind, created_at, began_at, expires_at, client, how, token) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        let values = [
            session.secret.as_bytes().to_vec().into(),
            session.id.as_str().into(),
            session.person.to_string().into(),
            session.kind.into(),
            self.now().into(),
            session.began_at.into(),
            session.expires_at.into(),
            session.client.as_str().into(),
            session.how.as_str().into(),
            session.token.map(|token| token.to_string()).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Says that a secret was replaced, and until when it still counts: requests are under way with it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_session_replaced(
        &mut self,
        secret: Digest,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql =
            "UPDATE sessions SET replaced_until = $2 WHERE secret = $1 AND replaced_until IS NULL";
        let values = [secret.as_bytes().to_vec().into(), until.into()];
        Ok(self.execute(sql, &values).await? == 1)
    }

    /// Whoever is signed in by this secret.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn actor_by_session(
        &mut self,
        secret: Digest,
    ) -> Result<Option<SignedIn>, StoreError> {
        self.signed_in(secret, "session").await
    }

    /// Uses up a one-time link and answers whose it was.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn use_link(&mut self, secret: Digest) -> Result<Option<SignedIn>, StoreError> {
        let Some(found) = self.signed_in(secret, "link").await? else {
            return Ok(None);
        };
        self.end_session(&found.id).await?;
        Ok(Some(found))
    }

    async fn signed_in(
        &mut self,
        secret: Digest,
        kind: &str,
    ) -> Result<Option<SignedIn>, StoreError> {
        let sql = format!(
            "SELECT {}, COALESCE(s.id, ''), COALESCE(s.began_at, s.created_at), s.created_at, s.expires_at, s.replaced_until, \
            COALESCE(s.client, ''), COALESCE(s.how, ''), s.token \
            FROM sessions s JOIN people p ON p.id = s.person WHERE s.secret = $1 AND s.kind = $3 \
            AND s.expires_at > $2 AND (s.replaced_until IS NULL OR s.replaced_until > $2) AND {}",
            people::COLUMNS,
            people::IS_GOOD,
        );
        let values: [Value; 3] = [
            secret.as_bytes().to_vec().into(),
            self.now().into(),
            kind.into(),
        ];
        let Some(row) = self.row(&sql, &values).await? else {
            return Ok(None);
        };
        let after = people::WIDTH;
        let token = row.optional_text(after + 7)?.map(str::parse).transpose();
        let unreadable = |why| StoreError::Record {
            what: "token of a session".to_owned(),
            why: format!("{why}"),
        };
        Ok(Some(SignedIn {
            actor: people::person(&row)?.actor(),
            id: row.text(after)?.to_owned(),
            began_at: row.time(after + 1)?,
            since: row.time(after + 2)?,
            expires_at: row.time(after + 3)?,
            is_replaced: row.optional_time(after + 4)?.is_some(),
            client: row.text(after + 5)?.to_owned(),
            how: row.text(after + 6)?.to_owned(),
            token: token.map_err(unreadable)?,
        }))
    }

    /// Ends a session or link, under whichever secret.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_session(&mut self, id: &str) -> Result<bool, StoreError> {
        let sql = "DELETE FROM sessions WHERE id = $1";
        Ok(self.execute(sql, &[id.into()]).await? > 0)
    }

    /// Ends every session and link of a person.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_sessions_of(&mut self, person: PersonId) -> Result<(), StoreError> {
        let sql = "DELETE FROM sessions WHERE person = $1";
        self.execute(sql, &[person.to_string().into()])
            .await
            .map(drop)
    }

    /// Ends every session and link of a person but the session of that name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_other_sessions(
        &mut self,
        person: PersonId,
        but: Option<&str>,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM sessions WHERE person = $1 AND (id IS NULL OR id <> $2)";
        let values = [person.to_string().into(), but.unwrap_or_default().into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// Forgets the sessions and links that are over.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_sessions(&mut self) -> Result<u64, StoreError> {
        let sql = "DELETE FROM sessions WHERE expires_at <= $1 OR replaced_until <= $1";
        self.execute(sql, &[self.now().into()]).await
    }

    /// The sessions of a person, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sessions_of(
        &mut self,
        person: PersonId,
    ) -> Result<Vec<ListedSession>, StoreError> {
        let sql = "SELECT COALESCE(id, ''), COALESCE(began_at, created_at), expires_at, COALESCE(client, ''), COALESCE(how, '') FROM sessions \
            WHERE person = $1 AND kind = 'session' AND expires_at > $2 AND replaced_until IS NULL ORDER BY 2 DESC, 1";
        let rows = self
            .rows(sql, &[person.to_string().into(), self.now().into()])
            .await?;
        let listed = rows.iter().map(|row| {
            Ok(ListedSession {
                id: row.text(0)?.to_owned(),
                began_at: row.time(1)?,
                expires_at: row.time(2)?,
                client: row.text(3)?.to_owned(),
                how: row.text(4)?.to_owned(),
            })
        });
        listed.collect()
    }
}
