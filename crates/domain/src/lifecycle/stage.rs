//! The stages of the lifecycle, and how what is known makes up the state of one.

use crate::{communication::WebAddress, id::DeploymentId};
use jiff::Timestamp;

/// The most of what shows a stage that is told.
const SHOWN_MAX: usize = 50;
/// The most of it that has room in a sentence.
const NAMED_MAX: usize = 3;

/// A stage of the lifecycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StageKind {
    /// Its components are built.
    Build,
    /// They are tested, and it was where it is tested.
    Testing,
    /// It is in the last environment before the last.
    Staging,
    /// It is in the last one.
    Live,
    /// Its post-implementation review is over.
    Reviewed,
}

/// How far a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageState {
    /// The product has no place for it.
    Absent,
    /// Nothing of it happened.
    NotBegun,
    /// Something of it happens.
    UnderWay,
    /// Some of it is done, and nothing happens.
    Partly {
        /// How many things.
        done: usize,
        /// Of how many.
        of: usize,
    },
    /// All of it is done.
    Done,
    /// Something of it went wrong.
    Failed,
}

/// A stage, computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Which.
    pub kind: StageKind,
    /// How far it is.
    pub state: StageState,
    /// When it began.
    pub begun: Option<Timestamp>,
    /// When it was done, or went wrong.
    pub ended: Option<Timestamp>,
    /// In a sentence.
    pub sentence: String,
    /// What shows it, what went wrong first.
    pub shown: Vec<Shown>,
}

/// Something that shows how far a stage is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// In words.
    pub text: String,
    /// Where more is written.
    pub link: Option<WebAddress>,
    /// The deployment, if it is one.
    pub deployment: Option<DeploymentId>,
}

/// How far a part of a stage is; in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PartState {
    /// It went wrong.
    Failed,
    /// It happens.
    UnderWay,
    /// Nothing of it happened.
    Open,
    /// It is done.
    Done,
}

/// A part of a stage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) state: PartState,
    pub(super) shown: Shown,
    pub(super) begun: Option<Timestamp>,
    pub(super) ended: Option<Timestamp>,
}

impl StageKind {
    /// The stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Testing => "testing",
            Self::Staging => "staging",
            Self::Live => "live",
            Self::Reviewed => "reviewed",
        }
    }
}

impl StageState {
    /// The stable word for programs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::NotBegun => "not-begun",
            Self::UnderWay => "under-way",
            Self::Partly { .. } => "partly",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// In words.
    pub fn words(self) -> String {
        match self {
            Self::Absent => "has no environment".to_owned(),
            Self::NotBegun => "not begun".to_owned(),
            Self::UnderWay => "under way".to_owned(),
            Self::Partly { done, of } => format!("{done} of {of} done"),
            Self::Done => "done".to_owned(),
            Self::Failed => "failed".to_owned(),
        }
    }
}

impl Shown {
    /// Words alone.
    pub(super) const fn words(text: String) -> Self {
        Self {
            text,
            link: None,
            deployment: None,
        }
    }
}

impl Stage {
    /// A stage that the product has no place for.
    pub(super) fn absent(kind: StageKind) -> Self {
        Self {
            kind,
            state: StageState::Absent,
            begun: None,
            ended: None,
            sentence: "The product's promotion path has no environment for it.".to_owned(),
            shown: Vec::new(),
        }
    }

    /// What the parts of a stage come to.
    pub(super) fn of(kind: StageKind, mut parts: Vec<Part>) -> Self {
        parts.sort();
        let state = together(&parts);
        let begun = parts.iter().filter_map(|it| it.begun.or(it.ended)).min();
        let counts = |it: &&Part| match state {
            StageState::Done => true,
            StageState::Failed => it.state == PartState::Failed,
            StageState::Absent
            | StageState::NotBegun
            | StageState::UnderWay
            | StageState::Partly { .. } => false,
        };
        Self {
            kind,
            state,
            begun,
            ended: parts.iter().filter(counts).filter_map(|it| it.ended).max(),
            sentence: sentence(state, &parts),
            shown: parts
                .into_iter()
                .take(SHOWN_MAX)
                .map(|it| it.shown)
                .collect(),
        }
    }
}

fn together(parts: &[Part]) -> StageState {
    let count = |state| parts.iter().filter(|it| it.state == state).count();
    let (failed, moving, done) = (
        count(PartState::Failed),
        count(PartState::UnderWay),
        count(PartState::Done),
    );
    match parts.len() {
        _ if failed > 0 => StageState::Failed,
        _ if moving > 0 => StageState::UnderWay,
        _ if done == 0 => StageState::NotBegun,
        of if done == of => StageState::Done,
        of => StageState::Partly { done, of },
    }
}

fn sentence(state: StageState, parts: &[Part]) -> String {
    let of = |state| named(parts.iter().filter(move |it| it.state == state));
    match state {
        StageState::Absent | StageState::Done => "Done.".to_owned(),
        StageState::Failed => format!("Failed: {}.", of(PartState::Failed)),
        StageState::UnderWay => format!("Under way: {}.", of(PartState::UnderWay)),
        StageState::NotBegun => match of(PartState::Open) {
            none if none.is_empty() => "Not begun.".to_owned(),
            open => format!("Not begun: {open}."),
        },
        StageState::Partly { done, of: all } => {
            format!("{done} of {all} done; {}.", of(PartState::Open))
        }
    }
}

fn named<'a>(parts: impl Iterator<Item = &'a Part>) -> String {
    let mut parts = parts;
    let shown: Vec<&str> = parts
        .by_ref()
        .take(NAMED_MAX)
        .map(|it| it.shown.text.as_str())
        .collect();
    let shown = shown.join("; ");
    match parts.count() {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}
