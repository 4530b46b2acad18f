//! What is done about suppliers' changes. Those count that are to be done, and those that accept a change: these set others aside.

use crate::{Row, StoreError, Tx, record};
use tidegate_domain::{
    id::ResponseId,
    name::Name,
    supplier::{
        Response,
        response::{About, ResponseStatus, What},
    },
};

impl Tx {
    /// The number the next response gets.
    ///
    /// # Errors
    /// When the database refuses; likewise below.
    pub async fn next_response(&mut self) -> Result<ResponseId, StoreError> {
        self.count_up("response").await.map(ResponseId)
    }

    /// Keeps a response, new or changed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_response(&mut self, response: &Response) -> Result<(), StoreError> {
        let sql = "INSERT INTO supplier_responses (id, product, environment, about, counts, record) VALUES ($1, $2, $3, $4, $5, $6) \
            ON CONFLICT (id) DO UPDATE SET counts = excluded.counts, record = excluded.record";
        let values = [
            response.id.0.into(),
            response.product.as_str().into(),
            response.environment.as_str().into(),
            key(response.about).into(),
            counts(response).into(),
            record::write(response).into(),
        ];
        self.execute(sql, &values).await.map(drop)
    }

    /// A response by its number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn response(&mut self, id: ResponseId) -> Result<Option<Response>, StoreError> {
        let sql = "SELECT record FROM supplier_responses WHERE id = $1";
        let row = self.row(sql, &[id.0.into()]).await?;
        row.map(|row| row.record(0, "response")).transpose()
    }

    /// The responses that count for a product in an environment, by number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn responses_in(
        &mut self,
        (product, environment): (&Name, &Name),
    ) -> Result<Vec<Response>, StoreError> {
        let sql = "SELECT record FROM supplier_responses WHERE product = $1 AND environment = $2 AND counts = 1 ORDER BY id";
        let values = [product.as_str().into(), environment.as_str().into()];
        read(&self.rows(sql, &values).await?)
    }

    /// The responses that count for a product anywhere, by number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn responses_for(&mut self, product: &Name) -> Result<Vec<Response>, StoreError> {
        let sql =
            "SELECT record FROM supplier_responses WHERE product = $1 AND counts = 1 ORDER BY id";
        read(&self.rows(sql, &[product.as_str().into()]).await?)
    }

    /// The responses that count about whatever a supplier announced or deployed, by number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn responses_about(&mut self, supplier: &Name) -> Result<Vec<Response>, StoreError> {
        let sql = "SELECT record FROM supplier_responses WHERE counts = 1 AND about IN (\
                SELECT 'notice/' || id FROM supplier_notices WHERE supplier = $1 UNION ALL \
                SELECT 'observation/' || id FROM supplier_observations WHERE supplier = $1) ORDER BY id";
        read(&self.rows(sql, &[supplier.as_str().into()]).await?)
    }

    /// All responses to one change, by number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn responses_to(&mut self, about: About) -> Result<Vec<Response>, StoreError> {
        let sql = "SELECT record FROM supplier_responses WHERE about = $1 ORDER BY id";
        read(&self.rows(sql, &[key(about).into()]).await?)
    }
}

/// What a response is about, as it is searched for.
fn key(about: About) -> String {
    match about {
        About::Notice(id) => format!("notice/{id}"),
        About::Observation(id) => format!("observation/{id}"),
    }
}

const fn counts(response: &Response) -> bool {
    match response.status {
        ResponseStatus::Open => true,
        ResponseStatus::Done { .. } => matches!(response.what, What::Accept),
        ResponseStatus::Dropped { .. } => false,
    }
}

fn read(rows: &[Row]) -> Result<Vec<Response>, StoreError> {
    rows.iter().map(|row| row.record(0, "response")).collect()
}
