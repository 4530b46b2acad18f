//! Declared things, one record each.

use crate::{Row, StoreError, Tx, record};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use tidegate_domain::{
    calendar::{Freeze, Window},
    catalog::{Document, Environment, Kind, NamedStrategy, Product, Ring, Target},
    name::Name,
};

impl Tx {
    /// Keeps a declared thing.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_document(&mut self, document: &Document) -> Result<(), StoreError> {
        let text = match document {
            Document::Organisation(d) => record::write(d),
            Document::Team(d) => record::write(d),
            Document::Role(d) => record::write(d),
            Document::Policy(d) => record::write(d),
            Document::Procedure(d) => record::write(d),
            Document::Control(d) => record::write(d),
            Document::ChangeTemplate(d) => record::write(d),
            Document::KeySet(d) => record::write(d),
            Document::ReleaseTemplate(d) => record::write(d),
            Document::HandoverTemplate(d) => record::write(d),
            Document::Tracker(d) => record::write(d),
            Document::Stakeholder(d) => record::write(d),
            Document::Channel(d) => record::write(d),
            Document::Audience(d) => record::write(d),
            Document::MessageTemplate(d) => record::write(d),
            Document::StatusPage(d) => record::write(d),
            Document::Supplier(d) => record::write(d),
            Document::Programme(d) => record::write(d),
            Document::Product(d) => record::write(d),
            Document::Environment(d) => record::write(d),
            Document::Target(d) => record::write(d),
            Document::Ring(d) => record::write(d),
            Document::Strategy(d) => record::write(d),
            Document::Window(d) => record::write(d),
            Document::Freeze(d) => record::write(d),
        };
        let sql = "INSERT INTO catalog (kind, name, record, changed_at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (kind, name) DO UPDATE SET record = excluded.record, changed_at = excluded.changed_at";
        let values = [
            document.kind().as_str().into(),
            document.key().into(),
            text.into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await?;
        self.count_catalog_change().await
    }

    /// The number of changes of the catalog so far: what was made of it is good as long as this stays.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn catalog_changes(&mut self) -> Result<i64, StoreError> {
        let sql = "SELECT value FROM counters WHERE name = 'catalog'";
        let row = self.row(sql, &[]).await?;
        row.map_or(Ok(0), |row| row.int(0))
    }

    async fn count_catalog_change(&mut self) -> Result<(), StoreError> {
        let sql = "INSERT INTO counters (name, value) VALUES ('catalog', 1) \
            ON CONFLICT (name) DO UPDATE SET value = counters.value + 1";
        self.execute(sql, &[]).await.map(drop)
    }

    /// Forgets a declared thing; answers false when there is none.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_document_removed(
        &mut self,
        kind: Kind,
        key: &str,
    ) -> Result<bool, StoreError> {
        let sql = "DELETE FROM catalog WHERE kind = $1 AND name = $2";
        let values = [kind.as_str().into(), key.into()];
        let is_gone = self.execute(sql, &values).await? == 1;
        self.count_catalog_change().await?;
        Ok(is_gone)
    }

    /// The declared thing of that kind and key, if there is one. `D` is the kind's type.
    ///
    /// # Errors
    /// When the database refuses or the record is damaged.
    pub async fn document<D: DeserializeOwned>(
        &mut self,
        kind: Kind,
        key: &str,
    ) -> Result<Option<D>, StoreError> {
        let sql = "SELECT record FROM catalog WHERE kind = $1 AND name = $2";
        let row = self.row(sql, &[kind.as_str().into(), key.into()]).await?;
        row.map(|row| row.record(0, key)).transpose()
    }

    /// Every declared thing of that kind, by key.
    ///
    /// # Errors
    /// When the database refuses or a record is damaged.
    pub async fn documents<D: DeserializeOwned>(
        &mut self,
        kind: Kind,
    ) -> Result<Vec<D>, StoreError> {
        let sql = "SELECT record, name FROM catalog WHERE kind = $1 ORDER BY name";
        let read = |row: &Row| row.record(0, row.text(1)?);
        self.rows(sql, &[kind.as_str().into()])
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// The product of that name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn product(&mut self, name: &Name) -> Result<Option<Product>, StoreError> {
        self.document(Kind::Product, name.as_str()).await
    }

    /// The strategy of that name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn strategy(&mut self, name: &Name) -> Result<Option<NamedStrategy>, StoreError> {
        self.document(Kind::Strategy, name.as_str()).await
    }

    /// Every window, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn windows(&mut self) -> Result<Vec<Window>, StoreError> {
        self.documents(Kind::Window).await
    }

    /// Every freeze, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn freezes(&mut self) -> Result<Vec<Freeze>, StoreError> {
        self.documents(Kind::Freeze).await
    }

    /// The rings of an environment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn rings_in(&mut self, environment: &Name) -> Result<Vec<Ring>, StoreError> {
        let rings: Vec<Ring> = self.documents(Kind::Ring).await?;
        let here = |ring: &Ring| ring.environment == *environment;
        Ok(rings.into_iter().filter(here).collect())
    }

    /// Every environment by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn environments(&mut self) -> Result<BTreeMap<Name, Environment>, StoreError> {
        let all: Vec<Environment> = self.documents(Kind::Environment).await?;
        Ok(all
            .into_iter()
            .map(|environment| (environment.name.clone(), environment))
            .collect())
    }

    /// The targets of an environment, in the order a person would count them: `live-2` before `live-10`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn targets_in(&mut self, environment: &Name) -> Result<Vec<Target>, StoreError> {
        let sql = "SELECT record, name FROM catalog WHERE kind = $1 AND name >= $2 AND name < $3";
        let values = [
            Kind::Target.as_str().into(),
            format!("{environment}/").into(),
            format!("{environment}0").into(),
        ];
        let read = |row: &Row| row.record(0, row.text(1)?);
        let mut targets: Vec<Target> = self
            .rows(sql, &values)
            .await?
            .iter()
            .map(read)
            .collect::<Result<_, _>>()?;
        targets.sort_by_cached_key(|target| counting_key(target.name.as_str()));
        Ok(targets)
    }
}

/// What is compared so that numbers inside names count as numbers.
fn counting_key(name: &str) -> Vec<(u64, String)> {
    let mut key: Vec<(u64, String)> = Vec::new();
    for part in name.split('-') {
        match part.parse() {
            Ok(number) => key.push((number, String::new())),
            Err(_) => key.push((0, part.to_owned())),
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_counted_as_people_count() {
        let mut names = ["live-10", "live-2", "live-1", "edge-3"];
        names.sort_by_cached_key(|name| counting_key(name));
        assert_eq!(names, ["edge-3", "live-1", "live-2", "live-10"]);
    }
}
