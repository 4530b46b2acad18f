//! What people do around a deployment, written before it is known how it will be deployed: what a runbook begins with.

use super::{Contact, Deviations, Renewed, Risk, Runbook, RunbookError, Step, Way, renew};
use crate::{calendar::Zone, name::Name};
use serde::{Deserialize, Serialize};

/// The part of a [`Runbook`] that people write. Its steps name what the engine does as the generated one calls it:
/// `wave-1`, `success`, `the point of no return`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outline {
    /// Whom one asks about what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// What may go wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub risks: Vec<Risk>,
    /// What is done when something does not go as it is written.
    #[serde(default, skip_serializing_if = "Deviations::is_empty")]
    pub deviations: Deviations,
    /// What people do and decide.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

/// Why nothing can begin with an outline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutlineError {
    /// A step of the engine, which follows from the plan alone.
    #[error("step `{0}` is the engine's, and follows from how it is deployed: leave it out")]
    Automatic(Name),
    /// What no runbook could have.
    #[error(transparent)]
    Unfit(#[from] RunbookError),
}

impl Outline {
    /// Whether a runbook that leads that way could begin with it.
    ///
    /// # Errors
    /// The first reason why none could, whatever the engine does.
    pub fn check(&self, way: Way) -> Result<(), OutlineError> {
        let alone = Runbook {
            way,
            title: String::new(),
            time_zone: Zone::default(),
            contacts: self.contacts.clone(),
            risks: self.risks.clone(),
            deviations: self.deviations.clone(),
            steps: self.steps.clone(),
        };
        if let Some(step) = self.steps.iter().find(|step| step.phase().is_some()) {
            return Err(OutlineError::Automatic(step.name.clone()));
        }
        Ok(alone.check_apart()?)
    }

    /// What was generated, with what it says around. What finds no place there is named, as when a runbook is renewed.
    pub fn around(&self, generated: &Runbook) -> Renewed {
        let mut whole = generated.clone();
        whole.contacts.extend(self.contacts.iter().cloned());
        whole.risks.extend(self.risks.iter().cloned());
        whole.steps.extend(self.steps.iter().cloned());
        if !self.deviations.is_empty() {
            whole.deviations = self.deviations.clone();
        }
        renew(generated, generated, &whole)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{back, forward, migrating, plan},
        *,
    };
    use serde_json::json;

    fn outline(text: serde_json::Value) -> Outline {
        serde_json::from_value(text).unwrap()
    }

    fn night() -> Outline {
        outline(json!({
            "contacts": [{"name": "Ada", "about": "the database", "reached": "extension 7"}],
            "risks": [{"name": "slow", "what": "It takes hours.", "likelihood": "rare", "impact": "major"}],
            "deviations": {"text": "Stop and call.", "decides": "team:ops"},
            "steps": [
                {"name": "call", "owner": "ada", "takes": "5m", "before": "wave-1"},
                {"name": "look", "owner": "ada", "takes": "5m", "before": "wave-2"},
                {"name": "tell", "owner": "ben", "takes": "1m", "needs": ["success"]},
            ],
        }))
    }

    #[test]
    fn a_runbook_begins_with_what_people_wrote_ahead() {
        assert_eq!(night().check(Way::Forward), Ok(()));
        let generated = forward(&plan(&[]));
        let begun = night().around(&generated);
        let runbook = begun.runbook;
        assert_eq!((begun.lost.len(), begun.conflicts.len()), (0, 0));
        assert_eq!(runbook.check(), Ok(()));
        assert_eq!(runbook.strays(&generated), []);
        let place = |name: &str| {
            let mut steps = runbook.steps.iter();
            steps.position(|it| it.name.as_str() == name).unwrap()
        };
        assert!(place("call") < place("wave-1"));
        assert!(place("success") < place("tell"));
        assert_eq!(runbook.deviations.text, "Stop and call.");
        let risks = runbook.risks.iter().map(|it| it.name.as_str());
        assert!(risks.clone().any(|name| name == "slow"), "{risks:?}");
    }

    #[test]
    fn without_anything_written_ahead_it_is_what_was_generated() {
        for plan in [plan(&[]), migrating()] {
            for generated in [forward(&plan), back(&plan)] {
                let begun = Outline::default().around(&generated);
                assert_eq!(begun.runbook, generated);
                assert_eq!(begun.runbook.check(), Ok(()));
            }
        }
    }

    #[test]
    fn what_finds_no_place_is_named() {
        let generated = forward(&plan(&[]));
        let mut outline = night();
        outline.steps[1].before = Some("wave-9".to_owned().try_into().unwrap());
        let lost = outline.around(&generated).lost;
        let lost: Vec<String> = lost.iter().map(ToString::to_string).collect();
        assert_eq!(
            lost,
            [
                "step `look` stood before `wave-9`, which is not there: give it another place, or remove it"
            ]
        );
    }

    #[test]
    fn what_no_runbook_could_have_is_refused() {
        let mut twice = night();
        twice.steps.push(twice.steps[0].clone());
        let mut nobody = night();
        nobody.steps[0].owner = None;
        let engine =
            outline(json!({"steps": [{"name": "wave-1", "takes": "1m", "automatic": "wave 1"}]}));
        for (outline, why) in [
            (
                twice,
                "two steps are called `call`: give one of them another name",
            ),
            (
                nobody,
                "step `call` has no owner: say `owner: NAME` or `owner: team:NAME`",
            ),
            (
                engine,
                "step `wave-1` is the engine's, and follows from how it is deployed: leave it out",
            ),
        ] {
            assert_eq!(outline.check(Way::Forward).unwrap_err().to_string(), why);
        }
    }
}
