//! Warnings in words, with local times.

use super::Warning;
use crate::{calendar::Zone, duration::Millis, name::Name, planning::Party};
use jiff::Timestamp;

impl Warning {
    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::EndsLate { .. } => "ends_late",
            Self::BackTooLate { .. } => "back_too_late",
            Self::DecidedTooLate { .. } => "decided_too_late",
            Self::Due { .. } => "due",
            Self::Overdue { .. } => "overdue",
            Self::Late { .. } => "late",
            Self::TwoAtOnce { .. } => "two_at_once",
        }
    }

    /// A sentence for people, with local times.
    pub fn sentence(&self, zone: &Zone) -> String {
        let time = |at: &Timestamp| zone.local(*at).strftime("%H:%M").to_string();
        match self {
            Self::EndsLate { ends, closes } => {
                let (ends, closes) = (time(ends), time(closes));
                format!("It ends at {ends}, and the window closes at {closes}.")
            }
            Self::BackTooLate {
                from,
                until,
                is_no_return,
                closes,
            } => {
                let back = back_too_late(from.as_ref().map(time), &time(closes));
                let until = time(until);
                match is_no_return {
                    true => format!("{back}, and the point of no return comes only at {until}."),
                    false => format!("{back}, and it may go back until {until}."),
                }
            }
            Self::DecidedTooLate {
                step,
                due,
                fits_until,
            } => {
                let fits = match fits_until {
                    Some(until) => format!("fits into the window only until {}", time(until)),
                    None => "does not fit into the window".to_owned(),
                };
                let due = time(due);
                format!("Decision `{step}` may come as late as {due}, and going back {fits}.")
            }
            Self::Due { step, owner, due } => {
                let (due, who) = (time(due), who(owner.as_ref()));
                format!("Decision `{step}` is due at {due}: {who} says go or no-go.")
            }
            Self::Overdue { step, owner, due } => {
                let (due, who) = (time(due), who(owner.as_ref()));
                format!("Decision `{step}` was due at {due}, and {who} did not say go.")
            }
            Self::Late {
                step,
                owner,
                late_by,
                holds_up,
            } => late((step, owner.as_ref()), *late_by, holds_up.as_ref()),
            Self::TwoAtOnce { who, steps, from } => {
                let ((first, second), from) = (steps, time(from));
                format!("{who} has two steps at once from {from} on: `{first}` and `{second}`.")
            }
        }
    }
}

fn back_too_late(from: Option<String>, closes: &str) -> String {
    match from {
        Some(from) => format!(
            "From {from} on going back is no longer over when the window closes at {closes}"
        ),
        None => format!("Going back is at no time over when the window closes at {closes}"),
    }
}

fn late((step, owner): (&Name, Option<&Party>), by: Millis, holds_up: Option<&Name>) -> String {
    let (owner, by) = (who(owner), by.rough());
    match holds_up {
        Some(next) => format!("Step `{step}` of {owner} is {by} late and holds up `{next}`."),
        None => format!("Step `{step}` of {owner} is {by} late; nothing waits for it."),
    }
}

fn who(owner: Option<&Party>) -> String {
    owner.map_or_else(|| "somebody".to_owned(), Party::to_string)
}
