//! One deployment on simulated hosts, moved by commands. Every second each host takes a step, then the engine.

#[path = "calendar.rs"]
mod calendar;
#[path = "person.rs"]
mod person;
#[path = "telling.rs"]
mod telling;

use crate::{
    host::{Fate, Host, JobFate, Link},
    sample,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use tidegate_domain::{
    calendar::Opening,
    catalog::{NamedStrategy, Scalar},
    control::{Clearance, Stop, StopKind},
    converge::{Balancer, Slot},
    deployment::{
        BalancerFacts, BalancerRun, Deployment, Facts, Measurement, NoReturn, Reading,
        Stage as TargetStage, Status, Steps, TargetRun, Weighed, check, decide,
    },
    digest::Digest,
    duration::Millis,
    id::DeploymentId,
    name::Name,
    plan::{Fleet, JobName, PlannedJob, Reversible, When, compile},
    revision::RevisionId,
    runbook::{Gate, Held, Verdict},
};

pub struct Stage {
    start: Timestamp,
    now: Timestamp,
    fleet: Fleet,
    strategy: String,
    fates: BTreeMap<Name, Fate>,
    old_fails: Vec<Name>,
    away: Vec<Name>,
    hosts: Vec<Host>,
    deployment: Option<Deployment>,
    calendar: Option<Opening>,
    blocked: Option<String>,
    clearance: Clearance,
    steps: Steps,
    /// What each check is answered from now on; nothing where nobody said.
    answers: BTreeMap<Name, Reading>,
    measurements: Vec<Measurement>,
    /// The load balancer, if there is one, and whether it does what it is told.
    balancer: Option<BalancerFacts>,
    obeys: bool,
    jobs: Vec<PlannedJob>,
    job_fates: BTreeMap<Name, JobFate>,
    /// What an earlier deployment left behind a point of no return.
    inherits: Option<JobName>,
}

impl Default for Stage {
    fn default() -> Self {
        let start = "2026-03-02T09:00:00Z".parse().unwrap();
        Self {
            start,
            now: start,
            fleet: Fleet::default(),
            strategy: String::new(),
            fates: BTreeMap::new(),
            old_fails: Vec::new(),
            away: Vec::new(),
            hosts: Vec::new(),
            deployment: None,
            calendar: None,
            blocked: None,
            clearance: Clearance::default(),
            steps: Steps::default(),
            answers: BTreeMap::new(),
            measurements: Vec::new(),
            balancer: None,
            obeys: true,
            jobs: Vec::new(),
            job_fates: BTreeMap::new(),
            inherits: None,
        }
    }
}

impl Stage {
    /// Does what one line says; answers what happened.
    pub fn perform(&mut self, command: &str) -> Vec<String> {
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        match verb {
            "fleet" => self.fleet.targets = names(rest),
            "ring" => {
                let mut all = names(rest).into_iter();
                let ring = all.next().unwrap();
                self.fleet.rings.insert(ring, all.collect());
            }
            "strategy" => rest.clone_into(&mut self.strategy),
            "fate" => self.fate(rest),
            "old-fails" => self.old_fails = names(rest),
            "away" => self.connect(rest, false),
            "back" => self.connect(rest, true),
            "calendar" => self.calendar = calendar::said(rest, self.now),
            "check" => self.answer(rest),
            "balancer" => return self.balancer(rest),
            "instances" => return self.instances(),
            "job" => self.job(rest),
            "job-fate" => self.job_fate(rest),
            "inherits" => self.inherits = Some(rest.parse().unwrap()),
            "block" => self.blocked = Some(rest.to_owned()),
            "unblock" => self.blocked = None,
            "lacks" => self.clearance.stops.push(lack(rest)),
            "cleared" => self.clearance.stops.clear(),
            "first" => self.steps.holds.push(held(rest)),
            "all-done" => self.steps = Steps::default(),
            "answer" => self.steps.verdict = verdict(rest),
            "deploy" => return self.deploy(rest),
            "run" => return self.run(rest),
            person => return self.person(person, rest),
        }
        Vec::new()
    }

    fn fate(&mut self, words: &str) {
        let (name, fate) = words.split_once(' ').unwrap();
        let fate = match fate.split_once(' ').unwrap_or((fate, "")) {
            ("good", _) => Fate::Good,
            ("bad", _) => Fate::Bad,
            ("hangs", _) => Fate::Hangs,
            ("unpreparable", _) => Fate::Unpreparable,
            ("fades", after) => Fate::Fades(after.parse().unwrap()),
            other => panic!("no such fate: {other:?}"),
        };
        self.fates.insert(name.parse().unwrap(), fate);
        let names = self.names();
        for (host, of) in self.hosts.iter_mut().zip(names) {
            host.fate = self.fates.get(&of).copied().unwrap_or(Fate::Good);
        }
    }

    /// `web/migrate before 5m until 10m`: when, its deadline, and whether it can be undone.
    fn job(&mut self, words: &str) {
        let words: Vec<&str> = words.splitn(4, ' ').collect();
        let [job, when, deadline, reversible] = words.as_slice() else {
            panic!("no such job: {words:?}");
        };
        self.jobs.push(PlannedJob {
            job: job.parse().unwrap(),
            when: match *when {
                "before" => When::Before,
                "check" => When::Check,
                _ => When::After,
            },
            deadline: deadline.parse().unwrap(),
            reversible: Reversible::try_from(Scalar((*reversible).to_owned())).unwrap(),
        });
    }

    /// How jobs do on a host: `a bad`.
    fn job_fate(&mut self, words: &str) {
        let (name, fate) = words.split_once(' ').unwrap();
        let fate = match fate {
            "good" => JobFate::Good,
            "bad" => JobFate::Bad,
            "hangs" => JobFate::Hangs,
            "second-time" => JobFate::SecondTime,
            other => panic!("no such fate: {other:?}"),
        };
        self.job_fates.insert(name.parse().unwrap(), fate);
        let names = self.names();
        for (host, of) in self.hosts.iter_mut().zip(names) {
            host.job_fate = self.job_fates.get(&of).copied().unwrap_or(JobFate::Good);
        }
    }

    /// `obeys`, `weights` (what it was told last), or `fails its socket is gone`.
    fn balancer(&mut self, words: &str) -> Vec<String> {
        let (verb, why) = words.split_once(' ').unwrap_or((words, ""));
        let known = self.balancer.get_or_insert_default();
        known.connected = true;
        match verb {
            "obeys" => (self.obeys, known.failure) = (true, None),
            "fails" => (self.obeys, known.failure) = (false, Some(why.to_owned())),
            _ => return vec![self.weights()],
        }
        if self.obeys {
            (known.current, known.applied) = (true, true);
        }
        Vec::new()
    }

    /// How many instances of what each host is told to run.
    fn instances(&self) -> Vec<String> {
        let hosts = self.deployment().targets.iter().zip(&self.hosts);
        let told = hosts.map(|(run, host)| {
            let told = host.desired.active.iter().map(|active| {
                let which = match active.revision == run.after {
                    true => "new",
                    false => "old",
                };
                format!("{} {which}", active.instances)
            });
            let told: Vec<String> = told.collect();
            format!("{}: {}", run.target, told.join(" and "))
        });
        told.collect()
    }

    fn weights(&self) -> String {
        let deployment = self.deployment();
        let Some(ordered) = &deployment.traffic else {
            return "nothing was ordered".to_owned();
        };
        let servers = deployment.weights(ordered.split).into_iter();
        let weigh = |(weighed, weight): (Weighed, &u16)| {
            let target = &deployment.targets[weighed.target.0 as usize].target;
            let slot = match weighed.slot {
                Slot::Blue => "",
                Slot::Green => ".green",
            };
            format!("{target}{slot} {weight}")
        };
        let told: Vec<String> = servers.zip(&ordered.weights).map(weigh).collect();
        told.join(", ")
    }

    /// `errors 0.2`, `errors no-data Prometheus is down`, or `errors silent`: it is asked and never answers.
    fn answer(&mut self, words: &str) {
        let (check, answer) = words.split_once(' ').unwrap();
        let reading = match answer.split_once(' ').unwrap_or((answer, "")) {
            ("silent", _) => None,
            ("no-data", why) => Some(Reading::NoData {
                why: why.to_owned(),
            }),
            (value, _) => Some(Reading::Value {
                value: value.parse().unwrap(),
            }),
        };
        let check: Name = check.parse().unwrap();
        self.answers.remove(&check);
        self.answers.extend(reading.map(|reading| (check, reading)));
    }

    /// The hosts' names, in the deployment's order.
    fn names(&self) -> Vec<Name> {
        let runs = self.deployment.iter().flat_map(|d| &d.targets);
        runs.map(|run| run.target.clone()).collect()
    }

    fn connect(&mut self, list: &str, connected: bool) {
        let meant = names(list);
        self.away.retain(|name| !meant.contains(name));
        if !connected {
            self.away.extend(meant);
        }
        let names = self.names();
        for (host, name) in self.hosts.iter_mut().zip(names) {
            host.link = link(self.away.contains(&name));
        }
    }

    /// `proved` means that what runs now was left by a deployment that did not end well.
    fn deploy(&mut self, words: &str) -> Vec<String> {
        let named = format!(r#"{{"name":"s",{}}}"#, self.strategy);
        let named: NamedStrategy = match serde_json::from_str(&named) {
            Ok(named) => named,
            Err(error) => return vec![format!("refused: {}", plain(&error.to_string()))],
        };
        let total = u32::try_from(self.fleet.targets.len()).unwrap();
        let max = named.limits.max_unavailable.map(|share| share.of(total));
        let compiled = named
            .strategy()
            .map_err(|why| why.to_string())
            .and_then(|strategy| {
                compile(
                    (strategy, named.checks.clone()),
                    &self.fleet,
                    &named.limits.limits(),
                    max,
                )
                .and_then(|plan| plan.with_jobs(self.jobs.clone()))
                .map_err(|why| why.to_string())
            });
        let plan = match compiled {
            Ok(plan) => plan,
            Err(why) => return vec![format!("refused: {why}")],
        };
        let revision = |text: &str| RevisionId(Digest::of(text.as_bytes()));
        let before = Some(revision("old"));
        let minimum = plan.limits.minimum_healthy;
        let mut deployment = sample::deployment(plan, before, revision("new"), self.now);
        deployment.inherited = self.inherits.clone().map(|job| NoReturn {
            deployment: DeploymentId(0),
            job,
            from: Timestamp::UNIX_EPOCH,
        });
        if words == "proved" {
            let proved = Some(revision("proved"));
            deployment
                .targets
                .iter_mut()
                .for_each(|run| run.proved = proved);
        }
        self.hosts = deployment
            .targets
            .iter()
            .map(|run| self.host(run, minimum))
            .collect();
        if deployment.plan.side_by_side {
            deployment
                .targets
                .iter_mut()
                .for_each(|run| run.slot = Slot::Green);
        }
        if self.balancer.is_some() {
            let haproxy = Balancer::Haproxy {
                socket: "/run/haproxy.sock".into(),
                backend: "shop".into(),
            };
            deployment.balancers = vec![BalancerRun {
                target: "lb".parse().unwrap(),
                routes: BTreeMap::from([("web".parse().unwrap(), haproxy)]),
            }];
        }
        self.deployment = Some(deployment);
        self.measurements.clear();
        Vec::new()
    }

    fn host(&self, run: &TargetRun, minimum: Millis) -> Host {
        let name = &run.target;
        let before = run.before.map(|before| (before, run.slot_before));
        let fate = self.fates.get(name).copied().unwrap_or(Fate::Good);
        let mut host = Host::new(fate, (before, run.after), minimum, self.now);
        host.old_fails = self.old_fails.contains(name);
        host.link = link(self.away.contains(name));
        host.job_fate = self.job_fates.get(name).copied().unwrap_or(JobFate::Good);
        host
    }

    fn wave(&self) -> u32 {
        self.deployment().status.wave().unwrap_or(0)
    }

    /// Lets so much time pass, a second at a time; tells the events and how things are then.
    fn run(&mut self, length: &str) -> Vec<String> {
        let length: Millis = length.parse().unwrap();
        let until = self.now + length.as_signed();
        let mut told = self.engine();
        while self.now < until && !self.deployment().status.is_terminal() {
            self.now += SignedDuration::from_secs(1);
            for host in &mut self.hosts {
                host.step(self.now);
            }
            told.extend(self.engine());
        }
        if let Status::Succeeded { .. } = self.deployment().status {
            let in_scope = |run: &&TargetRun| !matches!(run.stage, TargetStage::Excluded { .. });
            let mut pairs = self.deployment().targets.iter().zip(&self.hosts);
            assert!(pairs.all(|(run, host)| !in_scope(&run) || host.serves(Some(run.after))));
        }
        told.push(self.standing());
        told
    }

    fn deployment(&self) -> &Deployment {
        self.deployment.as_ref().unwrap()
    }

    fn facts(&self) -> Facts {
        let deployment = self.deployment();
        let runs = deployment.targets.iter();
        let known = |(run, host): (_, &Host)| host.facts(run, deployment.slot_of_interest(run));
        Facts {
            targets: runs.zip(&self.hosts).map(known).collect(),
            calendar: self.calendar.clone(),
            blocked: self.blocked.clone(),
            clearance: self.clearance.clone(),
            steps: self.steps.clone(),
            measurements: self.measurements.clone(),
            balancers: self.balancer.clone().into_iter().collect(),
        }
    }

    /// Decides until nothing happens. Events of one kind are told as one.
    fn engine(&mut self) -> Vec<String> {
        let mut happened: Vec<(String, Vec<String>)> = Vec::new();
        for _ in 0..50 {
            let facts = self.facts();
            let decision = decide(self.deployment(), &facts, self.now);
            let deployment = self.deployment.as_mut().unwrap();
            for event in &decision.events {
                let faults = check::event(deployment, event, &facts);
                assert!(faults.is_empty(), "{faults:?}");
                deployment.apply(event, self.now).unwrap();
                let (what, target) = telling::told(deployment, event);
                match happened.last_mut().filter(|(last, _)| *last == what) {
                    Some((_, targets)) => targets.extend(target),
                    None => happened.push((what, target.into_iter().collect())),
                }
            }
            assert_eq!(check::check(deployment), Vec::<String>::new());
            let measured = decision.measured.iter().map(|(_, measured)| measured);
            self.measurements.extend(measured.cloned());
            for effect in &decision.effects {
                let wanted = effect.wanted(deployment);
                self.hosts[effect.target().0 as usize].instruct(&wanted);
            }
            if let (Some(_), Some(balancer)) = (decision.route, &mut self.balancer) {
                (balancer.current, balancer.applied) = (self.obeys, self.obeys);
            }
            let answered = decision.due.iter().filter_map(|due| {
                Some(Measurement {
                    check: due.check.clone(),
                    number: due.number,
                    at: self.now,
                    reading: self.answers.get(&due.check)?.clone(),
                })
            });
            let before = self.measurements.len();
            self.measurements.extend(answered);
            if decision.is_idle() && self.measurements.len() == before {
                break;
            }
        }
        let at = self.now.as_second() - self.start.as_second();
        happened
            .into_iter()
            .map(|(what, targets)| {
                let (verb, detail) = what.split_once(": ").unwrap_or((&what, ""));
                let space = if targets.is_empty() { "" } else { " " };
                let colon = if detail.is_empty() { "" } else { ": " };
                format!("{at:>4}s {verb}{space}{}{colon}{detail}", targets.join(" "))
            })
            .collect()
    }

    /// The status and what is waited for.
    fn standing(&self) -> String {
        let deployment = self.deployment();
        let waits = decide(deployment, &self.facts(), self.now).waiting_on;
        let waits: Vec<String> = waits.iter().map(ToString::to_string).collect();
        let status = &deployment.status;
        let cause = status.cause().map(|cause| format!(" ({cause})"));
        let wave = match status {
            Status::Rolling { wave, .. } => format!(", wave {}", wave + 1),
            _ => String::new(),
        };
        let unreached: Vec<&str> = status.unreached().iter().map(Name::as_str).collect();
        let unreached = match unreached.as_slice() {
            [] => String::new(),
            names => format!(", unreached: {}", names.join(" ")),
        };
        let waits = match waits.is_empty() {
            true => String::new(),
            false => format!("; waits for {}", waits.join(", and for ")),
        };
        format!(
            "= {}{wave}{}{unreached}{waits}",
            status.word(),
            cause.unwrap_or_default()
        )
    }

    /// `ada excludes b it is on fire`: somebody does something; what is refused is told.
    fn person(&mut self, by: &str, words: &str) -> Vec<String> {
        let against = calendar::in_the_way(self.calendar.as_ref());
        let event = person::event((by, words), &self.names(), self.wave(), against);
        let applied = self.deployment.as_mut().unwrap().apply(&event, self.now);
        applied
            .err()
            .map(|illegal| format!("refused: {illegal}"))
            .into_iter()
            .collect()
    }
}

fn link(is_away: bool) -> Link {
    match is_away {
        true => Link::Cut,
        false => Link::Whole,
    }
}

fn names(list: &str) -> Vec<Name> {
    list.split_whitespace()
        .map(|name| name.parse().unwrap())
        .collect()
}

/// Without the place in a text that nobody sees.
fn plain(error: &str) -> String {
    error.split(" at line").next().unwrap().to_owned()
}

/// `control NAME WHAT`, or `approval WHAT`.
fn lack(words: &str) -> Stop {
    let (kind, rest) = words.split_once(' ').unwrap();
    let (kind, name, what) = match kind {
        "control" => {
            let (name, what) = rest.split_once(' ').unwrap();
            (StopKind::Control, name, what)
        }
        _ => (StopKind::Approval, kind, rest),
    };
    Stop {
        kind,
        name: name.to_owned(),
        what: what.to_owned(),
        remedy: "supply it".to_owned(),
    }
}

/// `look-at-it before wave 2`
fn held(words: &str) -> Held {
    let (step, gate) = words.split_once(" before ").unwrap();
    let gate = match gate.split_once(' ').unwrap_or((gate, "")) {
        ("preparing", _) => Gate::Start,
        ("change", _) => Gate::Change,
        ("wave", number) => Gate::Wave(number.parse::<u32>().unwrap() - 1),
        ("success", _) => Gate::Finish,
        ("returning", _) => Gate::Return,
        other => panic!("no such gate: {other:?}"),
    };
    Held {
        gate,
        steps: names(step),
    }
}

/// `roll-back ada said no-go at ...`
fn verdict(words: &str) -> Verdict {
    let (word, reason) = words.split_once(' ').unwrap();
    let reason = reason.to_owned();
    match word {
        "roll-back" => Verdict::RollBack { reason },
        "hold" => Verdict::Hold { reason },
        other => panic!("no such answer: {other}"),
    }
}
