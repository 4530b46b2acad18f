//! Who comes in by an identity provider: what its word makes of somebody, and what they are called here.

use super::Level;
use crate::name::Name;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The most groups that are kept of somebody, and the longest name of one, in characters.
const GROUPS_MAX: usize = 500;
const GROUP_LENGTH_MAX: usize = 200;

/// The groups that each provider named when somebody last came by it.
pub type GroupsBy = BTreeMap<Name, BTreeSet<String>>;

/// Whom a provider's word lets in, and how far they answer then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Admission {
    /// Whether somebody who comes for the first time gets an account.
    pub makes_people: bool,
    /// Who comes has to be in one of these groups; in any or none where there are none.
    pub groups: BTreeSet<String>,
    /// The level in the whole organisation that a group gives. Empty: the provider says nothing about it.
    pub levels: BTreeMap<String, Level>,
}

/// Why somebody is not let in, although the provider knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// They have no account, and none is made.
    #[error("you have no account here, and this provider makes none")]
    Unknown,
    /// They are in none of the groups.
    #[error("you are in none of the groups that may sign in here")]
    Group,
}

impl Admission {
    /// Whether somebody is let in.
    ///
    /// # Errors
    /// Why not.
    pub fn admit(&self, is_known: bool, groups: &BTreeSet<String>) -> Result<(), NotAdmitted> {
        if !self.groups.is_empty() && self.groups.is_disjoint(groups) {
            return Err(NotAdmitted::Group);
        }
        if !is_known && !self.makes_people {
            return Err(NotAdmitted::Unknown);
        }
        Ok(())
    }

    /// The highest level that one of these groups gives.
    fn given(&self, groups: &BTreeSet<String>) -> Option<Level> {
        let given = groups.iter().filter_map(|group| self.levels.get(group));
        given.max().copied()
    }
}

/// The level of somebody in the whole organisation from a sign-in on, where it was `before`.
///
/// It is the highest that a group gives by the rules of the provider that named it, and none where no group gives one.
/// Where none of the providers that they came by says anything about levels, it stays.
pub fn level(
    rules: &BTreeMap<Name, Admission>,
    before: Option<Level>,
    groups: &GroupsBy,
) -> Option<Level> {
    let told = telling(rules, groups);
    let given: Vec<Option<Level>> = told.map(|(_, rules, groups)| rules.given(groups)).collect();
    match given.is_empty() {
        true => before,
        false => given.into_iter().flatten().max(),
    }
}

/// The providers whose groups set somebody's level: anew at each sign-in, whatever a person made of it since.
pub fn level_setters(rules: &BTreeMap<Name, Admission>, groups: &GroupsBy) -> Vec<Name> {
    let told = telling(rules, groups);
    told.map(|(provider, ..)| provider.clone()).collect()
}

/// Those of the providers that somebody came by that say something about levels.
fn telling<'a>(
    rules: &'a BTreeMap<Name, Admission>,
    groups: &'a GroupsBy,
) -> impl Iterator<Item = (&'a Name, &'a Admission, &'a BTreeSet<String>)> {
    let known = groups
        .iter()
        .filter_map(|(provider, groups)| Some((provider, rules.get(provider)?, groups)));
    known.filter(|(_, rules, _)| !rules.levels.is_empty())
}

/// The groups that a claim names: a list of texts, or one text.
pub fn groups(claim: Option<&Value>) -> BTreeSet<String> {
    let texts: Vec<&str> = match claim {
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => vec![text],
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
            Vec::new()
        }
    };
    let fit = |text: &&str| !text.is_empty() && text.chars().count() <= GROUP_LENGTH_MAX;
    let fitting = texts.into_iter().filter(fit).take(GROUPS_MAX);
    fitting.map(str::to_owned).collect()
}

/// What somebody may be called: made of the first text that leaves something, then with numbers behind it.
pub fn names<'a>(said: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = Name> {
    let first = said.into_iter().filter_map(base).next();
    let base = first.unwrap_or_else(|| "person".to_owned());
    let numbered = (2..1000).map({
        let base = base.clone();
        move |number: u32| format!("{base}-{number}")
    });
    std::iter::once(base)
        .chain(numbered)
        .filter_map(|text| text.parse().ok())
}

/// The part before an `@`, as a name has it; short enough that a number fits behind it.
fn base(text: &str) -> Option<String> {
    let local = text.split('@').next().unwrap_or_default();
    let mut made = String::new();
    for c in local.chars().take(Name::LENGTH_MAX - 4) {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => made.push(c),
            _ if made.ends_with('-') || made.is_empty() => {}
            _ => made.push('-'),
        }
    }
    let made = made.trim_end_matches('-');
    (!made.is_empty()).then(|| made.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn who_is_unknown_or_in_no_group_stays_outside() {
        let check = |makes_people, wanted: &[&str], (known, groups): (bool, &[&str]), expect| {
            let admission = Admission {
                makes_people,
                groups: of(wanted),
                levels: BTreeMap::new(),
            };
            assert_eq!(admission.admit(known, &of(groups)), expect);
        };
        check(true, &[], (false, &[]), Ok(()));
        check(false, &[], (false, &["x"]), Err(NotAdmitted::Unknown));
        check(false, &[], (true, &[]), Ok(()));
        check(true, &["sre"], (false, &["x", "sre"]), Ok(()));
        check(true, &["sre"], (true, &["x"]), Err(NotAdmitted::Group));
        check(false, &["sre"], (false, &[]), Err(NotAdmitted::Group));
    }

    fn saying(levels: &[(&str, Level)]) -> Admission {
        let levels = levels.iter().copied();
        Admission {
            levels: levels
                .map(|(group, level)| (group.to_owned(), level))
                .collect(),
            ..Admission::default()
        }
    }

    fn by(providers: &[(&str, &[&str])]) -> GroupsBy {
        let named = providers.iter().copied();
        named
            .map(|(name, groups)| (name.parse().unwrap(), of(groups)))
            .collect()
    }

    #[test]
    fn the_highest_level_of_their_groups_counts_and_goes_with_the_group() {
        let says = saying(&[("sre", Level::Apply), ("leads", Level::Ensure)]);
        let rules = BTreeMap::from([("corp".parse().unwrap(), says)]);
        let check = |groups: &[&str], expect| {
            let groups = by(&[("corp", groups)]);
            assert_eq!(level(&rules, Some(Level::Initiate), &groups), expect);
        };
        check(&["sre"], Some(Level::Apply));
        check(&["leads", "sre"], Some(Level::Ensure));
        check(&["others"], None);
        let silent = BTreeMap::from([("corp".parse().unwrap(), Admission::default())]);
        let before = Some(Level::Enable);
        assert_eq!(level(&silent, before, &by(&[("corp", &["leads"])])), before);
    }

    #[test]
    fn what_one_provider_says_takes_nothing_that_another_gives() {
        let corp = saying(&[("sre", Level::Apply)]);
        let partner = saying(&[("sre", Level::Initiate), ("leads", Level::Ensure)]);
        let rules = [
            ("corp", corp),
            ("partner", partner),
            ("silent", saying(&[])),
        ];
        let rules = rules.map(|(name, rules)| (name.parse().unwrap(), rules));
        let check = |groups: &[(&str, &[&str])], expect| {
            let before = Some(Level::Enable);
            assert_eq!(level(&rules.clone().into(), before, &by(groups)), expect);
        };
        check(&[("corp", &["sre"]), ("partner", &[])], Some(Level::Apply));
        check(
            &[("corp", &["sre"]), ("silent", &["leads"])],
            Some(Level::Apply),
        );
        check(&[("corp", &["leads"]), ("partner", &[])], None);
        check(&[("silent", &["sre"])], Some(Level::Enable));
        check(&[("gone", &["sre"])], Some(Level::Enable));
        let came = by(&[("corp", &["leads"]), ("silent", &["sre"]), ("gone", &[])]);
        assert_eq!(
            level_setters(&rules.clone().into(), &came),
            ["corp".parse().unwrap()]
        );
    }

    #[test]
    fn groups_are_a_list_or_one_text_and_bounded() {
        let check = |claim: Value, expect: &[&str]| assert_eq!(groups(Some(&claim)), of(expect));
        check(json!(["a", 7, "b", ""]), &["a", "b"]);
        check(json!("a"), &["a"]);
        check(json!({ "a": true }), &[]);
        check(json!(["x".repeat(201)]), &[]);
        let many: Vec<String> = (0..900).map(|n| n.to_string()).collect();
        assert_eq!(groups(Some(&json!(many))).len(), GROUPS_MAX);
        assert_eq!(groups(None), of(&[]));
    }

    #[test]
    fn names_are_made_of_what_there_is() {
        let check = |said: &[&str], expect: &[&str]| {
            let made: Vec<String> = names(said.iter().copied())
                .take(expect.len())
                .map(String::from)
                .collect();
            assert_eq!(made, expect, "{said:?}");
        };
        check(&["ada"], &["ada", "ada-2", "ada-3"]);
        check(&["", "Ada.Lovelace@example.org"], &["ada-lovelace"]);
        check(&["__", "Zoë"], &["zo"]);
        check(&["用户"], &["person", "person-2"]);
        let long = names([&*"x".repeat(90)]).nth(1).unwrap();
        assert_eq!(long.as_str().len(), 61);
    }
}
