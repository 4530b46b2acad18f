//! Turns what a keeper and the probes say into the judge's verdict on one activation.

use super::{
    Report, Task,
    probe::{self, Scene},
};
use crate::keeper::{
    now_ms,
    protocol::{Phase, Status},
};
use futures::future::{self, BoxFuture, FutureExt};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tidegate_domain::{
    converge::judge::{Judge, SETTLED_AFTER, Sight},
    duration::Millis,
};
use tokio::time::sleep;

/// The first probe comes sooner than the interval: most programs are up by then.
const FIRST_PROBE: Duration = Duration::from_millis(50);

/// How often what has to wait is told.
const HELD_EVERY: Duration = Duration::from_secs(1);

/// Watches one task under one keeper.
pub(super) struct Watch {
    task: Arc<Task>,
    judge: Judge,
    status: Status,
    /// The next thing that will be seen without the keeper saying anything.
    next: BoxFuture<'static, Sight>,
}

impl Watch {
    pub(super) fn new(task: Arc<Task>, status: Status) -> Self {
        let judge = first_judge(&task, &status);
        let next = future::pending().boxed();
        let mut watch = Self {
            task,
            judge,
            status: Status::default(),
            next,
        };
        watch.hear(status);
        watch
    }

    /// The sequence of the last status heard.
    pub(super) const fn sequence(&self) -> u64 {
        self.status.sequence
    }

    /// Takes in what the keeper says.
    pub(super) fn hear(&mut self, status: Status) {
        let before = self.scene();
        self.status = status;
        match &self.status.phase {
            Phase::Refused { reason } => {
                let reason = reason.clone();
                self.see(Sight::Refused { reason });
            }
            Phase::BackingOff => {
                let how = self
                    .status
                    .last_exit
                    .clone()
                    .unwrap_or_else(|| "ended".to_owned());
                self.see(Sight::Ended {
                    how,
                    starts: self.status.starts,
                });
            }
            // A service is never over.
            Phase::Running { .. } | Phase::Idle | Phase::Ended { .. } => {}
        }
        if self.scene().is_none() || self.scene() != before {
            self.next = self.look_after(FIRST_PROBE);
        }
    }

    /// What is seen next by looking; may be dropped and asked for again.
    pub(super) async fn look(&mut self) {
        let sight = (&mut self.next).await;
        self.see(sight);
        self.next = match &self.task.check {
            Some(check) => self.look_after(check.interval.as_duration()),
            None if self.scene().is_some() => future::pending().boxed(),
            None => self.held(),
        };
    }

    /// The verdict.
    pub(super) fn report(&self) -> Report {
        let pid = self.running().map(|(pid, _)| pid);
        Report {
            workload: Some(self.task.workload),
            attempt: self.task.attempt,
            health: self.judge.health(),
            detail: self.judge.detail().to_owned(),
            starts: self.status.starts,
            pid,
        }
    }

    fn see(&mut self, sight: Sight) {
        let age = now_ms().saturating_sub(self.status.activated_ms);
        self.judge.see(sight, Millis(age));
    }

    fn running(&self) -> Option<(u32, u64)> {
        match self.status.phase {
            Phase::Running { pid, since_ms } => Some((pid, since_ms)),
            Phase::Idle | Phase::BackingOff | Phase::Refused { .. } | Phase::Ended { .. } => None,
        }
    }

    /// The process that may be probed: while an older one shares its sockets nobody knows who answers.
    fn scene(&self) -> Option<(u32, u64)> {
        self.running().filter(|_| self.status.retiring.is_empty())
    }

    fn look_after(&self, pause: Duration) -> BoxFuture<'static, Sight> {
        let Some((_, since_ms)) = self.scene() else {
            return self.held();
        };
        let task = Arc::clone(&self.task);
        let Some(check) = task.check.clone() else {
            return settle(since_ms);
        };
        async move {
            sleep(pause).await;
            let none = BTreeMap::new();
            let environment = task
                .specified
                .as_ref()
                .map_or(&none, |s| &s.spec.environment);
            let scene = Scene {
                directory: &task.directory,
                environment,
            };
            probe::ask(&check, &scene).await
        }
        .boxed()
    }

    /// Nothing to look at: said now and then, so that the deadline is kept.
    fn held(&self) -> BoxFuture<'static, Sight> {
        let ended = matches!(self.status.phase, Phase::BackingOff | Phase::Refused { .. });
        let why = match self.status.retiring.first() {
            _ if ended => return future::pending().boxed(),
            Some(pid) => format!("waits for the older process {pid} to end"),
            None => "waits for what an older process left behind to end".to_owned(),
        };
        sleep(HELD_EVERY).map(|()| Sight::Held { why }).boxed()
    }
}

/// Without a check, a process is looked at once, when it has settled.
fn settle(since_ms: u64) -> BoxFuture<'static, Sight> {
    let age = now_ms().saturating_sub(since_ms);
    async move {
        sleep(Duration::from_millis(SETTLED_AFTER.0.saturating_sub(age))).await;
        Sight::Running {
            since: Millis(now_ms().saturating_sub(since_ms)),
        }
    }
    .boxed()
}

fn first_judge(task: &Task, status: &Status) -> Judge {
    let same = |pid: u32| matches!(status.phase, Phase::Running { pid: p, .. } if p == pid);
    let check = task.check.clone();
    match task.memory.as_ref().filter(|memory| same(memory.pid)) {
        Some(memory) => Judge::resumed(check, memory.health, memory.detail.clone()),
        None => Judge::new(check),
    }
}
