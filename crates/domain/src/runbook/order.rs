//! Which steps have to be over before which: what a step needs, and what stands before a step of the engine.
//!
//! A step that stands before another has its turn once what that one needs is over too, so that nobody begins it while the
//! engine is still far away. Names that stand for nothing are left out here; [`Runbook::check`] refuses them.

use super::{Before, Gate, Phase, Runbook};
use crate::name::Name;
use std::collections::{BTreeMap, BTreeSet};

/// The steps by their places, and what each waits for.
pub(super) struct Order<'a> {
    runbook: &'a Runbook,
    places: BTreeMap<&'a Name, usize>,
    /// Of each step, the automatic one that it stands before.
    stands_before: Vec<Option<usize>>,
    /// Of each step, what has to be over before its turn.
    waits_for: Vec<Vec<usize>>,
}

impl<'a> Order<'a> {
    pub(super) fn of(runbook: &'a Runbook) -> Self {
        let named = runbook.steps.iter().enumerate();
        let mut order = Self {
            runbook,
            places: named.map(|(place, step)| (&step.name, place)).collect(),
            stands_before: Vec::new(),
            waits_for: Vec::new(),
        };
        let steps = 0..runbook.steps.len();
        order.stands_before = steps.clone().map(|step| order.anchor(step)).collect();
        order.waits_for = steps.map(|step| order.before_turn_of(step)).collect();
        order
    }

    /// The automatic step that one stands before.
    pub(super) fn stands_before(&self, step: usize) -> Option<usize> {
        self.stands_before.get(step).copied().flatten()
    }

    /// What has to be over before the turn of a step.
    pub(super) fn waits_for(&self, step: usize) -> &[usize] {
        self.waits_for.get(step).map_or(&[], Vec::as_slice)
    }

    /// The steps that stand before an automatic one.
    pub(super) fn standing_before(&self, automatic: usize) -> impl Iterator<Item = usize> {
        let anchors = self.stands_before.iter().enumerate();
        anchors
            .filter(move |(_, at)| **at == Some(automatic))
            .map(|(step, _)| step)
    }

    /// Where the engine can wait before it begins an automatic step; none, where it goes on by itself.
    pub(super) fn gate(&self, step: usize) -> Option<Gate> {
        let needs: Vec<&Phase> = self.needs(step).filter_map(|it| self.phase(it)).collect();
        let follows_job = needs.iter().any(|phase| matches!(phase, Phase::Job(_)));
        let follows_preparing = needs.contains(&&Phase::Prepare);
        match self.phase(step)? {
            Phase::Prepare => Some(Gate::Start),
            Phase::Wave(0) => follows_preparing.then_some(Gate::Change),
            Phase::Wave(wave) => Some(Gate::Wave(*wave)),
            Phase::Job(_) if follows_job => None,
            Phase::Job(_) if follows_preparing => Some(Gate::Change),
            Phase::Job(_) => Some(Gate::Finish),
            Phase::Success => (!follows_job).then_some(Gate::Finish),
            Phase::TrafficBack | Phase::WaveBack(_) => needs.is_empty().then_some(Gate::Return),
            Phase::Check(..) | Phase::Bake(_) | Phase::SignOff(_) => None,
        }
    }

    /// All that has to be over before the turn of a step, and before that in turn.
    pub(super) fn all_before(&self, step: usize) -> BTreeSet<usize> {
        reached(step, |step| self.waits_for(step).to_vec())
    }

    /// The places of the steps, those first that others wait for. Where nothing else decides, the order is the runbook's.
    /// Those that wait for each other in a circle are left out.
    pub(super) fn sorted(&self) -> Vec<usize> {
        let count = self.runbook.steps.len();
        let mut sorted = Vec::with_capacity(count);
        let mut left: BTreeSet<usize> = (0..count).collect();
        let mut done = vec![false; count];
        let is_free =
            |step: &usize, done: &[bool]| self.waits_for(*step).iter().all(|it| done[*it]);
        while let Some(step) = left.iter().copied().find(|step| is_free(step, &done)) {
            left.remove(&step);
            done[step] = true;
            sorted.push(step);
        }
        sorted
    }

    /// The names of steps that wait for each other in a circle, if some do.
    pub(super) fn circle(&self) -> Option<Vec<Name>> {
        let sorted: BTreeSet<usize> = self.sorted().into_iter().collect();
        let is_stuck = |step: &usize| !sorted.contains(step);
        let mut way: Vec<usize> = vec![(0..self.runbook.steps.len()).find(is_stuck)?];
        while let Some(next) = way
            .last()
            .and_then(|last| self.waits_for(*last).iter().copied().find(is_stuck))
        {
            if let Some(begin) = way.iter().position(|step| *step == next) {
                way.drain(..begin);
                break;
            }
            way.push(next);
        }
        let name = |step: usize| self.runbook.steps.get(step).map(|step| step.name.clone());
        Some(way.into_iter().filter_map(name).collect())
    }

    fn phase(&self, step: usize) -> Option<&'a Phase> {
        self.runbook.steps.get(step)?.phase()
    }

    fn needs(&self, step: usize) -> impl Iterator<Item = usize> {
        let needs = self.runbook.steps.get(step).map(|step| &step.needs);
        let places = needs.into_iter().flatten();
        places.filter_map(|name| self.places.get(name).copied())
    }

    /// The first step that cannot be undone.
    fn no_return(&self) -> Option<usize> {
        let steps = self.runbook.steps.iter().enumerate();
        let irreversible = steps.filter(|(_, step)| step.is_irreversible());
        let needs = |step| self.needs(step).collect();
        let first = irreversible.min_by_key(|(place, _)| reached(*place, needs).len());
        first.map(|(place, _)| place)
    }

    fn anchor(&self, step: usize) -> Option<usize> {
        match self.runbook.steps.get(step)?.before.as_ref()? {
            Before::Step(name) => self.places.get(name).copied(),
            Before::NoReturn => self.last_gate_before(self.no_return()?),
        }
    }

    /// The automatic step nearest before this one, or itself, that the engine can wait with: jobs follow each other at once.
    fn last_gate_before(&self, mut step: usize) -> Option<usize> {
        for _ in 0..self.runbook.steps.len() {
            if self.gate(step).is_some() {
                return Some(step);
            }
            step = self.needs(step).find(|it| self.phase(*it).is_some())?;
        }
        None
    }

    fn before_turn_of(&self, step: usize) -> Vec<usize> {
        let anchor = self.stands_before(step);
        let inherited = anchor.into_iter().flat_map(|anchor| self.needs(anchor));
        let standing = self.standing_before(step);
        let all: BTreeSet<usize> = self.needs(step).chain(inherited).chain(standing).collect();
        all.into_iter().collect()
    }
}

/// What one comes to from a step by going on and on.
fn reached(from: usize, next: impl Fn(usize) -> Vec<usize>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut left = next(from);
    while let Some(step) = left.pop() {
        if found.insert(step) {
            left.extend(next(step));
        }
    }
    found
}
