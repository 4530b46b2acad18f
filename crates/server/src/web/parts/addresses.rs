//! The addresses for other programs that the visitor made, each of which they can end.

use super::super::moment::Moment;
use askama::{Template, filters::HtmlSafe};
use jiff::Timestamp;
use tidegate_protocol::api::ListedTokenView;

/// A table of them.
#[derive(Debug, Template)]
#[template(path = "parts/addresses.html")]
pub(in crate::web) struct Addresses {
    /// The page that it stands on.
    here: String,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    made: Moment,
    view: ListedTokenView,
}

impl HtmlSafe for Addresses {}

impl Addresses {
    /// Those that are bound to these tokens, on the page of that path.
    pub(in crate::web) fn of(tokens: Vec<ListedTokenView>, here: &str) -> Self {
        let now = Timestamp::now();
        let row = |view: ListedTokenView| Row {
            made: Moment::seen(view.created_at, now),
            view,
        };
        Self {
            here: here.to_owned(),
            rows: tokens.into_iter().map(row).collect(),
        }
    }

    /// The newest of them: a form that makes another one says what was the newest when it was shown.
    pub(in crate::web) fn newest(&self) -> &str {
        let newest = self.rows.iter().max_by_key(|it| it.view.created_at);
        newest.map_or("", |it| it.view.id.as_str())
    }

    /// Whether there is none.
    pub(in crate::web) const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
