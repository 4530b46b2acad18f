//! What stakeholders said, and which recipients bounced.

use crate::{StoreError, Tx, deliveries::key, record};
use tidegate_domain::{
    communication::{Bounce, MailAddress, OptIn, Recipient},
    digest::Digest,
    name::Name,
};

impl Tx {
    /// Keeps what a stakeholder was asked or said, in place of what they said before.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_opt_in(&mut self, said: &OptIn) -> Result<(), StoreError> {
        let sql = "INSERT INTO opt_ins (stakeholder, audience, address, link, record) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (stakeholder, audience, address) DO UPDATE SET link = excluded.link, record = excluded.record";
        let values = [
            said.stakeholder.as_str().into(),
            said.audience.as_str().into(),
            said.address.as_str().into(),
            said.link.hex().into(),
            record::write(said).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// All that was said for an audience.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn opt_ins_for(&mut self, audience: &Name) -> Result<Vec<OptIn>, StoreError> {
        let sql = "SELECT record FROM opt_ins WHERE audience = $1 ORDER BY audience, stakeholder, address";
        let rows = self.rows(sql, &[audience.as_str().into()]).await?;
        rows.iter().map(|row| row.record(0, "opt-in")).collect()
    }

    /// What was said by the link with this digest.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn opt_in_by_link(&mut self, link: &Digest) -> Result<Option<OptIn>, StoreError> {
        let sql = "SELECT record FROM opt_ins WHERE link = $1";
        let row = self.row(sql, &[link.hex().into()]).await?;
        row.map(|row| row.record(0, "opt-in")).transpose()
    }

    /// What was said for an address, by whichever stakeholders have it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn opt_ins_of(
        &mut self,
        (audience, address): (&Name, &MailAddress),
    ) -> Result<Vec<OptIn>, StoreError> {
        let sql =
            "SELECT record FROM opt_ins WHERE audience = $1 AND address = $2 ORDER BY stakeholder";
        let values = [audience.as_str().into(), address.as_str().into()];
        let rows = self.rows(sql, &values).await?;
        rows.iter().map(|row| row.record(0, "opt-in")).collect()
    }

    /// Keeps that a recipient bounced.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_bounce(&mut self, bounce: &Bounce) -> Result<(), StoreError> {
        let sql = "INSERT INTO bounces (recipient, at, record) VALUES ($1, $2, $3) \
            ON CONFLICT (recipient) DO UPDATE SET at = excluded.at, record = excluded.record";
        let values = [
            key(&bounce.recipient).into(),
            bounce.at.into(),
            record::write(bounce).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// Somebody confirmed a recipient that had bounced; answers false when it had not.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_bounce_confirmed(
        &mut self,
        recipient: &Recipient,
    ) -> Result<bool, StoreError> {
        let sql = "DELETE FROM bounces WHERE recipient = $1";
        Ok(self.execute(sql, &[key(recipient).into()]).await? == 1)
    }

    /// What came back from a recipient, if something did.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn bounce_of(&mut self, recipient: &Recipient) -> Result<Option<Bounce>, StoreError> {
        let sql = "SELECT record FROM bounces WHERE recipient = $1";
        let row = self.row(sql, &[key(recipient).into()]).await?;
        row.map(|row| row.record(0, "bounce")).transpose()
    }

    /// All recipients that bounced, the last first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn bounces(&mut self) -> Result<Vec<Bounce>, StoreError> {
        let sql = "SELECT record FROM bounces ORDER BY at DESC, recipient";
        let rows = self.rows(sql, &[]).await?;
        rows.iter().map(|row| row.record(0, "bounce")).collect()
    }
}
