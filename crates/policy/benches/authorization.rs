//! What one question costs, beside the number of policies in force.

use criterion::{Criterion, criterion_group, criterion_main};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::{Action, Actor, ActorKind, Directory, Level, Resource},
    catalog::Team,
    id::PersonId,
    name::Name,
};
use tidegate_policy::{Authorizer, PolicyText};

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn authorizer(own: usize) -> Authorizer {
    let teams = (0..100).map(|i| Team {
        name: name(&format!("team-{i}")),
        title: String::new(),
        members: Vec::new(),
        // Somebody belongs to a few of them.
        levels: if i % 33 == 7 {
            [(name("ada"), Level::Enable)].into()
        } else {
            BTreeMap::new()
        },
        groups: BTreeMap::new(),
    });
    let products: Vec<_> = (0..100)
        .map(|i| {
            serde_json::from_str(&format!(r#"{{"name":"product-{i}","team":"team-{i}"}}"#))
                .expect("a product")
        })
        .collect();
    let directory = Directory::new(teams.collect(), Vec::new(), &products);
    // All about the one action that is asked for: the worst that can be.
    let texts = (0..own).map(|i| PolicyText {
        name: format!("own-{i}"),
        text: format!(
            "forbid (principal, action == Action::\"deploy\", resource in Team::\"team-{}\") when {{ context.level < {} \
            && context has environment && context.environment == Environment::\"live-{i}\" }};",
            i % 100,
            i % 7,
        ),
        ..PolicyText::default()
    });
    Authorizer::new(directory, &texts.collect::<Vec<_>>())
}

fn authorization(c: &mut Criterion) {
    let ada = Actor {
        person: PersonId(uuid::Uuid::nil()),
        name: name("ada"),
        kind: ActorKind::Person,
        level: None,
        groups: BTreeSet::new(),
        token: None,
    };
    let place = Resource::place(name("product-7"), name("live"));
    for own in [0, 10, 100, 1_000] {
        let all = authorizer(own);
        c.bench_function(
            &format!("permit among {own} policies of the same action"),
            |b| {
                b.iter(|| {
                    std::hint::black_box(all.permit(&ada, Action::Deploy, &place)).expect("may")
                });
            },
        );
        c.bench_function(
            &format!("permit among {own} policies of other actions"),
            |b| {
                b.iter(|| {
                    std::hint::black_box(all.permit(&ada, Action::RollBack, &place)).expect("may")
                });
            },
        );
    }
}

criterion_group!(benches, authorization);
criterion_main!(benches);
