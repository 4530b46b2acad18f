//! The server's histories: each began because a person wanted it, mostly after a backup was put back.

use crate::{StoreError, Tx, record};
use tidegate_domain::{
    generation::{BackupMark, Beginning, Incarnation},
    id::TokenId,
};

impl Tx {
    /// The present history.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn incarnation(&mut self) -> Result<Incarnation, StoreError> {
        let beginning = self.beginning().await?;
        Ok(beginning.map_or_else(Incarnation::default, |it| it.incarnation))
    }

    /// How the present history began; none if it is the first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn beginning(&mut self) -> Result<Option<Beginning>, StoreError> {
        let sql = "SELECT record FROM incarnations ORDER BY number DESC LIMIT 1";
        let row = self.row(sql, &[]).await?;
        row.map(|row| row.record(0, "incarnations")).transpose()
    }

    /// A history began. Whatever was put back before is confirmed by it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_beginning(&mut self, beginning: &Beginning) -> Result<(), StoreError> {
        let number = i64::from(beginning.incarnation.0);
        let sql = "INSERT INTO incarnations (number, record, begun_at) VALUES ($1, $2, $3)";
        let values = [
            number.into(),
            record::write(beginning).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await?;
        let sql = "UPDATE restores SET incarnation = $1 WHERE incarnation IS NULL";
        self.execute(sql, &[number.into()]).await.map(drop)
    }

    /// A backup was put back, and waits for a person to begin a history. What targets said before is no news any more.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_restored(&mut self, mark: &BackupMark) -> Result<(), StoreError> {
        let sql = "INSERT INTO restores (restored_at, record) VALUES ($1, $2)";
        let values = [self.now().into(), record::write(mark).into()];
        self.execute(sql, &values).await?;
        self.execute("DELETE FROM observed", &[]).await?;
        let sql = "UPDATE agents SET heard = 0, connected = 0";
        self.execute(sql, &[]).await.map(drop)
    }

    /// Sign-ins and links, but for one sign-in, and enrolments end: some of them had ended before the record was put back.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_other_access(&mut self, kept: Option<&str>) -> Result<(), StoreError> {
        let sql = "DELETE FROM sessions WHERE id IS NULL OR id <> $1";
        self.execute(sql, &[kept.unwrap_or_default().into()])
            .await?;
        self.execute("DELETE FROM enrolments", &[]).await.map(drop)
    }

    /// All tokens but one are good for nothing any more, nor is what they began.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_other_tokens(&mut self, kept: Option<TokenId>) -> Result<(), StoreError> {
        let kept = kept.map_or_else(String::new, |id| id.to_string());
        let sql = "DELETE FROM sessions WHERE token IS NOT NULL AND token <> $1";
        self.execute(sql, &[kept.as_str().into()]).await?;
        let sql = "UPDATE tokens SET revoked_at = $1 WHERE revoked_at IS NULL AND id <> $2";
        let values = [self.now().into(), kept.into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// The backup that was put back last, if one ever was.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn last_restored(&mut self) -> Result<Option<BackupMark>, StoreError> {
        let sql = "SELECT record FROM restores ORDER BY restored_at DESC LIMIT 1";
        let row = self.row(sql, &[]).await?;
        row.map(|row| row.record(0, "restores")).transpose()
    }

    /// The backup that was put back and that no history began from yet.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn restored(&mut self) -> Result<Option<BackupMark>, StoreError> {
        let sql = "SELECT record FROM restores WHERE incarnation IS NULL \
            ORDER BY restored_at DESC LIMIT 1";
        let row = self.row(sql, &[]).await?;
        row.map(|row| row.record(0, "restores")).transpose()
    }
}
