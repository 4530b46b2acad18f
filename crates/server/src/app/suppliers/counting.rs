//! Which responses still count: those that are to be done, those that should be done by now, and those that accepted what means
//! something else by now.

use super::{super::Error, views};
use jiff::Timestamp;
use std::collections::BTreeSet;
use tidegate_domain::{
    id::{NoticeId, ResponseId},
    supplier::{
        Response,
        response::{About, Meanings, ResponseStatus, What, overdue, standing},
    },
};
use tidegate_protocol::api::ResponseView;
use tidegate_store::Tx;

/// What counts of some responses at a moment.
#[derive(Debug)]
pub(super) struct Counting {
    standing: BTreeSet<ResponseId>,
    overdue: BTreeSet<ResponseId>,
    meanings: Meanings,
}

impl Counting {
    /// What counts of all responses to one change, or of all that count in a place.
    pub(super) async fn of(
        tx: &mut Tx,
        responses: &[Response],
        now: Timestamp,
    ) -> Result<Self, Error> {
        let meanings = meanings(tx, responses.iter().map(|it| it.about)).await?;
        let ids = |all: Vec<&Response>| all.into_iter().map(|it| it.id).collect();
        Ok(Self {
            standing: ids(standing(responses, &meanings, now)),
            overdue: ids(overdue(responses, &meanings, now)),
            meanings,
        })
    }

    /// Whether it is still to be done.
    pub(super) fn stands(&self, response: &Response) -> bool {
        self.standing.contains(&response.id)
    }

    /// A response as it is shown.
    pub(super) fn view(&self, response: &Response) -> ResponseView {
        let is_accepted =
            response.what == What::Accept && matches!(response.status, ResponseStatus::Done { .. });
        ResponseView {
            stands: self.stands(response),
            overdue: self.overdue.contains(&response.id),
            outdated: is_accepted && !self.meanings.fit(response),
            ..views::response(response)
        }
    }
}

/// What the notices of these mean now.
pub(super) async fn meanings(
    tx: &mut Tx,
    about: impl Iterator<Item = About> + Send,
) -> Result<Meanings, Error> {
    let notice = |it| match it {
        About::Notice(id) => Some(id),
        About::Observation(_) => None,
    };
    let all: BTreeSet<NoticeId> = about.filter_map(notice).collect();
    let mut notices = Vec::new();
    for id in all {
        notices.extend(tx.notice(id).await?);
    }
    Ok(Meanings::of(&notices))
}
