//! Targets: what they are told, and what they said.

use crate::{Row, StoreError, Tx, Value, record};
use std::fmt;
use tidegate_domain::{
    converge::DesiredState,
    deployment::facts::Report,
    generation::{Generation, Instruction},
    name::Name,
};

/// A target's full name, `ENVIRONMENT/TARGET`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetKey {
    /// Its environment.
    pub environment: Name,
    /// Its name there.
    pub target: Name,
}

impl Tx {
    /// Tells a target what to run. The store allocates the pair that orders it: the present history, and one above the
    /// last generation.
    ///
    /// # Errors
    /// When a backup was put back and no history began since, or when the database refuses; likewise below.
    pub async fn record_desired(
        &mut self,
        key: &TargetKey,
        state: &DesiredState,
    ) -> Result<Instruction, StoreError> {
        if self.restored().await?.is_some() {
            return Err(StoreError::Resting);
        }
        let sql = "SELECT generation FROM desired WHERE target = $1 AND product = $2";
        let last = self
            .row(
                sql,
                &[key.to_string().into(), state.product.as_str().into()],
            )
            .await?;
        let generation = last
            .map_or(Ok(0), |row| row.unsigned(0))
            .map(Generation)?
            .next();
        let instruction = Instruction {
            incarnation: self.incarnation().await?,
            generation,
        };
        let state = DesiredState {
            instruction,
            ..state.clone()
        };
        let sql = "INSERT INTO desired (target, product, generation, record, written_at) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (target, product) DO UPDATE SET generation = excluded.generation, record = excluded.record, \
            written_at = excluded.written_at";
        let values = [
            key.to_string().into(),
            state.product.as_str().into(),
            generation.0.into(),
            record::write(&state).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await?;
        self.execute(
            "UPDATE agents SET cursor = cursor + 1 WHERE target = $1",
            &[key.to_string().into()],
        )
        .await?;
        Ok(instruction)
    }

    /// Another host is in the place of a target: what was told and said of one product there is forgotten. Nobody is told anything
    /// by this.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_product(
        &mut self,
        key: &TargetKey,
        product: &Name,
    ) -> Result<(), StoreError> {
        for table in ["desired", "observed", "proved"] {
            let sql = format!("DELETE FROM {table} WHERE target = $1 AND product = $2");
            let values = [key.to_string().into(), product.as_str().into()];
            self.execute(&sql, &values).await?;
        }
        Ok(())
    }

    /// Everything a target is told, by product.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn desired_of(&mut self, key: &TargetKey) -> Result<Vec<DesiredState>, StoreError> {
        let sql = "SELECT record FROM desired WHERE target = $1 ORDER BY product";
        self.rows(sql, &[key.to_string().into()])
            .await?
            .iter()
            .map(|row| row.record(0, "desired"))
            .collect()
    }

    /// Everything that any target is told.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn all_desired(&mut self) -> Result<Vec<(TargetKey, DesiredState)>, StoreError> {
        let sql = "SELECT target, record FROM desired ORDER BY target, product";
        let rows = self.rows(sql, &[]).await?;
        rows.iter()
            .map(|row| Ok((row.parsed(0)?, row.record(1, "desired")?)))
            .collect()
    }

    /// What every target of an environment is told about one product.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn desired_in(
        &mut self,
        environment: &Name,
        product: &Name,
    ) -> Result<Vec<(Name, DesiredState)>, StoreError> {
        let sql = "SELECT target, record FROM desired WHERE product = $1 AND target >= $2 AND target < $3";
        let rows = self
            .rows(sql, &in_environment(environment, product))
            .await?;
        rows.iter()
            .map(|row| Ok((target_name(row)?, row.record(1, "desired")?)))
            .collect()
    }

    /// What every target of an environment is told about every product: product, target, state.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn desired_by_product(
        &mut self,
        environment: &Name,
    ) -> Result<Vec<(Name, Name, DesiredState)>, StoreError> {
        let sql = "SELECT target, record, product FROM desired WHERE target >= $1 AND target < $2";
        let rows = self.rows(sql, &bounds(environment)).await?;
        let read = |row: &Row| {
            let (product, target) = (row.parsed(2)?, target_name(row)?);
            Ok((product, target, row.record(1, "desired")?))
        };
        rows.iter().map(read).collect()
    }

    /// Keeps what a target said about one product.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_report(
        &mut self,
        key: &TargetKey,
        report: &Report,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO observed (target, product, record, reported_at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (target, product) DO UPDATE SET record = excluded.record, reported_at = excluded.reported_at";
        let product = report.observed.product.as_str();
        let values = [
            key.to_string().into(),
            product.into(),
            record::write(report).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// What a target last said about one product.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn report(
        &mut self,
        key: &TargetKey,
        product: &Name,
    ) -> Result<Option<Report>, StoreError> {
        let sql = "SELECT record FROM observed WHERE target = $1 AND product = $2";
        let row = self
            .row(sql, &[key.to_string().into(), product.as_str().into()])
            .await?;
        row.map(|row| row.record(0, "observed")).transpose()
    }

    /// What every target of an environment last said about one product.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reports_in(
        &mut self,
        environment: &Name,
        product: &Name,
    ) -> Result<Vec<(Name, Report)>, StoreError> {
        let sql = "SELECT target, record FROM observed WHERE product = $1 AND target >= $2 AND target < $3";
        let rows = self
            .rows(sql, &in_environment(environment, product))
            .await?;
        rows.iter()
            .map(|row| Ok((target_name(row)?, row.record(1, "observed")?)))
            .collect()
    }

    /// What every target of an environment last said about every product: product, target, report.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reports_by_product(
        &mut self,
        environment: &Name,
    ) -> Result<Vec<(Name, Name, Report)>, StoreError> {
        let sql = "SELECT target, record, product FROM observed WHERE target >= $1 AND target < $2";
        let rows = self.rows(sql, &bounds(environment)).await?;
        let read = |row: &Row| {
            let (product, target) = (row.parsed(2)?, target_name(row)?);
            Ok((product, target, row.record(1, "observed")?))
        };
        rows.iter().map(read).collect()
    }

    /// Of how many products a target has said something.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_reports(&mut self, key: &TargetKey) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) FROM observed WHERE target = $1";
        let row = self.row(sql, &[key.to_string().into()]).await?;
        row.map_or(Ok(0), |row| row.unsigned(0))
    }

    /// What every target last said: of one product, or of all.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn reports(
        &mut self,
        product: Option<&Name>,
    ) -> Result<Vec<(TargetKey, Name, Report)>, StoreError> {
        let sql = "SELECT target, product, record FROM observed WHERE $1 = '' OR product = $1 ORDER BY target, product";
        let product = product.map_or("", Name::as_str);
        let rows = self.rows(sql, &[product.into()]).await?;
        rows.iter()
            .map(|row| Ok((row.parsed(0)?, row.parsed(1)?, row.record(2, "observed")?)))
            .collect()
    }
}

pub(crate) fn in_environment(environment: &Name, product: &Name) -> [Value; 3] {
    let [from, to] = bounds(environment);
    [product.as_str().into(), from, to]
}

/// Between these lie the keys of an environment's targets: `0` follows `/`.
pub(crate) fn bounds(environment: &Name) -> [Value; 2] {
    [
        format!("{environment}/").into(),
        format!("{environment}0").into(),
    ]
}

pub(crate) fn target_name(row: &Row) -> Result<Name, StoreError> {
    Ok(row.parsed::<TargetKey>(0)?.target)
}

impl fmt::Display for TargetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.environment, self.target)
    }
}

impl std::str::FromStr for TargetKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (environment, target) = text
            .split_once('/')
            .ok_or_else(|| format!("`{text}` has no environment"))?;
        Ok(Self {
            environment: environment
                .parse()
                .map_err(|_| format!("`{environment}` is not a name"))?,
            target: target
                .parse()
                .map_err(|_| format!("`{target}` is not a name"))?,
        })
    }
}
