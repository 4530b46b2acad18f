//! Messages: what people are told, and who was left out.

use crate::{Row, StoreError, Tx, Value, record, value::ROWS_MAX, value::tuples};
use tidegate_domain::{
    communication::{
        LeftOut,
        message::{About, Message},
    },
    id::MessageId,
    name::Name,
    version::Version,
};

impl Tx {
    /// The number the next message gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_message(&mut self) -> Result<MessageId, StoreError> {
        self.count_up("message").await.map(MessageId)
    }

    /// Keeps a message, new or changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_message(&mut self, message: &Message) -> Result<(), StoreError> {
        let sql = "INSERT INTO messages (id, product, version, running, record) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (id) DO UPDATE SET running = excluded.running, record = excluded.record";
        let (product, version) = match &message.about {
            About::Release(product, version) => (product.as_str(), version.as_str()),
            About::Product(product) => (product.as_str(), ""),
            About::Train(train) => (train.as_str(), "train"),
        };
        let values = [
            message.id.0.into(),
            product.into(),
            version.into(),
            (!message.status.is_terminal()).into(),
            record::write(message).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A message by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn message(&mut self, id: MessageId) -> Result<Option<Message>, StoreError> {
        let sql = "SELECT record FROM messages WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "message")).transpose()
    }

    /// At most `limit` messages below `before`, the newest first: those of one release, or of a product and all of its releases.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn messages_about(
        &mut self,
        (product, version): (&Name, Option<&Version>),
        (before, limit): (MessageId, u64),
    ) -> Result<Vec<Message>, StoreError> {
        let sql = "SELECT record FROM messages WHERE product = $1 AND ($2 = '' OR version = $2) AND version <> 'train' \
            AND id < $3 ORDER BY id DESC LIMIT $4";
        let values = [
            product.as_str().into(),
            version.map_or("", Version::as_str).into(),
            before.0.into(),
            limit.into(),
        ];
        read(&self.rows(sql, &values).await?)
    }

    /// At most `limit` messages that something happens to by itself or by people, the oldest first, behind `after`.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn running_messages(
        &mut self,
        (after, limit): (MessageId, u64),
    ) -> Result<Vec<Message>, StoreError> {
        let sql = "SELECT record FROM messages WHERE running = 1 AND id > $1 ORDER BY id LIMIT $2";
        read(&self.rows(sql, &[after.0.into(), limit.into()]).await?)
    }

    /// Keeps who does not get a message, in place of what was kept of it before.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_left_out(
        &mut self,
        message: MessageId,
        all: &[LeftOut],
    ) -> Result<(), StoreError> {
        self.execute(
            "DELETE FROM left_out WHERE message = $1",
            &[message.0.into()],
        )
        .await?;
        let numbered: Vec<(u64, &LeftOut)> = (1..).zip(all).collect();
        for some in numbered.chunks(ROWS_MAX) {
            let sql = format!(
                "INSERT INTO left_out (message, number, record) VALUES {}",
                tuples(some.len(), 3)
            );
            let values = some.iter().flat_map(|(number, it)| {
                [
                    message.0.into(),
                    (*number).into(),
                    record::write(*it).into(),
                ]
            });
            let values: Vec<Value> = values.collect();
            self.execute(&sql, &values).await?;
        }
        Ok(())
    }

    /// At most `limit` of those who do not get a message.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn left_out_of(
        &mut self,
        message: MessageId,
        limit: u64,
    ) -> Result<Vec<LeftOut>, StoreError> {
        let sql = "SELECT record FROM left_out WHERE message = $1 ORDER BY number LIMIT $2";
        let rows = self.rows(sql, &[message.0.into(), limit.into()]).await?;
        rows.iter().map(|row| row.record(0, "left out")).collect()
    }
}

fn read(rows: &[Row]) -> Result<Vec<Message>, StoreError> {
    rows.iter().map(|row| row.record(0, "message")).collect()
}
