//! Known vulnerabilities as they were imported. What they mean is not known here.

use crate::{
    StoreError, Tx, Value,
    value::{ROWS_MAX, tuples},
};
use std::collections::BTreeSet;

/// An advisory to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvisoryRow {
    /// Its identifier.
    pub id: String,
    /// The packages that it is about: ecosystem, and name as the ecosystem looks it up.
    pub packages: BTreeSet<(String, String)>,
    /// The whole, as JSON.
    pub text: String,
}

impl Tx {
    /// Keeps advisories; of one that is known the new one counts.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_advisories(&mut self, rows: &[AdvisoryRow]) -> Result<(), StoreError> {
        // Of one that comes twice the last counts; a statement must not change a row twice.
        let mut seen = BTreeSet::new();
        let rows = rows.iter().rev().filter(|row| seen.insert(row.id.as_str()));
        let rows: Vec<&AdvisoryRow> = rows.collect();
        let now = Value::from(self.now());
        for some in rows.chunks(ROWS_MAX) {
            let mut values = vec![now.clone()];
            let mut listed = Vec::with_capacity(some.len());
            let mut ids = Vec::with_capacity(some.len());
            for row in some {
                let first = values.len() + 1;
                ids.push(format!("${}", ids.len() + 1));
                listed.push(format!("(${first}, $1, ${})", first + 1));
                values.extend([row.id.as_str().into(), row.text.as_str().into()]);
            }
            let sql = format!(
                "INSERT INTO advisories (id, imported_at, record) VALUES {} \
                 ON CONFLICT (id) DO UPDATE SET imported_at = excluded.imported_at, record = excluded.record",
                listed.join(", ")
            );
            self.execute(&sql, &values).await?;
            let sql = format!(
                "DELETE FROM advisory_packages WHERE advisory IN ({})",
                ids.join(", ")
            );
            let values: Vec<Value> = some.iter().map(|row| row.id.as_str().into()).collect();
            self.execute(&sql, &values).await?;
        }
        let packages: Vec<[&str; 3]> = rows
            .iter()
            .flat_map(|row| {
                let packages = row.packages.iter();
                packages
                    .map(|(ecosystem, name)| [ecosystem.as_str(), name.as_str(), row.id.as_str()])
            })
            .collect();
        for some in packages.chunks(ROWS_MAX) {
            let sql = format!(
                "INSERT INTO advisory_packages (ecosystem, name, advisory) VALUES {}",
                tuples(some.len(), 3)
            );
            let values: Vec<Value> = some.iter().flatten().map(|text| (*text).into()).collect();
            self.execute(&sql, &values).await?;
        }
        Ok(())
    }

    /// The advisories about any of these packages, as JSON, each once.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn advisories_about(
        &mut self,
        packages: &BTreeSet<(String, String)>,
    ) -> Result<Vec<String>, StoreError> {
        let packages: Vec<&(String, String)> = packages.iter().collect();
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        for some in packages.chunks(ROWS_MAX) {
            let sql = format!(
                "SELECT DISTINCT a.id, a.record FROM advisory_packages p JOIN advisories a ON a.id = p.advisory \
                 WHERE (p.ecosystem, p.name) IN (VALUES {})",
                tuples(some.len(), 2)
            );
            let values: Vec<Value> = some
                .iter()
                .flat_map(|(ecosystem, name)| [ecosystem.as_str().into(), name.as_str().into()])
                .collect();
            for row in self.rows(&sql, &values).await? {
                if seen.insert(row.text(0)?.to_owned()) {
                    found.push(row.text(1)?.to_owned());
                }
            }
        }
        Ok(found)
    }

    /// Which of these ecosystems any advisory is about.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn ecosystems_with_advisories(
        &mut self,
        ecosystems: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, StoreError> {
        let sql = "SELECT ecosystem FROM advisory_packages WHERE ecosystem = $1 LIMIT 1";
        let mut known = BTreeSet::new();
        for ecosystem in ecosystems {
            if self.row(sql, &[ecosystem.as_str().into()]).await?.is_some() {
                known.insert(ecosystem.clone());
            }
        }
        Ok(known)
    }

    /// Whether any advisory was ever imported.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn has_advisories(&mut self) -> Result<bool, StoreError> {
        let row = self.row("SELECT id FROM advisories LIMIT 1", &[]).await?;
        Ok(row.is_some())
    }

    /// How many advisories there are, and when the last were imported.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn advisories(&mut self) -> Result<(u64, Option<jiff::Timestamp>), StoreError> {
        let sql = "SELECT COUNT(*), MAX(imported_at) FROM advisories";
        let row = self.row(sql, &[]).await?;
        row.map_or(Ok((0, None)), |row| {
            Ok((row.unsigned(0)?, row.optional_time(1)?))
        })
    }
}
