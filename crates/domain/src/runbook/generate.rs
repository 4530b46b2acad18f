//! Runbooks generated from a compiled plan: all that the engine does in its order, how long it usually takes, and a decision
//! before what cannot be undone. The same plan and profile give the same runbook.

use super::{
    Automatic, Before, Deadline, DecisionPoint, Impact, Kind, Likelihood, Manual, Otherwise, Phase,
    Risk, Runbook, Step, Way,
};
use crate::{
    calendar::Zone,
    duration::Millis,
    name::Name,
    plan::{Check, Plan, PlannedJob, Reversible, Then, Wave, When},
    planning::Party,
    rehearsal::Profile,
};

/// Lengths are those that nine of ten stay below: a wave is as slow as its slowest target.
const PERCENT: usize = 90;
/// How long it takes until load balancers share out requests as they are told.
const TRAFFIC: Millis = Millis::from_secs(30);
/// How long people take for what they say or look at.
const WORD: Millis = Millis::from_secs(600);
/// No step takes less.
const LEAST: Millis = Millis::from_secs(1);

/// What a generated runbook begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// For instance `Shop 1.4.0 to live`.
    pub title: String,
    /// Who answers for the steps of people that are generated, usually the team of the product.
    pub owner: Party,
    /// Whose local time.
    pub time_zone: Zone,
}

/// The deployment plan for a compiled plan, by how the targets of the place usually do.
pub fn deployment_plan(plan: &Plan, profile: &Profile, heading: &Heading) -> Runbook {
    let mut writer = Writer::new(plan, profile, heading);
    let prepare = writer.slowest(
        plan.waves.iter().flat_map(|wave| &wave.targets),
        |profile, target| {
            let own = profile.own.get(target).and_then(|own| own.prepare.as_ref());
            own.unwrap_or(&profile.prepare).percentile(PERCENT)
        },
    );
    let title = "Fetch and unpack the new revision everywhere".to_owned();
    writer.add("prepare", (Phase::Prepare, title, prepare));
    writer.jobs(When::Before);
    for (number, wave) in (0..).zip(&plan.waves) {
        writer.wave(number, wave);
    }
    writer.jobs(When::After);
    let title = match plan.side_by_side {
        true => "Succeed, and stop the old revision",
        false => "Succeed",
    };
    writer.add("success", (Phase::Success, title.to_owned(), LEAST));
    writer.ask_before_no_return();
    writer.runbook(Way::Forward)
}

/// The backout plan for a compiled plan: the targets in the order in which they go back, and what is left to people.
pub fn backout_plan(plan: &Plan, profile: &Profile, heading: &Heading) -> Runbook {
    let mut writer = Writer::new(plan, profile, heading);
    if plan.shares_traffic() {
        let title = "Send requests to the old revision again".to_owned();
        writer.add("requests-back", (Phase::TrafficBack, title, TRAFFIC));
    }
    let waves: Vec<(u32, &Wave)> = (0..).zip(&plan.waves).collect();
    for (number, wave) in waves.into_iter().rev() {
        if wave.targets.is_empty() {
            continue;
        }
        let restore = profile.restore.percentile(PERCENT);
        let takes = Millis(writer.batches(wave.targets.len()).saturating_mul(restore.0));
        let title = format!(
            "Return the targets of wave {} to the old revision",
            number + 1
        );
        let name = format!("wave-{}-back", number + 1);
        writer.add(&name, (Phase::WaveBack(number), title, takes));
    }
    writer.leave_to_people();
    writer.runbook(Way::Back)
}

struct Writer<'a> {
    plan: &'a Plan,
    profile: &'a Profile,
    heading: &'a Heading,
    steps: Vec<Step>,
    risks: Vec<Risk>,
    /// What the next step of the engine needs.
    last: Vec<Name>,
}

/// What the engine does, what people call it, and how long it takes.
type Piece = (Phase, String, Millis);

impl<'a> Writer<'a> {
    const fn new(plan: &'a Plan, profile: &'a Profile, heading: &'a Heading) -> Self {
        Self {
            plan,
            profile,
            heading,
            steps: Vec::new(),
            risks: Vec::new(),
            last: Vec::new(),
        }
    }

    /// Another step of the engine, after those before.
    fn add(&mut self, name: &str, piece: Piece) {
        let name = self.beside(name, piece);
        self.last = vec![name];
    }

    /// Another step of the engine, beside those that came last.
    fn beside(&mut self, name: &str, (phase, title, takes): Piece) -> Name {
        let mut jobs = self.plan.jobs.iter();
        let job = jobs.find(|job| matches!(&phase, Phase::Job(name) if job.job == *name));
        let reversible = job.map_or(Reversible::Yes, |job| job.reversible);
        let mut step = self.step(name, title, takes.max(LEAST));
        step.owner = None;
        step.needs.clone_from(&self.last);
        step.kind = Kind::Automatic(Automatic { phase, reversible });
        self.steps.push(step.clone());
        step.name
    }

    /// A step for people. A name that is too long, or taken, gives way to a number.
    fn step(&self, name: &str, title: String, takes: Millis) -> Step {
        let is_free = |name: &Name| self.steps.iter().all(|step| step.name != *name);
        let name = name.parse().ok().filter(is_free);
        let numbered = || format!("step-{}", self.steps.len() + 1).parse();
        Step {
            name: name.unwrap_or_else(|| numbered().expect("a number makes a name")),
            title,
            document: String::new(),
            procedure: None,
            owner: Some(self.heading.owner.clone()),
            takes,
            needs: Vec::new(),
            before: None,
            kind: Kind::Manual(Manual::default()),
        }
    }

    fn jobs(&mut self, when: When) {
        for job in self.plan.jobs.iter().filter(|job| job.when == when) {
            let title = match job.reversible {
                Reversible::Yes => format!("Run job {}", job.job),
                Reversible::No => format!("Run job {}, which cannot be undone", job.job),
                Reversible::Until(length) => {
                    let length = super::deadline::spelled(length);
                    format!("Run job {}, which can be undone for {length}", job.job)
                }
            };
            // Rehearsals reckon with half of what a job is granted at most.
            let takes = Millis(job.deadline.0 / 2);
            let name = name_of(job);
            self.add(&name, (Phase::Job(job.job.clone()), title, takes));
        }
    }

    fn wave(&mut self, number: u32, wave: &Wave) {
        let count = number + 1;
        let title = match wave.targets.len() {
            0 => titled(wave),
            1 => format!("{}: one target", titled(wave)),
            targets => format!("{}: {targets} targets", titled(wave)),
        };
        let (name, takes) = (format!("wave-{count}"), self.changes_in(wave));
        self.add(&name, (Phase::Wave(number), title, takes));
        let mut watching = Vec::new();
        if wave.bake > Millis(0) {
            let title = format!("Watch wave {count}");
            let piece = (Phase::Bake(number), title, wave.bake);
            watching.push(self.beside(&format!("bake-{count}"), piece));
        }
        for check in wave.checks.iter().filter_map(|name| self.plan.check(name)) {
            let title = format!("Check {} after wave {count}: {check}", check.name);
            let phase = Phase::Check(number, check.name.clone());
            let name = format!("check-{count}-{}", check.name);
            watching.push(self.beside(&name, (phase, title, measured_in(check))));
        }
        if !watching.is_empty() {
            self.last = watching;
        }
        let is_last = count as usize == self.plan.waves.len();
        if wave.then == Then::SignOff && !is_last {
            let title = format!("Somebody signs off wave {count}");
            let name = format!("sign-off-{count}");
            self.add(&name, (Phase::SignOff(number), title, WORD));
        }
    }

    /// How long the targets of a wave take, as many at a time as may be down.
    fn changes_in(&self, wave: &Wave) -> Millis {
        let all = self.plan.waves.iter().flat_map(|wave| &wave.targets);
        let targets: Vec<&Name> = match self.plan.shares_instances() {
            true => all.collect(),
            false => wave.targets.iter().collect(),
        };
        let start = self.slowest(targets.iter().copied(), |profile, target| {
            let own = profile.own.get(target).and_then(|own| own.start.as_ref());
            own.unwrap_or(&profile.start).percentile(PERCENT)
        });
        let once = start.0.saturating_add(self.plan.limits.minimum_healthy.0);
        let change = self.batches(targets.len()).saturating_mul(once);
        let traffic = wave.traffic.map_or(0, |_| TRAFFIC.0);
        Millis(change.saturating_add(traffic))
    }

    fn batches(&self, targets: usize) -> u64 {
        let at_once = u64::from(self.plan.limits.max_unavailable.max(1));
        (targets as u64).div_ceil(at_once)
    }

    fn slowest<'t>(
        &self,
        targets: impl Iterator<Item = &'t Name>,
        takes: impl Fn(&Profile, &Name) -> Millis,
    ) -> Millis {
        let each = targets.map(|target| takes(self.profile, target));
        each.max().unwrap_or_default()
    }

    /// A decision before what cannot be undone, and that it cannot as a risk.
    fn ask_before_no_return(&mut self) {
        let all = self.plan.jobs.iter();
        let lasting: Vec<&PlannedJob> = all.filter(|job| lasts(job)).collect();
        let Some(first) = lasting.first() else { return };
        let mut go = self.step("go", format!("Go or no-go before job {}", first.job), WORD);
        go.before = Some(Before::NoReturn);
        go.kind = Kind::Decision(DecisionPoint {
            by: Deadline::Within(Millis::from_secs(1800)),
            otherwise: Otherwise::RollBack,
        });
        let irreversible = self.steps.iter().position(Step::is_irreversible);
        self.steps.insert(irreversible.unwrap_or(0), go);
        self.risks = (1..)
            .zip(lasting)
            .map(|(number, job)| risk(number, job))
            .collect();
    }

    /// What no engine undoes, and a look at the end.
    fn leave_to_people(&mut self) {
        for job in self.plan.jobs.iter().filter(|job| lasts(job)) {
            let name = format!("after-{}", name_of(job));
            let title = format!("See what job {} left behind", job.job);
            let mut step = self.step(&name, title, WORD);
            step.document = "Nothing undoes this job. See that what ran before can live with what it did, or put back what it changed.".to_owned();
            step.kind = Kind::Manual(Manual {
                evidence: true,
                ..Manual::default()
            });
            self.steps.push(step);
        }
        let mut look = self.step("look", "See that all is as it was".to_owned(), WORD);
        look.needs.clone_from(&self.last);
        look.kind = Kind::Manual(Manual {
            question: Some("Does it do what it did before?".to_owned()),
            ..Manual::default()
        });
        self.steps.push(look);
    }

    fn runbook(self, way: Way) -> Runbook {
        Runbook {
            way,
            title: self.heading.title.clone(),
            time_zone: self.heading.time_zone.clone(),
            contacts: Vec::new(),
            risks: self.risks,
            deviations: super::Deviations::default(),
            steps: self.steps,
        }
    }
}

/// Whether what ran before may not run after it.
fn lasts(job: &PlannedJob) -> bool {
    job.when != When::Check && job.reversible != Reversible::Yes
}

fn name_of(job: &PlannedJob) -> String {
    format!("job-{}-{}", job.job.component, job.job.job)
}

fn titled(wave: &Wave) -> String {
    let mut title = wave.title.chars();
    let first = title.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + title.as_str()
}

fn measured_in(check: &Check) -> Millis {
    Millis(
        check
            .interval
            .0
            .saturating_mul(u64::from(check.count.get())),
    )
}

fn risk(number: u32, job: &PlannedJob) -> Risk {
    let name = format!("no-return-{number}");
    Risk {
        name: name.parse().expect("a number makes a name"),
        what: format!(
            "After job {} what ran before may not run any more.",
            job.job
        ),
        likelihood: Likelihood::Possible,
        impact: Impact::Major,
        answer: "Somebody decides before it; the backout plan says what is left to people."
            .to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests;
