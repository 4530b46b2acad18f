//! Procedures: every version of each, who has read them, and what was made with which.

use crate::samples::{
    name, plan_edition,
    procedures::{state, version},
    runbooks::runbook_edition,
};
use tidegate_domain::{
    planning::PlanEdition,
    procedure::{MadeWith, ProcedureState, ProcedureVersion},
    runbook::{RunbookEdition, Way},
};
use tidegate_store::{Store, StoreError};

async fn record(store: &Store, version: ProcedureVersion) -> Result<(), StoreError> {
    store
        .write(version, |tx, version| {
            Box::pin(async move { tx.record_procedure_version(version).await })
        })
        .await
}

pub(crate) async fn every_version_stays_and_the_newest_of_each_is_found(store: &Store) {
    for number in [1, 2, 3] {
        record(store, version("go-back", number)).await.unwrap();
    }
    record(store, version("call", 1)).await.unwrap();
    assert!(record(store, version("go-back", 2)).await.is_err());
    let before = async |part: (u32, u64)| {
        view!(store, part, |tx, part| tx
            .procedure_versions_before(&name("go-back"), *part)
            .await?)
    };
    let of = |number| version("go-back", number);
    assert_eq!(before((u32::MAX, 2)).await, [of(3), of(2)]);
    assert_eq!(before((2, 9)).await, [of(1)]);
    let one = async |number: u32| {
        view!(store, number, |tx, number| tx
            .procedure_version(&name("go-back"), *number)
            .await?)
    };
    assert_eq!((one(2).await, one(4).await), (Some(of(2)), None));
    let newest = view!(store, (), |tx, ()| tx.newest_procedure_versions().await?);
    let expect = [(name("call"), version("call", 1)), (name("go-back"), of(3))];
    assert_eq!(newest, expect.into());
}

pub(crate) async fn who_has_read_what_is_kept_once_by_its_newest(store: &Store) {
    let read = [
        ("go-back", 2, "ada"),
        ("go-back", 1, "ada"),
        ("go-back", 1, "ben"),
        ("call", 1, "ada"),
        ("call", 1, "ada"),
    ];
    for it in read {
        commit!(store, it, |tx, (procedure, version, person)| tx
            .record_procedure_read((&name(procedure), *version), &name(person))
            .await?);
    }
    let all = view!(store, (), |tx, ()| tx.procedures_read().await?);
    let expect = [
        ((name("call"), name("ada")), 1),
        ((name("go-back"), name("ada")), 2),
        ((name("go-back"), name("ben")), 1),
    ];
    assert_eq!(all, expect.into());
    let ben = view!(store, (), |tx, ()| tx
        .procedures_read_by(&name("ben"))
        .await?);
    assert_eq!(ben, [(name("go-back"), 1)].into());
}

pub(crate) async fn what_names_procedures_is_found_by_its_newest_edition(store: &Store) {
    let made_with = |names: bool| match names {
        true => MadeWith([(name("go-back"), 2)].into()),
        false => MadeWith::default(),
    };
    let runbook = |number, way, names| RunbookEdition {
        procedures: made_with(names),
        ..runbook_edition(number, way)
    };
    let plan = |number, names| PlanEdition {
        procedures: made_with(names),
        ..plan_edition(number)
    };
    for edition in [
        runbook(1, Way::Forward, false),
        runbook(2, Way::Forward, true),
        runbook(1, Way::Back, true),
        runbook(2, Way::Back, false),
    ] {
        commit!(store, edition, |tx, it| tx.record_runbook(it).await?);
    }
    let found = view!(store, (), |tx, ()| tx.runbooks_by_procedures().await?);
    assert_eq!(found, [runbook(2, Way::Forward, true)]);
    let plans = async || view!(store, (), |tx, ()| tx.plans_by_procedures().await?);
    commit!(store, plan(1, true), |tx, it| tx
        .record_plan_edition(it)
        .await?);
    assert_eq!(plans().await, [plan(1, true)]);
    commit!(store, plan(2, false), |tx, it| tx
        .record_plan_edition(it)
        .await?);
    assert_eq!(plans().await, []);
}

pub(crate) async fn what_becomes_of_a_procedure_is_replaced(store: &Store) {
    let keep = async |state: ProcedureState| {
        commit!(store, state, |tx, it| tx
            .record_procedure_state(&name("go-back"), it)
            .await?);
    };
    let all = async || view!(store, (), |tx, ()| tx.procedure_states().await?);
    keep(state()).await;
    assert_eq!(all().await, [(name("go-back"), state())].into());
    keep(ProcedureState::default()).await;
    assert_eq!(
        all().await,
        [(name("go-back"), ProcedureState::default())].into()
    );
}
