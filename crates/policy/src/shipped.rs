//! The policies that come with the program: the responsibility levels.

use crate::text::PolicyText;

/// Their text.
pub const fn text() -> &'static str {
    include_str!("shipped.cedar")
}

pub(crate) fn policies() -> PolicyText {
    PolicyText {
        text: text().to_owned(),
        ..PolicyText::default()
    }
}
