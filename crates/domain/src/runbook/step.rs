//! One step of a runbook, as people write it: what it is follows from which of `automatic`, `decision` and `message` it says;
//! one that says none of them is for people to do.

use super::{Deadline, Phase, deadline};
use crate::{duration::Millis, name::Name, plan::Reversible, planning::Party};
use serde::{Deserialize, Serialize};
use std::fmt;

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Step {
    /// Unique in its runbook.
    pub name: Name,
    /// For people.
    pub title: String,
    /// How it is done, or where that is written.
    pub document: String,
    /// The procedure by which people do it.
    pub procedure: Option<Name>,
    /// Who does it, or answers for it; always somebody, unless the engine does it.
    pub owner: Option<Party>,
    /// How long it usually takes.
    pub takes: Millis,
    /// The steps that have to be over before it.
    pub needs: Vec<Name>,
    /// What the engine does not begin before it is over.
    pub before: Option<Before>,
    /// What it is.
    pub kind: Kind,
}

/// What a step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// People start and finish it.
    Manual(Manual),
    /// The engine does it. It follows from the plan.
    Automatic(Automatic),
    /// People say whether it goes on.
    Decision(DecisionPoint),
    /// The message of this name goes out.
    Message(Name),
}

/// What people start and finish.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manual {
    /// What has to be answered with yes to finish it.
    pub question: Option<String>,
    /// Whether whoever finishes it says what they saw.
    pub evidence: bool,
    /// How long the way back waits for it, counted from when it began; not at all, when none. A backout plan's word.
    pub waits: Option<Millis>,
}

/// What the engine does by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Automatic {
    /// Which piece of it.
    pub phase: Phase,
    /// Whether what ran before still runs after it.
    pub reversible: Reversible,
}

/// Go or no-go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionPoint {
    /// Until when somebody may say go.
    pub by: Deadline,
    /// What happens after a no, or without an answer.
    pub otherwise: Otherwise,
}

/// What happens without a go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Otherwise {
    /// The deployment goes back.
    RollBack,
    /// It stops, and calls for a person.
    Hold,
}

/// What the engine does not begin before a step is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Before {
    /// An automatic step.
    Step(Name),
    /// The first step that cannot be undone, whichever that is.
    NoReturn,
}

/// Why a step is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// It is two things at once.
    #[error(
        "step `{0}` is several things at once: say one of `automatic`, `decision` and `message`"
    )]
    Several(Name),
    /// A decision that nothing follows from.
    #[error(
        "decision `{0}` has no consequence: say what happens without a go, `otherwise: roll-back` or `otherwise: hold`"
    )]
    NoConsequence(Name),
    /// A decision that is never due.
    #[error(
        "decision `{0}` is never due: say until when, such as `decision: 21:40` or `decision: 30m`"
    )]
    NoDeadline(Name),
    /// A word that belongs to another kind of step.
    #[error("step `{0}` says `{1}`, which {2}: take it out")]
    Foreign(Name, &'static str, &'static str),
}

const NO_RETURN: &str = "the point of no return";

/// A step with each of its words.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Name,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    document: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    procedure: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    owner: Option<Party>,
    #[serde(default, skip_serializing_if = "is_zero", with = "deadline")]
    takes: Millis,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    needs: Vec<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Before>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    automatic: Option<Phase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reversible: Option<Reversible>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<Deadline>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    otherwise: Option<Otherwise>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    question: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    evidence: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waits: Option<Waits>,
}

/// A length that may be missing.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Waits(#[serde(with = "deadline")] Millis);

const fn is_zero(length: &Millis) -> bool {
    length.0 == 0
}

const fn is_false(it: &bool) -> bool {
    !*it
}

impl Step {
    /// The title, or its name.
    pub fn title(&self) -> &str {
        match self.title.trim() {
            "" => self.name.as_str(),
            title => title,
        }
    }

    /// The piece of the engine's work that it is, if it is one.
    pub const fn phase(&self) -> Option<&Phase> {
        match &self.kind {
            Kind::Automatic(automatic) => Some(&automatic.phase),
            Kind::Manual(_) | Kind::Decision(_) | Kind::Message(_) => None,
        }
    }

    /// Whether what ran before may not run after it.
    pub fn is_irreversible(&self) -> bool {
        match &self.kind {
            Kind::Automatic(automatic) => automatic.reversible != Reversible::Yes,
            Kind::Manual(_) | Kind::Decision(_) | Kind::Message(_) => false,
        }
    }
}

impl Kind {
    /// The stable word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Manual(_) => "manual",
            Self::Automatic(_) => "automatic",
            Self::Decision(_) => "decision",
            Self::Message(_) => "message",
        }
    }
}

impl Otherwise {
    /// As the end of a sentence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::RollBack => "roll back",
            Self::Hold => "stop and call for a person",
        }
    }
}

impl Written {
    /// What the step is.
    fn kind(&mut self) -> Result<Kind, StepError> {
        let words = (
            self.automatic.take(),
            self.decision.take(),
            self.message.take(),
        );
        let kind = match words {
            (Some(phase), None, None) => Kind::Automatic(Automatic {
                phase,
                reversible: self.reversible.take().unwrap_or(Reversible::Yes),
            }),
            (None, Some(by), None) => {
                let otherwise = self.otherwise.take();
                let otherwise =
                    otherwise.ok_or_else(|| StepError::NoConsequence(self.name.clone()));
                Kind::Decision(DecisionPoint {
                    by,
                    otherwise: otherwise?,
                })
            }
            (None, None, Some(message)) => Kind::Message(message),
            (None, None, None) if self.otherwise.is_some() => {
                return Err(StepError::NoDeadline(self.name.clone()));
            }
            (None, None, None) => Kind::Manual(Manual {
                question: self.question.take(),
                evidence: std::mem::take(&mut self.evidence),
                waits: self.waits.take().map(|waits| waits.0),
            }),
            (Some(_), Some(_), _) | (_, Some(_), Some(_)) | (Some(_), _, Some(_)) => {
                return Err(StepError::Several(self.name.clone()));
            }
        };
        self.nothing_left().map(|()| kind)
    }

    /// Whatever its kind did not take is a word of another kind.
    fn nothing_left(&self) -> Result<(), StepError> {
        let (of_engine, of_decision) = ("is for automatic steps", "is for decisions");
        let of_people = "is for steps that people do";
        let left = [
            (self.reversible.is_some(), "reversible", of_engine),
            (self.otherwise.is_some(), "otherwise", of_decision),
            (self.question.is_some(), "question", of_people),
            (self.evidence, "evidence", of_people),
            (self.waits.is_some(), "waits", of_people),
        ];
        match left.iter().find(|(is_left, ..)| *is_left) {
            Some((_, word, whose)) => Err(StepError::Foreign(self.name.clone(), word, whose)),
            None => Ok(()),
        }
    }
}

impl TryFrom<Written> for Step {
    type Error = StepError;

    fn try_from(mut it: Written) -> Result<Self, StepError> {
        let kind = it.kind()?;
        if matches!(kind, Kind::Automatic(_)) && it.procedure.is_some() {
            let foreign = ("procedure", "is for steps that people do");
            return Err(StepError::Foreign(it.name, foreign.0, foreign.1));
        }
        Ok(Self {
            name: it.name,
            title: it.title,
            document: it.document,
            procedure: it.procedure,
            owner: it.owner,
            takes: it.takes,
            needs: it.needs,
            before: it.before,
            kind,
        })
    }
}

impl From<Step> for Written {
    fn from(step: Step) -> Self {
        let mut written = Self {
            name: step.name,
            title: step.title,
            document: step.document,
            procedure: step.procedure,
            owner: step.owner,
            takes: step.takes,
            needs: step.needs,
            before: step.before,
            automatic: None,
            reversible: None,
            decision: None,
            otherwise: None,
            message: None,
            question: None,
            evidence: false,
            waits: None,
        };
        match step.kind {
            Kind::Manual(manual) => {
                written.question = manual.question;
                written.evidence = manual.evidence;
                written.waits = manual.waits.map(Waits);
            }
            Kind::Automatic(Automatic { phase, reversible }) => {
                written.automatic = Some(phase);
                written.reversible = Some(reversible).filter(|it| *it != Reversible::Yes);
            }
            Kind::Decision(DecisionPoint { by, otherwise }) => {
                (written.decision, written.otherwise) = (Some(by), Some(otherwise));
            }
            Kind::Message(message) => written.message = Some(message),
        }
        written
    }
}

impl fmt::Display for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(name) => name.fmt(f),
            Self::NoReturn => f.write_str(NO_RETURN),
        }
    }
}

impl TryFrom<String> for Before {
    type Error = crate::name::NameError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.trim() {
            NO_RETURN => Ok(Self::NoReturn),
            name => name.parse().map(Self::Step),
        }
    }
}

impl From<Before> for String {
    fn from(before: Before) -> Self {
        before.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(value: Value) -> Result<Step, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn a_step_is_what_it_says_and_reads_as_it_is_written() {
        for (written, kind) in [
            (
                json!({"name": "call", "owner": "ada", "takes": "10m"}),
                "manual",
            ),
            (
                json!({"name": "look", "owner": "team:shop", "takes": "1h 30m", "needs": ["wave-1"],
                    "before": "the point of no return", "question": "Does the till print?", "evidence": true}),
                "manual",
            ),
            (
                json!({"name": "wave-1", "takes": "45s", "automatic": "wave 1"}),
                "automatic",
            ),
            (
                json!({"name": "job", "takes": "5m", "automatic": "job web/migrate", "reversible": "no"}),
                "automatic",
            ),
            (
                json!({"name": "go", "owner": "ada", "takes": "5m", "before": "wave-2",
                    "decision": "21:40", "otherwise": "roll-back"}),
                "decision",
            ),
            (
                json!({"name": "tell", "owner": "ada", "message": "release-news"}),
                "message",
            ),
        ] {
            let step = read(written.clone()).unwrap();
            assert_eq!(step.kind.word(), kind);
            assert_eq!(serde_json::to_value(&step).unwrap(), written);
        }
    }

    #[test]
    fn what_is_no_step_says_what_to_write() {
        for (written, expect) in [
            (
                json!({"name": "go", "decision": "30m"}),
                "decision `go` has no consequence: say what happens without a go, `otherwise: roll-back` or `otherwise: hold`",
            ),
            (
                json!({"name": "go", "otherwise": "hold"}),
                "decision `go` is never due: say until when, such as `decision: 21:40` or `decision: 30m`",
            ),
            (
                json!({"name": "go", "decision": "30m", "message": "news"}),
                "step `go` is several things at once: say one of `automatic`, `decision` and `message`",
            ),
            (
                json!({"name": "news", "message": "news", "evidence": true}),
                "step `news` says `evidence`, which is for steps that people do: take it out",
            ),
            (
                json!({"name": "a", "takes": "a while"}),
                "is not a length of time",
            ),
            (
                json!({"name": "a", "owner": "Ada Lovelace"}),
                "names nobody",
            ),
        ] {
            let said = read(written).unwrap_err();
            assert!(said.contains(expect), "{said}");
        }
    }
}
