//! What makes a runbook one that can be run, and what whoever reviews it should see.

use super::{Automatic, Before, Deadline, Kind, Runbook, Step, Way, order::Order};
use crate::{duration::Millis, name::Name};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// The most steps of one runbook.
pub const STEPS_MAX: usize = 500;
/// The most contacts, and the most risks.
const OTHERS_MAX: usize = 100;
/// The longest title, name of a contact, or the like, in characters.
const TITLE_MAX: usize = 200;
/// The longest text, in bytes.
const TEXT_MAX: usize = 64 * 1024;
/// The longest step.
const TAKES_MAX: Millis = Millis::from_secs(31 * 86_400);
/// The longest that a backout plan keeps the way back waiting.
pub(super) const WAITS_MAX: Millis = Millis::from_secs(3600);

/// Why a runbook cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunbookError {
    /// It has no such step.
    #[error("there is no step `{0}`")]
    NoStep(Name),
    /// Two of one name.
    #[error("two {what} are called `{name}`: give one of them another name")]
    Twice {
        /// Of what.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A name that stands for nothing here.
    #[error(
        "step `{step}` {word} `{name}`, which is no step here: name one that is, or take it out"
    )]
    Unknown {
        /// Where.
        step: Name,
        /// In which word.
        word: &'static str,
        /// The name.
        name: Name,
    },
    /// Steps that wait for each other.
    #[error(
        "these steps wait for each other in a circle: {}; take one out of what another needs or stands before",
        names(.0)
    )]
    Circle(Vec<Name>),
    /// The engine does not stop there.
    #[error(
        "step `{step}` stands before `{before}`, where the engine cannot wait; it can before {}",
        names(.gates)
    )]
    NoWaiting {
        /// Which step.
        step: Name,
        /// What it stands before.
        before: Name,
        /// What it could stand before.
        gates: Vec<Name>,
    },
    /// It stands before something that is not there.
    #[error(
        "step `{0}` stands before the point of no return, and everything here can be undone: let it stand before another step"
    )]
    NoNoReturn(Name),
    /// A step of the engine that waits by a word of its own.
    #[error("step `{0}` is the engine's, and follows from the plan: take out its `before`")]
    Moved(Name),
    /// Two steps for one piece of the engine's work, or one that is of the other runbook.
    #[error(
        "step `{step}` says `automatic: {phase}`, which {why}: take it out, or generate the runbook anew"
    )]
    Phase {
        /// Which step.
        step: Name,
        /// Of what.
        phase: String,
        /// Why not.
        why: &'static str,
    },
    /// Nobody does it.
    #[error("step `{0}` has no owner: say `owner: NAME` or `owner: team:NAME`")]
    NoOwner(Name),
    /// A length that nobody can have meant.
    #[error("step `{step}` {why}")]
    Length {
        /// Which.
        step: Name,
        /// What is wrong, and what to write.
        why: String,
    },
    /// Going back is never a question.
    #[error(
        "step `{0}` is a decision, and whoever goes back has decided: let it be a step that people do"
    )]
    Decision(Name),
    /// A word for backout plans.
    #[error(
        "step `{0}` says `waits`, which is for backout plans: what stands before a step of the engine is waited for until it is over"
    )]
    Waits(Name),
    /// It keeps nothing waiting.
    #[error(
        "step `{0}` says `waits`, and the engine begins nothing after it: say what it stands before"
    )]
    WaitsForNothing(Name),
    /// More than anybody reads.
    #[error("it has more than {max} {what}: leave some out, or put several into one")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The most.
        max: usize,
    },
    /// A text without end.
    #[error("the {what} of `{of}` is longer than {max}: say it shorter, or where it is written")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Whose.
        of: String,
        /// How long it may be.
        max: &'static str,
    },
}

/// What whoever reviews a runbook should see. It stops nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Nobody is asked before something that cannot be undone.
    Unasked(Name),
    /// It names no risk.
    NoRisks,
    /// It does not say how deviations are handled, or who decides about them.
    NoDeviations,
    /// It names nobody to ask.
    NoContacts,
}

fn names(names: &[Name]) -> String {
    let names: Vec<&str> = names.iter().map(Name::as_str).collect();
    names.join(", ")
}

impl Runbook {
    /// Whether it can be run.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn check(&self) -> Result<(), RunbookError> {
        self.check_apart()?;
        self.check_phases()?;
        let order = Order::of(self);
        for (place, step) in self.steps.iter().enumerate() {
            self.check_references(step)?;
            self.check_place((place, step), &order)?;
        }
        order
            .circle()
            .map_or(Ok(()), |circle| Err(RunbookError::Circle(circle)))
    }

    /// What can be said of each part of it alone.
    pub(super) fn check_apart(&self) -> Result<(), RunbookError> {
        self.check_sizes()?;
        self.check_names()?;
        for step in &self.steps {
            self.check_kind(step)?;
            check_lengths(step)?;
        }
        Ok(())
    }

    /// What whoever reviews it should see.
    pub fn findings(&self) -> Vec<Finding> {
        let order = Order::of(self);
        let asks = |step: &usize| matches!(self.steps[*step].kind, Kind::Decision(_));
        let steps = self.steps.iter().enumerate();
        let irreversible = steps.filter(|(_, step)| step.is_irreversible());
        let unasked = irreversible.filter(|(place, _)| !order.all_before(*place).iter().any(asks));
        let unasked = unasked.map(|(_, step)| Finding::Unasked(step.name.clone()));
        let silent = self.deviations.text.trim().is_empty() || self.deviations.decides.is_none();
        let missing = [
            (self.risks.is_empty(), Finding::NoRisks),
            (silent, Finding::NoDeviations),
            (self.contacts.is_empty(), Finding::NoContacts),
        ];
        let missing = missing.into_iter().filter(|(is_missing, _)| *is_missing);
        unasked.chain(missing.map(|(_, finding)| finding)).collect()
    }

    fn check_sizes(&self) -> Result<(), RunbookError> {
        let counts = [
            ("steps", self.steps.len(), STEPS_MAX),
            ("contacts", self.contacts.len(), OTHERS_MAX),
            ("risks", self.risks.len(), OTHERS_MAX),
        ];
        if let Some((what, _, max)) = counts.into_iter().find(|(_, count, max)| count > max) {
            return Err(RunbookError::TooMany { what, max });
        }
        let whole = self.way.title();
        short("title", whole, &self.title)?;
        long("text about deviations", whole, &self.deviations.text)?;
        for contact in &self.contacts {
            short("name", &contact.name, &contact.name)?;
            short("way to reach", &contact.name, &contact.reached)?;
            short("subject", &contact.name, &contact.about)?;
        }
        for risk in &self.risks {
            long("description", risk.name.as_str(), &risk.what)?;
            long("answer", risk.name.as_str(), &risk.answer)?;
        }
        for step in &self.steps {
            short("title", step.name.as_str(), &step.title)?;
            long("document", step.name.as_str(), &step.document)?;
            if let Kind::Manual(manual) = &step.kind {
                let question = manual.question.as_deref().unwrap_or_default();
                short("question", step.name.as_str(), question)?;
            }
        }
        Ok(())
    }

    fn check_names(&self) -> Result<(), RunbookError> {
        once("steps", self.steps.iter().map(|step| step.name.as_str()))?;
        once(
            "contacts",
            self.contacts.iter().map(|contact| contact.name.as_str()),
        )?;
        once("risks", self.risks.iter().map(|risk| risk.name.as_str()))
    }

    /// Each piece of the engine's work once, and only of the way that this runbook leads.
    fn check_phases(&self) -> Result<(), RunbookError> {
        let mut seen = BTreeSet::new();
        for step in &self.steps {
            let Some(phase) = step.phase() else { continue };
            let is_foreign = phase.goes_back() != (self.way == Way::Back);
            let why = match seen.insert(phase) {
                _ if is_foreign => "is of the other runbook",
                false => "another step says already",
                true => continue,
            };
            let (step, phase) = (step.name.clone(), phase.to_string());
            return Err(RunbookError::Phase { step, phase, why });
        }
        Ok(())
    }

    fn check_references(&self, step: &Step) -> Result<(), RunbookError> {
        let needs = step.needs.iter().map(|name| ("needs", name));
        let before = step.before.as_ref().and_then(|before| match before {
            Before::Step(name) => Some(("stands before", name)),
            Before::NoReturn => None,
        });
        let after = match &step.kind {
            Kind::Decision(decision) => match &decision.by {
                Deadline::After(_, name) => Some(("is due after", name)),
                Deadline::By(_) | Deadline::On(_) | Deadline::Within(_) => None,
            },
            Kind::Manual(_) | Kind::Automatic(_) | Kind::Message(_) => None,
        };
        let mut all = needs.chain(before).chain(after);
        match all.find(|(_, name)| self.step(name).is_none()) {
            Some((word, name)) => Err(RunbookError::Unknown {
                step: step.name.clone(),
                word,
                name: name.clone(),
            }),
            None => Ok(()),
        }
    }

    fn check_kind(&self, step: &Step) -> Result<(), RunbookError> {
        let name = || step.name.clone();
        match (&step.kind, self.way) {
            (Kind::Automatic(_), _) => match step.before {
                Some(_) => Err(RunbookError::Moved(name())),
                None => Ok(()),
            },
            _ if step.owner.is_none() => Err(RunbookError::NoOwner(name())),
            (Kind::Decision(_), Way::Back) => Err(RunbookError::Decision(name())),
            (Kind::Manual(manual), Way::Forward) if manual.waits.is_some() => {
                Err(RunbookError::Waits(name()))
            }
            (Kind::Manual(manual), Way::Back)
                if manual.waits.is_some() && step.before.is_none() =>
            {
                Err(RunbookError::WaitsForNothing(name()))
            }
            (Kind::Manual(_) | Kind::Decision(_) | Kind::Message(_), _) => Ok(()),
        }
    }

    /// People's steps stand only where the engine can wait.
    fn check_place(
        &self,
        (place, step): (usize, &Step),
        order: &Order<'_>,
    ) -> Result<(), RunbookError> {
        let Some(before) = &step.before else {
            return Ok(());
        };
        match (order.stands_before(place), before) {
            (Some(at), _) if order.gate(at).is_some() => Ok(()),
            (Some(_), Before::Step(name)) => {
                let all = self.steps.iter().enumerate();
                let gates = all.filter(|(place, _)| order.gate(*place).is_some());
                Err(RunbookError::NoWaiting {
                    step: step.name.clone(),
                    before: name.clone(),
                    gates: gates.map(|(_, step)| step.name.clone()).collect(),
                })
            }
            (None, _) | (Some(_), Before::NoReturn) => {
                Err(RunbookError::NoNoReturn(step.name.clone()))
            }
        }
    }
}

fn check_lengths(step: &Step) -> Result<(), RunbookError> {
    let wrong = |why: &str| {
        let (step, why) = (step.name.clone(), why.to_owned());
        Err(RunbookError::Length { step, why })
    };
    if step.takes > TAKES_MAX {
        return wrong(
            "takes longer than 31 days: it is no step of a deployment; let it be a task of the release plan",
        );
    }
    match &step.kind {
        Kind::Message(_) => Ok(()),
        Kind::Automatic(Automatic { .. }) | Kind::Decision(_) | Kind::Manual(_)
            if step.takes == Millis(0) =>
        {
            wrong("takes no time: say how long it usually takes, such as `takes: 10m`")
        }
        Kind::Manual(manual) if manual.waits.is_some_and(|it| it > WAITS_MAX) => {
            wrong("keeps the way back waiting for more than an hour: say at most `waits: 1h`")
        }
        Kind::Automatic(_) | Kind::Decision(_) | Kind::Manual(_) => Ok(()),
    }
}

fn once<'a>(what: &'static str, names: impl Iterator<Item = &'a str>) -> Result<(), RunbookError> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names {
        let count = counts.entry(name).or_default();
        *count += 1;
        if *count > 1 {
            let name = name.to_owned();
            return Err(RunbookError::Twice { what, name });
        }
    }
    Ok(())
}

fn short(what: &'static str, of: &str, text: &str) -> Result<(), RunbookError> {
    match text.chars().count() > TITLE_MAX {
        true => Err(too_long(what, of, "200 characters")),
        false => Ok(()),
    }
}

fn long(what: &'static str, of: &str, text: &str) -> Result<(), RunbookError> {
    match text.len() > TEXT_MAX {
        true => Err(too_long(what, of, "64 KiB")),
        false => Ok(()),
    }
}

fn too_long(what: &'static str, of: &str, max: &'static str) -> RunbookError {
    let of = of.chars().take(80).collect();
    RunbookError::TooLong { what, of, max }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unasked(step) => write!(
                f,
                "step `{step}` cannot be undone, and nobody decides before it: add a decision with `before: the point of no return`"
            ),
            Self::NoRisks => f.write_str("it names no risks: say what may go wrong and what is done about it"),
            Self::NoDeviations => f.write_str(
                "it does not say how deviations are handled: write `deviations` with `text` and `decides`",
            ),
            Self::NoContacts => f.write_str("it names no contacts: say who is asked about what, and how they are reached"),
        }
    }
}

#[cfg(test)]
mod tests;
