//! Agents whose certificates are refused. Enrolment ends that; see [`Tx::record_agent_enrolled`].

use crate::{
    StoreError, TargetKey, Tx,
    targets::{bounds, target_name},
};
use tidegate_domain::name::Name;

impl Tx {
    /// From now on no certificate of an agent is good, also none that it renewed; answers false when that was so already.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_agent_revoked(&mut self, key: &TargetKey) -> Result<bool, StoreError> {
        let sql = "UPDATE agents SET revoked_at = $2 WHERE target = $1 AND revoked_at IS NULL";
        let values = [key.to_string().into(), self.now().into()];
        Ok(self.execute(sql, &values).await? == 1)
    }

    /// The targets of an environment whose agents are revoked.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn revoked_in(&mut self, environment: &Name) -> Result<Vec<Name>, StoreError> {
        let sql = "SELECT target FROM agents \
            WHERE revoked_at IS NOT NULL AND target >= $1 AND target < $2";
        let rows = self.rows(sql, &bounds(environment)).await?;
        rows.iter().map(target_name).collect()
    }
}
