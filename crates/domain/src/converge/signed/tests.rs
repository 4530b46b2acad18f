//! What an agent takes and what it refuses, attack by attack.

use super::*;
use crate::digest::Digest;
use crate::{
    canonical,
    converge::DesiredState,
    duration::Millis,
    generation::{Beginning, Generation, Incarnation, Instruction},
    name::Name,
};
use jiff::{SignedDuration, Timestamp};

mod key;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn signer() -> InstructionSigner {
    InstructionSigner::new(&[7; 32])
}

fn at(seconds: i64) -> Timestamp {
    "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

/// So many seconds after the beginning, by both clocks.
fn moment(seconds: u64) -> Moment {
    Moment {
        wall: at(i64::try_from(seconds).unwrap()),
        boot: Digest::of(b"boot"),
        since_boot: Millis::from_secs(1000 + seconds),
    }
}

fn instruction((incarnation, generation): (u32, u64)) -> Instruction {
    Instruction {
        incarnation: Incarnation(incarnation),
        generation: Generation(generation),
    }
}

fn state(pair: (u32, u64)) -> DesiredState {
    DesiredState {
        instruction: instruction(pair),
        ..DesiredState::nothing(name("shop"), Millis(0))
    }
}

/// The same number with other content.
fn other(pair: (u32, u64)) -> DesiredState {
    DesiredState {
        minimum_healthy: Millis(1),
        ..state(pair)
    }
}

/// What the server states of a state at a second, for an hour.
fn stated(state: &DesiredState, second: i64) -> Statement {
    let (live, here) = (name("live"), name("live-1"));
    Statement::new((&live, &here), state, at(second), Millis::from_secs(3600))
}

/// What an agent makes of a state and an envelope at a second, after it took something.
fn judged(
    taken: Option<(Instruction, Option<&Held>)>,
    state: &DesiredState,
    envelope: Option<&Envelope>,
    second: u64,
) -> Result<Judged, Refusal> {
    let history = state.instruction.incarnation;
    judged_in(history, taken, state, envelope, second)
}

/// The same of an agent that knows `history` to be the newest.
fn judged_in(
    history: Incarnation,
    taken: Option<(Instruction, Option<&Held>)>,
    state: &DesiredState,
    envelope: Option<&Envelope>,
    second: u64,
) -> Result<Judged, Refusal> {
    let (key, environment, target) = (signer().public(), name("live"), name("live-1"));
    let judge = Judge {
        key: &key,
        environment: &environment,
        target: &target,
        history,
        now: &moment(second),
    };
    let offered = Offered {
        state,
        hash: canonical::hash(state),
        envelope,
    };
    judge.judge(taken, offered)
}

fn renewed(
    taken: (Instruction, &Held),
    envelope: &Envelope,
    second: u64,
) -> Result<Judged, Refusal> {
    let (key, environment, target) = (signer().public(), name("live"), name("live-1"));
    let judge = Judge {
        key: &key,
        environment: &environment,
        target: &target,
        history: Incarnation(1),
        now: &moment(second),
    };
    judge.renew(&name("shop"), taken, envelope)
}

/// What is held of a state that was signed and received at second 0.
fn held(state: &DesiredState) -> Held {
    let envelope = signer().sign(&stated(state, 0));
    match judged(None, state, Some(&envelope), 0) {
        Ok(Judged::Newer(held)) => held,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_state_is_taken_as_it_was_signed() {
    let state = state((1, 5));
    let envelope = signer().sign(&stated(&state, 0));
    let kept = held(&state);
    assert_eq!(kept.left(&moment(0)), Millis::from_secs(3600));
    let taken = (state.instruction, Some(&kept));
    assert_eq!(
        judged(Some(taken), &state, Some(&envelope), 1),
        Ok(Judged::Same)
    );
    // The envelope is canonical JSON, and survives a wire.
    let wire = serde_json::to_string(&envelope).unwrap();
    assert_eq!(serde_json::from_str::<Envelope>(&wire).unwrap(), envelope);
}

#[test]
fn nothing_is_taken_without_a_good_signature_of_the_key_that_is_held() {
    let state = state((1, 5));
    let statement = stated(&state, 0);
    let sound = signer().sign(&statement);
    let foreign = InstructionSigner::new(&[8; 32]).sign(&statement);
    let with = |change: fn(&mut Envelope)| {
        let mut envelope = sound.clone();
        change(&mut envelope);
        envelope
    };
    assert_eq!(judged(None, &state, None, 0), Err(Refusal::Unsigned));
    for (envelope, expect) in [
        (foreign, Refusal::Signature),
        (with(|it| it.signatures.clear()), Refusal::Signature),
        (
            with(|it| it.signatures[0].sig = "AAAA".into()),
            Refusal::Signature,
        ),
        (
            with(|it| it.payload.insert_str(0, "AAAA")),
            Refusal::Signature,
        ),
        (with(|it| it.payload = "?".into()), Refusal::Form),
        (with(|it| it.payload_type.push('x')), Refusal::Form),
        // A key's word for its successor is no state, whoever signed it.
        (signer().vouch(signer().public()), Refusal::Form),
    ] {
        assert_eq!(judged(None, &state, Some(&envelope), 0), Err(expect));
    }
}

#[test]
fn rollback_an_older_pair_is_refused_however_well_it_is_signed() {
    for (taken, offered) in [((1, 5), (1, 4)), ((2, 1), (1, 9))] {
        let (newest, older) = (state(taken), state(offered));
        let kept = held(&newest);
        // Signed this moment, so that it is younger in every other way.
        let envelope = signer().sign(&stated(&older, 10));
        let refused = judged(
            Some((newest.instruction, Some(&kept))),
            &older,
            Some(&envelope),
            10,
        );
        let (offered, held) = (older.instruction, newest.instruction);
        assert_eq!(refused, Err(Refusal::Older { offered, held }));
    }
    // A restored server counts anew in a new history.
    let (before, restored) = (state((1, 9)), state((2, 1)));
    let (kept, envelope) = (held(&before), signer().sign(&stated(&restored, 10)));
    let hear = |history| {
        let taken = Some((before.instruction, Some(&kept)));
        judged_in(Incarnation(history), taken, &restored, Some(&envelope), 10)
    };
    assert!(matches!(hear(2), Ok(Judged::Newer(_))));
    // Only once the agent was told that it began.
    let unknown = |offered, known| {
        let (offered, known) = (Incarnation(offered), Incarnation(known));
        Err(Refusal::History { offered, known })
    };
    assert_eq!(hear(1), unknown(2, 1));
    // What was kept of an older history is not taken in place of nothing, either.
    let envelope = signer().sign(&stated(&before, 10));
    let late = judged_in(Incarnation(2), None, &before, Some(&envelope), 10);
    assert_eq!(late, unknown(1, 2));
}

#[test]
fn freeze_an_old_signature_grants_no_new_life() {
    let state = state((1, 5));
    let (first, kept) = (signer().sign(&stated(&state, 0)), held(&state));
    let taken = (state.instruction, &kept);
    // Repeating it does not make it younger.
    assert_eq!(renewed(taken, &first, 1800), Ok(Judged::Same));
    assert_eq!(kept.left(&moment(1800)), Millis::from_secs(1800));
    assert_eq!(kept.left(&moment(3600)), Millis(0));
    // Signing it anew does.
    let second = signer().sign(&stated(&state, 1800));
    let Ok(Judged::Renewed(younger)) = renewed(taken, &second, 1800) else {
        panic!("it was not renewed");
    };
    assert_eq!(younger.left(&moment(3600)), Millis::from_secs(1800));
    // One that was held back until it ran out is not taken at all.
    let expired = Err(Refusal::Expired(at(3600)));
    assert_eq!(judged(None, &state, Some(&first), 3600), expired);
    assert_eq!(judged(None, &state, Some(&first), 3599).map(drop), Ok(()));
}

#[test]
fn freeze_no_clock_that_is_set_back_gives_a_signature_more_life() {
    let kept = held(&state((1, 5)));
    let mut late = moment(4000);
    late.wall = at(-86_400);
    assert_eq!(kept.left(&late), Millis(0));
    // One that is set forward takes nothing away while the machine runs.
    let mut early = moment(10);
    early.wall = at(86_400);
    assert_eq!(kept.left(&early), Millis::from_secs(3590));
    // After a reboot the wall clock is all there is; it never grants more than the whole life.
    let rebooted = |second: i64| Moment {
        wall: at(second),
        boot: Digest::of(b"another"),
        since_boot: Millis(0),
    };
    for (second, left) in [
        (-86_400, 3600),
        (0, 3600),
        (3000, 600),
        (3600, 0),
        (9999, 0),
    ] {
        assert_eq!(kept.left(&rebooted(second)), Millis::from_secs(left));
    }
}

#[test]
fn a_life_without_end_is_refused() {
    let state = state((1, 5));
    for (since, until) in [(0, 0), (10, 0), (0, 7 * 86_400 + 1)] {
        let statement = Statement {
            issued_at: at(since),
            expires_at: at(until),
            ..stated(&state, 0)
        };
        let envelope = signer().sign(&statement);
        let refused = judged(None, &state, Some(&envelope), 0);
        assert_eq!(refused, Err(Refusal::Lifetime));
    }
    // The server itself never signs such a one.
    let endless = Statement::new((&name("live"), &name("live-1")), &state, at(0), Millis::MAX);
    assert_eq!(endless.expires_at, at(7 * 86_400));
}

#[test]
fn mix_and_match_what_was_signed_for_something_else_is_refused() {
    let state = state((1, 5));
    let statement = || stated(&state, 0);
    let elsewhere = Refusal::Target {
        target: name("live-2"),
        environment: name("live"),
    };
    let staging = Refusal::Target {
        target: name("live-1"),
        environment: name("staging"),
    };
    for (statement, expect) in [
        (
            Statement {
                target: name("live-2"),
                ..statement()
            },
            elsewhere,
        ),
        (
            Statement {
                environment: name("staging"),
                ..statement()
            },
            staging,
        ),
        (
            Statement {
                product: name("bank"),
                ..statement()
            },
            Refusal::Product(name("bank")),
        ),
        // Parts of another state beside a number that is right, and the other way round.
        (stated(&other((1, 5)), 0), Refusal::State),
        (
            Statement {
                generation: Generation(6),
                ..statement()
            },
            Refusal::State,
        ),
        (
            Statement {
                v: 2,
                ..statement()
            },
            Refusal::Form,
        ),
    ] {
        let envelope = signer().sign(&statement);
        assert_eq!(judged(None, &state, Some(&envelope), 0), Err(expect));
    }
}

#[test]
fn the_same_number_never_stands_for_two_states() {
    let (first, second) = (state((1, 5)), other((1, 5)));
    let kept = held(&first);
    let taken = Some((first.instruction, Some(&kept)));
    let envelope = signer().sign(&stated(&second, 10));
    let equivocal = Err(Refusal::Equivocal(first.instruction));
    assert_eq!(judged(taken, &second, Some(&envelope), 10), equivocal);
    assert_eq!(
        renewed((first.instruction, &kept), &envelope, 10),
        equivocal
    );
    // What was taken before there were signatures is only signed now.
    let taken = Some((first.instruction, None));
    let signed = judged(taken, &second, Some(&envelope), 10);
    assert!(matches!(signed, Ok(Judged::Renewed(_))));
}

#[test]
fn a_signature_alone_never_brings_a_newer_state() {
    let taken = state((1, 5));
    let kept = held(&taken);
    for (pair, expect) in [
        ((1, 6), Refusal::State),
        (
            (1, 4),
            Refusal::Older {
                offered: instruction((1, 4)),
                held: instruction((1, 5)),
            },
        ),
    ] {
        let envelope = signer().sign(&stated(&state(pair), 10));
        assert_eq!(
            renewed((taken.instruction, &kept), &envelope, 10),
            Err(expect)
        );
    }
}

#[test]
fn what_is_signed_is_this_text() {
    let statement = stated(&state((1, 5)), 0);
    let hash = canonical::hash(&state((1, 5)));
    assert_eq!(
        canonical::text(&statement),
        format!(
            r#"{{"environment":"live","expires_at":"2026-03-01T13:00:00Z","generation":5,"incarnation":1,"issued_at":"2026-03-01T12:00:00Z","product":"shop","state":"{hash}","target":"live-1","v":1}}"#
        )
    );
}
