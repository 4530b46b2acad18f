//! What is done in one slot, whatever the other runs; and what a named start adds to it.

use super::*;

/// What runs in blue and in green, as revision and last start; what should; and what is done about it.
type Case<'a> = (
    [Option<(&'a Revision, u64)>; 2],
    [Option<(&'a Revision, u64)>; 2],
    Vec<Step>,
);

#[test]
fn each_slot_is_a_place_of_its_own() {
    let (one, two) = (revision("1.0.0", "1"), revision("1.1.0", "2"));
    let label = revision("1.2.0", "1");
    let (old, new) = (Some((&one, 0)), Some((&two, 0)));
    let (blue, green) = (Slot::Blue, Slot::Green);
    let cases: Vec<Case<'_>> = vec![
        (
            [None, None],
            [old, new],
            vec![activate(blue, &one, None), activate(green, &two, None)],
        ),
        ([old, None], [old, new], vec![activate(green, &two, None)]),
        ([old, new], [old, new], vec![]),
        // The same revision in both is no reason to pass one over.
        ([old, None], [old, old], vec![activate(green, &one, None)]),
        // The other slot runs that workload; this one does not.
        ([old, new], [new, new], vec![activate(blue, &two, None)]),
        (
            [old, new],
            [Some((&label, 0)), new],
            vec![relabel(blue, &label)],
        ),
        (
            [new, old],
            [new, Some((&label, 0))],
            vec![relabel(green, &label)],
        ),
        ([old, new], [None, new], vec![stop(blue)]),
        ([old, new], [old, None], vec![stop(green)]),
        ([old, new], [None, None], vec![stop(blue), stop(green)]),
        // To the other side in one instruction.
        (
            [old, None],
            [None, new],
            vec![activate(green, &two, None), stop(blue)],
        ),
    ];
    check(&[&one, &two, &label], cases);
}

#[test]
fn a_named_start_is_carried_out_once() {
    let (one, two) = (revision("1.0.0", "1"), revision("1.1.0", "2"));
    let label = revision("1.2.0", "1");
    let (at, other) = (|start| Some((&one, start)), |start| Some((&two, start)));
    let (blue, green) = (Slot::Blue, Slot::Green);
    let cases: Vec<Case<'_>> = vec![
        ([at(0), None], [at(5), None], vec![restart(blue, 5)]),
        ([at(5), None], [at(5), None], vec![]),
        ([at(5), None], [at(6), None], vec![restart(blue, 6)]),
        // An older name, or none: it was carried out long ago.
        ([at(5), None], [at(4), None], vec![]),
        ([at(5), None], [at(0), None], vec![]),
        // Only where it is asked for.
        (
            [at(0), other(0)],
            [at(0), other(5)],
            vec![restart(green, 5)],
        ),
        (
            [at(5), other(0)],
            [at(5), other(5)],
            vec![restart(green, 5)],
        ),
        // A new label does not stand in its way.
        (
            [at(1), None],
            [Some((&label, 5)), None],
            vec![relabel(blue, &label), restart(blue, 5)],
        ),
        // What is activated is started anyway.
        (
            [None, None],
            [at(5), None],
            vec![activate(blue, &one, Some(5))],
        ),
        (
            [at(1), None],
            [other(5), None],
            vec![activate(blue, &two, Some(5))],
        ),
        (
            [at(5), None],
            [other(5), None],
            vec![activate(blue, &two, None)],
        ),
    ];
    check(&[&one, &two, &label], cases);
}

#[test]
fn what_is_active_in_any_slot_is_not_forgotten() {
    let all: Vec<Revision> = (0..8).map(|n| revision("1.0.0", &n.to_string())).collect();
    let listed: Vec<_> = all.iter().map(|r| (r, Some(PrepareState::Ready))).collect();
    let mut local = local(&listed, Some(&all[0]));
    // The server names neither green nor the oldest any more, and both run until they have stopped.
    local.active.extend([running(Slot::Green, (&all[1], 0))]);
    let convergence = steps(&desired(&[&all[7]], &[]), &local);
    let kept = [0, 1, 7, 6, 5, 4];
    let gone = |n: &usize| !kept.contains(n);
    let forgotten = (0..8).rev().filter(gone).map(|n| Step::Forget {
        revision: all[n].id(),
    });
    let expected: Vec<Step> = [activate(Slot::Blue, &all[7], None), stop(Slot::Green)]
        .into_iter()
        .chain(forgotten)
        .collect();
    assert_eq!(convergence.steps, expected);
}

#[test]
fn each_slot_waits_for_its_own() {
    let (one, two) = (revision("1.0.0", "1"), revision("1.1.0", "2"));
    let known = [(&one, Some(PrepareState::Ready)), (&two, None)];
    let mut desired = desired(&[&one, &two], &[]);
    desired.active[1].slot = Slot::Green;
    let convergence = steps(&desired, &local(&known, None));
    let waiting = [((name("web"), Slot::Green), Waiting::Preparation)];
    assert_eq!(convergence.waiting, waiting.into());
    let prepare = Step::Prepare { revision: two.id() };
    assert_eq!(
        convergence.steps,
        [prepare, activate(Slot::Blue, &one, None)]
    );
}

/// Every revision lies ready.
fn check(revisions: &[&Revision], cases: Vec<Case<'_>>) {
    let ready: Vec<_> = revisions
        .iter()
        .map(|r| (*r, Some(PrepareState::Ready)))
        .collect();
    for (n, (runs, should, expected)) in cases.into_iter().enumerate() {
        let mut local = local(&ready, None);
        let mut wanted = desired(&[], &[]);
        for ((slot, runs), should) in Slot::ALL.into_iter().zip(runs).zip(should) {
            local.active.extend(runs.map(|runs| running(slot, runs)));
            wanted
                .active
                .extend(should.map(|(r, start)| ActiveComponent {
                    slot,
                    start,
                    ..desired(&[r], &[]).active.remove(0)
                }));
        }
        let expected = Convergence {
            steps: expected,
            ..Convergence::default()
        };
        assert_eq!(steps(&wanted, &local), expected, "case {n}");
    }
}

fn restart(slot: Slot, start: u64) -> Step {
    Step::Restart {
        component: name("web"),
        slot,
        start,
    }
}
