//! Trains of tests, told in few words.

use super::{
    Bill, Line, MemberFacts, Outcome, Part, Parts, Past, Place, Runs, Train, TrainFacts,
    document::tests::plan,
};
use crate::{
    catalog::{Need, Needed, Versions},
    control::Clearance,
    digest::Digest,
    id::{DeploymentId, SnapshotNumber},
    name::Name,
};
use jiff::Timestamp;
use std::collections::BTreeMap;

pub(super) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

pub(super) fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A need: `orders-api^2`, `catalogue/api>=1.4,<3`; with `?` before it one that is optional.
pub(super) fn need(text: &str) -> Need {
    let (of, optional) = text
        .strip_prefix('?')
        .map_or((text, false), |it| (it, true));
    let at = of.find(['^', '>', '<', '=', '*', '~']).unwrap();
    let (of, versions) = of.split_at(at);
    Need {
        of: match of.contains('/') {
            true => Needed::Component(of.parse().unwrap()),
            false => Needed::Contract(name(of)),
        },
        versions: versions.parse().unwrap(),
        optional,
    }
}

/// `2.1.0 +orders-api=1.9.0,2.1.0 -stock-api^2 -?catalogue/api>=1.4,<3`
fn part(text: &str, component: &str) -> Part {
    let mut words = text.split_whitespace();
    let version = words.next().unwrap();
    let mut part = Part {
        version: version.parse().unwrap(),
        digest: Digest::of(format!("{component} {version}").as_bytes()),
        provides: BTreeMap::new(),
        needs: Vec::new(),
    };
    for word in words {
        if let Some(given) = word.strip_prefix('+') {
            let (contract, versions) = given.split_once('=').unwrap();
            let versions = versions.split(',').map(|it| it.parse().unwrap());
            let versions = Versions::new(versions).unwrap();
            part.provides.insert(name(contract), versions);
        } else {
            part.needs.push(need(word.strip_prefix('-').unwrap()));
        }
    }
    part
}

/// Components by product, one a line: `shop/web 2.1.0 …`.
pub(super) fn products(text: &str) -> BTreeMap<Name, Parts> {
    let mut all: BTreeMap<Name, Parts> = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|it| !it.is_empty()) {
        let (component, rest) = line.split_once(' ').unwrap();
        let (product, own) = component.split_once('/').unwrap();
        let parts = all.entry(name(product)).or_default();
        parts.insert(name(own), part(rest, component));
    }
    all
}

/// A bill of sealed releases 1.0.0.
pub(super) fn bill(text: &str) -> Bill {
    let line = |(product, parts): (Name, Parts)| {
        let line = Line {
            release: "1.0.0".parse().unwrap(),
            hash: Some(crate::canonical::hash(&(&product, &parts))),
            snapshot: Some(SnapshotNumber(1)),
            parts,
        };
        (product, Some(line))
    };
    Bill(products(text).into_iter().map(line).collect())
}

/// A place where this runs.
pub(super) fn place(text: &str) -> Place {
    let runs = products(text).into_iter();
    Place {
        runs: runs
            .map(|(product, parts)| (product, Runs::Known(parts)))
            .collect(),
        past: Vec::new(),
    }
}

/// Deployments, one a word: `7:shop=2.1.0@10-20`, from second 10, with success at second 20; `…@10-` is under way, `…@10-!` ended
/// otherwise. Each is of one component, `web`.
pub(super) fn past(text: &str) -> Vec<Past> {
    let one = |word: &str| {
        let (number, rest) = word.split_once(':').unwrap();
        let (product, rest) = rest.split_once('=').unwrap();
        let (version, rest) = rest.split_once('@').unwrap();
        let (began, ended) = rest.split_once('-').unwrap();
        let digest = Digest::of(format!("{product}/web {version}").as_bytes());
        Past {
            product: name(product),
            deployment: DeploymentId(number.parse().unwrap()),
            began: time(began.parse().unwrap()),
            outcome: match ended {
                "" => Outcome::UnderWay,
                "!" => Outcome::Otherwise,
                at => Outcome::Succeeded(time(at.parse().unwrap())),
            },
            digests: BTreeMap::from([(name("web"), digest)]),
            snapshot: SnapshotNumber(1),
        }
    };
    text.split_whitespace().map(one).collect()
}

/// A train of orders, stock and shop to staging and live.
pub(super) fn train() -> Train {
    Train::new(name("autumn"), plan(), (name("ada"), time(0))).unwrap()
}

/// Shop needs orders; everything is sealed as release 2.1.0, and nothing stops anything.
pub(super) const ABOARD: &str = "orders/web 3.4.0 +orders-api=2.1.0
    stock/web 1.0.0
    shop/web 2.1.0 -orders-api^2";

/// What is known where these releases are made.
pub(super) fn facts(parts: &str) -> TrainFacts {
    let member = |(product, line): (Name, Option<Line>)| {
        let line = line.map(|line| Line {
            release: "2.1.0".parse().unwrap(),
            ..line
        });
        let facts = MemberFacts {
            line,
            clearance: Some(Clearance::default()),
            ..MemberFacts::default()
        };
        (product, facts)
    };
    TrainFacts {
        places: ["staging", "live"]
            .map(|it| (name(it), Place::default()))
            .into(),
        members: bill(parts).0.into_iter().map(member).collect(),
        clearance: Some(Clearance::default()),
        run: None,
    }
}
