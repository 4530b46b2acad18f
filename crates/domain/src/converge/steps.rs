//! What an agent does about the difference between desired and observed: the agent's brain.
//!
//! Pure, like everything in this crate: it may not look at the target, only at what was collected from it. Start
//! at [`steps`]; [`offer`] decides whether an instruction is taken at all.
//!
//! The order of the steps carries the safety: a component is only touched by [`Step::Activate`], and that appears
//! only once the revision lies ready. Until then the old revision runs on.

use super::{DesiredState, PrepareState};
use crate::{
    digest::Digest,
    generation::Instruction,
    name::Name,
    revision::{Revision, RevisionId},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// How many revisions stay on disk beside those that the desired state names: going back is a switch.
pub const REVISIONS_KEPT: usize = 3;

/// What was collected about one product on this target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Local {
    /// The revisions this target has heard of.
    pub revisions: BTreeMap<RevisionId, LocalRevision>,
    /// What was last activated, one entry per component that should run here.
    pub active: BTreeMap<Name, LocalComponent>,
}

/// One revision on this target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalRevision {
    /// What it says.
    pub revision: Revision,
    /// How far its preparation is; none before it began.
    pub state: Option<PrepareState>,
    /// The newest instruction that named it.
    pub named: Instruction,
}

/// What was last activated of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalComponent {
    /// Which revision `current` stands for.
    pub revision: RevisionId,
    /// What runs.
    pub workload: Digest,
}

/// One thing to do. Each is harmless when repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Download, verify and unpack.
    Prepare {
        /// What.
        revision: RevisionId,
    },
    /// Run this revision's part of the component in place of what runs.
    Activate {
        /// Which component.
        component: Name,
        /// Its revision, which lies ready.
        revision: RevisionId,
    },
    /// The same workload under a new revision: only the label changes.
    Relabel {
        /// Which component.
        component: Name,
        /// The new label.
        revision: RevisionId,
    },
    /// Stop the component and let its keeper go.
    Stop {
        /// Which component.
        component: Name,
    },
    /// Remove it from the disk.
    Forget {
        /// What.
        revision: RevisionId,
    },
}

/// Why a component does not run yet what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Waiting {
    /// The revision itself has not arrived.
    Revision,
    /// The revision has no such component.
    NotInRevision,
    /// It is being downloaded and unpacked.
    Preparation,
    /// It cannot be prepared.
    PreparationFailed {
        /// One sentence for people.
        reason: String,
    },
}

/// What to do, and what cannot be done yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Convergence {
    /// In this order.
    pub steps: Vec<Step>,
    /// One entry per component that has to wait.
    pub waiting: BTreeMap<Name, Waiting>,
}

/// What to make of an instruction that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// Take it in place of the one held.
    Newer,
    /// It is the one held.
    Same,
    /// Refuse it.
    Older,
}

/// Compares an instruction that arrived with the one held.
pub fn offer(held: Option<Instruction>, offered: Instruction) -> Offer {
    match held.map(|held| offered.cmp(&held)) {
        None | Some(std::cmp::Ordering::Greater) => Offer::Newer,
        Some(std::cmp::Ordering::Equal) => Offer::Same,
        Some(std::cmp::Ordering::Less) => Offer::Older,
    }
}

/// What brings one product from what is to what should be.
pub fn steps(desired: &DesiredState, local: &Local) -> Convergence {
    let mut convergence = Convergence::default();
    convergence.steps.extend(preparations(desired, local));
    for active in &desired.active {
        match activation(local, &active.component, active.revision) {
            Ok(step) => convergence.steps.extend(step),
            Err(waiting) => {
                convergence
                    .waiting
                    .insert(active.component.clone(), waiting);
            }
        }
    }
    convergence.steps.extend(stops(desired, local));
    convergence.steps.extend(forgets(desired, local));
    convergence
}

/// Every revision the desired state names: the active ones first, each once.
pub fn named(desired: &DesiredState) -> Vec<RevisionId> {
    let mut seen = BTreeSet::new();
    let active = desired.active.iter().map(|a| a.revision);
    active
        .chain(desired.prepare.iter().copied())
        .filter(|id| seen.insert(*id))
        .collect()
}

fn preparations(desired: &DesiredState, local: &Local) -> Vec<Step> {
    let unprepared = |id: &RevisionId| local.revisions.get(id).is_some_and(|r| r.state.is_none());
    named(desired)
        .into_iter()
        .filter(unprepared)
        .map(|revision| Step::Prepare { revision })
        .collect()
}

fn activation(local: &Local, component: &Name, id: RevisionId) -> Result<Option<Step>, Waiting> {
    let known = local.revisions.get(&id).ok_or(Waiting::Revision)?;
    let wanted = known
        .revision
        .component(component)
        .ok_or(Waiting::NotInRevision)?
        .workload();
    let component = component.clone();
    match local.active.get(&component) {
        Some(now) if now.workload == wanted && now.revision == id => return Ok(None),
        Some(now) if now.workload == wanted => {
            return Ok(Some(Step::Relabel {
                component,
                revision: id,
            }));
        }
        Some(_) | None => {}
    }
    match &known.state {
        Some(PrepareState::Ready) => Ok(Some(Step::Activate {
            component,
            revision: id,
        })),
        Some(PrepareState::Failed { reason }) => Err(Waiting::PreparationFailed {
            reason: reason.clone(),
        }),
        Some(PrepareState::Fetching { .. }) | None => Err(Waiting::Preparation),
    }
}

fn stops(desired: &DesiredState, local: &Local) -> Vec<Step> {
    let wanted: BTreeSet<&Name> = desired.active.iter().map(|a| &a.component).collect();
    let unwanted = local.active.keys().filter(|c| !wanted.contains(c));
    unwanted
        .map(|component| Step::Stop {
            component: component.clone(),
        })
        .collect()
}

/// What is neither named nor running nor among the last [`REVISIONS_KEPT`].
fn forgets(desired: &DesiredState, local: &Local) -> Vec<Step> {
    let mut needed: BTreeSet<RevisionId> = named(desired).into_iter().collect();
    needed.extend(local.active.values().map(|c| c.revision));
    let mut rest: Vec<(Instruction, RevisionId)> = local
        .revisions
        .iter()
        .filter(|(id, _)| !needed.contains(id))
        .map(|(id, r)| (r.named, *id))
        .collect();
    rest.sort_unstable_by(|a, b| b.cmp(a));
    rest.into_iter()
        .skip(REVISIONS_KEPT)
        .map(|(_, revision)| Step::Forget { revision })
        .collect()
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revision => f.write_str("the server has not sent the revision"),
            Self::NotInRevision => f.write_str("the revision does not contain this component"),
            Self::Preparation => f.write_str("the new revision is being downloaded"),
            Self::PreparationFailed { reason } => {
                write!(f, "the new revision cannot be prepared: {reason}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        converge::{ActiveComponent, Slot},
        duration::Millis,
        generation::{Generation, Incarnation},
        id::SnapshotNumber,
        revision::{ComponentRevision, DriverSettings, ServiceSettings, StopSettings, StopSignal},
    };

    #[test]
    fn an_older_pair_is_refused() {
        for (held, offered, expect) in [
            (None, (1, 1), Offer::Newer),
            (Some((1, 5)), (1, 6), Offer::Newer),
            (Some((1, 5)), (1, 5), Offer::Same),
            (Some((1, 5)), (1, 4), Offer::Older),
            (Some((1, 5)), (2, 1), Offer::Newer),
            (Some((2, 1)), (1, 9), Offer::Older),
        ] {
            let held = held.map(|(i, g)| instruction(i, g));
            assert_eq!(offer(held, instruction(offered.0, offered.1)), expect);
        }
    }

    #[test]
    fn the_old_revision_runs_until_the_new_one_lies_ready() {
        let (one, two) = (revision("1.0.0", "1"), revision("1.1.0", "2"));
        let mut local = local(
            &[(&one, Some(PrepareState::Ready)), (&two, None)],
            Some(&one),
        );
        let desired = desired(&[&two], &[]);
        let convergence = steps(&desired, &local);
        assert_eq!(convergence.steps, [Step::Prepare { revision: two.id() }]);
        assert_eq!(convergence.waiting[&name("web")], Waiting::Preparation);

        let failed = PrepareState::Failed {
            reason: "no".into(),
        };
        set(&mut local, &two, failed);
        let convergence = steps(&desired, &local);
        assert_eq!(convergence.steps, []);
        assert_eq!(
            convergence.waiting[&name("web")].to_string(),
            "the new revision cannot be prepared: no"
        );

        set(&mut local, &two, PrepareState::Ready);
        let activate = Step::Activate {
            component: name("web"),
            revision: two.id(),
        };
        assert_eq!(
            steps(&desired, &local),
            Convergence {
                steps: vec![activate],
                ..Convergence::default()
            }
        );
    }

    #[test]
    fn the_same_workload_gets_a_new_label_at_once() {
        let (one, two) = (revision("1.0.0", "1"), revision("1.1.0", "1"));
        let local = local(
            &[(&one, Some(PrepareState::Ready)), (&two, None)],
            Some(&one),
        );
        let convergence = steps(&desired(&[&two], &[]), &local);
        let relabel = Step::Relabel {
            component: name("web"),
            revision: two.id(),
        };
        assert_eq!(
            convergence.steps,
            [Step::Prepare { revision: two.id() }, relabel]
        );
    }

    #[test]
    fn nothing_to_do_and_nothing_to_wait_for() {
        let one = revision("1.0.0", "1");
        let local = local(&[(&one, Some(PrepareState::Ready))], Some(&one));
        assert_eq!(
            steps(&desired(&[&one], &[]), &local),
            Convergence::default()
        );
    }

    #[test]
    fn only_an_empty_list_stops() {
        let one = revision("1.0.0", "1");
        let local = local(&[(&one, Some(PrepareState::Ready))], Some(&one));
        assert_eq!(
            steps(&desired(&[], &[]), &local).steps,
            [Step::Stop {
                component: name("web")
            }]
        );
    }

    #[test]
    fn what_cannot_run_says_why() {
        let (one, two) = (revision("1.0.0", "1"), revision("1.1.0", "2"));
        let unknown = steps(&desired(&[&two], &[]), &local(&[], Some(&one)));
        assert_eq!(unknown.waiting[&name("web")], Waiting::Revision);
        assert_eq!(unknown.steps, []);

        let mut other = desired(&[&one], &[]);
        other.active[0].component = name("api");
        let known = local(&[(&one, Some(PrepareState::Ready))], None);
        assert_eq!(
            steps(&other, &known).waiting[&name("api")],
            Waiting::NotInRevision
        );
    }

    #[test]
    fn the_last_three_and_the_named_stay() {
        let all: Vec<Revision> = (0..8).map(|n| revision("1.0.0", &n.to_string())).collect();
        let listed: Vec<_> = all.iter().map(|r| (r, Some(PrepareState::Ready))).collect();
        let local = local(&listed, Some(&all[0]));
        let convergence = steps(&desired(&[&all[0]], &[&all[1]]), &local);
        // 5, 6 and 7 were named last; 2, 3 and 4 go.
        let gone: Vec<Step> = [4, 3, 2]
            .map(|n: usize| Step::Forget {
                revision: all[n].id(),
            })
            .into();
        assert_eq!(convergence.steps, gone);
    }

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn instruction(incarnation: u32, generation: u64) -> Instruction {
        Instruction {
            incarnation: Incarnation(incarnation),
            generation: Generation(generation),
        }
    }

    fn revision(release: &str, artifact: &str) -> Revision {
        let service = ServiceSettings {
            command: vec!["./web".into()],
            environment: BTreeMap::new(),
            files: BTreeMap::new(),
            listen: vec![],
            health: None,
            stop: StopSettings {
                signal: StopSignal::Term,
                grace: Millis(100),
            },
        };
        Revision {
            product: name("shop"),
            release: release.parse().unwrap(),
            snapshot: SnapshotNumber(1),
            components: vec![ComponentRevision {
                component: name("web"),
                version: release.parse().unwrap(),
                artifact: Digest::of(artifact.as_bytes()),
                driver: DriverSettings::Service(service),
            }],
        }
    }

    fn local(revisions: &[(&Revision, Option<PrepareState>)], runs: Option<&Revision>) -> Local {
        let known = |(n, (r, state)): (usize, &(&Revision, Option<PrepareState>))| {
            let named = instruction(1, n as u64);
            (
                r.id(),
                LocalRevision {
                    revision: (*r).clone(),
                    state: state.clone(),
                    named,
                },
            )
        };
        let active = |r: &Revision| {
            let workload = r.components[0].workload();
            (
                name("web"),
                LocalComponent {
                    revision: r.id(),
                    workload,
                },
            )
        };
        Local {
            revisions: revisions.iter().enumerate().map(known).collect(),
            active: runs.map(active).into_iter().collect(),
        }
    }

    fn set(local: &mut Local, revision: &Revision, state: PrepareState) {
        local.revisions.get_mut(&revision.id()).unwrap().state = Some(state);
    }

    fn desired(active: &[&Revision], prepare: &[&Revision]) -> DesiredState {
        let component = |r: &&Revision| ActiveComponent {
            component: name("web"),
            revision: r.id(),
            instances: 1,
            slot: Slot::Blue,
            start: 0,
        };
        DesiredState {
            product: name("shop"),
            instruction: instruction(1, 99),
            active: active.iter().map(component).collect(),
            prepare: prepare.iter().map(|r| r.id()).collect(),
            minimum_healthy: Millis(0),
            traffic: vec![],
        }
    }
}
