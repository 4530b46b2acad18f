//! Changes that wait for a second person.

use crate::{StoreError, Tx, record};
use tidegate_domain::{access::Proposal, id::ProposalId};

impl Tx {
    /// The number the next proposal gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_proposal(&mut self) -> Result<ProposalId, StoreError> {
        self.count_up("proposal").await.map(ProposalId)
    }

    /// Keeps a proposal as it is now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_proposal(&mut self, proposal: &Proposal) -> Result<(), StoreError> {
        let sql = "INSERT INTO proposals (id, open, record, proposed_at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (id) DO UPDATE SET open = excluded.open, record = excluded.record";
        let values = [
            proposal.id.0.into(),
            proposal.settled.is_none().into(),
            record::write(proposal).into(),
            proposal.at.into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A proposal by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn proposal(&mut self, id: ProposalId) -> Result<Option<Proposal>, StoreError> {
        let sql = "SELECT record FROM proposals WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "proposal")).transpose()
    }

    /// At most `limit` proposals that nobody has settled, or of all, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn proposals(
        &mut self,
        only_open: bool,
        limit: u64,
    ) -> Result<Vec<Proposal>, StoreError> {
        let sql = "SELECT record FROM proposals WHERE open >= $1 ORDER BY id DESC LIMIT $2";
        let rows = self.rows(sql, &[only_open.into(), limit.into()]).await?;
        rows.iter().map(|row| row.record(0, "proposal")).collect()
    }
}
