//! How long it takes to say what a supplier's change means in an environment with 10,000 components of ours: 100 products of 100
//! components, of which one in ten needs the supplier itself and each needs two others. All are touched in the end.

use criterion::{Criterion, criterion_group, criterion_main};
use std::collections::BTreeMap;
use std::hint::black_box;
use tidegate_domain::{
    catalog::{Need, Needed, Versions},
    digest::Digest,
    name::Name,
    supplier::{Announcement, Cause, Graph, Impact, Supplier},
    train::{Part, Parts, Place, Runs},
};

const PRODUCTS: usize = 100;
const COMPONENTS: usize = 100;

fn benches(criterion: &mut Criterion) {
    let (live, place, suppliers) = (name("live"), place(), [supplier()]);
    let announcement = announcement();
    let graphs = [Graph::of(&live, &place, &suppliers)];
    let cause = Cause::announced(&suppliers[0], &announcement);
    let impact = Impact::of(&graphs, &cause);
    assert_eq!(impact.touched.len(), PRODUCTS * COMPONENTS);
    assert_eq!(impact.products().len(), PRODUCTS);
    criterion.bench_function("who needs what of whom, 10,000 components", |bencher| {
        bencher.iter(|| Graph::of(black_box(&live), black_box(&place), black_box(&suppliers)));
    });
    criterion.bench_function("what a supplier's change means there", |bencher| {
        bencher.iter(|| Impact::of(black_box(&graphs), black_box(&cause)));
    });
    criterion.bench_function(
        "the same for its products, with a path for each",
        |bencher| {
            bencher.iter(|| {
                let impact = Impact::of(black_box(&graphs), black_box(&cause));
                let paths = impact.products().into_iter();
                paths
                    .map(|it| impact.path(&it.worst).to_string())
                    .collect::<Vec<_>>()
            });
        },
    );
}

fn name(text: &str) -> Name {
    text.parse().expect("it is a name")
}

fn need(contract: &str) -> Need {
    Need {
        of: Needed::Contract(name(contract)),
        versions: "^2".parse().expect("it is a range"),
        optional: false,
    }
}

/// The component with a number gives a contract and needs those of two with lower numbers.
fn part(number: usize) -> Part {
    let contract = |number: usize| format!("contract-{number}");
    let versions = Versions::new([semver(2)]).expect("there is one");
    let mut needs = Vec::new();
    if number.is_multiple_of(10) {
        needs.push(need("payments-api"));
    }
    if number > 0 {
        needs.push(need(&contract(number / 2)));
        needs.push(need(&contract(number * 7 / 11)));
    }
    Part {
        version: "1.4.0".parse().expect("it is a version"),
        digest: Digest::of(contract(number).as_bytes()),
        provides: BTreeMap::from([(name(&contract(number)), versions)]),
        needs,
    }
}

fn semver(major: u64) -> semver::Version {
    semver::Version::new(major, 0, 0)
}

fn place() -> Place {
    let product = |product: usize| {
        let component = |it: usize| {
            (
                name(&format!("component-{it}")),
                part(product * COMPONENTS + it),
            )
        };
        let parts: Parts = (0..COMPONENTS).map(component).collect();
        (name(&format!("product-{product}")), Runs::Known(parts))
    };
    Place {
        runs: (0..PRODUCTS).map(product).collect(),
        past: Vec::new(),
    }
}

fn supplier() -> Supplier {
    let text = r#"{"name":"acme","components":[{"name":"gateway","provides":{"payments-api":"2.0.0"},"environments":{"live":{}}}]}"#;
    serde_json::from_str(text).expect("it is a supplier")
}

fn announcement() -> Announcement {
    let text = r#"{"kind":"change","title":"Gateway 3","provides":{"payments-api":"3.0.0"}}"#;
    serde_json::from_str(text).expect("it is an announcement")
}

criterion_group!(supplier_benches, benches);
criterion_main!(supplier_benches);
