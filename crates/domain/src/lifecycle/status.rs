//! The status of a release's lifecycle, from what is known of it.

use super::{
    Means, Place, PlaceState, Run, RunKind, RunState, Stage, StageKind,
    stage::{Part, PartState, Shown},
    testing,
};
use crate::{digest::Digest, name::Name};
use jiff::Timestamp;

/// A component of the release, as the registry has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The component.
    pub component: Name,
    /// Its artifact.
    pub digest: Digest,
    /// When that was pushed; none if the registry does not have it.
    pub pushed: Option<Timestamp>,
}

/// How far the review of a release is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reviewed {
    /// Nobody began it.
    No,
    /// It is under way.
    Begun {
        /// Since when.
        at: Timestamp,
    },
    /// It is over.
    Closed {
        /// When it began.
        begun: Timestamp,
        /// When it was closed.
        at: Timestamp,
    },
}

/// What is known of a release.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// What it is made of.
    pub made: &'a [Made],
    /// The runs of builds and tests about any of that.
    pub runs: &'a [Run],
    /// How it is in each environment of the product's promotion path, in that order.
    pub places: &'a [Place],
    /// Its review.
    pub reviewed: Reviewed,
}

/// How far a release is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifecycle {
    /// Build, testing, staging, live, reviewed.
    pub stages: Vec<Stage>,
}

impl Lifecycle {
    /// What is known comes to this. The last environment of the path is live, the one before it staging, and those before that are
    /// where it is tested.
    pub fn of(seen: &Seen<'_>) -> Self {
        let (live, before) = match seen.places.split_last() {
            Some((live, before)) => (Some(live), before),
            None => (None, &[][..]),
        };
        let (staging, testing) = match before.split_last() {
            Some((staging, testing)) => (Some(staging), testing),
            None => (None, &[][..]),
        };
        let build = seen.made.iter().map(|it| built(it, seen.runs));
        let mut tested = testing::parts(seen.made, seen.runs);
        tested.extend(testing.iter().map(stands));
        let place = |kind, place: Option<&Place>| match place {
            Some(place) => Stage::of(kind, vec![stands(place)]),
            None => Stage::absent(kind),
        };
        Self {
            stages: vec![
                Stage::of(StageKind::Build, build.collect()),
                Stage::of(StageKind::Testing, tested),
                place(StageKind::Staging, staging),
                place(StageKind::Live, live),
                Stage::of(StageKind::Reviewed, vec![reviewed(seen.reviewed)]),
            ],
        }
    }

    /// In a sentence: `Build done, testing failed, …`.
    pub fn sentence(&self) -> String {
        let word = |it: &Stage| {
            let name = match it.kind {
                StageKind::Reviewed => "review",
                StageKind::Build | StageKind::Testing | StageKind::Staging | StageKind::Live => {
                    it.kind.word()
                }
            };
            format!("{name} {}", it.state.words())
        };
        let all: Vec<String> = self.stages.iter().map(word).collect();
        let mut sentence = all.join(", ");
        if let Some(first) = sentence.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        sentence.push('.');
        sentence
    }
}

/// A build that finished shows it, else a statement, else that it was pushed. One that failed counts unless another made it.
fn built(made: &Made, runs: &[Run]) -> Part {
    let about = |it: &&Run| it.kind == RunKind::Build && it.digests.contains(&made.digest);
    let newest = |state| {
        let all = runs
            .iter()
            .filter(about)
            .filter(move |it| it.state == state);
        all.max_by_key(|it| (it.means == Means::Facts, it.at(), &it.source, &it.id))
    };
    let component = &made.component;
    let (state, run) = match (newest(RunState::Passed), newest(RunState::Failed)) {
        (Some(run), _) => (PartState::Done, Some(run)),
        (None, Some(run)) => (PartState::Failed, Some(run)),
        (None, None) => match (made.pushed, newest(RunState::UnderWay)) {
            (Some(_), _) => (PartState::Done, None),
            (None, Some(run)) => (PartState::UnderWay, Some(run)),
            (None, None) => (PartState::Open, None),
        },
    };
    let Some(run) = run else {
        let text = match made.pushed {
            Some(_) => format!("{component}: was pushed, and nobody told how it was built"),
            None => format!("{component}: nobody told of its build"),
        };
        return Part {
            state,
            shown: Shown::words(text),
            begun: None,
            ended: made.pushed,
        };
    };
    let text = match run.means {
        Means::Facts => format!("{component}: {} at {}", run.words(), run.source),
        Means::Statement | Means::Report => {
            format!(
                "{component}: built by {}, as a signed statement says",
                run.source
            )
        }
    };
    Part {
        state,
        shown: Shown {
            text,
            link: run.link.clone(),
            deployment: None,
        },
        begun: run.begun,
        ended: run.ended,
    }
}

fn stands(place: &Place) -> Part {
    let environment = &place.environment;
    let (state, text, begun, ended) = match place.state {
        PlaceState::NotYet => {
            let text = format!("it was not in {environment} yet");
            (PartState::Open, text, None, None)
        }
        PlaceState::UnderWay { since } => {
            let text = format!("it is on its way to {environment}");
            (PartState::UnderWay, text, Some(since), None)
        }
        PlaceState::Holds {
            since,
            replaced: None,
        } => {
            let text = format!("it is in {environment}");
            (PartState::Done, text, Some(since), Some(since))
        }
        PlaceState::Holds {
            since,
            replaced: Some(_),
        } => {
            let text = format!("it was in {environment} until another release took its place");
            (PartState::Done, text, Some(since), Some(since))
        }
        PlaceState::Failed { at } => {
            let text = format!("its deployment to {environment} failed");
            (PartState::Failed, text, None, Some(at))
        }
        PlaceState::TakenBack { at } => {
            let text = format!("it was taken back from {environment}");
            (PartState::Failed, text, None, Some(at))
        }
        PlaceState::BrokenOff { .. } => {
            let text = format!("its deployment to {environment} was broken off");
            (PartState::Open, text, None, None)
        }
    };
    Part {
        state,
        shown: Shown {
            text,
            link: None,
            deployment: place.deployment,
        },
        begun,
        ended,
    }
}

fn reviewed(reviewed: Reviewed) -> Part {
    let (state, text, begun, ended) = match reviewed {
        Reviewed::No => (PartState::Open, "nobody began its review", None, None),
        Reviewed::Begun { at } => (
            PartState::UnderWay,
            "its review is not closed",
            Some(at),
            None,
        ),
        Reviewed::Closed { begun, at } => (
            PartState::Done,
            "its review is closed",
            Some(begun),
            Some(at),
        ),
    };
    Part {
        state,
        shown: Shown::words(text.to_owned()),
        begun,
        ended,
    }
}
