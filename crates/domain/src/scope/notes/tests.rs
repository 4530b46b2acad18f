//! Notes of a small scope, as each audience reads them.

use super::*;
use crate::scope::{
    adjustment::{Act, Adjustment, Decision},
    commit::{Commit, tests::commit},
    item::tests::item,
    roll_up::{Origin, Part},
    tracker::{Tracker, TrackerSystem, tests::tracker},
};

fn trackers() -> Vec<Tracker> {
    let url = Some("https://j.example.com/browse/{key}");
    vec![tracker(TrackerSystem::Jira, &["SHOP"], url)]
}

fn commits() -> Vec<Commit> {
    vec![
        commit(8, "feat: internal thing"),
        commit(7, "chore: tidy SHOP-1"),
        commit(6, "Revert \"feat: gone\""),
        commit(5, "feat: gone"),
        commit(
            4,
            "fix(cart): sum is right SHOP-2\n\nMigration: adds an index\nCo-authored-by: Bob <b@x>",
        ),
        commit(
            3,
            "feat(api)!: other order\n\nSHOP-1\n\nBREAKING CHANGE: clients sort themselves",
        ),
        commit(2, "perf: <b>quick</b> [x](http://evil)"),
        commit(1, "ops: more memory"),
    ]
}

fn notes(audience: Audience, wordings: &[Wording]) -> Notes {
    let trackers = trackers();
    let links = Links::new(&trackers);
    let catalogue = [
        item("jira", "SHOP-1", "Sorting *anew*", "story"),
        item("jira", "SHOP-2", "Wrong sums", "bug"),
    ];
    let part = Part {
        origin: Origin {
            component: "web".parse().unwrap(),
            release: "1.1".parse().unwrap(),
        },
        commits: commits(),
    };
    let out = Adjustment {
        act: Act::TakeOut("0808080".parse().unwrap()),
        decision: Decision::new(
            "not yet",
            "eve".parse().unwrap(),
            jiff::Timestamp::UNIX_EPOCH,
        )
        .unwrap(),
    };
    let scope = Scope::of(vec![part], &links, &[out]);
    let materials = Materials {
        links: &links,
        catalogue: &catalogue.into_iter().collect(),
        wordings,
    };
    Notes::of(&scope, audience, materials)
}

fn wording(audience: Audience, subject: Subject, text: Option<&str>, by: &str) -> Wording {
    Wording {
        audience,
        subject,
        text: text.map(str::to_owned),
        by: by.parse().unwrap(),
        at: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn about(commit: &str) -> Subject {
    Subject::Change(commit.parse().unwrap())
}

fn shop(number: u32) -> Subject {
    Subject::Item(item("jira", &format!("SHOP-{number}"), "", "").item_key())
}

#[test]
fn developers_are_told_everything() {
    let expect = "\
## Breaking changes

- **api:** other order — Ada (`0303030303`, [SHOP-1](<https://j.example.com/browse/SHOP-1>))

  clients sort themselves

## Fixed

- **cart:** sum is right SHOP-2 — Ada, Bob (`0404040404`, [SHOP-2](<https://j.example.com/browse/SHOP-2>))

## Performance

- \\<b\\>quick\\</b\\> `[x](http://evil)` — Ada (`0202020202`)

## Operations

- more memory — Ada (`0101010101`)

## Build

- tidy SHOP-1 — Ada (`0707070707`, [SHOP-1](<https://j.example.com/browse/SHOP-1>))

## Cancelled out

- Revert \"feat: gone\" — Ada (`0606060606`)

  Takes back 0505050505.

- gone — Ada (`0505050505`)

  Taken back by 0606060606.

## Taken out

- internal thing — Ada (`0808080808`)

  Taken out by eve: not yet

## Contributors

Ada, Bob
";
    assert_eq!(notes(Audience::Developer, &[]).markdown(), expect);
}

#[test]
fn operators_are_told_what_concerns_them() {
    let expect = "\
## Breaking changes

- **api:** clients sort themselves (`0303030303`, [SHOP-1](<https://j.example.com/browse/SHOP-1>))

  other order

## Migrations

- **cart:** adds an index (`0404040404`, [SHOP-2](<https://j.example.com/browse/SHOP-2>))

  sum is right SHOP-2

## Performance

- \\<b\\>quick\\</b\\> `[x](http://evil)` (`0202020202`)

## Operations

- more memory (`0101010101`)
";
    assert_eq!(notes(Audience::Operator, &[]).markdown(), expect);
}

#[test]
fn customers_are_told_in_words_of_items_and_people() {
    let told = notes(Audience::Customer, &[]);
    let expect = "\
## New

- Sorting \\*anew\\* ([SHOP-1](<https://j.example.com/browse/SHOP-1>))

## Fixed

- Wrong sums ([SHOP-2](<https://j.example.com/browse/SHOP-2>))
";
    assert_eq!(told.markdown(), expect);
    let unworded: Vec<String> = told.unworded.iter().map(ToString::to_string).collect();
    assert_eq!(
        unworded,
        [commit(2, "").id.to_string()],
        "quicker, and nobody said so in their words"
    );
}

#[test]
fn what_people_write_takes_the_place_of_what_is_generated() {
    use Audience::{Customer, Developer};
    let told = notes(
        Customer,
        &[
            wording(
                Customer,
                Subject::Introduction,
                Some("Dear all,\n\n# news"),
                "ada",
            ),
            wording(Customer, about("0202020"), Some("Quick."), "bob"),
            wording(Customer, about("0202020"), Some("Quicker."), "ada"),
            wording(Customer, about("0707070"), Some("Tidied."), "ada"),
            wording(Customer, shop(1), None, "bob"),
            wording(Customer, shop(2), Some("Sums"), "eve"),
            wording(Customer, shop(9), Some("?"), "eve"),
            wording(Customer, about("fffffff"), Some("?"), "eve"),
            wording(
                Developer,
                about("0404040"),
                Some("not for customers"),
                "zoe",
            ),
        ],
    );
    let expect = "\
Dear all,

\\# news

## New

## Fixed

- Sums ([SHOP-2](<https://j.example.com/browse/SHOP-2>))

## Performance

- Quicker.

## Build

- Tidied. ([SHOP-1](<https://j.example.com/browse/SHOP-1>))
";
    assert_eq!(told.markdown(), expect.replace("## New\n\n", ""));
    assert!(told.unworded.is_empty());
    assert_eq!(told.unplaced, [shop(9), about("fffffff")]);
    let performance = told
        .chapters
        .iter()
        .find(|chapter| chapter.heading == Heading::Kind(super::super::Kind::Performance));
    let writers: Vec<&str> = performance.unwrap().lines[0]
        .written_by
        .iter()
        .map(Name::as_str)
        .collect();
    assert_eq!(writers, ["bob", "ada"]);
    assert_eq!(
        told.writers.iter().map(Name::as_str).collect::<Vec<_>>(),
        ["ada", "bob", "eve"]
    );
}

#[test]
fn nothing_is_said_of_nothing() {
    let scope = Scope::of(Vec::new(), &Links::new(&[]), &[]);
    let materials = Materials {
        links: &Links::new(&[]),
        catalogue: &Catalogue::default(),
        wordings: &[],
    };
    for audience in Audience::ALL {
        assert_eq!(
            Notes::of(&scope, audience, materials).markdown(),
            "No changes.\n"
        );
    }
}
