//! A slow reader who was told the rules once more.

use super::*;
use proptest::prelude::*;

/// Who needs what in vain, by the rules told once more: (product, component, what), without any index.
fn vain(members: &Bill, live: &Place) -> BTreeSet<(Name, Name, String)> {
    let parts_of = |runs: &Runs| match runs {
        Runs::Known(parts) => parts.clone(),
        Runs::Unknown(_) => BTreeMap::new(),
    };
    let now: Vec<_> = live
        .runs
        .iter()
        .map(|(p, r)| (p.clone(), parts_of(r)))
        .collect();
    let mut then: Vec<_> = now.clone();
    then.retain(|(product, _)| !members.0.contains_key(product));
    then.extend(
        members
            .lines()
            .map(|(p, line)| (p.clone(), line.parts.clone())),
    );
    let mut vain = BTreeSet::new();
    for (product, parts) in &then {
        for (component, part) in parts {
            for need in &part.needs {
                let is_member = members.0.contains_key(product);
                if !serves(need, &then) && (is_member || serves(need, &now)) {
                    vain.insert((product.clone(), component.clone(), need.to_string()));
                }
            }
        }
    }
    vain
}

fn serves(need: &Need, world: &[(Name, crate::train::Parts)]) -> bool {
    let mut there = false;
    let mut sets: Vec<Vec<String>> = Vec::new();
    for (product, parts) in world {
        for (component, part) in parts {
            let offered: Vec<semver::Version> = match &need.of {
                Needed::Contract(contract) => {
                    let versions = part.provides.get(contract);
                    versions
                        .map(|it| it.iter().cloned().collect())
                        .unwrap_or_default()
                }
                Needed::Component(it) if it.product == *product && it.component == *component => {
                    there = true;
                    part.version.semantic().into_iter().collect()
                }
                Needed::Component(_) => Vec::new(),
            };
            there |= !offered.is_empty();
            let fit = offered.iter().filter(|it| need.versions.admits(it).is_ok());
            let fit: Vec<String> = fit.map(ToString::to_string).collect();
            if !fit.is_empty() {
                sets.push(fit);
            }
        }
    }
    match sets.first() {
        Some(first) => sets.iter().all(|it| it == first),
        None => need.optional && !there,
    }
}

fn components(products: &'static str) -> impl Strategy<Value = String> {
    let version = prop::sample::select(vec!["1.0.0", "1.2.0", "2.0.0", "2.1.0-rc.1", "nightly"]);
    let given = prop::sample::select(vec![
        "",
        "+a=1.0.0",
        "+a=2.0.0",
        "+a=1.0.0,2.0.0",
        "+a=2.1.0-rc.1",
        "+b=1.0.0",
        "+b=1.0.0 +a=1.1.0",
    ]);
    let need = prop::sample::select(vec![
        "",
        "-a^1",
        "-a^2",
        "-?a^1",
        "-b^1",
        "-b^2",
        "-p/x^1",
        "-?q/y>=1.1",
        "-r/x*",
        "-a>=1",
    ]);
    let part = (products, "[x-y]", version, given, need).prop_map(
        |(product, component, version, given, need)| {
            format!("{product}/{component} {version} {given} {need}")
        },
    );
    prop::collection::vec(part, 0..6).prop_map(|parts| parts.join("\n"))
}

proptest! {
    #[test]
    fn exactly_those_are_found_that_a_slow_reader_finds(
        train in components("[p-s]"), live in components("[p-u]")
    ) {
        let (train, live) = (bill(&train), place(&live));
        let expect = vain(&train, &live);
        let live_name = name("live");
        let way = Way { to: &live_name, tested_in: None, voided: None };
        let places = BTreeMap::from([(name("live"), live)]);
        let found = Integration::of(&train, &way, &places);
        let found: BTreeSet<_> = found.findings.iter().map(|it| {
            let Finding::Unmet { asks, why, .. } = it else {
                panic!("nothing else can be: {it}");
            };
            let is_stranger = matches!(why, UnmetNeed::Broken(_));
            assert_eq!(is_stranger, !train.0.contains_key(&asks.component.product));
            let component = asks.component.clone();
            (component.product, component.component, asks.need.to_string())
        }).collect();
        prop_assert_eq!(found, expect);
    }

    /// At every moment one asks who runs what; the last moment of all together is what was found.
    #[test]
    fn together_is_what_a_clock_sees(
        steps in prop::collection::vec((0..3_usize, 0..2_u8, 1..4_i64, 0..4_u8), 0..14)
    ) {
        let products = ["bank", "shop", "stock"];
        let train = bill("bank/web 2.0.0\n shop/web 2.0.0\n stock/web 2.0.0");
        let (mut clock, mut history) = (10, Vec::new());
        for (number, (product, version, takes, ending)) in steps.iter().enumerate() {
            let (began, ended) = (clock, clock + takes);
            clock = ended + 1;
            let end = if *ending == 0 { "!".to_owned() } else { ended.to_string() };
            let (product, version) = (products[*product], version + 1);
            history.push(format!("{number}:{product}={version}.0.0@{began}-{end}"));
        }
        let past = past(&history.join(" "));
        let ran = |at: i64, product: &str| {
            let mut own = past.iter().filter(|it| it.product.as_str() == product);
            let last = own.rfind(|it| it.began <= time(at));
            last.is_some_and(|it| {
                let right = train.line(&name(product)).unwrap().parts[&name("web")].digest;
                let succeeded = matches!(it.outcome, crate::train::Outcome::Succeeded(end) if end <= time(at));
                succeeded && it.digests[&name("web")] == right
            })
        };
        let all = |at: i64| products.iter().all(|it| ran(at, it));
        let seen = all(clock).then(|| (0..=clock).rev().take_while(|at| all(*at)).last().unwrap());
        let staging = Place { past: past.clone(), ..place("bank/web 2.0.0\n shop/web 2.0.0\n stock/web 2.0.0") };
        let (since, said) = tested(&train, Some(staging), None);
        prop_assert_eq!(since, seen);
        prop_assert_eq!(said.is_empty(), seen.is_some());
        let ever = (0..clock).any(all);
        let stale = said.iter().any(|it| it.contains("all ran together"));
        prop_assert_eq!(stale, ever && seen.is_none());
    }
}
