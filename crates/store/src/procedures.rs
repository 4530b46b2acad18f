//! Procedures: their versions, who has read them, their reviews, and what was made with which version.

use crate::{Row, StoreError, Tx, record};
use std::collections::BTreeMap;
use tidegate_domain::{
    name::Name,
    planning::PlanEdition,
    procedure::{ProcedureState, ProcedureVersion},
    runbook::RunbookEdition,
};

impl Tx {
    /// Keeps a version. The database refuses a number that is taken.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_procedure_version(
        &mut self,
        version: &ProcedureVersion,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO procedure_versions (name, version, record) VALUES ($1, $2, $3)";
        let values = [
            version.name.as_str().into(),
            version.number.into(),
            record::write(version).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// At most `limit` versions of a procedure with a number below `before`, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn procedure_versions_before(
        &mut self,
        name: &Name,
        (before, limit): (u32, u64),
    ) -> Result<Vec<ProcedureVersion>, StoreError> {
        let sql = "SELECT record FROM procedure_versions WHERE name = $1 AND version < $2 ORDER BY version DESC LIMIT $3";
        let values = [name.as_str().into(), before.into(), limit.into()];
        let rows = self.rows(sql, &values).await?;
        rows.iter()
            .map(|row: &Row| row.record(0, "version of a procedure"))
            .collect()
    }

    /// A version of a procedure.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn procedure_version(
        &mut self,
        name: &Name,
        number: u32,
    ) -> Result<Option<ProcedureVersion>, StoreError> {
        let sql = "SELECT record FROM procedure_versions WHERE name = $1 AND version = $2";
        let row = self
            .row(sql, &[name.as_str().into(), number.into()])
            .await?;
        row.map(|row| row.record(0, "version of a procedure"))
            .transpose()
    }

    /// The newest version of every procedure that there ever was.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn newest_procedure_versions(
        &mut self,
    ) -> Result<BTreeMap<Name, ProcedureVersion>, StoreError> {
        let sql = "SELECT one.record FROM procedure_versions one WHERE NOT EXISTS (SELECT 1 FROM procedure_versions other \
            WHERE other.name = one.name AND other.version > one.version) ORDER BY one.name";
        let read = |row: &Row| {
            let version: ProcedureVersion = row.record(0, "version of a procedure")?;
            Ok((version.name.clone(), version))
        };
        self.rows(sql, &[]).await?.iter().map(read).collect()
    }

    /// Notes that a person has read a version of a procedure.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_procedure_read(
        &mut self,
        (procedure, version): (&Name, u32),
        person: &Name,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO procedure_acknowledgements (procedure, version, person, at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (procedure, version, person) DO NOTHING";
        let values = [
            procedure.as_str().into(),
            version.into(),
            person.as_str().into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// The newest version of each procedure that each person has read, by procedure and person.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn procedures_read(&mut self) -> Result<BTreeMap<(Name, Name), u32>, StoreError> {
        let sql = "SELECT procedure, person, MAX(version) FROM procedure_acknowledgements GROUP BY procedure, person";
        let read = |row: &Row| Ok(((row.parsed(0)?, row.parsed(1)?), number(row, 2)?));
        self.rows(sql, &[]).await?.iter().map(read).collect()
    }

    /// The newest version of each procedure that a person has read.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn procedures_read_by(
        &mut self,
        person: &Name,
    ) -> Result<BTreeMap<Name, u32>, StoreError> {
        let sql = "SELECT procedure, MAX(version) FROM procedure_acknowledgements WHERE person = $1 GROUP BY procedure";
        let read = |row: &Row| Ok((row.parsed(0)?, number(row, 1)?));
        let rows = self.rows(sql, &[person.as_str().into()]).await?;
        rows.iter().map(read).collect()
    }

    /// Keeps what became of a procedure beside its versions, in place of what was kept before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_procedure_state(
        &mut self,
        name: &Name,
        state: &ProcedureState,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO procedure_states (name, record) VALUES ($1, $2) \
            ON CONFLICT (name) DO UPDATE SET record = excluded.record";
        let values = [name.as_str().into(), record::write(state).into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// What became of each procedure beside its versions.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn procedure_states(&mut self) -> Result<BTreeMap<Name, ProcedureState>, StoreError> {
        let sql = "SELECT name, record FROM procedure_states";
        let read = |row: &Row| Ok((row.parsed(0)?, row.record(1, "state of a procedure")?));
        self.rows(sql, &[]).await?.iter().map(read).collect()
    }

    /// The newest edition of every runbook that names procedures.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn runbooks_by_procedures(&mut self) -> Result<Vec<RunbookEdition>, StoreError> {
        // A record without the key names none; one in whose texts it stands may be read for nothing.
        let sql = "SELECT one.record FROM runbook_editions one WHERE one.record LIKE '%\"procedures\":{%' AND NOT EXISTS \
            (SELECT 1 FROM runbook_editions other WHERE other.product = one.product AND other.version = one.version \
            AND other.environment = one.environment AND other.way = one.way AND other.edition > one.edition) \
            ORDER BY one.product, one.version, one.environment, one.way";
        let rows = self.rows(sql, &[]).await?;
        let read = |row: &Row| row.record(0, "runbook");
        let all: Vec<RunbookEdition> = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(all
            .into_iter()
            .filter(|it| !it.procedures.is_empty())
            .collect())
    }

    /// The newest edition of every release's plan that names procedures.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn plans_by_procedures(&mut self) -> Result<Vec<PlanEdition>, StoreError> {
        let sql = "SELECT one.record FROM release_plans one WHERE one.record LIKE '%\"procedures\":{%' AND NOT EXISTS \
            (SELECT 1 FROM release_plans other WHERE other.product = one.product AND other.version = one.version \
            AND other.edition > one.edition) ORDER BY one.product, one.version";
        let rows = self.rows(sql, &[]).await?;
        let read = |row: &Row| row.record(0, "release plan");
        let all: Vec<PlanEdition> = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(all
            .into_iter()
            .filter(|it| !it.procedures.is_empty())
            .collect())
    }
}

fn number(row: &Row, i: usize) -> Result<u32, StoreError> {
    u32::try_from(row.int(i)?).map_err(|why| StoreError::Record {
        what: "number".to_owned(),
        why: why.to_string(),
    })
}
