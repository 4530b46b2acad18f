//! What people's answers come to for the deployment.

use super::{
    super::{Kind, Otherwise, Step, StepStatus, Way},
    View,
};

/// What people's answers come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing speaks against going on.
    #[default]
    Go,
    /// The deployment goes back.
    RollBack {
        /// Why, in words.
        reason: String,
    },
    /// The deployment stops, and calls for a person.
    Hold {
        /// Why, in words.
        reason: String,
    },
}

impl View<'_> {
    /// Going back comes before stopping.
    pub(super) fn verdict(&self) -> Verdict {
        let against = self
            .steps()
            .filter_map(|(_, step, status)| self.objection(step, status));
        let (back, hold): (Vec<_>, Vec<_>) =
            against.partition(|(otherwise, _)| *otherwise == Otherwise::RollBack);
        let mut back = back
            .into_iter()
            .map(|(_, reason)| Verdict::RollBack { reason });
        let mut hold = hold.into_iter().map(|(_, reason)| Verdict::Hold { reason });
        back.next().or_else(|| hold.next()).unwrap_or_default()
    }

    /// What speaks against going on, on the way forward.
    pub(super) fn objection(
        &self,
        step: &Step,
        status: &StepStatus,
    ) -> Option<(Otherwise, String)> {
        if self.runbook.way == Way::Back {
            return None;
        }
        let title = step.title();
        let otherwise = match &step.kind {
            Kind::Decision(decision) => decision.otherwise,
            Kind::Manual(_) | Kind::Automatic(_) | Kind::Message(_) => Otherwise::Hold,
        };
        let reason = match (status, &step.kind) {
            (
                StepStatus::Failed {
                    by: Some(by),
                    issue,
                    ..
                },
                Kind::Decision(_),
            ) => {
                format!("{by} said no-go at `{title}`: {issue}")
            }
            (StepStatus::Failed { issue, .. }, _) => {
                let decides = self.runbook.deviations.decides.as_ref();
                let decides = decides.or(step.owner.as_ref());
                let decides = decides.map(|who| format!("; {who} decides what becomes of it"));
                format!(
                    "step `{title}` has an issue: {issue}{}",
                    decides.unwrap_or_default()
                )
            }
            (StepStatus::TimedOut { .. }, Kind::Decision(_)) => {
                let owner = step.owner.as_ref().map(ToString::to_string);
                format!(
                    "{} did not say go at `{title}` in time",
                    owner.unwrap_or_default()
                )
            }
            (
                StepStatus::TimedOut { .. }
                | StepStatus::Waiting
                | StepStatus::Ready { .. }
                | StepStatus::Started { .. }
                | StepStatus::Done { .. }
                | StepStatus::Skipped { .. },
                _,
            ) => return None,
        };
        Some((otherwise, reason))
    }
}
