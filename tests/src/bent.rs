//! Records that cannot be read any more, as a fault of a disk or a program leaves them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use crate::shop::Shop;

/// Bends all records in a table of a server on SQLite that does not run.
pub fn bend(shop: &Shop, table: &str) {
    let path = shop.path().join("server/tidegate.db");
    let database = rusqlite::Connection::open(path).unwrap();
    let bent = database.execute(&format!("UPDATE {table} SET record = '{{'"), []);
    assert!(bent.unwrap() > 0, "nothing was there to be bent");
}
