//! What a control may look at that keeps artifacts in quarantine: the artifact, and nothing else.

use super::{Asks, schema};
use crate::{
    fault::PolicyFault,
    text::{PolicyText, validated},
};
use cedar_policy::{EntityUid, Policy, PolicySet, PrincipalConstraint, Validator};
use std::sync::LazyLock;
use tidegate_domain::control::Control;

/// Of what looks at an artifact alone.
static ALONE: LazyLock<Validator> = LazyLock::new(|| Validator::new(schema::alone().clone()));

/// What to do about a policy that looks at more than an artifact.
const ALONE_HELP: &str = "of an artifact in quarantine nobody knows yet who deploys it, as which version, or where to: ask \
    about its signatures, bill, tests and origin, and leave the rest to a control without `quarantine`";

/// Whether a control that keeps artifacts in quarantine looks at the artifact alone: it lies there for no release yet, and
/// goes to no environment.
pub(super) fn check(
    control: &Control,
    source: &PolicyText,
    (policies, asks): (&PolicySet, Asks),
) -> Result<(), PolicyFault> {
    let refuse = |why: &str| {
        let why = format!("control {} cannot quarantine: {why}", control.name);
        Err(PolicyFault::at(&source.name, &source.text, 0, why).help(ALONE_HELP))
    };
    if !asks.artifacts || asks.release || asks.deployment {
        return refuse("its policies have to be about `resource is Artifact`, and nothing else");
    }
    if !control.environments.is_empty() {
        return refuse("an artifact lies in no environment; leave `environments` out");
    }
    if let Err(fault) = validated(&source.name, &source.text, (&ALONE, policies)) {
        let help = fault.help.clone();
        let help = help.map_or_else(|| ALONE_HELP.to_owned(), |it| format!("{it}. {ALONE_HELP}"));
        return Err(fault.help(help));
    }
    match policies.policies().find_map(elsewhere) {
        Some(what) => refuse(&format!(
            "its policy looks at {what}, of which nothing is known"
        )),
        None => Ok(()),
    }
}

/// What a policy looks at beside the artifact: who deploys, or another entity, by its name.
fn elsewhere(policy: &Policy) -> Option<String> {
    let principal = match policy.principal_constraint() {
        PrincipalConstraint::Any | PrincipalConstraint::Is(_) => {
            let whole = policy.to_json();
            whole.map_or(true, |whole| names_principal(&whole["conditions"]))
        }
        PrincipalConstraint::In(_)
        | PrincipalConstraint::Eq(_)
        | PrincipalConstraint::IsIn(_, _) => true,
    };
    let is_other = |uid: &EntityUid| {
        let kind = uid.type_name().to_string();
        !matches!(kind.as_str(), "Artifact" | "Action")
    };
    let others = policy.entity_literals();
    let other = others.iter().find(|uid| is_other(uid));
    principal
        .then(|| "`principal`".to_owned())
        .or_else(|| other.map(|uid| format!("`{uid}`")))
}

/// Whether an expression, in Cedar's JSON, names who asks.
fn names_principal(expression: &serde_json::Value) -> bool {
    match expression {
        serde_json::Value::Object(fields) => {
            let is_it = |(name, value): (&String, &serde_json::Value)| {
                (name == "Var" && value == "principal") || names_principal(value)
            };
            fields.iter().any(is_it)
        }
        serde_json::Value::Array(items) => items.iter().any(names_principal),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => false,
    }
}
