//! What all of it comes to.

use super::{
    Aspect, Call, Duty, Finding, HostFacts, Inspected, Space, Verdict,
    opinion::{ends_at, opinion},
    space::rough,
};
use crate::name::Name;
use jiff::Timestamp;

/// All that is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fleet {
    /// What is to be deployed.
    pub product: Name,
    /// Every target that it would change, and every load balancer that it would tell.
    pub targets: Vec<Inspected>,
    /// Whom the plans count on.
    pub calls: Vec<Call>,
    /// Who has said that they are there.
    pub duties: Vec<Duty>,
    /// When all would be over if it began now, as far as the plans say.
    pub ends: Timestamp,
    /// What somebody says to be on duty, such as `tidegate duty confirm …`.
    pub confirm: String,
}

/// Judges every aspect of every target, and who is on duty. The worst comes first.
pub fn judge(fleet: &Fleet, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    for aspect in Aspect::ALL {
        match aspect {
            Aspect::Duty => findings.extend(duty(fleet, now)),
            Aspect::Agent
            | Aspect::Clock
            | Aspect::Certificate
            | Aspect::Disk
            | Aspect::Memory
            | Aspect::Ports
            | Aspect::Drift
            | Aspect::Health
            | Aspect::WayBack
            | Aspect::Balancer => findings.extend(of_targets(fleet, aspect, now)),
        }
    }
    // It is stable: what is equally bad stays in the order of the aspects.
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    findings
}

/// What is found of one aspect, in the same words together.
fn of_targets(fleet: &Fleet, aspect: Aspect, now: Timestamp) -> Vec<Finding> {
    let (mut findings, mut passed): (Vec<Finding>, Vec<&Inspected>) = (Vec::new(), Vec::new());
    for target in &fleet.targets {
        let Some(opinion) = opinion(&fleet.product, aspect, target, now) else {
            continue;
        };
        if opinion.verdict == Verdict::Passed {
            passed.push(target);
            continue;
        }
        let is_same =
            |it: &&mut Finding| (&it.what, it.verdict) == (&opinion.what, opinion.verdict);
        match findings.iter_mut().find(is_same) {
            Some(found) => found.targets.push(target.target.clone()),
            None => findings.push(Finding {
                aspect,
                verdict: opinion.verdict,
                targets: vec![target.target.clone()],
                what: opinion.what,
                remedy: opinion.remedy,
            }),
        }
    }
    if !passed.is_empty() {
        findings.push(Finding {
            aspect,
            verdict: Verdict::Passed,
            targets: passed.iter().map(|it| it.target.clone()).collect(),
            what: well(aspect, &passed, now),
            remedy: String::new(),
        });
    }
    findings
}

/// What is said of all that are fit: the least fit of them.
fn well(aspect: Aspect, of: &[&Inspected], now: Timestamp) -> String {
    let hosts = || of.iter().filter_map(|it| it.host());
    let least = |space: fn(&HostFacts) -> Option<Space>| {
        let least = hosts().filter_map(space).map(|it| it.free).min();
        rough(least.unwrap_or_default())
    };
    match aspect {
        Aspect::Agent => "its agent is in touch and answers".to_owned(),
        Aspect::Clock => "its clock agrees with the server's".to_owned(),
        Aspect::Certificate => {
            let ends = hosts().filter_map(ends_at).min().unwrap_or(now);
            let days = ends.duration_since(now).as_hours() / 24;
            format!("its certificate is good for {days} days at least")
        }
        Aspect::Disk => format!("{} of disk are free at least", least(|host| host.disk)),
        Aspect::Memory => format!("{} of memory are free at least", least(|host| host.memory)),
        Aspect::Ports => "the addresses that it wants are free, or its own".to_owned(),
        Aspect::Drift => "it runs what it was told".to_owned(),
        Aspect::Health => "what runs there is well".to_owned(),
        Aspect::WayBack => "what it would go back to lies there".to_owned(),
        Aspect::Balancer => "its load balancer answers".to_owned(),
        Aspect::Duty => String::new(),
    }
}

/// Of each whom the plans count on, whether they are there until all is over.
fn duty(fleet: &Fleet, now: Timestamp) -> Vec<Finding> {
    let finding = |verdict, what: String, remedy: String| Finding {
        aspect: Aspect::Duty,
        verdict,
        targets: Vec::new(),
        what,
        remedy,
    };
    if fleet.calls.is_empty() {
        let what = "no deployment plan counts on anybody".to_owned();
        return vec![finding(Verdict::Passed, what, String::new())];
    }
    let judged = fleet.calls.iter().map(|call| {
        let (party, steps) = (&call.party, call.what());
        if call.people.is_empty() {
            return finding(
                Verdict::Failed,
                format!("{party}, who is counted on for {steps}, is nobody"),
                "name somebody else in the plan, or add people to the team".to_owned(),
            );
        }
        match call.there_until(&fleet.duties) {
            Some(until) if until >= fleet.ends => finding(
                Verdict::Passed,
                format!("{party} is there until {until:.0}, for {steps}"),
                String::new(),
            ),
            Some(until) if until > now => finding(
                Verdict::Warned,
                format!(
                    "{party} is there until {until:.0}, for {steps}, and it takes until {:.0}",
                    fleet.ends
                ),
                format!("they say how long they stay: {}", fleet.confirm),
            ),
            Some(_) | None => finding(
                Verdict::Failed,
                format!("{party} has not said that they are there, for {steps}"),
                format!("they say it: {}", fleet.confirm),
            ),
        }
    });
    judged.collect()
}
