//! What somebody does in a scenario: `ada excludes b it is on fire`.

use tidegate_domain::{
    deployment::{Against, Cause, Event, Position, Word},
    id::DeploymentId,
    name::Name,
};

/// What `by` does to a deployment of targets with these names, in this wave, with that in the way.
pub fn event(
    (by, words): (&str, &str),
    names: &[Name],
    wave: u32,
    against: Option<Against>,
) -> Event {
    let by: Name = by.parse().unwrap();
    let (verb, rest) = words.split_once(' ').unwrap_or((words, ""));
    let (target, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let position = names.iter().position(|name| name.as_str() == target);
    let target = Position(position.map_or(0, |i| u32::try_from(i).unwrap()));
    let word = |reason: &str| Word {
        by: by.clone(),
        reason: reason.to_owned(),
    };
    match verb {
        "retries" => Event::TargetRetried { target, by },
        "ignores" => Event::TargetIgnored {
            target,
            word: word(reason),
        },
        "excludes" => Event::TargetExcluded {
            target,
            word: word(reason),
        },
        "pauses" => Event::Held {
            reason: rest.to_owned(),
            by: Some(by),
        },
        "resumes" => Event::Resumed { by },
        "cancels" => Event::CancelRequested { by },
        "rolls-back" => Event::RollbackStarted {
            cause: Cause::Person {
                by,
                reason: rest.to_owned(),
            },
        },
        "signs-off" => Event::SignedOff {
            wave: rest.parse::<u32>().unwrap() - 1,
            by,
        },
        "asks-again" => Event::CheckRetried {
            wave,
            check: first(rest),
            by,
        },
        "accepts" => Event::CheckAccepted {
            wave,
            check: first(rest),
            word: word(reason),
        },
        "runs-again" => Event::JobRetried {
            job: first(rest),
            by,
        },
        "takes-as-done" => Event::JobAccepted {
            job: first(rest),
            word: word(reason),
        },
        "signs-return" => Event::ReturnSigned { word: word(rest) },
        "overrides" => Event::OverrideAsked {
            by,
            reason: rest.to_owned(),
            against,
        },
        "confirms" => Event::OverrideConfirmed { by },
        "supersedes" => Event::Superseded {
            by: DeploymentId(2),
        },
        other => panic!("nobody {other}"),
    }
}

/// The first of some words, as what they name.
fn first<T: std::str::FromStr<Err: std::fmt::Debug>>(words: &str) -> T {
    words.split(' ').next().unwrap().parse().unwrap()
}
