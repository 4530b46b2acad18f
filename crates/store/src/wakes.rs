//! Wake-ups between the servers of one PostgreSQL ("NOTIFY" in its manual). They are words without data, they are told once or
//! not at all, and whoever hears one reads the record again.

use crate::StoreError;
use futures::{StreamExt as _, stream};
use tokio::{sync::mpsc, task::JoinHandle};
use tokio_postgres::{AsyncMessage, Client, Config, NoTls, Notification};

/// A connection that hears what the other servers tell, and tells them.
#[derive(Debug)]
pub struct Wakes {
    client: Client,
    /// The process of PostgreSQL that serves this connection: what it told is not heard again.
    process: i32,
    /// However many come: a connection that waited for whoever hears them would not hear what it is answered either.
    said: mpsc::UnboundedReceiver<Notification>,
    listening: JoinHandle<()>,
}

impl Wakes {
    pub(crate) async fn open(config: &Config) -> Result<Self, StoreError> {
        let (client, mut connection) = config.connect(NoTls).await?;
        let (hear, said) = mpsc::unbounded_channel();
        let listening = tokio::spawn(async move {
            let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
            while let Some(Ok(message)) = messages.next().await {
                if let AsyncMessage::Notification(said) = message
                    && hear.send(said).is_err()
                {
                    return;
                }
            }
        });
        client.batch_execute("LISTEN tidegate").await?;
        let process = client.query_one("SELECT pg_backend_pid()", &[]).await?;
        Ok(Self {
            process: process.try_get(0)?,
            client,
            said,
            listening,
        })
    }

    /// The next word of another server; none once the connection is lost.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            let said = self.said.recv().await?;
            if said.process_id() != self.process {
                return Some(said.payload().to_owned());
            }
        }
    }

    /// Tells all other servers some words of at most 7,999 bytes each; the same word twice is one.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn tell(&self, words: &[String]) -> Result<(), StoreError> {
        let sql = "SELECT pg_notify('tidegate', word) FROM unnest($1::text[]) AS word";
        self.client.execute(sql, &[&words]).await?;
        Ok(())
    }
}

impl Drop for Wakes {
    fn drop(&mut self) {
        self.listening.abort();
    }
}
