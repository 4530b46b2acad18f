//! What an approval is bound to: one hash per part of a deployment.

use super::Plan;
use crate::{canonical, digest::Digest, name::Name, release::Contents, runbook::Runbook};
use serde::{Deserialize, Serialize};

/// The versioned map of part hashes. A part that is absent is explicitly null, so that adding it later voids what
/// was approved without it; the deployment plan is absent from version 1 as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartHashes {
    /// Of this map: 1, or 2 where there is a deployment plan.
    pub version: u32,
    /// Component digests.
    pub contents: Option<Digest>,
    /// The configuration snapshot.
    pub configuration: Option<Digest>,
    /// The strategy with its checks.
    pub strategy: Option<Digest>,
    /// Which targets are meant (not which hosts they are today), and the limits.
    pub selector: Option<Digest>,
    /// The backout plan.
    pub backout: Option<Digest>,
    /// Written communications.
    pub communications: Option<Digest>,
    /// The deployment plan. A map of version 1 does not know of it, which is how it says that there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_plan: Option<Digest>,
}

impl PartHashes {
    /// The hashes of a deployment of `contents` with the snapshot `configuration` to all targets of `environment`.
    pub fn of(contents: &Contents, configuration: Digest, environment: &Name, plan: &Plan) -> Self {
        Self {
            version: 1,
            contents: Some(canonical::hash(contents)),
            configuration: Some(configuration),
            // Without checks it is the hash that it was before there were any.
            strategy: Some(match plan.checks.as_slice() {
                [] => canonical::hash(&plan.strategy),
                checks => canonical::hash(&(&plan.strategy, checks)),
            }),
            selector: Some(canonical::hash(&(environment, &plan.limits))),
            backout: None,
            communications: None,
            deployment_plan: None,
        }
    }

    /// With what people wrote about the way forward and back. Without either it is the map that it was, with the same hash.
    #[must_use]
    pub fn with_runbooks(self, forward: Option<&Runbook>, back: Option<&Runbook>) -> Self {
        Self {
            version: if forward.is_some() { 2 } else { self.version },
            deployment_plan: forward.map(Runbook::hash),
            backout: back.map(Runbook::hash),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        canonical,
        deployment::sample,
        plan::{Limits, PartHashes},
        rehearsal::Profile,
        runbook::{Heading, backout_plan, deployment_plan},
    };

    #[test]
    fn without_runbooks_a_map_is_what_it_was_and_with_them_it_is_another() {
        let plan = sample::plan(2, 1, &[]);
        let parts = sample::requested(plan.clone()).parts;
        let text = canonical::text(&parts);
        assert!(
            text.contains(r#""backout":null"#) && text.contains(r#""version":1"#),
            "{text}"
        );
        assert!(!text.contains("deployment_plan"), "{text}");
        assert_eq!(parts.clone().with_runbooks(None, None), parts);
        assert_eq!(serde_json::from_str::<PartHashes>(&text).unwrap(), parts);
        let heading = Heading {
            title: "Shop 1.1.0".to_owned(),
            owner: "team:shop".parse().unwrap(),
            time_zone: "UTC".parse().unwrap(),
        };
        let profile = Profile::assumed(&Limits::default(), None);
        let forward = deployment_plan(&plan, &profile, &heading);
        let back = backout_plan(&plan, &profile, &heading);
        let both = parts.clone().with_runbooks(Some(&forward), Some(&back));
        assert_eq!(
            (both.version, both.deployment_plan),
            (2, Some(forward.hash()))
        );
        assert_eq!(both.backout, Some(back.hash()));
        let only_back = parts.clone().with_runbooks(None, Some(&back));
        assert_eq!((only_back.version, only_back.deployment_plan), (1, None));
        assert_ne!(only_back, parts);
    }
}
