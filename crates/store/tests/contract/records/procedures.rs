//! Records of procedures, and of what was made with which version of them.

use super::{check, written};
use crate::samples::{
    name, plan_edition,
    procedures::{state, version},
    runbooks::{conducted, runbook_edition},
};
use tidegate_domain::{
    planning::PlanEdition,
    procedure::MadeWith,
    runbook::{Conducted, RunbookEdition, Way},
};
use tidegate_store::Store;

fn made_with() -> MadeWith {
    MadeWith([(name("go-back"), 2)].into())
}

#[tokio::test]
async fn versions_and_states() {
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            tx.record_procedure_version(&version("go-back", 2)).await?;
            tx.record_procedure_state(&name("go-back"), &state())
                .await?;
        });
    };
    let record = written("SELECT record FROM procedure_versions", vec![], fill).await;
    check("procedure-version", &record, &version("go-back", 2));
    let record = written("SELECT record FROM procedure_states", vec![], fill).await;
    check("procedure-state", &record, &state());
}

#[tokio::test]
async fn what_was_made_with_them() {
    fn edition() -> RunbookEdition {
        RunbookEdition {
            procedures: made_with(),
            ..runbook_edition(1, Way::Forward)
        }
    }
    fn run() -> Conducted {
        Conducted {
            procedures: made_with(),
            ..conducted(7, Way::Back)
        }
    }
    fn plan() -> PlanEdition {
        PlanEdition {
            procedures: made_with(),
            ..plan_edition(1)
        }
    }
    let fill = |store: Store| async move {
        commit!(store, (), |tx, ()| {
            tx.record_runbook(&edition()).await?;
            tx.record_conducted(&run()).await?;
            tx.record_plan_edition(&plan()).await?;
        });
    };
    let record = written("SELECT record FROM runbook_editions", vec![], fill).await;
    check("runbook-procedures", &record, &edition());
    let record = written("SELECT record FROM runbook_runs", vec![], fill).await;
    check("runbook-run-procedures", &record, &run());
    let record = written("SELECT record FROM release_plans", vec![], fill).await;
    check("release-plan-procedures", &record, &plan());
}
