//! What the agent has accepted and activated, kept across its restarts. Never the value of a secret.
//!
//! Decides nothing: [`tidegate_domain::converge::steps`] does, from what [`ProductState::local`] gives it.

use crate::{
    drivers::service::{Memory, Report},
    layout::{Layout, write_atomically},
    prepare,
    trust::Demands,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
};
use tidegate_domain::{
    canonical,
    converge::{
        Attestation, CONTRACT, DesiredState, Health, Job, JobKey, JobState, LocalJob,
        ObservedState, PrepareState, Slot,
        signed::Held,
        steps::{Local, LocalComponent, LocalRevision},
    },
    digest::Digest,
    generation::{Incarnation, Instruction},
    name::Name,
    revision::{Revision, RevisionId},
};

/// The version of the file that this build writes.
const VERSION: u32 = 1;

/// Everything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    version: u32,
    pub(crate) products: BTreeMap<Name, ProductState>,
}

/// One product.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ProductState {
    /// The newest instruction that was taken.
    pub(crate) desired: DesiredState,
    /// What this target has heard of.
    pub(crate) revisions: BTreeMap<RevisionId, Known>,
    /// What was last activated in blue. The file has called it so since before there were slots.
    active: BTreeMap<Name, Activated>,
    /// The same in green.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    green: BTreeMap<Name, Activated>,
    /// What was taken to be done once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) jobs: Vec<TakenJob>,
    /// The signature of the instruction; none where the server signs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) signed: Option<Held>,
}

/// A job that was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TakenJob {
    pub(crate) job: Job,
    /// The history that the instruction belongs to: another one counts deployments anew.
    pub(crate) incarnation: Incarnation,
    /// How it ended, if it has.
    pub(crate) ended: Option<JobState>,
    /// Whether its process was begun: then it is seen to its end whatever becomes of the instruction.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) begun: bool,
    /// Whether nobody wants it any more. It stays until nothing of it runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) unwanted: bool,
}

/// A revision this target has heard of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) revision: Revision,
    /// The newest instruction that named it.
    pub(crate) named: Instruction,
    /// Found out anew after a restart.
    #[serde(skip)]
    pub(crate) state: Option<PrepareState>,
}

/// A component that was activated.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Activated {
    pub(crate) revision: RevisionId,
    pub(crate) workload: Digest,
    /// The manifest that was verified before it was unpacked.
    pub(crate) artifact: Digest,
    /// The last named start that was carried out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) start: u64,
    #[serde(flatten)]
    first: Instance,
    /// The second and those after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    others: Vec<Instance>,
}

/// One process of a component.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Instance {
    /// Grows when it is to be started anew though it is the same workload.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) attempt: u64,
    #[serde(default)]
    pub(crate) memory: Option<Memory>,
}

/// Why the state cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The disk.
    #[error("the agent's state cannot be read")]
    Io(#[from] io::Error),
    /// The text.
    #[error("the agent's state is not understood")]
    Form(#[from] serde_json::Error),
    /// Written by a newer agent.
    #[error("the agent's state has version {0}, which this agent does not know; update it")]
    Newer(u32),
}

impl State {
    /// What an earlier agent left, or nothing.
    pub(crate) fn load(layout: &Layout, demands: Option<&Demands>) -> Result<Self, StateError> {
        let text = match fs::read(layout.state()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self {
                    version: VERSION,
                    products: BTreeMap::new(),
                });
            }
            other => other?,
        };
        let mut state: Self = serde_json::from_slice(&text)?;
        if state.version != VERSION {
            return Err(StateError::Newer(state.version));
        }
        let known = state
            .products
            .values_mut()
            .flat_map(|p| p.revisions.values_mut());
        for known in known.filter(|k| prepare::is_ready(layout, &k.revision, demands)) {
            known.state = Some(PrepareState::Ready);
        }
        Ok(state)
    }

    /// Makes it durable.
    pub(crate) fn save(&self, layout: &Layout) -> io::Result<()> {
        write_atomically(&layout.state(), &serde_json::to_vec(self)?)
    }
}

impl Activated {
    /// What takes the place of `replaced`, in one instance. What was seen of that says nothing about this.
    pub(crate) fn new(
        (revision, workload, artifact): (RevisionId, Digest, Digest),
        replaced: Option<Self>,
    ) -> Self {
        let forgotten = |instance: Instance| Instance {
            memory: None,
            ..instance
        };
        let (start, first, others) =
            replaced.map_or_else(Default::default, |old| (old.start, old.first, old.others));
        Self {
            revision,
            workload,
            artifact,
            start,
            first: forgotten(first),
            others: others.into_iter().map(forgotten).collect(),
        }
    }

    /// How many instances it has.
    pub(crate) fn instances(&self) -> u32 {
        u32::try_from(self.others.len()).map_or(u32::MAX, |others| others + 1)
    }

    /// Gives it more instances, or fewer.
    pub(crate) fn scale(&mut self, instances: u32) {
        let others = instances.saturating_sub(1) as usize;
        self.others.resize_with(others, Instance::default);
    }

    /// One of its instances, counted from 1.
    pub(crate) fn instance(&self, number: u32) -> Option<&Instance> {
        match number.checked_sub(2) {
            None => Some(&self.first),
            Some(other) => self.others.get(other as usize),
        }
    }

    /// The same, to be changed.
    pub(crate) fn instance_mut(&mut self, number: u32) -> Option<&mut Instance> {
        match number.checked_sub(2) {
            None => Some(&mut self.first),
            Some(other) => self.others.get_mut(other as usize),
        }
    }

    /// Has all of it started anew, because somebody named a start.
    pub(crate) fn start_as(&mut self, start: u64) {
        self.start = start;
        let all = std::iter::once(&mut self.first).chain(&mut self.others);
        all.for_each(Instance::start_anew);
    }

    /// Whether one of its instances is what a report is about.
    pub(crate) fn is_meant_by(&self, number: u32, report: &Report) -> bool {
        let attempt = self.instance(number).map(|instance| instance.attempt);
        (report.workload, Some(report.attempt)) == (Some(self.workload), attempt)
    }
}

impl Instance {
    /// Has it started anew. What was seen of it until now says nothing about that.
    pub(crate) fn start_anew(&mut self) {
        self.attempt += 1;
        self.memory = None;
    }
}

impl TakenJob {
    /// By which its keeper knows it.
    pub(crate) fn start(&self) -> (Digest, u64) {
        let name = canonical::hash(&(self.incarnation, &self.job.key));
        (name, self.job.fence)
    }
}

impl ProductState {
    /// At the first instruction.
    pub(crate) fn new(desired: DesiredState) -> Self {
        Self {
            desired,
            revisions: BTreeMap::new(),
            active: BTreeMap::new(),
            green: BTreeMap::new(),
            jobs: Vec::new(),
            signed: None,
        }
    }

    /// The jobs that were taken, as the domain wants to see them.
    pub(crate) fn local_jobs(&self) -> BTreeMap<JobKey, LocalJob> {
        let known = |taken: &TakenJob| {
            let (fence, ended) = (taken.job.fence, taken.ended.is_some());
            (taken.job.key.clone(), LocalJob { fence, ended })
        };
        let wanted = self.jobs.iter().filter(|taken| !taken.unwanted);
        wanted.map(known).collect()
    }

    /// What was last activated in one slot.
    pub(crate) const fn in_slot(&self, slot: Slot) -> &BTreeMap<Name, Activated> {
        match slot {
            Slot::Blue => &self.active,
            Slot::Green => &self.green,
        }
    }

    /// The same, to be changed.
    pub(crate) const fn in_slot_mut(&mut self, slot: Slot) -> &mut BTreeMap<Name, Activated> {
        match slot {
            Slot::Blue => &mut self.active,
            Slot::Green => &mut self.green,
        }
    }

    /// What was last activated, in whatever slot.
    pub(crate) fn active(&self) -> impl Iterator<Item = ((&Name, Slot), &Activated)> {
        let of = |slot| self.in_slot(slot).iter().map(move |(c, a)| ((c, slot), a));
        Slot::ALL.into_iter().flat_map(of)
    }

    /// As the domain wants to see it.
    pub(crate) fn local(&self) -> Local {
        let known = |k: &Known| LocalRevision {
            revision: k.revision.clone(),
            state: k.state.clone(),
            named: k.named,
        };
        let active = |a: &Activated| LocalComponent {
            revision: a.revision,
            workload: a.workload,
            instances: a.instances(),
            start: a.start,
        };
        Local {
            revisions: self
                .revisions
                .iter()
                .map(|(id, k)| (*id, known(k)))
                .collect(),
            active: self
                .active()
                .map(|((name, slot), a)| ((name.clone(), slot), active(a)))
                .collect(),
        }
    }

    /// The revisions that were last activated.
    pub(crate) fn running(&self) -> impl Iterator<Item = (RevisionId, &Revision)> {
        let ids: BTreeSet<_> = self.active().map(|(_, active)| active.revision).collect();
        ids.into_iter()
            .filter_map(|id| Some((id, &self.revisions.get(&id)?.revision)))
    }

    /// Whether a known revision says `text`.
    pub(crate) fn refers_to(&self, text: &str) -> bool {
        let parts = self
            .revisions
            .values()
            .flat_map(|it| &it.revision.components);
        let mut texts = parts.flat_map(|part| {
            let jobs = part.jobs.iter().flat_map(|job| job.texts());
            part.texts().chain(jobs)
        });
        texts.any(|it| it.contains(text))
    }

    /// What there is to say while no agent looks at it: what runs, and nothing about how it does.
    pub(crate) fn unseen(&self) -> ObservedState {
        let attest = |((component, slot), active): ((&Name, Slot), &Activated)| Attestation {
            component: component.clone(),
            slot,
            revision: Some(active.revision),
            artifact: Some(active.artifact),
            instances: active.instances(),
            health: Health::Starting,
            proved: false,
            detail: "its agent has not looked yet".to_owned(),
            starts: 0,
        };
        ObservedState {
            product: self.desired.product.clone(),
            instruction: self.desired.instruction,
            active: self.active().map(attest).collect(),
            prepared: Vec::new(),
            traffic: Vec::new(),
            jobs: Vec::new(),
            refused: None,
            contract: CONTRACT,
            history: None,
        }
    }

    /// Every workload that a known revision needs for `component`.
    pub(crate) fn workloads(&self, component: &Name) -> Vec<Digest> {
        let part = |k: &Known| k.revision.component(component).map(|c| c.workload());
        self.revisions.values().filter_map(part).collect()
    }
}

/// For what is left out of the file, so that it stays as it was for whoever does not use it.
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As an agent wrote it that knew neither slots nor named starts.
    const OLD: &str = include_str!("../tests/records/state.v1.json");

    #[test]
    fn what_an_older_agent_activated_is_in_blue() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::new(directory.path());
        fs::write(layout.state(), OLD).unwrap();
        let state = State::load(&layout, None).unwrap();
        let local = state.products[&name("shop")].local();
        let places: Vec<_> = local.active.keys().cloned().collect();
        assert_eq!(places, [(name("web"), Slot::Blue)]);
        assert_eq!(local.active[&places[0]].start, 0);
        assert_eq!(local.revisions.len(), 2);
        // Whoever uses neither writes what the older agent can read again.
        state.save(&layout).unwrap();
        let written = fs::read_to_string(layout.state()).unwrap();
        assert_eq!(written, OLD.trim_end());
    }

    /// As this build writes it where the server signs.
    const SIGNED: &str = include_str!("../tests/records/state-signed.v1.json");

    #[test]
    fn the_signature_of_what_was_taken_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let layout = Layout::new(directory.path());
        fs::write(layout.state(), SIGNED).unwrap();
        let state = State::load(&layout, None).unwrap();
        assert!(state.products[&name("shop")].signed.is_some());
        state.save(&layout).unwrap();
        let written = fs::read_to_string(layout.state()).unwrap();
        assert_eq!(written, SIGNED.trim_end());
    }

    #[test]
    fn green_lies_beside_it() {
        let mut state: State = serde_json::from_str(OLD).unwrap();
        let shop = state.products.get_mut(&name("shop")).unwrap();
        let mut green = shop.active[&name("web")].clone();
        green.start_as(7);
        shop.green.insert(name("web"), green);
        let text = serde_json::to_string(&state).unwrap();
        let read: State = serde_json::from_str(&text).unwrap();
        let local = read.products[&name("shop")].local();
        let starts = local.active.into_iter().map(|(place, c)| (place, c.start));
        let blue = ((name("web"), Slot::Blue), 0);
        let green = ((name("web"), Slot::Green), 7);
        assert_eq!(starts.collect::<Vec<_>>(), [blue, green]);
    }

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }
}
