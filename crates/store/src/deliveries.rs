//! Deliveries: the outbox. Each is one message to one recipient, and stands here before anything is sent.

use crate::{Row, StoreError, Tx, Value, record, value::ROWS_MAX, value::tuples};
use jiff::Timestamp;
use tidegate_domain::{
    communication::{Delivery, DeliveryState, Recipient, Word, message::Tally},
    id::{DeliveryId, MessageId},
    name::Name,
};

/// How much is handed out at a time of what belongs to no message.
const ALONE_MAX: u64 = 200;

impl Tx {
    /// The first of `count` numbers that the next deliveries get.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_deliveries(&mut self, count: u64) -> Result<DeliveryId, StoreError> {
        let sql = "INSERT INTO counters (name, value) VALUES ('delivery', $1) \
            ON CONFLICT (name) DO UPDATE SET value = counters.value + $1 RETURNING value";
        let row = self.row(sql, &[count.into()]).await?;
        let last = row.map_or(Ok(count), |row| row.unsigned(0))?;
        Ok(DeliveryId(last + 1 - count))
    }

    /// Keeps new deliveries. The database refuses a second one of a message to the same recipient.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_deliveries_begun(&mut self, all: &[Delivery]) -> Result<(), StoreError> {
        for some in all.chunks(ROWS_MAX) {
            let sql = format!(
                "INSERT INTO deliveries (id, message, channel, audience, recipient, state, at, record) VALUES {}",
                tuples(some.len(), 8)
            );
            let values: Vec<Value> = some.iter().flat_map(columns).collect();
            self.execute(&sql, &values).await?;
        }
        Ok(())
    }

    /// Keeps a delivery that changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_delivery(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        let sql = "UPDATE deliveries SET state = $2, at = $3, record = $4 WHERE id = $1";
        let values = [
            delivery.id.0.into(),
            column(&delivery.state).into(),
            turn(&delivery.state).into(),
            record::write(delivery).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A delivery by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn delivery(&mut self, id: DeliveryId) -> Result<Option<Delivery>, StoreError> {
        let sql = "SELECT record FROM deliveries WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "delivery")).transpose()
    }

    /// At most `limit` deliveries of a message behind `after`, by number; of one state, if given by its word.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn deliveries_of(
        &mut self,
        (message, state): (MessageId, Option<&str>),
        (after, limit): (DeliveryId, u64),
    ) -> Result<Vec<Delivery>, StoreError> {
        let sql = "SELECT record FROM deliveries WHERE message = $1 AND ($2 = '' OR state = $2) AND id > $3 \
            ORDER BY id LIMIT $4";
        let values = [
            message.0.into(),
            state.unwrap_or_default().into(),
            after.0.into(),
            limit.into(),
        ];
        read(&self.rows(sql, &values).await?)
    }

    /// At most `limit` deliveries by one channel whose turn has come, in the order of their turns.
    ///
    /// What belongs to no message (number 0: news, and invitations) gives way to what does, and comes in small parts: a message
    /// may be urgent, and everybody's news are due at one hour.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn deliveries_due(
        &mut self,
        channel: &Name,
        limit: u64,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        let of_messages = self.due(("message > 0", channel), limit).await?;
        if !of_messages.is_empty() {
            return Ok(of_messages);
        }
        let limit = limit.min(ALONE_MAX);
        self.due(("message = 0", channel), limit).await
    }

    async fn due(
        &mut self,
        (which, channel): (&str, &Name),
        limit: u64,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        let sql = format!(
            "SELECT id FROM deliveries WHERE state = 'queued' AND at <= $1 AND channel = $2 AND {which} \
            ORDER BY at, id LIMIT $3"
        );
        let values = [self.now().into(), channel.as_str().into(), limit.into()];
        let rows = self.rows(&sql, &values).await?;
        rows.iter()
            .map(|row| row.unsigned(0).map(DeliveryId))
            .collect()
    }

    /// The channels that something is to go out by now, and the next moment at which more is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn channels_due(&mut self) -> Result<(Vec<Name>, Option<Timestamp>), StoreError> {
        let sql = "SELECT DISTINCT channel FROM deliveries WHERE state = 'queued' AND at <= $1 ORDER BY channel";
        let now = self.now();
        let rows = self.rows(sql, &[now.into()]).await?;
        let channels = rows.iter().map(|row| row.parsed(0));
        let channels = channels.collect::<Result<_, _>>()?;
        let sql = "SELECT MIN(at) FROM deliveries WHERE state = 'queued' AND at > $1";
        let row = self.row(sql, &[now.into()]).await?;
        let next = row.map(|row| row.optional_time(0)).transpose()?.flatten();
        Ok((channels, next))
    }

    /// At most `limit` deliveries that are being tried.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn deliveries_attempted(&mut self, limit: u64) -> Result<Vec<Delivery>, StoreError> {
        let sql = "SELECT record FROM deliveries WHERE state = 'attempting' ORDER BY id LIMIT $1";
        read(&self.rows(sql, &[limit.into()]).await?)
    }

    /// The queued deliveries of a message to an audience are not looked at before a moment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_audience_waits(
        &mut self,
        (message, audience): (MessageId, &Name),
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE deliveries SET at = $3 WHERE message = $1 AND audience = $2 AND state = 'queued' AND at < $3";
        let values = [message.0.into(), audience.as_str().into(), until.into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// All queued deliveries of a message are looked at now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_deliveries_called(&mut self, message: MessageId) -> Result<(), StoreError> {
        let sql = "UPDATE deliveries SET at = $2 WHERE message = $1 AND state = 'queued'";
        let values = [message.0.into(), self.now().into()];
        self.execute(sql, &values).await.map(drop)
    }

    /// What the deliveries of a message came to.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tally_of(&mut self, message: MessageId) -> Result<Tally, StoreError> {
        let sql = "SELECT state, COUNT(*) FROM deliveries WHERE message = $1 GROUP BY state";
        let mut tally = Tally::default();
        for row in self.rows(sql, &[message.0.into()]).await? {
            let count = row.unsigned(1)?;
            match row.text(0)? {
                "queued" | "attempting" => tally.pending += count,
                "delivered" => tally.delivered += count,
                "refused" => tally.refused += count,
                "gave-up" => tally.gave_up += count,
                "unknown" => tally.unknown += count,
                _ => tally.cancelled += count,
            }
        }
        Ok(tally)
    }

    /// At most `limit` deliveries that a recipient got, below `before`, the newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn delivered_to(
        &mut self,
        recipient: &Recipient,
        (before, limit): (DeliveryId, u64),
    ) -> Result<Vec<Delivery>, StoreError> {
        let sql = "SELECT record FROM deliveries WHERE recipient = $1 AND state = 'delivered' AND id < $2 \
            ORDER BY id DESC LIMIT $3";
        let values = [key(recipient).into(), before.0.into(), limit.into()];
        read(&self.rows(sql, &values).await?)
    }
}

/// A recipient as it is searched for.
pub(crate) fn key(recipient: &Recipient) -> String {
    match recipient {
        Recipient::Mailbox(address) => format!("mailbox:{address}"),
        Recipient::Account(name) => format!("account:{name}"),
        Recipient::Endpoint(channel) => format!("endpoint:{channel}"),
    }
}

fn columns(delivery: &Delivery) -> [Value; 8] {
    [
        delivery.id.0.into(),
        delivery.message.0.into(),
        delivery.channel.as_str().into(),
        delivery.audience.as_str().into(),
        key(&delivery.recipient).into(),
        column(&delivery.state).into(),
        turn(&delivery.state).into(),
        record::write(delivery).into(),
    ]
}

/// The state as it is counted: a person's word counts like what it says.
const fn column(state: &DeliveryState) -> &'static str {
    match state {
        DeliveryState::Queued { .. } => "queued",
        DeliveryState::Attempting { .. } => "attempting",
        DeliveryState::Delivered { .. }
        | DeliveryState::Settled {
            word: Word::Arrived,
            ..
        } => "delivered",
        DeliveryState::Refused { .. } => "refused",
        DeliveryState::GaveUp { .. }
        | DeliveryState::Settled {
            word: Word::Missing,
            ..
        } => "gave-up",
        DeliveryState::Unknown { .. } => "unknown",
        DeliveryState::Cancelled { .. } => "cancelled",
    }
}

/// When its turn is, or since when it is what it is.
const fn turn(state: &DeliveryState) -> Timestamp {
    match state {
        DeliveryState::Queued { at, .. }
        | DeliveryState::Attempting { at, .. }
        | DeliveryState::Delivered { at, .. }
        | DeliveryState::Refused { at, .. }
        | DeliveryState::GaveUp { at, .. }
        | DeliveryState::Unknown { at, .. }
        | DeliveryState::Settled { at, .. }
        | DeliveryState::Cancelled { at, .. } => *at,
    }
}

fn read(rows: &[Row]) -> Result<Vec<Delivery>, StoreError> {
    rows.iter().map(|row| row.record(0, "delivery")).collect()
}
