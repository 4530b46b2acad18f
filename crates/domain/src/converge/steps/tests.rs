//! What an agent is told to do, situation by situation.

mod slots;

use super::*;
use crate::{
    converge::Portion,
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
    assert_eq!(convergence.waiting[&web()], Waiting::Preparation);

    let failed = PrepareState::Failed {
        reason: "no".into(),
    };
    set(&mut local, &two, failed);
    let convergence = steps(&desired, &local);
    assert_eq!(convergence.steps, []);
    assert_eq!(
        convergence.waiting[&web()].to_string(),
        "the new revision cannot be prepared: no"
    );

    set(&mut local, &two, PrepareState::Ready);
    assert_eq!(
        steps(&desired, &local),
        Convergence {
            steps: vec![activate(Slot::Blue, &two, None)],
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
    assert_eq!(
        convergence.steps,
        [
            Step::Prepare { revision: two.id() },
            relabel(Slot::Blue, &two)
        ]
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
fn more_and_fewer_instances_leave_the_others_alone() {
    let (one, two) = (revision("1.0.0", "1"), revision("1.1.0", "2"));
    let ready = |r| (r, Some(PrepareState::Ready));
    let local = local(&[ready(&one), ready(&two)], Some(&one));
    let steps_to = |revision: &Revision, instances| {
        let mut wanted = desired(&[revision], &[]);
        wanted.active[0].instances = instances;
        steps(&wanted, &local).steps
    };
    let scale = |instances| Step::Scale {
        component: name("web"),
        slot: Slot::Blue,
        instances,
    };
    assert_eq!(steps_to(&one, 1), []);
    assert_eq!(steps_to(&one, 4), [scale(4)]);
    let Step::Activate { instances, .. } = steps_to(&two, 3)[0] else {
        panic!("it is another workload");
    };
    assert_eq!(instances, 3);
}

#[test]
fn only_an_empty_list_stops() {
    let one = revision("1.0.0", "1");
    let local = local(&[(&one, Some(PrepareState::Ready))], Some(&one));
    assert_eq!(steps(&desired(&[], &[]), &local).steps, [stop(Slot::Blue)]);
}

#[test]
fn what_cannot_run_says_why() {
    let (one, two) = (revision("1.0.0", "1"), revision("1.1.0", "2"));
    let unknown = steps(&desired(&[&two], &[]), &local(&[], Some(&one)));
    assert_eq!(unknown.waiting[&web()], Waiting::Revision);
    assert_eq!(unknown.steps, []);

    let mut other = desired(&[&one], &[]);
    other.active[0].component = name("api");
    let known = local(&[(&one, Some(PrepareState::Ready))], None);
    assert_eq!(
        steps(&other, &known).waiting[&(name("api"), Slot::Blue)],
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

/// Where [`local`] has it run.
fn web() -> (Name, Slot) {
    (name("web"), Slot::Blue)
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
            instances: 1,
            jobs: vec![],
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
    Local {
        revisions: revisions.iter().enumerate().map(known).collect(),
        active: runs
            .map(|r| running(Slot::Blue, (r, 0)))
            .into_iter()
            .collect(),
    }
}

fn set(local: &mut Local, revision: &Revision, state: PrepareState) {
    local.revisions.get_mut(&revision.id()).unwrap().state = Some(state);
}

fn desired(active: &[&Revision], prepare: &[&Revision]) -> DesiredState {
    let components = active
        .iter()
        .flat_map(|r| ActiveComponent::of(r, Slot::Blue, Portion::All));
    DesiredState {
        instruction: instruction(1, 99),
        active: components.collect(),
        prepare: prepare.iter().map(|r| r.id()).collect(),
        ..DesiredState::nothing(name("shop"), Millis(0))
    }
}

fn running(slot: Slot, (r, start): (&Revision, u64)) -> ((Name, Slot), LocalComponent) {
    let runs = LocalComponent {
        revision: r.id(),
        workload: r.components[0].workload(),
        instances: 1,
        start,
    };
    ((name("web"), slot), runs)
}

fn activate(slot: Slot, revision: &Revision, start: Option<u64>) -> Step {
    Step::Activate {
        component: name("web"),
        slot,
        revision: revision.id(),
        instances: 1,
        start,
    }
}

fn relabel(slot: Slot, revision: &Revision) -> Step {
    Step::Relabel {
        component: name("web"),
        slot,
        revision: revision.id(),
    }
}

fn stop(slot: Slot) -> Step {
    Step::Stop {
        component: name("web"),
        slot,
    }
}

#[test]
fn while_the_signature_has_run_out_nothing_begins_and_nothing_stops() {
    let (one, two) = (revision("1.0.0", "1"), revision("1.1.0", "2"));
    for state in [None, Some(PrepareState::Ready)] {
        let revisions = [(&one, Some(PrepareState::Ready)), (&two, state)];
        let local = local(&revisions, Some(&one));
        let held = held_back(&desired(&[&two], &[]), &local);
        assert_eq!(held.steps, []);
        assert_eq!(held.waiting[&web()], Waiting::Expired);
        // What runs is not even stopped where it should be.
        assert_eq!(
            held_back(&desired(&[], &[]), &local),
            Convergence::default()
        );
        assert_eq!(
            held_back(&desired(&[&one], &[]), &local),
            Convergence::default()
        );
    }
}
