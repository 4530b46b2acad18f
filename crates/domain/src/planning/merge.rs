//! Two people's changes of one plan put together.
//!
//! A three-way merge of documents: what only one of both changed is taken, what both changed alike is taken once, and what both
//! changed in different ways is a [`Conflict`] that a person settles. Things in a list are known by their `name`, or else by the
//! product or the environment that they are about, so that two people can each add a task. Nothing is overwritten silently.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What comes of putting two changes together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// All changes that go together; mine where there is a conflict.
    pub value: Value,
    /// What a person has to settle.
    pub conflicts: Vec<Conflict>,
}

/// What both changed in different ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Where: `tasks.notes.due`.
    pub path: String,
    /// As it was before either; nothing if it was not there. Likewise below.
    pub base: Option<Value>,
    /// As the others made it.
    pub theirs: Option<Value>,
    /// As I made it.
    pub mine: Option<Value>,
}

/// Puts together what others and I made of `base`.
pub fn merge(base: &Value, theirs: &Value, mine: &Value) -> Merged {
    let mut conflicts = Vec::new();
    let three = Three(Some(base), Some(theirs), Some(mine));
    let value = three.merge("", &mut conflicts).unwrap_or_default();
    Merged { value, conflicts }
}

/// One place in all three: base, theirs, mine. None where it is not.
#[derive(Clone, Copy)]
struct Three<'a>(Option<&'a Value>, Option<&'a Value>, Option<&'a Value>);

impl<'a> Three<'a> {
    fn merge(self, path: &str, conflicts: &mut Vec<Conflict>) -> Option<Value> {
        let Self(base, theirs, mine) = self;
        if theirs == mine || base == mine {
            return theirs.cloned();
        }
        if base == theirs {
            return mine.cloned();
        }
        // What both added has no common past; it may go together all the same.
        match (theirs, mine) {
            (Some(Value::Object(_)), Some(Value::Object(_))) => {
                Some(Value::Object(self.objects(path, conflicts)))
            }
            (Some(Value::Array(theirs)), Some(Value::Array(mine))) => {
                self.lists((theirs, mine), path, conflicts)
            }
            _ => self.conflict(path, conflicts),
        }
    }

    fn objects(self, path: &str, conflicts: &mut Vec<Conflict>) -> Map<String, Value> {
        let Self(base, theirs, mine) = self;
        let keys = [base, theirs, mine].into_iter().flatten();
        let keys = keys.filter_map(Value::as_object).flat_map(Map::keys);
        let keys: BTreeSet<&String> = keys.collect();
        let below = |key: &String| {
            let of = |it: Option<&'a Value>| it.and_then(|it| it.get(key));
            let value = Self(of(base), of(theirs), of(mine)).merge(&inside(path, key), conflicts);
            value.map(|value| (key.clone(), value))
        };
        keys.into_iter().filter_map(below).collect()
    }

    fn lists(
        self,
        (theirs, mine): (&'a [Value], &'a [Value]),
        path: &str,
        conflicts: &mut Vec<Conflict>,
    ) -> Option<Value> {
        let base = self
            .0
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let named = [base, theirs, mine].map(|list| keys(list, known_by));
        let plain = [base, theirs, mine].map(|list| keys(list, Value::as_str));
        let keyed = match (named, plain) {
            ([Some(base), Some(theirs), Some(mine)], _)
            | (_, [Some(base), Some(theirs), Some(mine)]) => [base, theirs, mine],
            _ => return self.conflict(path, conflicts),
        };
        let [base, theirs, mine] = &keyed;
        let merged = order(theirs, mine).into_iter().filter_map(|key| {
            let three = Self(find(base, key), find(theirs, key), find(mine, key));
            three.merge(&inside(path, key), conflicts)
        });
        Some(Value::Array(merged.collect()))
    }

    fn conflict(self, path: &str, conflicts: &mut Vec<Conflict>) -> Option<Value> {
        let Self(base, theirs, mine) = self;
        conflicts.push(Conflict {
            path: path.to_owned(),
            base: base.cloned(),
            theirs: theirs.cloned(),
            mine: mine.cloned(),
        });
        mine.cloned()
    }
}

/// What a thing is known by among those beside it.
fn known_by(thing: &Value) -> Option<&str> {
    let keys = ["name", "product", "environment"];
    keys.into_iter().find_map(|key| thing.get(key)?.as_str())
}

/// The things of a list by what each is known by; none if one is not known, or two are known by the same.
type Keyed<'a> = Vec<(&'a str, &'a Value)>;

fn keys<'a>(list: &'a [Value], key: impl Fn(&'a Value) -> Option<&'a str>) -> Option<Keyed<'a>> {
    let keyed = list.iter().map(|it| Some((key(it)?, it)));
    let keyed: Keyed<'a> = keyed.collect::<Option<_>>()?;
    let unique: BTreeSet<&str> = keyed.iter().map(|(key, _)| *key).collect();
    (unique.len() == keyed.len()).then_some(keyed)
}

fn find<'a>(list: &Keyed<'a>, key: &str) -> Option<&'a Value> {
    list.iter().find(|(it, _)| *it == key).map(|(_, it)| *it)
}

/// The keys of both in my order; what only they have comes after what it comes after there.
fn order<'a>(theirs: &Keyed<'a>, mine: &Keyed<'a>) -> Vec<&'a str> {
    let mut keys: Vec<&str> = mine.iter().map(|(key, _)| *key).collect();
    let mut before: Option<&str> = None;
    for (key, _) in theirs {
        if !keys.contains(key) {
            let after = before.and_then(|it| keys.iter().position(|key| *key == it));
            keys.insert(after.map_or(0, |place| place + 1), key);
        }
        before = Some(key);
    }
    keys
}

fn inside(path: &str, key: &str) -> String {
    match path.is_empty() {
        true => key.to_owned(),
        false => format!("{path}.{key}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn base() -> Value {
        json!({"purpose": "Gift cards.", "tasks": [{"name": "notes", "due": "-5d"}, {"name": "news"}],
            "involved": {"informed": ["ada", "team:support"]}})
    }

    /// What comes of two changes of [`base`]: the whole, and the paths of what both changed.
    fn merged(theirs: impl Fn(&mut Value), mine: impl Fn(&mut Value)) -> (Value, Vec<String>) {
        let changed = |change: &dyn Fn(&mut Value)| {
            let mut value = base();
            change(&mut value);
            value
        };
        let merged = merge(&base(), &changed(&theirs), &changed(&mine));
        let paths = merged.conflicts.into_iter().map(|it| it.path);
        (merged.value, paths.collect())
    }

    fn add(list: &mut Value, item: Value) {
        list.as_array_mut().unwrap().push(item);
    }

    #[test]
    fn what_two_people_change_in_different_places_goes_together() {
        let (value, conflicts) = merged(
            |it| {
                it["tasks"][0]["due"] = json!("-6d");
                add(&mut it["tasks"], json!({"name": "film"}));
                it["involved"]["informed"] = json!(["team:support", "ben"]);
            },
            |it| {
                it["tasks"][0]["title"] = json!("Write the notes");
                it["tasks"]
                    .as_array_mut()
                    .unwrap()
                    .insert(0, json!({"name": "book"}));
                it["involved"]["accountable"] = json!("ada");
                add(&mut it["involved"]["informed"], json!("cy"));
            },
        );
        assert_eq!(conflicts, Vec::<String>::new());
        let expect = json!({"purpose": "Gift cards.",
            "tasks": [{"name": "book"}, {"name": "notes", "due": "-6d", "title": "Write the notes"}, {"name": "news"}, {"name": "film"}],
            "involved": {"accountable": "ada", "informed": ["team:support", "ben", "cy"]}});
        assert_eq!(value, expect);
    }

    #[test]
    fn what_both_changed_in_different_ways_is_named_and_mine_until_it_is_settled() {
        let (value, conflicts) = merged(
            |it| {
                it["tasks"][0]["due"] = json!("-6d");
                it["purpose"] = json!("Cards.");
                it["tasks"].as_array_mut().unwrap().truncate(1);
            },
            |it| {
                it["tasks"][0]["due"] = json!("-7d");
                it["purpose"] = json!("Cards.");
                it["tasks"][1]["title"] = json!("Tell the news");
            },
        );
        assert_eq!(conflicts, ["tasks.notes.due", "tasks.news"]);
        assert_eq!(value["tasks"][0]["due"], "-7d");
        assert_eq!(value["tasks"][1]["title"], "Tell the news");
    }

    #[test]
    fn what_one_removed_and_the_other_left_alone_is_gone() {
        let (value, conflicts) = merged(
            |it| it["tasks"].as_array_mut().unwrap().truncate(1),
            |it| it["purpose"] = json!("Cards."),
        );
        assert_eq!(
            (value["tasks"].as_array().unwrap().len(), conflicts.len()),
            (1, 0)
        );
    }

    #[test]
    fn a_list_of_things_that_nothing_tells_apart_is_settled_as_a_whole() {
        let booked = |from: &str| json!([{"environment": "staging", "from": from}, {"environment": "staging", "from": "0d"}]);
        let (base, theirs, mine) = (booked("-3d"), booked("-4d"), booked("-5d"));
        let of = |bookings: &Value| json!({"bookings": bookings});
        let merged = merge(&of(&base), &of(&theirs), &of(&mine));
        assert_eq!(merged.conflicts[0].path, "bookings");
        assert_eq!(merged.conflicts[0].theirs, Some(theirs));
        assert_eq!(merged.value, of(&mine));
    }

    #[test]
    fn things_are_known_by_what_they_are_about() {
        let plan = |live: &str, shop: &str| {
            json!({"departures": [{"environment": "staging", "at": "1"}, {"environment": "live", "at": live}],
                "members": [{"product": "orders"}, {"product": "shop", "release": shop}]})
        };
        let (base, theirs, mine) = (plan("2", "1.0"), plan("3", "1.0"), plan("2", "1.1"));
        let merged = merge(&base, &theirs, &mine);
        assert_eq!(merged.conflicts, Vec::new());
        assert_eq!(merged.value, plan("3", "1.1"));
        let contradicts = merge(&base, &theirs, &plan("4", "1.0"));
        assert_eq!(contradicts.conflicts[0].path, "departures.live.at");
    }

    fn plans() -> impl Strategy<Value = Value> {
        let task = ("[a-d]", 0..3_u8).prop_map(|(name, due)| json!({"name": name, "due": due}));
        let tasks = proptest::collection::vec(task, 0..4);
        let informed = proptest::collection::btree_set("[a-d]", 0..4);
        (tasks, informed, 0..3_u8).prop_map(|(tasks, informed, purpose)| {
            json!({"tasks": tasks, "informed": informed, "purpose": purpose})
        })
    }

    proptest! {
        /// Whoever changed nothing takes what the other made, and alike changes are no conflict, whatever the three are.
        #[test]
        fn one_sided_changes_win_and_both_sides_name_the_same_conflicts(
            base in plans(), theirs in plans(), mine in plans()
        ) {
            let clean = |value: Value| Merged { value, conflicts: Vec::new() };
            prop_assert_eq!(merge(&base, &theirs, &base), clean(theirs.clone()));
            prop_assert_eq!(merge(&base, &base, &mine), clean(mine.clone()));
            prop_assert_eq!(merge(&base, &mine, &mine), clean(mine.clone()));
            let paths = |merged: Merged| -> BTreeSet<String> {
                merged.conflicts.into_iter().map(|it| it.path).collect()
            };
            let (one, other) = (merge(&base, &theirs, &mine), merge(&base, &mine, &theirs));
            prop_assert_eq!(paths(one), paths(other));
        }
    }
}
