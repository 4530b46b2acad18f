//! The agents of targets: how they join, which certificates of theirs are good, and what is known of them.

use crate::{
    Row, StoreError, TargetKey, Tx, Value,
    targets::{bounds, target_name},
};
use jiff::Timestamp;
use tidegate_domain::{digest::Digest, id::EnrolmentId, name::Name};

/// What is known of a target's agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRow {
    /// The target.
    pub key: TargetKey,
    /// The serial number of its certificate, hex.
    pub serial: String,
    /// That of a renewed certificate that was not seen yet; empty when there is none.
    pub next_serial: String,
    /// Counts what was written for it.
    pub cursor: u64,
    /// Whether it is in touch.
    pub connected: bool,
    /// Since when.
    pub connection_changed_at: Timestamp,
    /// The agent's program version.
    pub program_version: String,
    /// Since when its certificates are refused.
    pub revoked_at: Option<Timestamp>,
    /// What it found wrong with the journal, in words.
    pub journal_alarm: Option<String>,
    /// When the certificate was issued that it shows, if that is known.
    pub issued_at: Option<Timestamp>,
}

/// An enrolment to be made.
#[derive(Debug, Clone)]
pub struct EnrolmentRow {
    /// Its identifier.
    pub id: EnrolmentId,
    /// The hash of the secret.
    pub secret: Digest,
    /// The only environment it is good for.
    pub environment: Name,
    /// How many agents may use it.
    pub uses: u32,
    /// Whether it may take the place of an agent that is enrolled.
    pub replaces: bool,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Tx {
    /// An agent has joined, or joined anew with another certificate.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_agent_enrolled(
        &mut self,
        key: &TargetKey,
        (serial, issued_at): (&str, Timestamp),
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO agents (target, serial, cursor, enrolled_at, connected, connection_changed_at, \
            program_version, issued_at) VALUES ($1, $2, 1, $3, 0, $3, '', $4) \
            ON CONFLICT (target) DO UPDATE SET serial = excluded.serial, next_serial = '', issued_at = excluded.issued_at, \
            heard = 1, enrolled_at = excluded.enrolled_at, revoked_at = NULL, journal_alarm = NULL";
        let values = [
            key.to_string().into(),
            serial.into(),
            self.now().into(),
            issued_at.into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A new certificate was issued to an agent; its present one is good until the new one is seen.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_agent_renewed(
        &mut self,
        key: &TargetKey,
        serial: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE agents SET next_serial = $2 WHERE target = $1";
        let values = [key.to_string().into(), serial.into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// The renewed certificate with this serial number was seen: from now on it is the only one, unless another was issued
    /// since.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_renewal_seen(
        &mut self,
        key: &TargetKey,
        (serial, issued_at): (&str, Timestamp),
    ) -> Result<(), StoreError> {
        let sql = "UPDATE agents SET serial = next_serial, next_serial = '', issued_at = $3 \
            WHERE target = $1 AND next_serial = $2 AND next_serial <> ''";
        let values = [key.to_string().into(), serial.into(), issued_at.into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// A certificate was seen that was issued after the backup was made that was put back: it is the only one now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_certificate_found(
        &mut self,
        key: &TargetKey,
        (serial, issued_at): (&str, Timestamp),
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE agents SET serial = $2, next_serial = '', issued_at = $3 WHERE target = $1";
        let values = [key.to_string().into(), serial.into(), issued_at.into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// From now on no certificate of an agent is good, also none that it renewed; answers false when that was so already.
    ///
    /// # Errors
    /// When the database refuses.
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

    /// Whether an agent is in touch has changed; answers false when it had not.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_connection(
        &mut self,
        key: &TargetKey,
        connected: bool,
        program_version: &str,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE agents SET connected = $2, connection_changed_at = $3, \
            program_version = CASE WHEN $4 = '' THEN program_version ELSE $4 END WHERE target = $1 AND connected <> $2";
        let values = [
            key.to_string().into(),
            connected.into(),
            self.now().into(),
            program_version.into(),
        ];
        Ok(self.execute(sql, &values).await? == 1)
    }

    /// An agent has said all that its target runs.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_heard(&mut self, key: &TargetKey) -> Result<(), StoreError> {
        let sql = "UPDATE agents SET heard = 1 WHERE target = $1 AND heard = 0";
        self.execute(sql, &[key.to_string().into()]).await.map(drop)
    }

    /// Whether an agent has said what its target runs since the record was put back the last time. Who has no agent runs nothing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn was_heard(&mut self, key: &TargetKey) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM agents WHERE target = $1 AND heard = 0 AND revoked_at IS NULL";
        Ok(self.row(sql, &[key.to_string().into()]).await?.is_none())
    }

    /// The targets whose agents are good and have not said what they run since the record was put back the last time.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn unheard(&mut self) -> Result<Vec<TargetKey>, StoreError> {
        let sql =
            "SELECT target FROM agents WHERE heard = 0 AND revoked_at IS NULL ORDER BY target";
        let rows = self.rows(sql, &[]).await?;
        rows.iter().map(|row| row.parsed(0)).collect()
    }

    /// An agent found something wrong with the journal, or is content again.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_journal_alarm(
        &mut self,
        key: &TargetKey,
        alarm: Option<&str>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE agents SET journal_alarm = $2 WHERE target = $1";
        let values = [key.to_string().into(), alarm.into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// One agent.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn agent(&mut self, key: &TargetKey) -> Result<Option<AgentRow>, StoreError> {
        let sql = "SELECT target, serial, cursor, connected, connection_changed_at, program_version, next_serial, \
            revoked_at, journal_alarm, issued_at FROM agents \
            WHERE target = $1";
        self.row(sql, &[key.to_string().into()])
            .await?
            .as_ref()
            .map(agent)
            .transpose()
    }

    /// Every agent, by target.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn agents(&mut self) -> Result<Vec<AgentRow>, StoreError> {
        let sql = "SELECT target, serial, cursor, connected, connection_changed_at, program_version, next_serial, \
            revoked_at, journal_alarm, issued_at FROM agents \
            ORDER BY target";
        self.rows(sql, &[]).await?.iter().map(agent).collect()
    }

    /// The targets of an environment whose agents are in touch.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn in_touch_in(&mut self, environment: &Name) -> Result<Vec<Name>, StoreError> {
        let sql = "SELECT target FROM agents WHERE connected <> 0 AND target >= $1 AND target < $2";
        let rows = self.rows(sql, &bounds(environment)).await?;
        rows.iter().map(target_name).collect()
    }

    /// Keeps an enrolment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_enrolment(&mut self, enrolment: &EnrolmentRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO enrolments (id, secret, environment, uses_left, created_at, expires_at, replaces) \
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let values = [
            enrolment.id.to_string().into(),
            enrolment.secret.as_bytes().to_vec().into(),
            enrolment.environment.as_str().into(),
            enrolment.uses.into(),
            self.now().into(),
            enrolment.expires_at.into(),
            enrolment.replaces.into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Uses an enrolment once, and answers whether it may replace an agent; none when it is unknown, used up, over, or for
    /// another environment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn use_enrolment(
        &mut self,
        secret: Digest,
        environment: &Name,
    ) -> Result<Option<bool>, StoreError> {
        let sql = "UPDATE enrolments SET uses_left = uses_left - 1 \
            WHERE secret = $1 AND environment = $2 AND uses_left > 0 AND expires_at > $3 \
            RETURNING replaces";
        let values = [
            Value::from(secret.as_bytes().to_vec()),
            environment.as_str().into(),
            self.now().into(),
        ];
        let row = self.row(sql, &values).await?;
        row.map(|row| Ok(row.int(0)? != 0)).transpose()
    }
}

fn agent(row: &Row) -> Result<AgentRow, StoreError> {
    Ok(AgentRow {
        key: row.parsed(0)?,
        serial: row.text(1)?.to_owned(),
        cursor: row.unsigned(2)?,
        connected: row.int(3)? != 0,
        connection_changed_at: row.time(4)?,
        program_version: row.text(5)?.to_owned(),
        next_serial: row.text(6)?.to_owned(),
        revoked_at: row.optional_time(7)?,
        journal_alarm: row.optional_text(8)?.map(str::to_owned),
        issued_at: row.optional_time(9)?,
    })
}
