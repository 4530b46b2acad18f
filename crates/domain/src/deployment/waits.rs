//! What targets that are under way are waited for.

use super::{TargetFacts, TargetRun, WaitingOn, decide::View, rollback};
use crate::name::Name;

type Known<'a> = (&'a TargetRun, &'a TargetFacts);

impl WaitingOn {
    pub(super) fn preparing(view: &View<'_>, outstanding: &[Known<'_>]) -> Vec<Self> {
        let deadline = view.deployment.plan.limits.prepare_deadline.as_signed();
        let until = |run: &TargetRun| run.stage.under_way_since().unwrap_or(view.now) + deadline;
        let (heard, silent): (Vec<_>, Vec<_>) = outstanding
            .iter()
            .partition(|(_, f)| f.connected && f.current && f.obstacle.is_none());
        let last = |of: &[&Known<'_>]| of.iter().map(|(run, _)| until(run)).max();
        let prepare = last(&heard).map(|until| Self::Prepare {
            targets: names(&heard),
            until,
        });
        let agent = last(&silent).map(|until| Self::Agent {
            targets: names(&silent),
            obstacle: obstacle(&silent),
            until,
        });
        prepare.into_iter().chain(agent).collect()
    }

    pub(super) fn activating(view: &View<'_>, under_way: &[Known<'_>]) -> Vec<Self> {
        let limits = &view.deployment.plan.limits;
        let deadline = |run: &TargetRun| {
            let since = run.stage.under_way_since().unwrap_or(view.now);
            since + limits.progress_deadline.as_signed()
        };
        let mut waits = Vec::new();
        let (follow, silent): (Vec<&Known<'_>>, Vec<&Known<'_>>) = under_way
            .iter()
            .partition(|(_, f)| f.current && f.obstacle.is_none());
        let (healthy, starting): (Vec<&Known<'_>>, Vec<&Known<'_>>) = follow
            .into_iter()
            .partition(|(_, f)| f.healthy_since.is_some());
        if let Some(until) = silent.iter().map(|(run, _)| deadline(run)).max() {
            waits.push(Self::Agent {
                targets: names(&silent),
                obstacle: obstacle(&silent),
                until,
            });
        }
        if let Some(until) = starting.iter().map(|(run, _)| deadline(run)).max() {
            let targets = starting
                .iter()
                .map(|(run, f)| (run.target.clone(), f.detail.clone()))
                .collect();
            waits.push(Self::Health { targets, until });
        }
        if let Some(since) = healthy.iter().filter_map(|(_, f)| f.healthy_since).max() {
            let until = since + limits.minimum_healthy.as_signed();
            waits.push(Self::MinimumHealthy {
                targets: names(&healthy),
                until,
            });
        }
        waits
    }

    pub(super) fn restoring(view: &View<'_>, under_way: &[Known<'_>]) -> Vec<Self> {
        let since = under_way
            .iter()
            .filter_map(|(run, _)| run.stage.under_way_since());
        let until = since.max().map(|since| rollback::deadline(view, since));
        let all: Vec<_> = under_way.iter().collect();
        until
            .map(|until| Self::Restore {
                targets: names(&all),
                until,
            })
            .into_iter()
            .collect()
    }
}

fn names(of: &[&Known<'_>]) -> Vec<Name> {
    of.iter().map(|(run, _)| run.target.clone()).collect()
}

fn obstacle(of: &[&Known<'_>]) -> Option<String> {
    of.iter().find_map(|(_, facts)| facts.obstacle.clone())
}
