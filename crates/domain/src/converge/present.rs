//! What a target is taken to run when it is changed next: what it was told, or, where the record lost what it was told, what it
//! says itself.

use super::{ActiveComponent, DesiredState, ObservedState};
use crate::{duration::Millis, generation::Incarnation, revision::RevisionId};

/// What a target is taken to run of one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Present {
    /// What it was told in the present history.
    Told(DesiredState),
    /// What it attests. It was told that in a history that is over, or by a server that is gone.
    Attested(DesiredState),
    /// Nothing.
    Nothing,
    /// It is not known: its agent has said nothing since the record was put back from a backup.
    Silent,
}

impl Present {
    /// Compares what a target was last told with what it said, in the present `history`. What an agent does not name does not run
    /// there, once it `was_heard`.
    pub fn of(
        history: Incarnation,
        told: Option<&DesiredState>,
        (said, was_heard): (Option<&ObservedState>, bool),
    ) -> Self {
        match (told, said) {
            (Some(told), _) if told.instruction.incarnation == history => Self::Told(told.clone()),
            (_, Some(said)) if said.runs_something() => Self::Attested(attested(told, said)),
            _ if !was_heard => Self::Silent,
            _ => Self::Nothing,
        }
    }

    /// Whether it runs something that the present history did not tell it.
    pub const fn is_left_behind(&self) -> bool {
        match self {
            Self::Attested(_) | Self::Silent => true,
            Self::Told(_) | Self::Nothing => false,
        }
    }
}

impl DesiredState {
    /// The revision that it makes run, if that is one, in one slot. Of two slots an agent does not say which one serves.
    pub fn sole_revision(&self) -> Option<RevisionId> {
        let first = self.active.first()?;
        let is_alone =
            |it: &ActiveComponent| (it.slot, it.revision) == (first.slot, first.revision);
        self.active.iter().all(is_alone).then_some(first.revision)
    }
}

/// The state that, told again, would change nothing.
fn attested(told: Option<&DesiredState>, said: &ObservedState) -> DesiredState {
    let runs = said.active.iter().filter_map(|it| {
        Some(ActiveComponent {
            component: it.component.clone(),
            revision: it.revision?,
            instances: it.instances,
            slot: it.slot,
            start: 0,
        })
    });
    let minimum_healthy = told.map_or(Millis(0), |told| told.minimum_healthy);
    DesiredState {
        active: runs.collect(),
        ..DesiredState::nothing(said.product.clone(), minimum_healthy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        converge::{Attestation, Health, Slot},
        digest::Digest,
        generation::{Generation, Instruction},
        name::Name,
    };

    const LOST: Incarnation = Incarnation(1);
    const NOW: Incarnation = Incarnation(2);

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn revision(text: &str) -> RevisionId {
        RevisionId(Digest::of(text.as_bytes()))
    }

    fn told(incarnation: Incarnation, runs: &str) -> DesiredState {
        let component = ActiveComponent {
            component: name("web"),
            revision: revision(runs),
            instances: 2,
            slot: Slot::Green,
            start: 0,
        };
        DesiredState {
            instruction: Instruction {
                incarnation,
                generation: Generation(7),
            },
            active: vec![component],
            ..DesiredState::nothing(name("shop"), Millis(300))
        }
    }

    fn said(runs: Option<&str>) -> ObservedState {
        let attestation = |runs| Attestation {
            component: name("web"),
            slot: Slot::Green,
            revision: Some(revision(runs)),
            artifact: None,
            instances: 2,
            health: Health::Healthy,
            proved: true,
            detail: String::new(),
            starts: 3,
        };
        ObservedState {
            product: name("shop"),
            instruction: Instruction {
                incarnation: LOST,
                generation: Generation(9),
            },
            active: runs.map(attestation).into_iter().collect(),
            prepared: Vec::new(),
            traffic: Vec::new(),
            jobs: Vec::new(),
            refused: None,
            contract: 0,
            history: None,
        }
    }

    #[test]
    fn what_counts_is_the_present_history_and_then_the_targets_own_word() {
        let (new, old) = (told(NOW, "1"), told(LOST, "1"));
        let is = |told, runs: Option<&str>, expected| {
            let said = runs.map(|runs| said(Some(runs)));
            let said = (said.as_ref(), runs.is_some());
            assert_eq!(Present::of(NOW, told, said), expected);
        };
        is(Some(&new), Some("2"), Present::Told(new.clone()));
        is(Some(&new), None, Present::Told(new.clone()));
        let mut attested = told(Incarnation(0), "2");
        attested.instruction.generation = Generation(0);
        is(Some(&old), Some("2"), Present::Attested(attested.clone()));
        attested.minimum_healthy = Millis(0);
        is(None, Some("2"), Present::Attested(attested));
        is(Some(&old), None, Present::Silent);
        is(None, None, Present::Silent);
        let idle = said(None);
        for (said, heard, expected) in [
            (Some(&idle), true, Present::Nothing),
            (None, true, Present::Nothing),
            (Some(&idle), false, Present::Silent),
        ] {
            assert_eq!(Present::of(NOW, Some(&old), (said, heard)), expected);
            assert_eq!(Present::of(NOW, None, (said, heard)), expected);
        }
    }

    #[test]
    fn what_runs_in_two_slots_or_of_two_revisions_has_no_sole_revision() {
        let one = told(NOW, "1").active.remove(0);
        let other = told(NOW, "2").active.remove(0);
        let blue = ActiveComponent {
            slot: Slot::Blue,
            ..one.clone()
        };
        let of = |active: &[&ActiveComponent]| {
            let active = active.iter().copied().cloned().collect();
            let state = DesiredState {
                active,
                ..told(NOW, "1")
            };
            state.sole_revision()
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[&one, &one]), Some(one.revision));
        assert_eq!(of(&[&one, &other]), None);
        assert_eq!(of(&[&one, &blue]), None);
    }

    #[test]
    fn it_is_told_again_only_where_that_changes_nothing() {
        let (ours, mut state) = (said(Some("1")), told(LOST, "1"));
        assert!(ours.follows(&state));
        state.active[0].instances = 3;
        assert!(!ours.follows(&state), "an instance would start");
        state = told(LOST, "1");
        state.active[0].start = 1;
        assert!(!ours.follows(&state), "it might be started anew");
        state.instruction = ours.instruction;
        assert!(ours.follows(&state), "it has taken just this");
        state.jobs.push(crate::converge::Job {
            key: crate::converge::JobKey {
                deployment: crate::id::DeploymentId(1),
                job: crate::plan::JobName {
                    component: name("web"),
                    job: name("migrate"),
                },
            },
            revision: revision("1"),
            fence: 1,
            deadline: Millis(1),
        });
        assert!(!ours.follows(&state), "a job might run once more");
    }
}
