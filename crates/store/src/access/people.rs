//! People and service accounts.

use super::level_or_none;
use crate::{Row, StoreError, Tx, Value};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::{Actor, ActorKind, Level},
    id::PersonId,
    name::Name,
};

/// A person, or a program with an account of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Their identifier.
    pub id: PersonId,
    /// Their name, unique.
    pub name: Name,
    /// For people.
    pub display: String,
    /// Whether a human being or a program.
    pub kind: ActorKind,
    /// How far they answer in the whole organisation; none where only their teams give them a level.
    pub level: Option<Level>,
    /// Whose second account, or whose program, this is.
    pub owner: Option<PersonId>,
    /// Where mail reaches them.
    pub email: Option<String>,
    /// The groups that identity providers named, each when they last came by it.
    pub groups: BTreeMap<Name, BTreeSet<String>>,
    /// Who they are to that identity provider: its issuer, and their subject there.
    pub external: Option<(String, String)>,
}

/// The columns of a person, in the order that [`person`] reads them.
pub(super) const COLUMNS: &str =
    "p.id, p.name, p.display, p.kind, p.level, p.owner, p.email, p.groups_by, p.issuer, p.external";
/// How many they are.
pub(super) const WIDTH: usize = 10;
/// Whose account is good: nobody removed them, nor the one who answers for it.
pub(super) const IS_GOOD: &str = "p.removed_at IS NULL AND NOT EXISTS \
    (SELECT 1 FROM people o WHERE o.id = p.owner AND o.removed_at IS NOT NULL)";

impl PersonRow {
    /// Them, as somebody who asks without a token.
    pub fn actor(self) -> Actor {
        Actor {
            person: self.id,
            name: self.name,
            kind: self.kind,
            level: self.level,
            groups: self.groups.into_values().flatten().collect(),
            token: None,
        }
    }

    /// The human being behind the account: its owner, else themselves.
    pub fn human(&self) -> PersonId {
        self.owner.unwrap_or(self.id)
    }
}

impl Tx {
    /// Adds a person; answers false when the name is taken.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_person(&mut self, person: &PersonRow) -> Result<bool, StoreError> {
        let sql = "INSERT INTO people (id, name, display, kind, level, owner, email, groups_by, issuer, external, created_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (name) DO NOTHING";
        let mut values = values(person);
        values.push(self.now().into());
        Ok(self.execute(sql, &values).await? == 1)
    }

    /// Keeps what changed of a person; their name never does.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_person_changed(&mut self, person: &PersonRow) -> Result<(), StoreError> {
        let sql = "UPDATE people SET name = $2, display = $3, kind = $4, level = $5, owner = $6, email = $7, \
            groups_by = $8, issuer = $9, external = $10 WHERE id = $1";
        self.execute(sql, &values(person)).await.map(drop)
    }

    /// Removes a person: their sessions and links end, and so do their tokens. Their name stays taken, because the
    /// journal speaks of them.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_person_removed(&mut self, id: PersonId) -> Result<(), StoreError> {
        let values: [Value; 2] = [id.to_string().into(), self.now().into()];
        let sql = "UPDATE people SET removed_at = $2, password = NULL WHERE id = $1";
        self.execute(sql, &values).await?;
        let sql = "UPDATE tokens SET revoked_at = $2 WHERE person = $1 AND revoked_at IS NULL";
        self.execute(sql, &values).await?;
        self.end_sessions_of(id).await
    }

    /// Keeps the hash of a person's password, a PHC string; none removes it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_password(
        &mut self,
        id: PersonId,
        hash: Option<&str>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE people SET password = $2 WHERE id = $1";
        let values = [id.to_string().into(), hash.into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// The hash of a person's password, if they have one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn password(&mut self, id: PersonId) -> Result<Option<String>, StoreError> {
        let sql = "SELECT password FROM people WHERE id = $1";
        let row = self.row(sql, &[id.to_string().into()]).await?;
        let text = row.map(|row| row.optional_text(0).map(|text| text.map(str::to_owned)));
        Ok(text.transpose()?.flatten())
    }

    /// Everybody who has a password.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn people_with_password(&mut self) -> Result<BTreeSet<PersonId>, StoreError> {
        let sql = "SELECT id FROM people WHERE password IS NOT NULL";
        let rows = self.rows(sql, &[]).await?;
        rows.iter().map(|row| row.parsed(0)).collect()
    }

    /// Everybody whose account is good, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn people(&mut self) -> Result<Vec<PersonRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM people p WHERE {IS_GOOD} ORDER BY p.name");
        self.rows(&sql, &[]).await?.iter().map(person).collect()
    }

    /// The person of that name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn person_named(&mut self, name: &Name) -> Result<Option<PersonRow>, StoreError> {
        self.person_where("p.name = $1", &[name.as_str().into()])
            .await
    }

    /// The person of that identifier.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn person(&mut self, id: PersonId) -> Result<Option<PersonRow>, StoreError> {
        self.person_where("p.id = $1", &[id.to_string().into()])
            .await
    }

    /// Whoever this subject of an issuer is here.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn person_known_as(
        &mut self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<PersonRow>, StoreError> {
        let which = "p.issuer = $1 AND p.external = $2";
        self.person_where(which, &[issuer.into(), subject.into()])
            .await
    }

    /// Whether this subject of an issuer is, or was, somebody here.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn is_known_as(&mut self, issuer: &str, subject: &str) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM people WHERE issuer = $1 AND external = $2";
        let row = self.row(sql, &[issuer.into(), subject.into()]).await?;
        Ok(row.is_some())
    }

    async fn person_where(
        &mut self,
        which: &str,
        values: &[Value],
    ) -> Result<Option<PersonRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM people p WHERE {which} AND {IS_GOOD}");
        let row = self.row(&sql, values).await?;
        row.as_ref().map(person).transpose()
    }
}

fn values(person: &PersonRow) -> Vec<Value> {
    let kind = match person.kind {
        ActorKind::Person => "person",
        ActorKind::Service => "service",
    };
    let groups = serde_json::to_string(&person.groups).unwrap_or_else(|_| "{}".to_owned());
    let (issuer, external) = person.external.clone().unzip();
    vec![
        person.id.to_string().into(),
        person.name.as_str().into(),
        person.display.as_str().into(),
        kind.into(),
        i64::from(person.level.map_or(0, Level::number)).into(),
        person.owner.map(|owner| owner.to_string()).into(),
        person.email.clone().into(),
        groups.into(),
        issuer.into(),
        external.into(),
    ]
}

pub(super) fn person(row: &Row) -> Result<PersonRow, StoreError> {
    let unreadable = |what: &str, why: &dyn std::fmt::Display| StoreError::Record {
        what: what.to_owned(),
        why: why.to_string(),
    };
    let kind = match row.text(3)? {
        "person" => ActorKind::Person,
        "service" => ActorKind::Service,
        other => return Err(unreadable("kind of a person", &other)),
    };
    let groups = serde_json::from_str(row.text(7)?);
    let owner = row.optional_text(5)?.map(str::parse).transpose();
    let pair = |issuer: &str, subject: &str| (issuer.to_owned(), subject.to_owned());
    Ok(PersonRow {
        id: row.parsed(0)?,
        name: row.parsed(1)?,
        display: row.text(2)?.to_owned(),
        kind,
        level: level_or_none(row, 4)?,
        owner: owner.map_err(|why| unreadable("owner of an account", &why))?,
        email: row.optional_text(6)?.map(str::to_owned),
        groups: groups.map_err(|why| unreadable("groups of a person", &why))?,
        external: row
            .optional_text(8)?
            .zip(row.optional_text(9)?)
            .map(|(i, s)| pair(i, s)),
    })
}
