//! Responsibility levels in words, and what changes with them.

use tidegate_domain::access::{Action, Level};

/// Another level for somebody, looked at before it holds.
pub(super) struct Wanted {
    /// As the form sends it; 0 is none of their own.
    pub number: u8,
    pub before: String,
    pub after: String,
    /// What they may then, by the shipped policies.
    pub gains: Vec<String>,
    /// What they may not any more.
    pub loses: Vec<String>,
}

/// One choice of a level.
pub(super) struct Choice {
    pub number: u8,
    pub label: String,
    pub is_chosen: bool,
}

/// A level in words.
pub(super) fn spoken(level: Option<u8>) -> String {
    match level.and_then(known) {
        Some(level) => level.to_string(),
        None => "as their teams give".to_owned(),
    }
}

/// All that may be chosen.
pub(super) fn choices(level: Option<u8>) -> Vec<Choice> {
    let choice = |number: u8| Choice {
        number,
        label: spoken((number > 0).then_some(number)),
        is_chosen: level.unwrap_or(0) == number,
    };
    [0, 2, 3, 4, 5, 6].into_iter().map(choice).collect()
}

/// What becomes of somebody of level `before` with level `number`; none if it is no other level.
pub(super) fn wanted(before: Option<u8>, number: u8) -> Option<Wanted> {
    let after = (number > 0).then_some(number);
    if before == after || (number > 0 && known(number).is_none()) {
        return None;
    }
    let (old, new) = (before.and_then(known), after.and_then(known));
    Some(Wanted {
        number,
        before: spoken(before),
        after: spoken(after),
        gains: between(old, new),
        loses: between(new, old),
    })
}

/// What the higher of two levels may and the lower may not.
fn between(low: Option<Level>, high: Option<Level>) -> Vec<String> {
    let actions = Action::ALL.iter().filter(|action| {
        let least = Some(action.least_level());
        least > low && least <= high
    });
    actions.map(ToString::to_string).collect()
}

fn known(number: u8) -> Option<Level> {
    Level::from_number(i64::from(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_level_gives_and_takes_is_told_before() {
        let raised = wanted(Some(5), 6).expect("it is another");
        assert!(raised.gains.contains(&"administering people".to_owned()));
        assert!(raised.loses.is_empty());
        let lowered = wanted(Some(3), 0).expect("it is another");
        assert!(lowered.loses.contains(&"deploying".to_owned()));
        assert_eq!(lowered.after, "as their teams give");
        assert!(wanted(Some(3), 3).is_none() && wanted(None, 0).is_none());
        assert!(wanted(None, 9).is_none());
    }
}
