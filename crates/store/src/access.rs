//! People, their tokens and their sessions, what they tried to sign in, and what their programs are trusted by.

mod people;
mod sessions;
mod tokens;
mod tries;
mod trusts;

pub use people::PersonRow;
pub use sessions::{ListedSession, SessionRow, SignedIn};
pub use tokens::{ListedToken, TokenRow};

use crate::{Row, StoreError};
use tidegate_domain::access::Level;

/// A level, 2 to 6, or 0 for none.
fn level_or_none(row: &Row, i: usize) -> Result<Option<Level>, StoreError> {
    let number = row.int(i)?;
    let known = Level::from_number(number);
    if number == 0 || known.is_some() {
        return Ok(known);
    }
    Err(StoreError::Record {
        what: "level".into(),
        why: format!("{number} is none of 2 to 6"),
    })
}
