//! What is missing where a control does not hold, and who supplies it, in words.

use tidegate_domain::{
    control::{Control, ControlFacts},
    name::listed,
};

/// What is missing of `of`, and how it is supplied.
pub(super) fn of(control: &Control, of: &str, facts: &ControlFacts) -> (String, String) {
    let evidence = control.evidence.first().map_or("", |name| name.as_str());
    let what = missing(evidence, of, facts).unwrap_or_else(|| control.title.clone());
    let remedy = remedy(evidence).map_or_else(
        || match &control.owner {
            Some(owner) => format!("ask {owner}, who answers for control {}", control.name),
            None => format!(
                "`tidegate controls show {}` says what it asks",
                control.name
            ),
        },
        str::to_owned,
    );
    (what, remedy)
}

fn missing(evidence: &str, of: &str, facts: &ControlFacts) -> Option<String> {
    let artifact = facts
        .artifacts
        .iter()
        .find(|(component, _)| component.as_str() == of);
    let artifact = artifact.map(|(_, artifact)| artifact);
    let text = match (evidence, artifact) {
        ("signature", Some(it)) if !it.unsigned_because.is_empty() => it.unsigned_because.clone(),
        ("signature", Some(_)) => "no trusted signature".to_owned(),
        ("provenance", Some(_)) => "no signed statement of a trusted builder".to_owned(),
        ("bill" | "vulnerabilities", Some(it)) if !it.has_bill => "no bill of materials".to_owned(),
        ("bill", Some(_)) => {
            "its bill of materials does not say that it is about this artifact".to_owned()
        }
        ("vulnerabilities", Some(it)) if !it.unmatched.is_empty() => {
            let places: Vec<&str> = it.unmatched.iter().map(String::as_str).collect();
            format!("no advisories of {} were imported", places.join(", "))
        }
        ("vulnerabilities", Some(it)) => match it.vulnerabilities {
            None => "its bill of materials was not matched against advisories".to_owned(),
            Some(known) => format!(
                "known vulnerabilities: {} critical, {} high, {} medium",
                known.critical, known.high, known.medium
            ),
        },
        ("tests", Some(it)) if it.test_reports == 0 => "no test report about it".to_owned(),
        ("tests", Some(it)) => format!("{} of its tests failed", it.tests_failed),
        ("artifact", Some(_)) => "the registry does not hold all of it".to_owned(),
        ("release", _) if !facts.release.missing.is_empty() => {
            format!("it lacks {}", listed(&facts.release.missing))
        }
        ("acknowledgement", _) => {
            let (who, unread) = (&facts.deployment.requested_by, &facts.deployment.unread);
            format!("{who} has not acknowledged {}", listed(unread))
        }
        _ => return None,
    };
    Some(text)
}

fn remedy(evidence: &str) -> Option<&'static str> {
    Some(match evidence {
        "approval" => {
            "somebody who did not ask for it looks and approves: `tidegate approve DEPLOYMENT`"
        }
        "signature" => {
            "the builder signs it: `cosign sign --key KEY REPOSITORY@DIGEST`, by a key of a declared key set"
        }
        "provenance" => {
            "the builder attests it: `cosign attest --type slsaprovenance --predicate FILE REPOSITORY@DIGEST`"
        }
        "bill" => "the builder attaches one: `tidegate attach sbom PRODUCT/COMPONENT:VERSION FILE`",
        "vulnerabilities" => {
            "build it with fixed parts; `tidegate artifact show` names them. `tidegate attach sbom` says what is in it, `tidegate advisories import` what is known"
        }
        "tests" => {
            "the build reports them: `tidegate attach tests PRODUCT/COMPONENT:VERSION JUNIT.xml`"
        }
        "artifact" => "push it again: `tidegate push PRODUCT/COMPONENT:VERSION DIR`",
        "release" => "make a release that contains every component: `tidegate release create`",
        "handover" => {
            "operations accept it: `tidegate handover offer PRODUCT VERSION operations`, and one of them `tidegate handover accept`"
        }
        "general-availability" => {
            "those who announce it accept it: `tidegate handover offer PRODUCT VERSION general-availability`, and one of them `tidegate handover accept`"
        }
        "customer-approval" => {
            "whoever has it keeps it with the release: `tidegate release evidence PRODUCT VERSION KIND --note TEXT`"
        }
        "rollback" => {
            "deploy something there first that it can go back to, and make its jobs undoable"
        }
        "change-request" => "`tidegate change create`, and somebody else approves it",
        "rehearsal" => "`tidegate rehearse PRODUCT VERSION --to ENVIRONMENT`",
        "preflight" => "`tidegate preflight --deployment DEPLOYMENT`",
        "issues" => {
            "resolve or dismiss them: `tidegate issue list PRODUCT VERSION`, `tidegate issue resolve`"
        }
        "drill" => "`tidegate drill PRODUCT VERSION --in ENVIRONMENT`, in an environment before",
        "acknowledgement" => "they read and acknowledge: `tidegate controls acknowledge`",
        _ => return None,
    })
}
