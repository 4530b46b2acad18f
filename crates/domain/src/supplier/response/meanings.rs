//! What notices mean now, and whether a response was decided about that.

use super::{About, Response};
use crate::{
    id::{self, NoticeId},
    supplier::notice::Notice,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Since when each of some notices means what it means now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meanings(BTreeMap<NoticeId, (id::Edition, Timestamp)>);

impl Meanings {
    /// Of these notices. What is decided about others counts as decided about something else.
    pub fn of<'a>(notices: impl IntoIterator<Item = &'a Notice>) -> Self {
        let meaning = |notice: &Notice| {
            let since = notice.meaning();
            (notice.id, (since.edition, since.at))
        };
        Self(notices.into_iter().map(meaning).collect())
    }

    /// Whether a response was decided about what is known of its change now. What was observed stays what it is. Of what says not
    /// which edition it is about the time counts.
    pub fn fit(&self, response: &Response) -> bool {
        let About::Notice(id) = response.about else {
            return true;
        };
        let known = self.0.get(&id);
        known.is_some_and(|(edition, at)| {
            response
                .edition
                .map_or(response.at >= *at, |it| it >= *edition)
        })
    }
}
