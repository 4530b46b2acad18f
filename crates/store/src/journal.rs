//! The journal: entries, numbered without gaps, as leaves of a Merkle tree.
//!
//! On SQLite one writer numbers entries as they are written. On PostgreSQL transactions commit side by side, so entries
//! commit unnumbered with their state; [`Tx::number_waiting_entries`], run by whoever holds the sequencer's lease, numbers
//! them in the order they were written. Readers see numbered entries only.
//!
//! The right edge of the tree is kept in one row, its hashes in tiles (`tiles.rs`): the tree is never held whole.

use crate::{Row, StoreError, Tx, Value};
use tidegate_domain::{
    digest::Digest,
    journal::{Entry, Frontier, TILE_WIDTH},
};

/// Leaves of a tile.
const TILE: u64 = TILE_WIDTH as u64;
/// Entries numbered in one transaction at most.
const BATCH: i64 = 1000;

/// A numbered entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedEntry {
    /// Counted from 0.
    pub sequence: u64,
    /// The canonical JSON that was hashed.
    pub text: String,
    /// Its hash as a leaf.
    pub leaf: Digest,
}

impl NumberedEntry {
    /// The entry itself.
    ///
    /// # Errors
    /// When the text is not an entry.
    pub fn entry(&self) -> Result<Entry, StoreError> {
        let what = format!("journal {}", self.sequence);
        serde_json::from_str(&self.text).map_err(|why| StoreError::Record {
            what,
            why: why.to_string(),
        })
    }
}

impl Tx {
    /// Adds an entry; it commits with everything else in this transaction.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_entry(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let text = entry.text();
        if self.is_postgres() {
            let sql = "INSERT INTO journal_waiting (record) VALUES ($1)";
            return self.execute(sql, &[text.into()]).await.map(drop);
        }
        let mut frontier = self.journal_frontier().await?;
        self.number(&mut frontier, entry, text).await?;
        self.keep_frontier(&frontier).await
    }

    /// Numbers entries that wait, oldest first, and answers how many. The caller holds the sequencer's lease.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn number_waiting_entries(&mut self) -> Result<u64, StoreError> {
        let sql = "SELECT position, record FROM journal_waiting ORDER BY position LIMIT $1";
        let waiting = self.rows(sql, &[BATCH.into()]).await?;
        let Some(last) = waiting.last().map(|row| row.int(0)).transpose()? else {
            return Ok(0);
        };
        let mut frontier = self.journal_frontier().await?;
        for row in &waiting {
            let text = row.text(1)?.to_owned();
            let entry = NumberedEntry {
                sequence: frontier.size(),
                leaf: Digest::of(b""),
                text: text.clone(),
            };
            self.number(&mut frontier, &entry.entry()?, text).await?;
        }
        self.keep_frontier(&frontier).await?;
        self.execute(
            "DELETE FROM journal_waiting WHERE position <= $1",
            &[last.into()],
        )
        .await?;
        Ok(waiting.len() as u64)
    }

    /// The right edge of the tree: its size and root are those of the journal.
    ///
    /// # Errors
    /// When the stored edge is damaged.
    pub async fn journal_frontier(&mut self) -> Result<Frontier, StoreError> {
        let sql = "SELECT size, frontier FROM journal_head WHERE one = 1";
        let Some(row) = self.row(sql, &[]).await? else {
            return Ok(Frontier::default());
        };
        Frontier::from_bytes(row.unsigned(0)?, row.blob(1)?).map_err(|why| StoreError::Record {
            what: "journal_head".into(),
            why: why.to_string(),
        })
    }

    /// At most `limit` entries from number `from` on.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn entries_from(
        &mut self,
        from: u64,
        limit: u64,
    ) -> Result<Vec<NumberedEntry>, StoreError> {
        let sql = "SELECT sequence, record, leaf FROM journal WHERE sequence >= $1 ORDER BY sequence LIMIT $2";
        self.rows(sql, &[from.into(), limit.into()])
            .await?
            .iter()
            .map(numbered)
            .collect()
    }

    /// At most `limit` entries older than number `before`, newest first; of one subject, if given.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn entries_before(
        &mut self,
        before: u64,
        limit: u64,
        subject: Option<&str>,
    ) -> Result<Vec<NumberedEntry>, StoreError> {
        let rows = match subject {
            Some(subject) => {
                let sql = "SELECT sequence, record, leaf FROM journal WHERE subject = $3 AND sequence < $1 \
                    ORDER BY sequence DESC LIMIT $2";
                self.rows(sql, &[before.into(), limit.into(), subject.into()])
                    .await?
            }
            None => {
                let sql = "SELECT sequence, record, leaf FROM journal WHERE sequence < $1 ORDER BY sequence DESC LIMIT $2";
                self.rows(sql, &[before.into(), limit.into()]).await?
            }
        };
        rows.iter().map(numbered).collect()
    }

    async fn number(
        &mut self,
        frontier: &mut Frontier,
        entry: &Entry,
        text: String,
    ) -> Result<(), StoreError> {
        let sequence = frontier.size();
        let leaf = tidegate_domain::journal::leaf_hash(text.as_bytes());
        let sql = "INSERT INTO journal (sequence, record, action, subject, leaf) VALUES ($1, $2, $3, $4, $5)";
        let values = [
            sequence.into(),
            text.into(),
            entry.action.as_str().into(),
            entry.subject.as_str().into(),
            leaf.as_bytes().to_vec().into(),
        ];
        self.execute(sql, &values).await?;
        frontier.append(leaf);
        if frontier.size().is_multiple_of(TILE) {
            self.keep_leaves(frontier.size() / TILE - 1).await?;
            self.complete_tiles(frontier.size()).await?;
        }
        Ok(())
    }

    async fn keep_frontier(&mut self, frontier: &Frontier) -> Result<(), StoreError> {
        let sql = "INSERT INTO journal_head (one, size, frontier) VALUES (1, $1, $2) \
            ON CONFLICT (one) DO UPDATE SET size = excluded.size, frontier = excluded.frontier";
        let values: [Value; 2] = [frontier.size().into(), frontier.to_bytes().into()];
        self.execute(sql, &values).await.map(drop)
    }
}

fn numbered(row: &Row) -> Result<NumberedEntry, StoreError> {
    let leaf = row.blob(2)?.try_into().map_err(|_| StoreError::Record {
        what: "journal leaf".into(),
        why: "expected 32 bytes".into(),
    })?;
    Ok(NumberedEntry {
        sequence: row.unsigned(0)?,
        text: row.text(1)?.to_owned(),
        leaf: Digest::from_bytes(leaf),
    })
}
