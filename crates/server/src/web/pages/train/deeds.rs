//! What a person can do to a train, and what is typed for it.

use super::May;
use crate::app::{Error, trains::TrainDeed};
use serde::Deserialize;
use tidegate_protocol::api::TrainView;

/// Something a person can do.
#[derive(Debug)]
pub(super) struct Deed {
    pub(super) path: &'static str,
    pub(super) label: &'static str,
    pub(super) effect: &'static str,
    takes: &'static [&'static str],
}

impl Deed {
    /// Whether something is typed or chosen for it: `member`, `release`, `reason` or `confirmation`.
    pub(super) fn takes(&self, what: &str) -> bool {
        self.takes.contains(&what)
    }
}

/// The form of a deed.
#[derive(Debug, Default, Deserialize)]
pub(in crate::web) struct Wish {
    #[serde(default)]
    product: String,
    #[serde(default)]
    release: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    confirm: String,
}

impl Wish {
    pub(super) fn confirm(&self) -> &str {
        &self.confirm
    }

    /// What is to be done.
    ///
    /// # Errors
    /// When there is no such deed.
    pub(super) fn read(self, path: &str) -> Result<TrainDeed, Error> {
        let Self {
            product,
            release,
            reason,
            ..
        } = self;
        Ok(match path {
            "close" => TrainDeed::Close,
            "drop" => TrainDeed::Drop { product, reason },
            "replace" => TrainDeed::Replace {
                product,
                release,
                reason,
            },
            "hold" => TrainDeed::Hold { reason },
            "resume" => TrainDeed::Resume,
            "cancel" => TrainDeed::Cancel { reason },
            other => return Err(Error::not_found("page-not-found", "action", other)),
        })
    }
}

/// What is typed or chosen for a deed. The train's name confirms what goes out by itself or is over.
pub(super) fn takes(path: &str) -> &'static [&'static str] {
    match path {
        "close" | "resume" => &["confirmation"],
        "drop" => &["member", "reason"],
        "replace" => &["member", "release", "reason"],
        "cancel" => &["reason", "confirmation"],
        _ => &["reason"],
    }
}

fn deed(path: &'static str, label: &'static str, effect: &'static str) -> Deed {
    Deed {
        path,
        label,
        effect,
        takes: takes(path),
    }
}

/// What can be done now.
pub(super) fn possible(view: &TrainView, may: May) -> Vec<Deed> {
    let close = deed(
        "close",
        "Close boarding",
        "What the members bring now is fixed, and goes in your name: the train leaves by itself once all are ready, it fits, and it is time.",
    );
    let resume = deed(
        "resume",
        "Let it go on",
        "The train leaves again by itself once all are ready, it fits, and it is time.",
    );
    let hold = deed(
        "hold",
        "Hold it",
        "The train leaves for nowhere until somebody lets it go on. What is under way goes on, and the train stands still once it is there.",
    );
    let replace = deed(
        "replace",
        "Take another release aboard",
        "The train begins again at its first departure, because nobody has tested that together.",
    );
    let dropping = deed(
        "drop",
        "Drop a member",
        "The train goes without it, if no other member needs it. Once boarding is closed it begins again at its first departure.",
    );
    let cancel = deed(
        "cancel",
        "Cancel the train",
        "The train goes nowhere any more. What runs stays as it is.",
    );
    let stood = matches!(view.status.as_str(), "rolled_back" | "failed");
    let planned = view.status == "planned";
    let closed = view.status == "closed";
    let open = planned || closed || view.status == "under_way";
    let all = [
        (planned && !view.held && may.plan, close),
        ((view.held || stood) && may.plan, resume),
        (open && !view.held && may.hold, hold),
        ((closed || stood) && may.plan, replace),
        ((planned || closed || stood) && may.plan, dropping),
        ((planned || closed || stood) && may.plan, cancel),
    ];
    let all = all.into_iter().filter(|(can, _)| *can);
    all.map(|(_, deed)| deed).collect()
}
