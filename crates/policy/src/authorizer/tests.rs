//! What the shipped policies and some of an organisation's own answer.

use super::*;
use cedar_policy::{Entities, PolicySet};
use tidegate_domain::{
    access::{ActorKind, UsedToken},
    catalog::{Product, Role, Team},
    id::{PersonId, TokenId},
};
use uuid::Uuid;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn actor(who: &str, level: Option<Level>) -> Actor {
    Actor {
        person: PersonId(Uuid::nil()),
        name: name(who),
        kind: ActorKind::Person,
        level,
        groups: ["release-desk".to_owned()].into(),
        token: None,
    }
}

fn with_token(actor: Actor, level: Level, scope: Scope) -> Actor {
    let token = UsedToken {
        id: TokenId(Uuid::nil()),
        level,
        scope,
        expires_at: None,
    };
    Actor {
        token: Some(token),
        ..actor
    }
}

fn directory() -> Directory {
    let team = |team: &str, levels: &[(&str, Level)]| Team {
        name: name(team),
        title: String::new(),
        members: Vec::new(),
        levels: levels
            .iter()
            .map(|(who, level)| (name(who), *level))
            .collect(),
        groups: BTreeMap::new(),
    };
    let product = |of: &str, team: &str| -> Product {
        let json = format!(r#"{{"name":"{of}","team":"{team}"}}"#);
        serde_json::from_str(&json).unwrap()
    };
    let captain = Role {
        name: name("captain"),
        title: String::new(),
        members: vec![name("bob")],
        groups: vec!["captains".to_owned()],
    };
    Directory::new(
        vec![
            team(
                "payments",
                &[
                    ("ada", Level::Enable),
                    ("eve", Level::Assist),
                    ("bob", Level::Apply),
                ],
            ),
            team("web", &[("joe", Level::Initiate)]),
        ],
        vec![captain],
        &[product("bank", "payments"), product("shop", "web")],
    )
}

fn authorizer(own: &str) -> Authorizer {
    let text = PolicyText {
        name: "own".to_owned(),
        title: "Only captains deploy to live".to_owned(),
        document: "Because of the outage in May.".to_owned(),
        text: own.to_owned(),
    };
    let own = if own.is_empty() { vec![] } else { vec![text] };
    Authorizer::new(directory(), &own)
}

fn bank() -> Resource {
    Resource::product(name("bank"))
}

const ONLY_CAPTAINS: &str = r#"forbid (principal, action == Action::"deploy", resource)
    when { context has environment && context.environment == Environment::"live" }
    unless { principal in Role::"captain" };"#;

#[test]
fn a_level_permits_its_own_actions_and_those_below_in_the_team_and_nothing_in_another() {
    let all = authorizer("");
    for action in Action::ALL {
        for level in Level::ALL {
            let found = all.permit(&actor("zoe", Some(level)), *action, &bank());
            assert_eq!(
                found.is_ok(),
                level >= action.least_level(),
                "{action} at {level}"
            );
        }
        let member = all.permit(&actor("ada", None), *action, &bank());
        assert_eq!(
            member.is_ok(),
            action.least_level() <= Level::Enable,
            "{action}"
        );
        let stranger = all.permit(&actor("joe", None), *action, &bank());
        if *action == Action::ReadShared {
            assert!(stranger.is_ok());
        } else {
            assert_eq!(stranger.unwrap_err(), Denied::Hidden, "{action}");
        }
    }
    // That there is an organisation is no secret; nothing else is told.
    let nobody = actor("mallory", None);
    let outsider = all.permit(&nobody, Action::ReadShared, &Resource::Organisation);
    assert!(matches!(outsider, Err(Denied::Level { has: None, .. })));
}

#[test]
fn a_refusal_says_what_it_takes() {
    let denied = authorizer("")
        .permit(&actor("eve", None), Action::Deploy, &bank())
        .unwrap_err();
    assert_eq!(
        denied.to_string(),
        "deploying about bank takes level 3 (apply); eve has 2 (assist)"
    );
}

#[test]
fn a_policy_of_the_organisation_forbids_and_is_named() {
    let all = authorizer(ONLY_CAPTAINS);
    let live = Resource::place(name("bank"), name("live"));
    let staging = Resource::place(name("bank"), name("staging"));
    let ada = actor("ada", None);
    assert!(all.permit(&ada, Action::Deploy, &staging).is_ok());
    assert!(all.permit(&ada, Action::RollBack, &live).is_ok());
    assert!(
        all.permit(&actor("bob", None), Action::Deploy, &live)
            .is_ok()
    );
    let by_group = Actor {
        groups: ["captains".to_owned()].into(),
        ..ada.clone()
    };
    assert!(all.permit(&by_group, Action::Deploy, &live).is_ok());
    let denied = all.permit(&ada, Action::Deploy, &live).unwrap_err();
    let words = "deploying about bank in live is forbidden: Only captains deploy to live (own)";
    assert_eq!(denied.to_string(), words);
    let Denied::Forbidden { policies, .. } = denied else {
        panic!("{denied}")
    };
    assert_eq!(policies[0].document, "Because of the outage in May.");
}

#[test]
fn teams_roles_and_own_policies_speak_of_people_by_name() {
    let own = r#"permit (principal == Person::"zoe", action, resource);"#;
    let check = |own: &str, who: &str, expect| {
        assert_eq!(authorizer(own).speaks_of(&name(who)), expect, "{who}");
    };
    check("", "ada", true);
    check("", "bob", true);
    check("", "zoe", false);
    check(own, "zoe", true);
    check(own, "zo", false);
}

#[test]
fn a_policy_that_fails_when_it_is_asked_denies() {
    let overflow = r#"forbid (principal, action == Action::"deploy", resource)
        when { context.level * 9223372036854775807 < 0 };"#;
    let all = authorizer(overflow);
    let zoe = actor("zoe", Some(Level::Initiate));
    let answer = all.ask(&zoe, Action::Deploy, &bank());
    assert!(!answer.allowed);
    assert_eq!(answer.failed.len(), 1, "{answer:?}");
    assert!(all.permit(&zoe, Action::RollBack, &bank()).is_ok());
    let denied = all.permit(&zoe, Action::Deploy, &bank()).unwrap_err();
    assert!(matches!(denied, Denied::Forbidden { .. }), "{denied}");
}

#[test]
fn a_token_is_good_for_its_scope_and_level_and_nothing_else() {
    let all = authorizer("");
    let zoe = || actor("zoe", Some(Level::Initiate));
    let web = Scope {
        product: Some(name("shop")),
        component: Some(name("web")),
        actions: Some([Action::Push, Action::Pull].into()),
    };
    let token = with_token(zoe(), Level::Initiate, web);
    let repository =
        |product: &str, component: &str| Resource::component(name(product), name(component));
    let check = |actor: &Actor, action, resource: &Resource, expect: bool| {
        let found = all.permit(actor, action, resource);
        assert_eq!(found.is_ok(), expect, "{action} {resource}: {found:?}");
    };
    check(&token, Action::Push, &repository("shop", "web"), true);
    check(&token, Action::Push, &repository("shop", "api"), false);
    check(&token, Action::Push, &repository("bank", "web"), false);
    check(
        &token,
        Action::Push,
        &Resource::product(name("shop")),
        false,
    );
    check(&token, Action::Deploy, &repository("shop", "web"), false);
    check(&token, Action::ManagePeople, &Resource::Organisation, false);
    let low = with_token(zoe(), Level::Apply, Scope::default());
    check(&low, Action::Deploy, &bank(), true);
    check(&low, Action::CreateRelease, &bank(), false);
}

#[test]
fn asking_only_the_policies_of_an_action_changes_no_answer() {
    let own = r#"
        @id("a") forbid (principal, action in [Action::"level-4", Action::"deploy"], resource) when { context.token };
        @id("b") forbid (principal == Person::"eve", action, resource in Team::"payments");
        @id("c") permit (principal in Team::"web", action == Action::"read", resource is Product);
        @id("d") forbid (principal, action in Action::"level-3", resource == Product::"shop") when { context has component };
    "#;
    let all = authorizer(own);
    let texts = [
        shipped::policies(),
        PolicyText {
            name: "own".to_owned(),
            text: own.to_owned(),
            ..PolicyText::default()
        },
    ];
    let whole = texts.iter().flat_map(|text| read(text).unwrap());
    let whole = PolicySet::from_policies(whole).unwrap();
    let schema_actions = crate::schema::get().action_entities().unwrap();
    let token = |who| with_token(actor(who, None), Level::Initiate, Scope::default());
    let actors = [
        actor("ada", None),
        actor("eve", None),
        actor("joe", None),
        token("ada"),
        actor("zoe", Some(Level::Apply)),
    ];
    let resources = [
        Resource::Organisation,
        Resource::Team(name("web")),
        bank(),
        Resource::component(name("shop"), name("web")),
    ];
    let mut allowed = 0;
    for actor in &actors {
        for resource in &resources {
            for action in Action::ALL {
                let found = all.ask(actor, *action, resource).allowed;
                let uid = entities::action(*action);
                let entities::Question {
                    request, entities, ..
                } = entities::question(&all.directory, actor, &uid, resource);
                let known = entities.iter().filter(|e| e.uid() != uid.uid()).cloned();
                let entities =
                    Entities::from_entities(known.chain(schema_actions.iter().cloned()), None)
                        .unwrap();
                let expect = all
                    .cedar
                    .is_authorized(&request, &whole, &entities)
                    .decision();
                assert_eq!(
                    found,
                    expect == Decision::Allow,
                    "{actor:?} {action} {resource}"
                );
                allowed += usize::from(found);
            }
        }
    }
    assert!(allowed > 100, "{allowed}");
}

#[test]
fn what_is_told_of_who_asks_fits_the_schema() {
    let all = authorizer("");
    for resource in [
        Resource::Organisation,
        Resource::Team(name("web")),
        Resource::component(name("shop"), name("web")),
    ] {
        let uid = entities::action(Action::Deploy);
        let entities::Question {
            request, entities, ..
        } = entities::question(&all.directory, &actor("bob", None), &uid, &resource);
        let schema = crate::schema::get();
        let told = entities.iter().filter(|e| e.uid() != uid.uid()).cloned();
        Entities::from_entities(told, Some(schema)).unwrap();
        let context = request.context().unwrap().clone();
        let parts = (request.principal().unwrap(), request.resource().unwrap());
        cedar_policy::Request::new(
            parts.0.clone(),
            uid.uid(),
            parts.1.clone(),
            context,
            Some(schema),
        )
        .unwrap();
    }
}

#[test]
fn a_policy_that_fits_no_more_denies_all_but_its_mending() {
    let all = authorizer("forbid (principal, action == Action::\"deploy-everything\", resource);");
    let (zoe, ada) = (actor("zoe", Some(Level::Initiate)), actor("ada", None));
    let check = |actor: &Actor, action, expect: bool| {
        let found = all.ask(actor, action, &Resource::Organisation);
        assert_eq!(found.allowed, expect, "{actor:?} {action}: {found:?}");
        assert_eq!(found.failed.len(), usize::from(!expect));
    };
    check(&zoe, Action::Read, true);
    check(&zoe, Action::ManagePolicies, true);
    check(&zoe, Action::Deploy, false);
    check(&ada, Action::ReadShared, false);
}
