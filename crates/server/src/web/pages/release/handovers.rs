//! The handovers of a release, and its dates, as its page shows them.

use super::super::{
    super::{parts::Prose, state::State},
    handover::{Dates, standing},
};
use crate::app::{Error, Request, SharedApp};
use jiff::Timestamp;
use tidegate_domain::handover::HandoverKind;

/// Both.
pub(super) struct Handed {
    pub(super) dates: Dates,
    pub(super) lines: Vec<Line>,
}

/// One of both handovers.
pub(super) struct Line {
    pub(super) href: String,
    pub(super) title: &'static str,
    pub(super) state: State,
    pub(super) sentence: Prose,
}

impl Handed {
    /// Those of a release.
    pub(super) async fn of(
        app: &SharedApp,
        request: &Request,
        (product, version): (&str, &str),
        now: Timestamp,
    ) -> Result<Self, Error> {
        let all = app.handovers(request, (product, version)).await?;
        let line = |kind: HandoverKind| {
            let begun = all.handovers.iter().find(|it| it.kind == kind.word());
            let word = begun.map_or("not begun", |it| it.state.as_str());
            let sentence = begun.map_or("Nobody began it yet.", |it| it.sentence.as_str());
            Line {
                href: format!("/products/{product}/releases/{version}/handovers/{kind}"),
                title: kind.title(),
                state: standing(word),
                sentence: Prose::of(sentence),
            }
        };
        Ok(Self {
            dates: Dates::of(&all.availability, now),
            lines: HandoverKind::ALL.map(line).into(),
        })
    }
}
