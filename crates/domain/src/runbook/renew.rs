//! A runbook generated anew after its strategy changed: what people wrote stays, and what lost its place is named.

use super::{Before, Kind, Runbook, Step, Way, order::Order};
use crate::{
    name::Name,
    planning::merge::{Conflict, merge},
};
use std::{collections::BTreeSet, fmt};

/// What comes of generating a runbook anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Renewed {
    /// What people wrote, around what the engine does now. Steps that lost their place are in it, as they were written:
    /// [`Runbook::check`] refuses it until people place them.
    pub runbook: Runbook,
    /// The steps of people that lost their place.
    pub lost: Vec<Lost>,
    /// What both people and the generator changed; people's word stands until somebody settles it.
    pub conflicts: Vec<Conflict>,
}

/// A step of people whose place is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Which.
    pub step: Name,
    /// How it named what is gone.
    pub word: &'static str,
    /// What is gone.
    pub gone: String,
}

/// Puts together what people made of a runbook and what is generated now. `before` is as it was generated when people began.
pub fn renew(before: &Runbook, generated: &Runbook, edited: &Runbook) -> Renewed {
    let value =
        |runbook: &Runbook| serde_json::to_value(runbook).expect("runbooks have a JSON form");
    let merged = merge(&value(before), &value(generated), &value(edited));
    let together: Option<Runbook> = serde_json::from_value(merged.value).ok();
    // A step that both changed into different kinds fits together as neither.
    let mut runbook = together.unwrap_or_else(|| edited.clone());
    follow(&mut runbook, generated);
    arrange(&mut runbook);
    let stands = |conflict: &Conflict| match conflict.path.strip_prefix("steps.") {
        Some(path) => {
            let name = path.split('.').next().unwrap_or_default();
            runbook.steps.iter().any(|step| step.name.as_str() == name)
        }
        None => true,
    };
    let conflicts = merged.conflicts.into_iter().filter(stands).collect();
    Renewed {
        lost: lost(&runbook),
        conflicts,
        runbook,
    }
}

/// What the engine does is what is generated; how long it takes, and what it is called, may be people's word.
fn follow(runbook: &mut Runbook, generated: &Runbook) {
    runbook.steps.retain(|step| {
        step.phase().is_none() || generated.steps.iter().any(|it| it.phase() == step.phase())
    });
    for fresh in generated.steps.iter().filter(|step| step.phase().is_some()) {
        let same = |step: &&mut Step| step.phase() == fresh.phase();
        match runbook.steps.iter_mut().find(same) {
            Some(step) => {
                step.name.clone_from(&fresh.name);
                step.needs.clone_from(&fresh.needs);
                step.before = None;
                step.kind.clone_from(&fresh.kind);
            }
            None => runbook.steps.push(fresh.clone()),
        }
    }
}

/// In the order in which the steps have their turns; where nothing else decides, in the one in which they are written.
pub(super) fn arrange(runbook: &mut Runbook) {
    let mut order = Order::of(runbook).sorted();
    let sorted: BTreeSet<usize> = order.iter().copied().collect();
    order.extend((0..runbook.steps.len()).filter(|place| !sorted.contains(place)));
    let steps = order
        .into_iter()
        .filter_map(|place| runbook.steps.get(place).cloned());
    runbook.steps = steps.collect();
}

fn lost(runbook: &Runbook) -> Vec<Lost> {
    let has_no_return = runbook.steps.iter().any(Step::is_irreversible);
    let of = |step: &Step| {
        let mut lost = Vec::new();
        let mut note = |word, gone: String| {
            let step = step.name.clone();
            lost.push(Lost { step, word, gone });
        };
        for need in step
            .needs
            .iter()
            .filter(|need| runbook.step(need).is_none())
        {
            note("needed", format!("`{need}`"));
        }
        match &step.before {
            Some(Before::Step(at)) if runbook.step(at).is_none() => {
                note("stood before", format!("`{at}`"));
            }
            Some(Before::NoReturn) if !has_no_return => {
                note("stood before", "the point of no return".to_owned());
            }
            Some(Before::Step(_) | Before::NoReturn) | None => {}
        }
        if let Kind::Decision(decision) = &step.kind
            && let super::Deadline::After(_, at) = &decision.by
            && runbook.step(at).is_none()
        {
            note("was due after", format!("`{at}`"));
        }
        lost
    };
    runbook.steps.iter().flat_map(of).collect()
}

impl Runbook {
    /// The steps of the engine that are not what `generated` says: the runbook has to be generated anew before it is run.
    pub fn strays(&self, generated: &Self) -> Vec<Name> {
        let of_engine = |runbook: &Self| {
            let all = runbook.steps.iter().filter(|step| step.phase().is_some());
            let meaning = all.map(|step| {
                let needs: BTreeSet<&Name> = step.needs.iter().collect();
                let needs = needs.into_iter().cloned().collect::<Vec<_>>();
                (step.name.clone(), needs, step.kind.clone())
            });
            meaning.collect::<Vec<_>>()
        };
        let (own, theirs) = (of_engine(self), of_engine(generated));
        let strays = own.iter().filter(|it| !theirs.contains(it));
        let missing = theirs.iter().filter(|it| !own.contains(it));
        let names: BTreeSet<Name> = strays.chain(missing).map(|it| it.0.clone()).collect();
        names.into_iter().collect()
    }

    /// Whether people have a part in it. Without one it changes nothing of how the engine runs.
    pub fn concerns_people(&self) -> bool {
        match self.way {
            Way::Forward => self.steps.iter().any(|step| step.phase().is_none()),
            Way::Back => self.steps.iter().any(|step| match &step.kind {
                Kind::Manual(manual) => manual.waits.is_some(),
                Kind::Automatic(_) | Kind::Decision(_) | Kind::Message(_) => false,
            }),
        }
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, word, gone } = self;
        write!(
            f,
            "step `{step}` {word} {gone}, which is not there: give it another place, or remove it"
        )
    }
}

#[cfg(test)]
mod tests;
