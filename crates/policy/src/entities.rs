//! Who asks and what about, as Cedar wants them told.

use crate::schema;
use cedar_policy::{
    Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, RestrictedExpression,
};
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};
use tidegate_domain::{
    access::{Action, Actor, ActorKind, Directory, Level, Resource},
    name::Name,
};

/// The types of the schema, parsed once.
struct Types {
    action: EntityTypeName,
    environment: EntityTypeName,
    organisation: EntityTypeName,
    person: EntityTypeName,
    product: EntityTypeName,
    role: EntityTypeName,
    service: EntityTypeName,
    supplier: EntityTypeName,
    team: EntityTypeName,
}

static TYPES: LazyLock<Types> = LazyLock::new(|| {
    let named = |name: &str| name.parse().expect("a type's name is an identifier");
    Types {
        action: named("Action"),
        environment: named("Environment"),
        organisation: named("Organisation"),
        person: named("Person"),
        product: named("Product"),
        role: named("Role"),
        service: named("Service"),
        supplier: named("Supplier"),
        team: named("Team"),
    }
});

/// A group of actions.
pub(crate) fn group(level: Level) -> EntityUid {
    uid(&TYPES.action, &schema::group(level))
}

/// An action, in its group.
pub(crate) fn action(action: Action) -> Entity {
    let group = HashSet::from([group(action.least_level())]);
    Entity::new_no_attrs(uid(&TYPES.action, action.word()), group)
}

/// A question in Cedar's terms.
pub(crate) struct Question {
    pub(crate) request: Request,
    /// Everything known about whom and what it names.
    pub(crate) entities: Entities,
    /// The resource.
    pub(crate) about: EntityUid,
    /// The team that it is in.
    pub(crate) team: Option<EntityUid>,
}

/// A question in Cedar's terms.
pub(crate) fn question(
    directory: &Directory,
    actor: &Actor,
    action: &Entity,
    resource: &Resource,
) -> Question {
    let level = directory.level(actor, resource);
    let who = principal(directory, actor);
    let (what, team) = about(directory, resource);
    let belongs = actor.level.is_some() || directory.teams_of(actor).next().is_some();
    let mut context = vec![
        (
            "level".to_owned(),
            long(level.map_or(0, |level| level.number().into())),
        ),
        (
            "belongs".to_owned(),
            RestrictedExpression::new_bool(belongs),
        ),
        (
            "token".to_owned(),
            RestrictedExpression::new_bool(actor.token.is_some()),
        ),
    ];
    if let Resource::Product {
        environment,
        component,
        ..
    } = resource
    {
        let environment = environment.as_ref().map(|name| {
            let uid = uid(&TYPES.environment, name.as_str());
            (
                "environment".to_owned(),
                RestrictedExpression::new_entity_uid(uid),
            )
        });
        let component = component
            .as_ref()
            .map(|name| ("component".to_owned(), string(name)));
        context.extend(environment.into_iter().chain(component));
    }
    let context = Context::from_pairs(context).expect("the attributes are plain and apart");
    let about = what.uid();
    let request = Request::new(who.uid(), action.uid(), about.clone(), context, None);
    let request = request.expect("without a schema nothing is refused");
    let entities = Entities::from_entities([who, what, action.clone()], None);
    Question {
        request,
        entities: entities.expect("none is an ancestor of itself"),
        about,
        team,
    }
}

fn principal(directory: &Directory, actor: &Actor) -> Entity {
    let kind = match actor.kind {
        ActorKind::Person => &TYPES.person,
        ActorKind::Service => &TYPES.service,
    };
    let teams = directory
        .teams_of(actor)
        .map(|team| uid(&TYPES.team, team.as_str()));
    let roles = directory
        .roles_of(actor)
        .map(|role| uid(&TYPES.role, role.as_str()));
    named(
        uid(kind, actor.name.as_str()),
        &actor.name,
        teams.chain(roles).collect(),
    )
}

/// The resource, and the team that it is in.
fn about(directory: &Directory, resource: &Resource) -> (Entity, Option<EntityUid>) {
    match resource {
        Resource::Organisation => {
            let whole = uid(&TYPES.organisation, "organisation");
            (Entity::with_uid(whole), None)
        }
        Resource::Team(team) => (Entity::with_uid(uid(&TYPES.team, team.as_str())), None),
        Resource::Supplier(supplier) => owned(directory, resource, (&TYPES.supplier, supplier)),
        Resource::Product { product, .. } => owned(directory, resource, (&TYPES.product, product)),
    }
}

/// Something that may be a team's, and that team.
fn owned(
    directory: &Directory,
    resource: &Resource,
    (kind, name): (&EntityTypeName, &Name),
) -> (Entity, Option<EntityUid>) {
    let team = directory.team_of(resource);
    let team = team.map(|team| uid(&TYPES.team, team.as_str()));
    let of = uid(kind, name.as_str());
    (named(of, name, team.iter().cloned().collect()), team)
}

fn named(uid: EntityUid, name: &Name, parents: HashSet<EntityUid>) -> Entity {
    let attributes = HashMap::from([("name".to_owned(), string(name))]);
    Entity::new(uid, attributes, parents).expect("a string is a value")
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

fn string(name: &Name) -> RestrictedExpression {
    RestrictedExpression::new_string(name.to_string())
}

fn long(number: i64) -> RestrictedExpression {
    RestrictedExpression::new_long(number)
}
