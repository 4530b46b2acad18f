//! Deployments, their targets, and the leases of those who drive them.

use crate::{Row, StoreError, Tx, Value, record};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;
use tidegate_domain::{deployment::Deployment, id::DeploymentId, name::Name, version::Version};

/// The right to drive something, until a time, with the epoch that fences off whoever held it before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Of what.
    pub name: String,
    /// Grows with every new holder.
    pub epoch: u64,
    holder: String,
}

/// A deployment that succeeded, as far as it is needed to say since when something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Succeeded {
    /// The product and the environment.
    pub place: (Name, Name),
    /// What stands there since.
    pub release: Version,
    /// Since when.
    pub ended_at: Timestamp,
}

/// What of the record of a deployment says what it brought. The rest is not read: it is a hundred times as long.
#[derive(Deserialize)]
struct Brought {
    release: Version,
}

impl Tx {
    /// The number the next deployment gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_deployment(&mut self) -> Result<DeploymentId, StoreError> {
        self.count_up("deployment").await.map(DeploymentId)
    }

    /// The next number of something that is counted.
    pub(crate) async fn count_up(&mut self, what: &str) -> Result<u64, StoreError> {
        self.count_up_by(what, 1).await
    }

    /// The last of the next `many` numbers of something that is counted.
    pub(crate) async fn count_up_by(&mut self, what: &str, many: u64) -> Result<u64, StoreError> {
        let sql = "INSERT INTO counters (name, value) VALUES ($1, $2) \
            ON CONFLICT (name) DO UPDATE SET value = counters.value + $2 RETURNING value";
        let row = self.row(sql, &[what.into(), many.into()]).await?;
        row.map_or(Ok(many), |row| row.unsigned(0))
    }

    /// Keeps a new deployment with its targets. The database refuses a second running one in the same place.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_deployment_requested(
        &mut self,
        deployment: &Deployment,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO deployments (id, product, environment, status, running, record, created_at) \
            VALUES ($1, $2, $3, $4, 1, $5, $6)";
        let values = [
            deployment.id.0.into(),
            deployment.product.as_str().into(),
            deployment.environment.as_str().into(),
            deployment.status.word().into(),
            record::write(deployment).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await?;
        let sql = "INSERT INTO deployment_targets (deployment, position, target, record) VALUES ($1, $2, $3, $4)";
        for (position, run) in deployment.positioned() {
            let values = [
                deployment.id.0.into(),
                position.0.into(),
                run.target.as_str().into(),
                record::write(run).into(),
            ];
            self.execute(sql, &values).await?;
        }
        Ok(())
    }

    /// Keeps what changed between two states of one deployment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_deployment_changed(
        &mut self,
        before: &Deployment,
        after: &Deployment,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE deployments SET status = $2, running = $3, record = $4, ended_at = $5 WHERE id = $1";
        let values = [
            after.id.0.into(),
            after.status.word().into(),
            (!after.status.is_terminal()).into(),
            record::write(after).into(),
            after.status.ended_at().into(),
        ];
        self.execute(sql, &values).await?;
        let sql =
            "UPDATE deployment_targets SET record = $3 WHERE deployment = $1 AND position = $2";
        for ((position, run), old) in after.positioned().zip(&before.targets) {
            if run != old {
                self.execute(
                    sql,
                    &[
                        after.id.0.into(),
                        position.0.into(),
                        record::write(run).into(),
                    ],
                )
                .await?;
            }
        }
        Ok(())
    }

    /// A deployment with its targets.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn deployment(&mut self, id: DeploymentId) -> Result<Option<Deployment>, StoreError> {
        let row = self
            .row(
                "SELECT record FROM deployments WHERE id = $1",
                &[id.0.into()],
            )
            .await?;
        let Some(row) = row else { return Ok(None) };
        let mut deployment: Deployment = row.record(0, "deployment")?;
        let sql = "SELECT record FROM deployment_targets WHERE deployment = $1 ORDER BY position";
        let runs = self.rows(sql, &[id.0.into()]).await?;
        deployment.targets = runs
            .iter()
            .map(|row| row.record(0, "deployment target"))
            .collect::<Result<_, _>>()?;
        Ok(Some(deployment))
    }

    /// The deployments that have not ended.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn running_deployments(&mut self) -> Result<Vec<DeploymentId>, StoreError> {
        let rows = self
            .rows(
                "SELECT id FROM deployments WHERE running = 1 ORDER BY id",
                &[],
            )
            .await?;
        rows.iter()
            .map(|row| row.unsigned(0).map(DeploymentId))
            .collect()
    }

    /// The one that runs in that place, if one does.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn deployment_running_in(
        &mut self,
        product: &Name,
        environment: &Name,
    ) -> Result<Option<DeploymentId>, StoreError> {
        let sql =
            "SELECT id FROM deployments WHERE product = $1 AND environment = $2 AND running = 1";
        let row = self
            .row(sql, &[product.as_str().into(), environment.as_str().into()])
            .await?;
        row.map(|row| row.unsigned(0).map(DeploymentId)).transpose()
    }

    /// The newest deployments below `before`, newest first, of one product and environment if given. Without targets.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn deployments_before(
        &mut self,
        before: DeploymentId,
        limit: u64,
        place: (Option<&Name>, Option<&Name>),
    ) -> Result<Vec<Deployment>, StoreError> {
        // A condition for each case: only so is the index of places used.
        let (of, names) = match place {
            (Some(product), Some(environment)) => (
                "AND product = $3 AND environment = $4",
                vec![product, environment],
            ),
            (Some(product), None) => ("AND product = $3", vec![product]),
            (None, Some(environment)) => ("AND environment = $3", vec![environment]),
            (None, None) => ("", Vec::new()),
        };
        let sql =
            format!("SELECT record FROM deployments WHERE id < $1 {of} ORDER BY id DESC LIMIT $2");
        let names = names.into_iter().map(|name| Value::from(name.as_str()));
        let bounds: [Value; 2] = [before.0.into(), limit.into()];
        let values: Vec<Value> = bounds.into_iter().chain(names).collect();
        self.rows(&sql, &values)
            .await?
            .iter()
            .map(|row: &Row| row.record(0, "deployment"))
            .collect()
    }

    /// The deployments of one place that ended in success, newest first. Without targets.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn succeeded_in(
        &mut self,
        product: &Name,
        environment: &Name,
        limit: u64,
    ) -> Result<Vec<Deployment>, StoreError> {
        let sql = "SELECT record FROM deployments WHERE product = $1 AND environment = $2 AND status = 'succeeded' \
            ORDER BY id DESC LIMIT $3";
        let values = [
            product.as_str().into(),
            environment.as_str().into(),
            limit.into(),
        ];
        self.rows(sql, &values)
            .await?
            .iter()
            .map(|row: &Row| row.record(0, "deployment"))
            .collect()
    }

    /// The newest deployment of each product to an environment, however it went. Without targets.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn last_deployments(
        &mut self,
        environment: &Name,
    ) -> Result<Vec<Deployment>, StoreError> {
        let sql = "SELECT record FROM deployments WHERE id IN \
            (SELECT MAX(id) FROM deployments WHERE environment = $1 GROUP BY product)";
        let rows = self.rows(sql, &[environment.as_str().into()]).await?;
        let read = |row: &Row| row.record(0, "deployment");
        rows.iter().map(read).collect()
    }

    /// Of each place, the newest deployment that succeeded there.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn last_succeeded(&mut self) -> Result<Vec<Succeeded>, StoreError> {
        let sql = "SELECT product, environment, record, ended_at FROM deployments WHERE id IN \
            (SELECT MAX(id) FROM deployments WHERE status = 'succeeded' GROUP BY product, environment)";
        let read = |row: &Row| {
            let brought: Brought = row.record(2, "deployment")?;
            Ok(Succeeded {
                place: place(row)?,
                release: brought.release,
                ended_at: row.time(3)?,
            })
        };
        self.rows(sql, &[]).await?.iter().map(read).collect()
    }

    /// The deployments that have not ended, by their product and environment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn running_by_place(
        &mut self,
    ) -> Result<BTreeMap<(Name, Name), DeploymentId>, StoreError> {
        let sql = "SELECT product, environment, id FROM deployments WHERE running = 1";
        let read = |row: &Row| Ok((place(row)?, DeploymentId(row.unsigned(2)?)));
        self.rows(sql, &[]).await?.iter().map(read).collect()
    }

    /// Takes or renews a lease for `holder`; none while somebody else holds it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn take_lease(
        &mut self,
        name: &str,
        holder: &str,
        length: SignedDuration,
    ) -> Result<Option<Lease>, StoreError> {
        let sql = "INSERT INTO leases (name, holder, epoch, until) VALUES ($1, $2, 1, $3) ON CONFLICT (name) DO UPDATE \
            SET holder = excluded.holder, until = excluded.until, \
                epoch = leases.epoch + CASE WHEN leases.holder = excluded.holder THEN 0 ELSE 1 END \
            WHERE leases.holder = excluded.holder OR leases.until <= $4 RETURNING epoch";
        let until: Timestamp = self.now() + length;
        let values = [name.into(), holder.into(), until.into(), self.now().into()];
        let row = self.row(sql, &values).await?;
        let lease = |row: Row| {
            Ok(Lease {
                name: name.to_owned(),
                epoch: row.unsigned(0)?,
                holder: holder.to_owned(),
            })
        };
        row.map(lease).transpose()
    }

    /// Gives a lease back before its time.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_lease(&mut self, name: &str, holder: &str) -> Result<(), StoreError> {
        let sql = "UPDATE leases SET until = $3 WHERE name = $1 AND holder = $2";
        let values = [name.into(), holder.into(), self.now().into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// Every lease is over: its holder is known to be gone. Epochs go on, so a holder that were still there is fenced off.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn end_leases(&mut self) -> Result<(), StoreError> {
        let sql = "UPDATE leases SET until = $1 WHERE until > $1";
        self.execute(sql, &[self.now().into()]).await.map(drop)
    }

    /// Proves inside this transaction that the lease still holds.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when it does not.
    pub async fn prove_lease(&mut self, lease: &Lease) -> Result<(), StoreError> {
        let sql =
            "SELECT 1 FROM leases WHERE name = $1 AND holder = $2 AND epoch = $3 AND until > $4";
        let values = [
            lease.name.as_str().into(),
            lease.holder.as_str().into(),
            lease.epoch.into(),
            self.now().into(),
        ];
        self.row(sql, &values)
            .await?
            .map(drop)
            .ok_or(StoreError::LeaseLost)
    }
}

/// The product and the environment in the first two columns.
fn place(row: &Row) -> Result<(Name, Name), StoreError> {
    Ok((row.parsed(0)?, row.parsed(1)?))
}
