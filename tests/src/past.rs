//! A past, put into the record of a server that does not run as deployments and agents would have left it there.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use crate::server::Server;
use rusqlite::{Connection, Params, params};
use serde_json::{Value, json};

/// The record while it is filled.
#[derive(Debug)]
pub struct Past {
    database: Connection,
    /// The number of the last deployment.
    last: i64,
}

impl Past {
    /// Begins to fill the record of a server on SQLite that does not run.
    pub fn of(server: &Server) -> Self {
        let path = server.directory().join("server/tidegate.db");
        let database = Connection::open(path).expect("a database");
        database.execute_batch("BEGIN").expect("it is ours");
        Self { database, last: 0 }
    }

    /// A revision, by the name that its contents give it.
    pub fn revision(&self, id: &str, revision: &Value) {
        let sql = "INSERT INTO revisions (id, record) VALUES (?1, ?2)";
        self.run(sql, params![id, stored(revision)]);
    }

    /// What a target, `ENVIRONMENT/TARGET`, says about a product.
    pub fn report(&self, target: &str, product: &str, report: &Value) {
        let sql =
            "INSERT INTO observed (target, product, record, reported_at) VALUES (?1, ?2, ?3, 0)";
        self.run(sql, params![target, product, stored(report)]);
    }

    /// A deployment that ended so.
    pub fn deployment(&mut self, status: &str, deployment: &Value) {
        self.last = deployment["id"].as_i64().expect("a number");
        let place = [&deployment["product"], &deployment["environment"]];
        let [product, environment] = place.map(|it| it.as_str().expect("a name"));
        let sql = "INSERT INTO deployments (id, product, environment, status, running, record, created_at, ended_at) \
            VALUES (?1, ?2, ?3, ?4, 0, ?5, 0, 1)";
        let row = params![self.last, product, environment, status, stored(deployment)];
        self.run(sql, row);
    }

    /// Keeps all of it; the next deployment gets the next number.
    pub fn keep(self) {
        let sql = "INSERT INTO counters (name, value) VALUES ('deployment', ?1)";
        self.run(sql, params![self.last]);
        self.database.execute_batch("COMMIT").expect("it is kept");
    }

    fn run(&self, sql: &str, row: impl Params) {
        self.database.execute(sql, row).expect("it is kept");
    }
}

/// As the store writes it.
fn stored(record: &Value) -> String {
    json!({ "v": 1, "is": record }).to_string()
}
