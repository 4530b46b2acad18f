//! Ending a deployment at once, without a word to any target: how it went on is not known any more.

use super::{Decision, Deployment, Event, Facts, Status, decide::View, jobs, trials};
use crate::name::Name;
use jiff::Timestamp;

impl Deployment {
    /// What ends it for somebody, in this order; nothing, if it has ended. Targets go on with what they were told last.
    pub fn abandon(&self, by: &Name, now: Timestamp) -> Vec<Event> {
        if self.status.is_terminal() {
            return Vec::new();
        }
        let view = View {
            deployment: self,
            facts: &Facts::default(),
            now,
        };
        // What these want told is not told.
        let mut stopped = Decision::default();
        jobs::stop(&view, "its deployment was given up", &mut stopped);
        trials::stop(&view, &mut stopped);
        let on_its_way = self.targets.iter();
        let on_its_way = on_its_way.filter(|run| run.stage.under_way_since().is_some());
        let is_asked = matches!(self.status, Status::Cancelling { .. });
        let cancel = (!is_asked).then(|| Event::CancelRequested { by: by.clone() });
        let ended = Event::Cancelled {
            unreached: on_its_way.map(|run| run.target.clone()).collect(),
        };
        let events = cancel.into_iter().chain(stopped.events);
        events.chain([ended]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        deployment::{Cause, Stage, check, sample::requested},
        plan::{Fleet, Limits, Strategy, compile},
    };

    #[test]
    fn it_ends_wherever_it_was_and_names_who_was_on_its_way() {
        let now = Timestamp::UNIX_EPOCH;
        let by: Name = "ada".parse().unwrap();
        let fleet = Fleet {
            targets: vec!["a".parse().unwrap()],
            ..Fleet::default()
        };
        let how = (Strategy::AllAtOnce, Vec::new());
        let plan = compile(how, &fleet, &Limits::default(), None).unwrap();
        let cause = Cause::Person {
            by: by.clone(),
            reason: String::new(),
        };
        let (wave, hold, since) = (0, None, now);
        for status in [
            Status::Requested,
            Status::Preparing { since, hold: None },
            Status::Rolling { wave, since, hold },
            Status::RollingBack { cause, since },
            Status::Cancelling {
                by: by.clone(),
                since,
            },
        ] {
            let mut deployment = requested(plan.clone());
            deployment.status = status.clone();
            deployment.targets[0].stage = Stage::Activating { since };
            for event in deployment.abandon(&by, now) {
                deployment.apply(&event, now).unwrap();
            }
            assert_eq!(check::check(&deployment), [""; 0], "{status:?}");
            let ended = &deployment.status;
            assert!(
                matches!(ended, Status::Cancelled { unreached, .. } if unreached.len() == 1),
                "{status:?} {ended:?}"
            );
            assert_eq!(deployment.abandon(&by, now), []);
        }
    }
}
