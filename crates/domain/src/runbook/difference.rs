//! What became of a runbook between two editions, in words.

use super::{Contact, Kind, Risk, Runbook, Step, deadline::spelled};
use crate::planning::Party;
use std::{collections::BTreeMap, fmt};

/// Something that differs between two editions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Of what: ``step `go` ``, the title…
    pub of: String,
    /// What became of it.
    pub change: Change,
}

/// What became of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has its turn at another time.
    Moved {
        /// Its place before.
        from: String,
        /// Its place now.
        to: String,
    },
    /// A part of it is another.
    Changed {
        /// Which part; the whole, when empty.
        part: &'static str,
        /// As it was.
        from: String,
        /// As it is.
        to: String,
    },
    /// A long text of it is another.
    Rewritten {
        /// Which.
        text: &'static str,
    },
}

/// What became of `before`. Nothing, when both have the same hash.
pub fn differences(before: &Runbook, after: &Runbook) -> Vec<Difference> {
    let mut found = Found(Vec::new());
    found.whole(before, after);
    let contact = |it: &Contact| it.name.clone();
    found.listed(
        "contact",
        (&before.contacts, &after.contacts),
        contact,
        contacts,
    );
    let risk = |it: &Risk| it.name.to_string();
    found.listed("risk", (&before.risks, &after.risks), risk, risks);
    let step = |it: &Step| it.name.to_string();
    found.listed("step", (&before.steps, &after.steps), step, steps);
    if found.0.is_empty() && before != after {
        let change = Change::Rewritten { text: "order" };
        found.note(format!("the {}", after.way.title()), change);
    }
    found.0
}

struct Found(Vec<Difference>);

impl Found {
    fn note(&mut self, of: String, change: Change) {
        self.0.push(Difference { of, change });
    }

    fn whole(&mut self, before: &Runbook, after: &Runbook) {
        let way = |it: &Runbook| it.way.title().to_owned();
        let zone = |it: &Runbook| it.time_zone.name().to_owned();
        let decides = |it: &Runbook| party(it.deviations.decides.as_ref());
        let mut changes = Vec::new();
        changed(&mut changes, "kind", (way(before), way(after)));
        changed(
            &mut changes,
            "title",
            (before.title.clone(), after.title.clone()),
        );
        changed(&mut changes, "time zone", (zone(before), zone(after)));
        changed(
            &mut changes,
            "decision about deviations",
            (decides(before), decides(after)),
        );
        let text = "text about deviations";
        rewritten(
            &mut changes,
            text,
            (&before.deviations.text, &after.deviations.text),
        );
        for change in changes {
            self.note(format!("the {}", after.way.title()), change);
        }
    }

    /// The things of a list by their names.
    fn listed<T: PartialEq>(
        &mut self,
        what: &str,
        (before, after): (&[T], &[T]),
        name: fn(&T) -> String,
        compare: fn(&T, &T) -> Vec<Change>,
    ) {
        let of = |name: &str| format!("{what} `{name}`");
        let old: BTreeMap<String, &T> = before.iter().map(|it| (name(it), it)).collect();
        let new: BTreeMap<String, &T> = after.iter().map(|it| (name(it), it)).collect();
        for gone in before
            .iter()
            .map(name)
            .filter(|name| !new.contains_key(name))
        {
            self.note(of(&gone), Change::Removed);
        }
        for it in after {
            let name = name(it);
            match old.get(&name) {
                None => self.note(of(&name), Change::Added),
                Some(old) => {
                    for change in compare(old, it) {
                        self.note(of(&name), change);
                    }
                }
            }
        }
    }
}

fn changed(changes: &mut Vec<Change>, part: &'static str, (from, to): (String, String)) {
    if from != to {
        changes.push(Change::Changed { part, from, to });
    }
}

fn rewritten(changes: &mut Vec<Change>, text: &'static str, (from, to): (&str, &str)) {
    if from != to {
        changes.push(Change::Rewritten { text });
    }
}

fn contacts(before: &Contact, after: &Contact) -> Vec<Change> {
    let mut changes = Vec::new();
    changed(
        &mut changes,
        "subject",
        (before.about.clone(), after.about.clone()),
    );
    changed(
        &mut changes,
        "way to reach",
        (before.reached.clone(), after.reached.clone()),
    );
    changes
}

fn risks(before: &Risk, after: &Risk) -> Vec<Change> {
    let mut changes = Vec::new();
    let weight = |it: &Risk| format!("{}, {}", it.likelihood, it.impact);
    changed(&mut changes, "weight", (weight(before), weight(after)));
    rewritten(&mut changes, "description", (&before.what, &after.what));
    rewritten(&mut changes, "answer", (&before.answer, &after.answer));
    changes
}

fn steps(before: &Step, after: &Step) -> Vec<Change> {
    let mut changes = Vec::new();
    let (from, to) = (before.place(), after.place());
    if from != to {
        changes.push(Change::Moved { from, to });
    }
    let title = |it: &Step| it.title().to_owned();
    let takes = |it: &Step| spelled(it.takes);
    changed(&mut changes, "", (before.meaning(), after.meaning()));
    changed(&mut changes, "title", (title(before), title(after)));
    let owner = |it: &Step| party(it.owner.as_ref());
    changed(&mut changes, "owner", (owner(before), owner(after)));
    changed(&mut changes, "length", (takes(before), takes(after)));
    let procedure = |it: &Step| {
        let named = it.procedure.as_ref().map(ToString::to_string);
        named.unwrap_or_else(|| "none".to_owned())
    };
    let both = (procedure(before), procedure(after));
    changed(&mut changes, "procedure", both);
    rewritten(
        &mut changes,
        "document",
        (&before.document, &after.document),
    );
    changes
}

fn party(party: Option<&Party>) -> String {
    party.map_or_else(|| "nobody".to_owned(), Party::to_string)
}

impl Step {
    /// Where it stands, in words: `after wave-1, before wave-2`.
    pub fn place(&self) -> String {
        let needs: Vec<&str> = self.needs.iter().map(crate::name::Name::as_str).collect();
        let after = (!needs.is_empty()).then(|| format!("after {}", needs.join(" and ")));
        let before = self
            .before
            .as_ref()
            .map(|before| format!("before {before}"));
        let place: Vec<String> = after.into_iter().chain(before).collect();
        match place.is_empty() {
            true => "at the beginning".to_owned(),
            false => place.join(", "),
        }
    }

    /// What it is, in words.
    pub fn meaning(&self) -> String {
        match &self.kind {
            Kind::Manual(manual) => {
                let question = manual.question.as_ref();
                let question = question.map(|it| format!("asked `{it}`"));
                let evidence = manual.evidence.then(|| "with evidence".to_owned());
                let waits = manual.waits.map(|it| format!("waited for {}", spelled(it)));
                let all = std::iter::once("done by people".to_owned());
                let all = all.chain(question).chain(evidence).chain(waits);
                all.collect::<Vec<_>>().join(", ")
            }
            Kind::Automatic(automatic) => format!(
                "done by the engine: {}; reversible: {}",
                automatic.phase, automatic.reversible
            ),
            Kind::Decision(decision) => format!(
                "a decision by {}, else {}",
                decision.by,
                decision.otherwise.words()
            ),
            Kind::Message(message) => format!("message `{message}`"),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = &self.of;
        match &self.change {
            Change::Added => write!(f, "{of} was added"),
            Change::Removed => write!(f, "{of} was removed"),
            Change::Moved { from, to } => write!(f, "{of} moved from {from} to {to}"),
            Change::Changed { part: "", from, to } => write!(f, "{of}: {from} became {to}"),
            Change::Changed { part, from, to } => write!(f, "{of}: its {part} {from} became {to}"),
            Change::Rewritten { text } => write!(f, "{of}: its {text} changed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{forward, migrating, step, with};
    use super::*;
    use serde_json::{Value, json};

    fn told(before: Vec<Value>, after: Vec<Value>) -> Vec<String> {
        let of = |steps| with(forward(&migrating()), steps);
        let found = differences(&of(before), &of(after));
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_became_of_steps_is_told_in_words() {
        let call = |owner, takes, before| json!({"name": "call", "owner": owner, "takes": takes, "before": before});
        let first = call("ada", "10m", "wave-2");
        assert_eq!(told(vec![first.clone()], vec![first.clone()]), [""; 0]);
        assert_eq!(told(vec![], vec![first.clone()]), ["step `call` was added"]);
        assert_eq!(
            told(vec![first.clone()], vec![]),
            ["step `call` was removed"]
        );
        assert_eq!(
            told(vec![first], vec![call("team:shop", "15m", "success")]),
            [
                "step `call` moved from before wave-2 to before success",
                "step `call`: its owner ada became team:shop",
                "step `call`: its length 10m became 15m",
            ]
        );
        let ask = |otherwise| json!({"name": "ask", "owner": "ada", "takes": "5m", "decision": "21:40", "otherwise": otherwise});
        assert_eq!(
            told(vec![ask("hold")], vec![ask("roll-back")]),
            [
                "step `ask`: a decision by 21:40, else stop and call for a person became a decision by 21:40, else roll back"
            ]
        );
    }

    #[test]
    fn nothing_that_an_approval_is_bound_to_changes_without_a_word() {
        let before = forward(&migrating());
        type Change = fn(&mut Runbook);
        let changes: [(Change, &str); 6] = [
            (
                |it| it.title.push('!'),
                "the deployment plan: its title Shop 1.4.0 to live became Shop 1.4.0 to live!",
            ),
            (
                |it| it.deviations.text.push('x'),
                "the deployment plan: its text about deviations changed",
            ),
            (
                |it| it.risks[0].answer.clear(),
                "risk `no-return-1`: its answer changed",
            ),
            (
                |it| it.steps[1].document.push('x'),
                "step `go`: its document changed",
            ),
            (
                |it| it.steps.swap(0, 1),
                "the deployment plan: its order changed",
            ),
            (
                |it| {
                    it.contacts.push(Contact {
                        name: "Ada".to_owned(),
                        about: String::new(),
                        reached: "extension 7".to_owned(),
                    });
                },
                "contact `Ada` was added",
            ),
        ];
        for (change, expect) in changes {
            let mut after = before.clone();
            change(&mut after);
            assert_ne!(after.hash(), before.hash());
            let found = differences(&before, &after);
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            assert_eq!(found, [expect]);
        }
        assert_eq!(
            step(json!({"name": "a", "owner": "ada"})).place(),
            "at the beginning"
        );
    }
}
