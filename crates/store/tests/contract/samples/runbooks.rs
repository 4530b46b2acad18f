//! Runbooks.

use super::{name, time};
use tidegate_domain::{
    id::{DeploymentId, Edition},
    procedure::MadeWith,
    runbook::{Conducted, Errand, Run, Runbook, RunbookEdition, StepStatus, Way},
};

/// A deployment plan with a step of every kind and every optional part.
fn runbook(way: Way) -> Runbook {
    let text = r#"{"way": "forward", "title": "Shop 1.1.0 to live", "time_zone": "Europe/Amsterdam",
        "contacts": [{"name": "Ada", "about": "the database", "reached": "extension 7"}],
        "risks": [{"name": "slow", "what": "The migration takes hours.", "likelihood": "rare", "impact": "major",
        "answer": "We go back."}], "deviations": {"text": "Stop and call.", "decides": "team:ops"}, "steps": [
        {"name": "prepare", "takes": "2m", "automatic": "prepare"},
        {"name": "call", "title": "Call support", "document": "By phone.", "owner": "team:support", "takes": "5m",
        "before": "job", "question": "Do they know?", "evidence": true},
        {"name": "go", "owner": "ada", "takes": "5m", "needs": ["call"], "before": "the point of no return",
        "decision": "21:40", "otherwise": "roll-back"},
        {"name": "job", "takes": "5m", "needs": ["prepare"], "automatic": "job web/migrate", "reversible": "no"},
        {"name": "tell", "owner": "ada", "needs": ["job"], "message": "it-is-live"},
        {"name": "put-back", "owner": "ada", "takes": "5m", "waits": "10m"}]}"#;
    let runbook: Runbook = serde_json::from_str(text).unwrap();
    Runbook { way, ..runbook }
}

pub(crate) fn errand(way: Way) -> Errand {
    Errand {
        product: name("storefront"),
        version: "1.1.0".parse().unwrap(),
        environment: name("live"),
        way,
    }
}

/// An edition of a runbook.
pub(crate) fn runbook_edition(number: u64, way: Way) -> RunbookEdition {
    let mut generated = runbook(way);
    generated.steps.retain(|step| step.phase().is_some());
    RunbookEdition {
        of: errand(way),
        edition: Edition(number),
        runbook: runbook(way),
        generated,
        procedures: MadeWith::default(),
        by: name("ada"),
        at: time(number.try_into().unwrap()),
    }
}

/// What a deployment runs by, with a step in every status.
pub(crate) fn conducted(deployment: u64, way: Way) -> Conducted {
    let (by, at) = (Some(name("ben")), time(5));
    let statuses = [
        ("prepare", StepStatus::Ready { at }),
        ("call", StepStatus::Started { by: by.clone(), at }),
        (
            "go",
            StepStatus::Done {
                by: by.clone(),
                at,
                started: Some(time(4)),
                note: "all well".to_owned(),
            },
        ),
        (
            "job",
            StepStatus::Failed {
                by: by.clone(),
                at,
                started: None,
                issue: "it hangs".to_owned(),
            },
        ),
        (
            "tell",
            StepStatus::Skipped {
                by,
                at,
                reason: "nobody asks".to_owned(),
            },
        ),
        ("put-back", StepStatus::TimedOut { at }),
    ];
    let mut run = Run::new(time(3));
    run.steps = statuses.map(|(step, status)| (name(step), status)).into();
    Conducted {
        deployment: DeploymentId(deployment),
        edition: Edition(2),
        runbook: runbook(way),
        procedures: MadeWith::default(),
        run,
    }
}
