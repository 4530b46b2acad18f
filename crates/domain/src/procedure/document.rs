//! A procedure, as a person writes it in a file.

use super::{Bound, lines::LINES_MAX};
use crate::{canonical, digest::Digest, name::Name, planning::Party};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The longest text, in bytes.
pub const BODY_MAX: usize = 100_000;
/// The longest word about what is new, in characters.
pub const CHANGE_MAX: usize = 500;
/// The longest title, in characters.
const TITLE_MAX: usize = 200;
/// The most that it names whom it binds by.
const BINDS_MAX: usize = 100;
/// The longest time between two reviews, in months.
const MONTHS_MAX: u8 = 120;

/// How something is done, as a document of which each version stays.
///
/// ```yaml
/// name: go-back
/// title: Taking a release back
/// owner: team:shop
/// binds: [level:3, team:support]
/// review_every_months: 6
/// change: Says whom to call first.
/// body: |
///   # Before
///   Call support.
/// ```
///
/// In place of `body` a file names another beside it: `file: go-back.md`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Its name.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Who writes it and answers for it: `team:NAME`, or a person.
    pub owner: Party,
    /// Who has to acknowledge it; nobody unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub binds: Vec<Bound>,
    /// The day by which somebody looks whether it is still right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_by: Option<Date>,
    /// How many months after each review the next is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_every_months: Option<u8>,
    /// What it says, in Markdown.
    #[serde(default)]
    pub body: String,
    /// What is new in it. A word about its version, and kept there.
    #[serde(default, skip_serializing)]
    pub change: String,
    /// Whether that is so small that nobody has to read it again. Likewise.
    #[serde(default, skip_serializing)]
    pub minor: bool,
    /// The version that the text was made from, where it takes the place of one that was written on the page.
    #[serde(default, skip_serializing)]
    pub base: Option<u32>,
}

/// Why something is no procedure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProcedureError {
    /// It says nothing.
    #[error("it has no text: write one as `body`, or name a Markdown file beside it by `file`")]
    Empty,
    /// It says too much.
    #[error("its text is longer than {BODY_MAX} bytes: make several procedures of it")]
    Long,
    /// It has more lines than two versions of it can be compared by.
    #[error("its text has more than {LINES_MAX} lines: make several procedures of it")]
    Lines,
    /// A part of it is too long.
    #[error("its `{0}` is longer than {1} characters: say it shorter")]
    LongPart(&'static str, usize),
    /// It names too many.
    #[error("it binds by more than {BINDS_MAX} names: bind a team or a level instead")]
    Binds,
    /// It names somebody twice.
    #[error("it binds `{0}` twice: take one out")]
    Twice(Bound),
    /// A time that nobody can have meant.
    #[error("`review_every_months` is {0}: it is 1 to {MONTHS_MAX}")]
    Months(u8),
}

impl Procedure {
    /// The title, or its name.
    pub fn title(&self) -> &str {
        match self.title.trim() {
            "" => self.name.as_str(),
            title => title,
        }
    }

    /// Whether it can be kept.
    ///
    /// # Errors
    /// What is wrong with it, and what helps.
    pub fn check(&self) -> Result<(), ProcedureError> {
        if self.body.trim().is_empty() {
            return Err(ProcedureError::Empty);
        }
        if self.body.len() > BODY_MAX {
            return Err(ProcedureError::Long);
        }
        if self.body.lines().nth(LINES_MAX).is_some() {
            return Err(ProcedureError::Lines);
        }
        for (part, text, max) in [
            ("title", &self.title, TITLE_MAX),
            ("change", &self.change, CHANGE_MAX),
        ] {
            if text.chars().nth(max).is_some() {
                return Err(ProcedureError::LongPart(part, max));
            }
        }
        if self.binds.len() > BINDS_MAX {
            return Err(ProcedureError::Binds);
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.binds.iter().find(|it| !seen.insert(*it)) {
            return Err(ProcedureError::Twice(twice.clone()));
        }
        match self.review_every_months {
            Some(months) if months == 0 || months > MONTHS_MAX => {
                Err(ProcedureError::Months(months))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// What it was but for its text: who owns it, whom it binds, and when it is reviewed. Whoever changes that says which they saw.
    pub fn settings(&self) -> Digest {
        canonical::hash(&Self {
            title: String::new(),
            body: String::new(),
            ..self.clone()
        })
    }

    /// Whether it binds none but members of the team that owns it.
    pub fn binds_its_own(&self) -> bool {
        let own = |bound: &Bound| match (bound, &self.owner) {
            (Bound::Team(team), Party::Team(owner)) => team == owner,
            (Bound::Person(person), Party::Person(owner)) => person == owner,
            (Bound::Level(_) | Bound::Role(_), _)
            | (Bound::Team(_), Party::Person(_))
            | (Bound::Person(_), Party::Team(_)) => false,
        };
        self.binds.iter().all(own)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;

    pub(in crate::procedure) fn procedure(body: &str) -> Procedure {
        let text =
            json!({"name": "go-back", "owner": "team:shop", "binds": ["level:3"], "body": body});
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn a_procedure_is_written_as_it_is_read_but_for_what_is_said_of_its_version() {
        let text = json!({"name": "go-back", "title": "Going back", "owner": "team:shop",
            "binds": ["level:3", "team:support", "role:desk", "ada"], "review_by": "2027-01-31",
            "review_every_months": 6, "body": "# Before\n"});
        let mut written = text.clone();
        written["change"] = json!("Says whom to call.");
        written["minor"] = json!(true);
        written["base"] = json!(2);
        let read: Procedure = serde_json::from_value(written).unwrap();
        assert_eq!(read.check(), Ok(()));
        assert_eq!(
            (read.change.as_str(), read.minor, read.base),
            ("Says whom to call.", true, Some(2))
        );
        assert_eq!(serde_json::to_value(&read).unwrap(), text);
        let unknown = json!({"name": "a", "owner": "ada", "bodi": ""});
        let why = serde_json::from_value::<Procedure>(unknown).unwrap_err();
        assert!(why.to_string().contains("bodi"), "{why}");
    }

    #[test]
    fn what_cannot_be_kept_says_what_helps() {
        type Change = fn(&mut Procedure);
        let cases: [(Change, &str); 8] = [
            (|it| it.body = " \n".to_owned(), "it has no text"),
            (
                |it| it.body = "x".repeat(BODY_MAX + 1),
                "longer than 100000 bytes",
            ),
            (
                |it| it.body = "x\n".repeat(LINES_MAX + 1),
                "more than 3000 lines",
            ),
            (
                |it| it.title = "é".repeat(201),
                "`title` is longer than 200",
            ),
            (
                |it| it.change = "é".repeat(501),
                "`change` is longer than 500",
            ),
            (
                |it| it.binds.push(it.binds[0].clone()),
                "binds `level:3` twice",
            ),
            (
                |it| it.review_every_months = Some(0),
                "`review_every_months` is 0",
            ),
            (
                |it| {
                    it.binds = (0..=BINDS_MAX)
                        .map(|i| format!("p{i}").parse().unwrap())
                        .collect();
                },
                "more than 100 names",
            ),
        ];
        for (change, expect) in cases {
            let mut it = procedure("text");
            assert_eq!(it.check(), Ok(()));
            change(&mut it);
            let why = it.check().unwrap_err().to_string();
            assert!(why.contains(expect), "{why}");
        }
        let mut edge = procedure(&"x\n".repeat(LINES_MAX));
        edge.title = "é".repeat(200);
        assert_eq!(edge.check(), Ok(()));
    }

    #[test]
    fn who_binds_none_but_its_own_team_is_told_apart() {
        let mut it = procedure("text");
        assert!(!it.binds_its_own());
        it.binds = vec!["team:shop".parse().unwrap()];
        assert!(it.binds_its_own());
        it.binds.push("team:support".parse().unwrap());
        assert!(!it.binds_its_own());
        it.binds = Vec::new();
        assert!(it.binds_its_own());
    }

    #[test]
    fn settings_are_all_but_the_text() {
        let it = procedure("text");
        let other = Procedure {
            title: "Another".to_owned(),
            ..procedure("another")
        };
        assert_eq!(it.settings(), other.settings());
        let mut owned = it.clone();
        owned.owner = "ada".parse().unwrap();
        assert_ne!(it.settings(), owned.settings());
    }
}
