//! Approvals: other people's word that exactly this may go there.

use crate::{
    access::Level,
    id::{ApprovalId, DeploymentId, PersonId},
    name::{Name, listed},
    plan::PartHashes,
    version::Version,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// How many people of which kind have to approve, as an environment says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRule {
    /// How many different human beings.
    #[serde(default = "one")]
    pub count: u8,
    /// Only who has this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Name>,
    /// Only members of this team; `owner` is the team that owns the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Name>,
    /// Only who answers at this level or above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
}

/// One person's word about the parts of a deployment to a place. It counts for whatever deployment has the same parts there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Its identifier.
    pub id: ApprovalId,
    /// Which product.
    pub product: Name,
    /// Where to.
    pub environment: Name,
    /// The version of the release, for people; the parts are what counts.
    pub release: Version,
    /// The deployment that the person looked at.
    pub deployment: DeploymentId,
    /// Exactly what they approved or turned down.
    pub parts: PartHashes,
    /// Who.
    pub by: Name,
    /// The human being behind that account.
    pub human: PersonId,
    /// Yes or no.
    pub verdict: Verdict,
    /// In their words.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It may go.
    Approved,
    /// It must not.
    TurnedDown,
}

/// Somebody who approved or turned down, as they stand now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voter {
    /// Their account's name.
    pub name: Name,
    /// The human being behind it.
    pub human: PersonId,
    /// Yes or no.
    pub verdict: Verdict,
    /// In their words.
    pub note: String,
    /// Whether they may approve now; the right they had once does not count.
    pub may: bool,
    /// Their roles.
    pub roles: BTreeSet<Name>,
    /// Their teams.
    pub teams: BTreeSet<Name>,
    /// How far they answer for the product.
    pub level: Option<Level>,
}

/// What approvals lack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unmet {
    /// Too few have approved.
    TooFew {
        /// By this rule.
        rule: ApprovalRule,
        /// Those who have.
        have: Vec<Name>,
    },
    /// Somebody turned it down.
    TurnedDown {
        /// Who.
        by: Name,
        /// In their words.
        note: String,
    },
}

/// What is missing of what `rules` ask.
///
/// `requester` asked for the deployment, and `owner` is the team of the product. Nobody counts for what they asked for themselves, under any account, and one human being counts once.
pub fn quorum(
    rules: &[ApprovalRule],
    voters: &[Voter],
    (requester, owner): (PersonId, &Name),
) -> Vec<Unmet> {
    let valid = voters
        .iter()
        .filter(|voter| voter.may && voter.human != requester);
    let valid: Vec<&Voter> = valid.collect();
    let turned_down = valid
        .iter()
        .filter(|voter| voter.verdict == Verdict::TurnedDown);
    let mut unmet: Vec<Unmet> = turned_down
        .map(|voter| Unmet::TurnedDown {
            by: voter.name.clone(),
            note: voter.note.clone(),
        })
        .collect();
    for rule in rules {
        let fit = |voter: &&&Voter| voter.verdict == Verdict::Approved && rule.takes(voter, owner);
        let fit = valid.iter().filter(fit);
        let have: BTreeMap<PersonId, &Name> = fit.map(|voter| (voter.human, &voter.name)).collect();
        if have.len() < usize::from(rule.count) {
            unmet.push(Unmet::TooFew {
                rule: rule.clone(),
                have: have.into_values().cloned().collect(),
            });
        }
    }
    unmet
}

/// The deployments before `next` that somebody approved and that have other parts, the newest word first.
///
/// `said` is what people said of deployments to one place, the newest first. Of what somebody said of one deployment only the
/// last word counts.
pub fn approved_before(
    said: &[Approval],
    (next, parts): (DeploymentId, &PartHashes),
) -> Vec<DeploymentId> {
    let mut heard = BTreeSet::new();
    let mut approved = Vec::new();
    for word in said
        .iter()
        .filter(|it| it.deployment < next && it.parts != *parts)
    {
        let is_last = heard.insert((word.human, word.deployment));
        let is_yes = is_last && word.verdict == Verdict::Approved;
        if is_yes && !approved.contains(&word.deployment) {
            approved.push(word.deployment);
        }
    }
    approved
}

impl ApprovalRule {
    fn takes(&self, voter: &Voter, owner: &Name) -> bool {
        let team = |team: &Name| {
            let meant = if team.as_str() == "owner" {
                owner
            } else {
                team
            };
            voter.teams.contains(meant)
        };
        self.role
            .as_ref()
            .is_none_or(|role| voter.roles.contains(role))
            && self.team.as_ref().is_none_or(team)
            && self.level.is_none_or(|level| voter.level >= Some(level))
    }
}

impl Unmet {
    /// Whether somebody's yes would count towards what is missing; `owner` is the team of the product.
    pub fn is_met_by(&self, voter: &Voter, owner: &Name) -> bool {
        voter.may
            && match self {
                Self::TooFew { rule, have } => {
                    rule.takes(voter, owner) && !have.contains(&voter.name)
                }
                Self::TurnedDown { by, .. } => *by == voter.name,
            }
    }

    /// How it is supplied.
    pub fn remedy(&self) -> String {
        match self {
            Self::TooFew { .. } => {
                "`tidegate approve DEPLOYMENT`, by somebody who did not ask for it".to_owned()
            }
            Self::TurnedDown { .. } => {
                "settle it with them; they may approve after all, or change what is to go out"
                    .to_owned()
            }
        }
    }
}

impl fmt::Display for ApprovalRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.count {
            1 => f.write_str("one person")?,
            count => write!(f, "{count} people")?,
        }
        if let Some(role) = &self.role {
            write!(f, " with role {role}")?;
        }
        if let Some(team) = &self.team {
            match team.as_str() {
                "owner" => f.write_str(" of the team that owns it")?,
                team => write!(f, " of team {team}")?,
            }
        }
        if let Some(level) = self.level {
            write!(f, " of level {} or above", level.number())?;
        }
        Ok(())
    }
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { rule, have } if have.is_empty() => write!(f, "approval by {rule}"),
            Self::TooFew { rule, have } => {
                write!(f, "approval by {rule}; so far {}", listed(have))
            }
            Self::TurnedDown { by, note } => write!(f, "turned down by {by}: {note}"),
        }
    }
}

impl Verdict {
    /// As people speak of it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::TurnedDown => "turned down",
        }
    }
}

const fn one() -> u8 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn human(number: u128) -> PersonId {
        PersonId(Uuid::from_u128(number))
    }

    fn voter(who: &str, of: u128, roles: &[&str], teams: &[&str]) -> Voter {
        let names = |texts: &[&str]| texts.iter().map(|text| name(text)).collect();
        Voter {
            name: name(who),
            human: human(of),
            verdict: Verdict::Approved,
            note: String::new(),
            may: true,
            roles: names(roles),
            teams: names(teams),
            level: Some(Level::Apply),
        }
    }

    fn rule(
        count: u8,
        role: Option<&str>,
        team: Option<&str>,
        level: Option<Level>,
    ) -> ApprovalRule {
        ApprovalRule {
            count,
            role: role.map(name),
            team: team.map(name),
            level,
        }
    }

    fn lacking(rules: &[ApprovalRule], voters: &[Voter]) -> Vec<String> {
        let unmet = quorum(rules, voters, (human(1), &name("makers")));
        unmet.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn people_count_once_and_never_for_their_own() {
        let two = [rule(2, None, None, None)];
        let check = |voters: &[Voter], expect: &[&str]| assert_eq!(lacking(&two, voters), expect);
        let (ada, second) = (voter("ada", 1, &[], &[]), voter("ada-two", 1, &[], &[]));
        let (bob, bob_two) = (voter("bob", 2, &[], &[]), voter("bob-two", 2, &[], &[]));
        check(&[], &["approval by 2 people"]);
        check(&[ada, second], &["approval by 2 people"]);
        check(
            &[bob.clone(), bob_two],
            &["approval by 2 people; so far bob-two"],
        );
        check(&[bob.clone(), voter("eve", 3, &[], &[])], &[]);
        let lost = Voter {
            may: false,
            ..voter("eve", 3, &[], &[])
        };
        check(&[bob, lost], &["approval by 2 people; so far bob"]);
    }

    #[test]
    fn role_team_and_level_all_have_to_fit() {
        let voters = [
            voter("bob", 2, &["captain"], &["makers"]),
            voter("eve", 3, &[], &["buyers"]),
        ];
        let check =
            |rule: ApprovalRule, expect: &[&str]| assert_eq!(lacking(&[rule], &voters), expect);
        check(rule(1, Some("captain"), None, None), &[]);
        check(rule(1, None, Some("owner"), None), &[]);
        check(
            rule(1, Some("captain"), Some("buyers"), None),
            &["approval by one person with role captain of team buyers"],
        );
        check(
            rule(1, None, None, Some(Level::Ensure)),
            &["approval by one person of level 5 or above"],
        );
        check(rule(1, None, None, Some(Level::Apply)), &[]);
    }

    #[test]
    fn who_turns_it_down_stops_it_whoever_else_approves() {
        let no = Voter {
            verdict: Verdict::TurnedDown,
            note: "not on a Friday".to_owned(),
            ..voter("eve", 3, &[], &[])
        };
        let found = lacking(
            &[rule(1, None, None, None)],
            &[voter("bob", 2, &[], &[]), no.clone()],
        );
        assert_eq!(found, ["turned down by eve: not on a Friday"]);
        // Somebody who may not approve may not stop it either.
        let powerless = Voter { may: false, ..no };
        let found = lacking(
            &[rule(1, None, None, None)],
            &[voter("bob", 2, &[], &[]), powerless],
        );
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn what_was_approved_before_is_earlier_and_goes_by_last_words() {
        let parts = |which: &[u8]| PartHashes {
            version: 1,
            contents: Some(crate::digest::Digest::of(which)),
            configuration: None,
            strategy: None,
            selector: None,
            backout: None,
            communications: None,
            deployment_plan: None,
        };
        let word = |(deployment, of, verdict): (u64, u128, Verdict), which: &[u8]| Approval {
            id: ApprovalId(Uuid::nil()),
            product: name("shop"),
            environment: name("live"),
            release: "1.0.0".parse().unwrap(),
            deployment: DeploymentId(deployment),
            parts: parts(which),
            by: name("somebody"),
            human: human(of),
            verdict,
            note: String::new(),
            at: Timestamp::UNIX_EPOCH,
        };
        let (yes, no) = (Verdict::Approved, Verdict::TurnedDown);
        let said = [
            word((9, 2, yes), b"later"),
            word((7, 2, yes), b"this"),
            // She approved it first and took it back.
            word((5, 2, no), b"taken back"),
            word((5, 2, yes), b"taken back"),
            word((4, 3, no), b"second"),
            word((4, 2, yes), b"second"),
            word((3, 2, yes), b"first"),
            word((3, 3, yes), b"first"),
        ];
        let found = approved_before(&said, (DeploymentId(8), &parts(b"this")));
        assert_eq!(found, [DeploymentId(4), DeploymentId(3)]);
    }
}
