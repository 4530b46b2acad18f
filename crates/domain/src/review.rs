//! Looking back at a release: the review, compiled from the record, and the retrospective of everyone who took part.
//!
//! A [`Report`] is what happened, compiled from facts and never written by hand. A [`Review`] is what people make of it: notes
//! written silently and then revealed ([`board`]), grouped, voted on, a judgement of each objective, a conclusion. Its [`Stage`]
//! says what can happen next; [`Review::seen_by`] what somebody may see of it now. [`Participants`] finds out who took part, and
//! [`themes`] what comes up again and again.

pub mod board;
mod error;
mod event;
mod improvement;
mod metrics;
mod objective;
mod participants;
mod past;
mod record;
mod report;
mod seen;
mod stage;
mod theme;
mod timeline;

pub use board::{Column, Group, Note, Regrouping};
pub use error::ReviewError;
pub use event::ReviewEvent;
pub use improvement::{ChangedSince, Improvement, Improves, ImprovesError};
pub use metrics::{Metrics, Ride, RideEnd};
pub use objective::{Judged, Objective, Verdict};
pub use participants::{Participants, participants};
pub use past::Past;
pub use record::{Begun, Findings, Review, VOTES_EACH, VOTES_MAX};
pub use report::{
    Declared, DepartureTaken, Did, Exception, Failure, Further, HandoverPast, HandoverSaid,
    HandoverTaken, IssueTaken, PlannedTarget, Report, StepTaken, SupplierEvent, TaskTaken, Told,
    TrainMoment, TrainPast, TrainTaken,
};
pub use seen::Seen;
pub use stage::{Stage, StageIllegal};
pub use theme::{Heard, Theme, themes};
pub use timeline::{Moment, MomentKind};
