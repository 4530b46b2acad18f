//! Facts in Cedar's terms.

use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression,
};
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};
use tidegate_domain::{
    control::{ArtifactFacts, ControlFacts},
    name::Name,
};

struct Types {
    action: EntityTypeName,
    artifact: EntityTypeName,
    deployment: EntityTypeName,
    person: EntityTypeName,
    release: EntityTypeName,
}

static TYPES: LazyLock<Types> = LazyLock::new(|| {
    let named = |name: &str| name.parse().expect("a type's name is an identifier");
    Types {
        action: named("Action"),
        artifact: named("Artifact"),
        deployment: named("Deployment"),
        person: named("Person"),
        release: named("Release"),
    }
});

/// The question whether what is told may be deployed.
pub(super) fn question(facts: &ControlFacts, about: Entity) -> (Request, Entities) {
    let who = uid(&TYPES.person, facts.deployment.requested_by.as_str());
    let name = text(facts.deployment.requested_by.as_str());
    let person = entity(who.clone(), vec![("name", name)]);
    let action = uid(&TYPES.action, "deploy");
    let request = Request::new(who, action, about.uid(), Context::empty(), None);
    let entities = Entities::from_entities([person, about], None);
    (
        request.expect("without a schema nothing is refused"),
        entities.expect("nothing is an ancestor of anything"),
    )
}

pub(super) fn deployment(facts: &ControlFacts) -> Entity {
    let (release, it) = (&facts.release, &facts.deployment);
    let mut told = vec![
        ("product", text(release.product.as_str())),
        ("team", text(release.team.as_str())),
        ("environment", text(it.environment.as_str())),
        ("isLast", flag(it.is_last)),
        ("requestedBy", text(it.requested_by.as_str())),
        ("madeBy", text(release.created_by.as_str())),
        ("targets", number(it.targets)),
        ("waves", number(it.waves)),
        ("approvers", names(&it.approvers)),
        ("approved", flag(it.approved)),
        ("rehearsed", flag(it.rehearsed)),
        ("drilled", flag(it.drilled)),
        ("returnable", flag(it.returnable)),
        ("unread", names(&it.unread)),
        ("weekday", text(&it.weekday)),
        ("hour", number(it.hour.into())),
    ];
    told.extend(it.change.as_deref().map(|kind| ("change", text(kind))));
    told.extend(
        it.severe_issues
            .map(|count| ("severeIssues", number(count))),
    );
    told.extend(it.preflight.map(|minutes| ("preflight", number(minutes))));
    let id = format!("{}/{}", release.product, it.environment);
    entity(uid(&TYPES.deployment, &id), told)
}

pub(super) fn release(facts: &ControlFacts) -> Entity {
    let it = &facts.release;
    let told = vec![
        ("product", text(it.product.as_str())),
        ("team", text(it.team.as_str())),
        ("version", text(it.version.as_str())),
        ("environment", text(facts.deployment.environment.as_str())),
        ("missing", names(&it.missing)),
        ("sealed", flag(it.sealed)),
        ("configured", flag(it.configured)),
        ("blocked", flag(it.blocked)),
        ("madeBy", text(it.created_by.as_str())),
        ("evidence", names(&it.evidence)),
    ];
    let id = format!("{}/{}", it.product, it.version);
    entity(uid(&TYPES.release, &id), told)
}

pub(super) fn artifact(facts: &ControlFacts, component: &Name, it: &ArtifactFacts) -> Entity {
    let product = facts.release.product.as_str();
    let mut told = vec![
        ("product", text(product)),
        ("component", text(component.as_str())),
        ("version", text(it.version.as_str())),
        ("digest", text(&it.digest.to_string())),
        ("environment", text(facts.deployment.environment.as_str())),
        ("kept", flag(it.kept)),
        ("signed", flag(it.signed)),
        ("signers", texts(it.signers.iter().map(String::as_str))),
        ("hasBill", flag(it.has_bill)),
        ("billIsAboutIt", flag(it.bill_is_about_it)),
        ("licences", texts(it.licences.iter().map(String::as_str))),
        ("testReports", number(it.test_reports)),
        ("testsPassed", number(it.tests_passed)),
        ("testsFailed", number(it.tests_failed)),
    ];
    told.extend(
        it.builder
            .as_deref()
            .map(|builder| ("builder", text(builder))),
    );
    told.extend(it.source.as_deref().map(|source| ("source", text(source))));
    if let Some(known) = it.vulnerabilities {
        told.extend([
            ("critical", number(known.critical)),
            ("high", number(known.high)),
            ("medium", number(known.medium)),
            ("low", number(known.low)),
            ("unrated", number(known.unknown)),
        ]);
    }
    let id = format!("{product}/{component}@{}", it.digest);
    entity(uid(&TYPES.artifact, &id), told)
}

fn entity(uid: EntityUid, told: Vec<(&str, RestrictedExpression)>) -> Entity {
    let told: HashMap<String, _> = told
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    Entity::new(uid, told, HashSet::new()).expect("plain values are values")
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn text(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

fn flag(flag: bool) -> RestrictedExpression {
    RestrictedExpression::new_bool(flag)
}

fn number(number: u32) -> RestrictedExpression {
    RestrictedExpression::new_long(number.into())
}

fn texts<'a>(all: impl Iterator<Item = &'a str>) -> RestrictedExpression {
    RestrictedExpression::new_set(all.map(text))
}

fn names<'a>(all: impl IntoIterator<Item = &'a Name>) -> RestrictedExpression {
    texts(all.into_iter().map(Name::as_str))
}
