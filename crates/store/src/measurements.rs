//! What the checks of deployments were answered.

use crate::{StoreError, Tx, record};
use tidegate_domain::{deployment::Measurement, id::DeploymentId};

impl Tx {
    /// Keeps an answer; answers false when that measurement was made already: the first one counts.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_measurement(
        &mut self,
        (deployment, wave): (DeploymentId, u32),
        measurement: &Measurement,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO measurements (deployment, wave, check_name, number, record) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (deployment, wave, check_name, number) DO NOTHING";
        let values = [
            deployment.0.into(),
            wave.into(),
            measurement.check.as_str().into(),
            measurement.number.into(),
            record::write(measurement).into(),
        ];
        Ok(self.execute(sql, &values).await? == 1)
    }

    /// The answers after one wave of a deployment, by check and number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn measurements(
        &mut self,
        (deployment, wave): (DeploymentId, u32),
    ) -> Result<Vec<Measurement>, StoreError> {
        let sql = "SELECT record FROM measurements WHERE deployment = $1 AND wave = $2 ORDER BY check_name, number";
        let rows = self.rows(sql, &[deployment.0.into(), wave.into()]).await?;
        rows.iter()
            .map(|row| row.record(0, "measurement"))
            .collect()
    }
}
