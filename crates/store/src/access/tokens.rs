//! Tokens. Their secrets are kept as SHA-256 only: they are long and random.

use super::{level_or_none, people};
use crate::{Row, StoreError, Tx, Value};
use jiff::Timestamp;
use tidegate_domain::{
    access::{Actor, Level, Scope, UsedToken},
    digest::Digest,
    id::{PersonId, TokenId},
    name::Name,
};

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Its identifier.
    pub id: TokenId,
    /// Whose.
    pub person: PersonId,
    /// What it is for.
    pub name: Name,
    /// The hash of the secret.
    pub secret: Digest,
    /// The most it may do, whatever its person may.
    pub level: Level,
    /// What it is good for.
    pub scope: Scope,
    /// The token that it was made with; it ends with that one.
    pub parent: Option<TokenId>,
    /// The trust by which a program got it; it ends with that.
    pub trust: Option<Name>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A token as it is listed: never its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedToken {
    /// Its identifier.
    pub id: TokenId,
    /// Whose.
    pub person: Name,
    /// What it is for.
    pub name: Name,
    /// The most it may do.
    pub level: Level,
    /// What it is good for.
    pub scope: Scope,
    /// The token that it was made with.
    pub parent: Option<TokenId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
}

/// Uses of a token are noted this often, so that reading does not become writing.
const NOTED_MICROSECONDS: i64 = 60_000_000;

impl Tx {
    /// Adds a token. One with the same secret stays as it is: what was revoked stays revoked.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_token(&mut self, token: &TokenRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO tokens (id, person, name, secret, level, scope, parent, created_at, expires_at, trust) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (secret) DO NOTHING";
        let values = [
            token.id.to_string().into(),
            token.person.to_string().into(),
            token.name.as_str().into(),
            token.secret.as_bytes().to_vec().into(),
            i64::from(token.level.number()).into(),
            serde_json::to_string(&token.scope)
                .unwrap_or_default()
                .into(),
            token.parent.map(|parent| parent.to_string()).into(),
            self.now().into(),
            token.expires_at.into(),
            token.trust.as_ref().map(Name::as_str).into(),
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

    /// When a good token ends; the outer none where there is none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn token_end(
        &mut self,
        id: TokenId,
    ) -> Result<Option<Option<Timestamp>>, StoreError> {
        let sql = "SELECT expires_at FROM tokens WHERE id = $1 AND revoked_at IS NULL";
        let row = self.row(sql, &[id.to_string().into()]).await?;
        row.map(|row| row.optional_time(0)).transpose()
    }

    /// Ends a token, all that were made with it, and the sessions that they began; answers false when there is none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revoke_token(&mut self, id: TokenId) -> Result<bool, StoreError> {
        let first = vec![id.to_string().into()];
        Ok(self.end_tokens("id = $1", first).await? > 0)
    }

    /// Ends tokens, all that were made with them, and the sessions and links that any of these began; answers how many
    /// tokens.
    pub(super) async fn end_tokens(
        &mut self,
        which: &str,
        mut values: Vec<Value>,
    ) -> Result<u64, StoreError> {
        let line = format!(
            "WITH RECURSIVE line (id) AS (SELECT id FROM tokens WHERE {which} \
            UNION SELECT t.id FROM tokens t JOIN line ON t.parent = line.id)"
        );
        let sql = format!("{line} DELETE FROM sessions WHERE token IN (SELECT id FROM line)");
        self.execute(&sql, &values).await?;
        values.push(self.now().into());
        let sql = format!(
            "{line} UPDATE tokens SET revoked_at = ${} WHERE id IN (SELECT id FROM line) AND revoked_at IS NULL",
            values.len(),
        );
        self.execute(&sql, &values).await
    }

    /// Forgets the tokens that programs got for theirs, and what these made, once they are over.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_lent_tokens(&mut self) -> Result<u64, StoreError> {
        let sql = "WITH RECURSIVE line (id) AS (SELECT id FROM tokens WHERE trust IS NOT NULL AND expires_at <= $1 \
            UNION SELECT t.id FROM tokens t JOIN line ON t.parent = line.id) \
            DELETE FROM tokens WHERE id IN (SELECT id FROM line)";
        self.execute(sql, &[self.now().into()]).await
    }

    /// The good tokens of a person, or of everybody, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tokens(&mut self, of: Option<PersonId>) -> Result<Vec<ListedToken>, StoreError> {
        let sql = format!(
            "SELECT t.id, p.name, t.name, t.level, t.scope, t.repository, t.parent, t.created_at, t.expires_at, t.used_at \
            FROM tokens t JOIN people p ON p.id = t.person WHERE t.revoked_at IS NULL AND {} \
            AND (t.expires_at IS NULL OR t.expires_at > $1) AND ($2 = '' OR t.person = $2) ORDER BY t.created_at DESC, t.id",
            people::IS_GOOD,
        );
        let of = of.map(|id| id.to_string()).unwrap_or_default();
        let rows = self.rows(&sql, &[self.now().into(), of.into()]).await?;
        rows.iter().map(listed).collect()
    }

    /// Notes that a token was used, unless that was noted a minute ago.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_token_used(&mut self, id: TokenId) -> Result<(), StoreError> {
        let sql =
            "UPDATE tokens SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at < $3)";
        let now = self.now().as_microsecond();
        let values = [
            id.to_string().into(),
            now.into(),
            (now - NOTED_MICROSECONDS).into(),
        ];
        self.execute(sql, &values).await.map(drop)
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
            "SELECT {}, t.id, t.level, t.scope, t.repository, t.expires_at FROM tokens t JOIN people p ON p.id = t.person \
            WHERE {which} AND t.revoked_at IS NULL AND {} AND (t.expires_at IS NULL OR t.expires_at > $2)",
            people::COLUMNS,
            people::IS_GOOD,
        );
        let Some(row) = self.row(&sql, &[value, self.now().into()]).await? else {
            return Ok(None);
        };
        let after = people::WIDTH;
        let token = UsedToken {
            id: row.parsed(after)?,
            level: level(&row, after + 1)?,
            scope: scope(&row, (after + 2, after + 3))?,
            expires_at: row.optional_time(after + 4)?,
        };
        Ok(Some(Actor {
            token: Some(token),
            ..people::person(&row)?.actor()
        }))
    }
}

fn listed(row: &Row) -> Result<ListedToken, StoreError> {
    let parent: Option<Result<TokenId, _>> = row.optional_text(6)?.map(str::parse);
    let unreadable = |why| StoreError::Record {
        what: "parent of a token".to_owned(),
        why: format!("{why}"),
    };
    Ok(ListedToken {
        id: row.parsed(0)?,
        person: row.parsed(1)?,
        name: row.parsed(2)?,
        level: level(row, 3)?,
        scope: scope(row, (4, 5))?,
        parent: parent.transpose().map_err(unreadable)?,
        created_at: row.time(7)?,
        expires_at: row.optional_time(8)?,
        used_at: row.optional_time(9)?,
    })
}

fn level(row: &Row, i: usize) -> Result<Level, StoreError> {
    level_or_none(row, i)?.ok_or_else(|| StoreError::Record {
        what: "level of a token".to_owned(),
        why: "a token has one".to_owned(),
    })
}

/// What a token is good for. Before there were scopes it said a repository, `PRODUCT/COMPONENT`, or nothing.
fn scope(row: &Row, (scope, repository): (usize, usize)) -> Result<Scope, StoreError> {
    let unreadable = |why: String| StoreError::Record {
        what: "scope of a token".to_owned(),
        why,
    };
    let said: Scope =
        serde_json::from_str(row.text(scope)?).map_err(|why| unreadable(why.to_string()))?;
    let Some(old) = row.optional_text(repository)? else {
        return Ok(said);
    };
    let (product, component) = old.split_once('/').unwrap_or((old, ""));
    let name = |text: &str| text.parse().map(Some);
    let read = |text: &str| {
        name(text).map_err(|why: tidegate_domain::name::NameError| unreadable(why.to_string()))
    };
    Ok(Scope {
        product: read(product)?,
        component: read(component)?,
        actions: None,
    })
}
