//! Which programs a service account is lent to.

use crate::{StoreError, Tx, Value, record};
use tidegate_domain::{access::Trust, id::PersonId, name::Name};

impl Tx {
    /// Keeps what an account trusts, in the place of what it trusted by that name.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn record_trust(
        &mut self,
        person: PersonId,
        trust: &Trust,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO trusts (person, name, record, created_at) VALUES ($1, $2, $3, $4) \
            ON CONFLICT (person, name) DO UPDATE SET record = excluded.record, created_at = excluded.created_at";
        let values = [
            person.to_string().into(),
            trust.name.as_str().into(),
            record::write(trust).into(),
            self.now().into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// What an account trusts, by name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn trusts(&mut self, person: PersonId) -> Result<Vec<Trust>, StoreError> {
        let sql = "SELECT record FROM trusts WHERE person = $1 ORDER BY name";
        let rows = self.rows(sql, &[person.to_string().into()]).await?;
        rows.iter().map(|row| row.record(0, "trust")).collect()
    }

    /// Ends a trust, and the tokens that were made by it; answers false when there is none of that name.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_trust(&mut self, person: PersonId, name: &Name) -> Result<bool, StoreError> {
        let values: [Value; 2] = [person.to_string().into(), name.as_str().into()];
        let sql = "DELETE FROM trusts WHERE person = $1 AND name = $2";
        let ended = self.execute(sql, &values).await? > 0;
        self.end_tokens_of_trust(person, name).await?;
        Ok(ended)
    }

    /// Ends the tokens that were made by a trust, and what these made.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn end_tokens_of_trust(
        &mut self,
        person: PersonId,
        name: &Name,
    ) -> Result<(), StoreError> {
        let values = vec![person.to_string().into(), name.as_str().into()];
        let ended = self.end_tokens("person = $1 AND trust = $2", values);
        ended.await.map(drop)
    }
}
