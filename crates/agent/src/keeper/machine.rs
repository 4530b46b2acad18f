//! The life of a keeper: what it was told, what runs, and what is due next.
//!
//! One loop receives events, one method handles each, and the status is published after each. Start at
//! [`Machine::run`].
//!
//! A new workload that takes over sockets is started beside the old one, which is asked to stop once the new one
//! has run for [`SETTLE`]; a new one that ends before leaves the old one serving. Without sockets the old one is
//! stopped first. What is to run once is not started again, and stopped when its time is over.

use super::{
    clock::now_ms,
    logs::Log,
    orphans::{self, Stragglers},
    process::{Process, Start},
    protocol::{Phase, Spec, Status},
    sockets::Sockets,
};
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::{mpsc, oneshot, watch},
    time::{Instant, sleep_until},
};

/// A new process that has run so long beside the old one takes over.
const SETTLE: Duration = Duration::from_millis(500);
/// The first pause before another start; it doubles up to the last.
const PAUSE_FIRST: Duration = Duration::from_millis(500);
const PAUSE_LAST: Duration = Duration::from_secs(30);
/// A process that ran so long has earned the first pause again.
const STEADY_MS: u64 = 30_000;

/// What the keeper is told.
pub(super) enum Order {
    /// Run this; answered when it is under way.
    Start(Box<Spec>, oneshot::Sender<()>),
    /// Stop and end; answered when nothing runs.
    Stop(oneshot::Sender<()>),
}

/// The keeper's whole state.
pub(super) struct Machine {
    directory: PathBuf,
    log: Log,
    sockets: Sockets,
    wanted: Option<Arc<Spec>>,
    current: Option<Process>,
    retiring: Vec<Process>,
    settle_at: Option<Instant>,
    start_at: Option<Instant>,
    pauses: u32,
    /// Processes that slipped out of their group and are not gone yet.
    stragglers: usize,
    refused: Option<String>,
    /// When what runs once is stopped.
    expires_at: Option<Instant>,
    /// What was to run once is over, and why it failed if it did.
    over: Option<Option<String>>,
    ending: bool,
    stopping: Vec<oneshot::Sender<()>>,
    status: watch::Sender<Status>,
    draft: Status,
}

impl Machine {
    pub(super) fn new(directory: &Path, log: Log) -> Self {
        let draft = Status {
            sequence: 1,
            ..Status::default()
        };
        Self {
            directory: directory.to_owned(),
            log,
            sockets: Sockets::default(),
            wanted: None,
            current: None,
            retiring: Vec::new(),
            settle_at: None,
            start_at: None,
            pauses: 0,
            stragglers: 0,
            refused: None,
            expires_at: None,
            over: None,
            ending: false,
            stopping: Vec::new(),
            status: watch::Sender::new(draft.clone()),
            draft,
        }
    }

    /// What others may read.
    pub(super) fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Lives until told to stop and nothing runs.
    pub(super) async fn run(
        mut self,
        mut orders: mpsc::UnboundedReceiver<Order>,
    ) -> io::Result<()> {
        let mut children = signal(SignalKind::child())?;
        // An operator's TERM to the keeper stops the workload in good order.
        let mut term = signal(SignalKind::terminate())?;
        loop {
            let due = self.due();
            tokio::select! {
                Some(order) = orders.recv() => self.obey(order),
                _ = children.recv() => self.collect_ended(),
                _ = term.recv() => self.stop(),
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {}
            }
            self.advance();
            self.publish();
            if self.is_over() {
                return Ok(());
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Start(spec, done) => {
                if self.wanted.as_ref().map(|w| w.start()) != Some(spec.start()) {
                    self.replace(Arc::new(*spec));
                }
                // The first start happens before the answer, so that it carries a process or a reason.
                self.advance();
                self.publish();
                done.send(()).ok();
            }
            Order::Stop(done) => {
                self.stopping.push(done);
                self.stop();
            }
        }
    }

    fn replace(&mut self, spec: Arc<Spec>) {
        self.note(&format!("told to run {}", spec.program()));
        self.draft.activated_ms = now_ms();
        self.draft.last_exit = None;
        (self.draft.starts, self.pauses) = (0, 0);
        (self.refused, self.settle_at, self.start_at) = (None, None, Some(Instant::now()));
        (self.expires_at, self.over) = (None, None);
        let old = self.current.take();
        if let Some(position) = self.still_serving(&spec) {
            // Back to what never stopped serving.
            self.current = Some(self.retiring.remove(position));
            (self.draft.starts, self.start_at) = (1, None);
        }
        self.retiring.extend(old);
        let alone = self.current.is_some() || spec.listen.is_empty();
        let in_the_way = |p: &&mut Process| alone || p.spec.listen.is_empty();
        self.retiring
            .iter_mut()
            .filter(in_the_way)
            .for_each(Process::stop);
        (self.wanted, self.ending) = (Some(spec), false);
    }

    /// None when it is to be started anew: then an older process of the same workload will not do.
    fn still_serving(&self, spec: &Spec) -> Option<usize> {
        if self.wanted.as_ref()?.attempt != spec.attempt {
            return None;
        }
        let same = |p: &Process| p.kill_at.is_none() && p.spec.workload == spec.workload;
        self.retiring.iter().position(same)
    }

    fn stop(&mut self) {
        (self.wanted, self.ending) = (None, true);
        (self.start_at, self.settle_at, self.expires_at) = (None, None, None);
        self.retiring.extend(self.current.take());
        self.retiring.iter_mut().for_each(Process::stop);
    }

    /// Takes leave of every process that has ended.
    fn collect_ended(&mut self) {
        let ended: Vec<Process> = self.retiring.extract_if(.., |p| p.has_ended()).collect();
        for process in ended {
            let pid = process.pid;
            let how = process.finish().words;
            self.note(&format!("{pid} {how}"));
        }
        if let Some(process) = self.current.take_if(|p| p.has_ended()) {
            self.current_ended(process);
        }
    }

    fn current_ended(&mut self, process: Process) {
        let (pid, ran_ms) = (process.pid, now_ms().saturating_sub(process.since_ms));
        let once = process.spec.once_within.is_some();
        let how = process.finish();
        if once {
            self.note(&format!("{pid} {}", how.words));
            self.expires_at = None;
            self.over = Some((!how.success).then(|| how.words.clone()));
            self.draft.last_exit = Some(how.words);
            return;
        }
        let how = how.words;
        self.pauses = if ran_ms >= STEADY_MS { 0 } else { self.pauses };
        let pause = self.next_pause();
        self.note(&format!("{pid} {how}; starts again in {pause:?}"));
        self.draft.last_exit = Some(how);
        (self.settle_at, self.start_at) = (None, Some(Instant::now() + pause));
    }

    /// Does whatever is due.
    fn advance(&mut self) {
        let now = Instant::now();
        let is_due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if is_due(self.settle_at) {
            self.settle_at = None;
            self.retiring.iter_mut().for_each(Process::stop);
        }
        if is_due(self.expires_at) {
            self.expire();
        }
        for process in self.retiring.iter_mut().filter(|p| is_due(p.kill_at)) {
            let grace = process.spec.stop.grace;
            let said = format!("{} did not end within {grace} and is killed", process.pid);
            self.log.line("keeper", said.as_bytes());
            process.kill();
            // Once more in a while: a process may be stuck in the kernel.
            process.kill_at = Some(now + PAUSE_LAST);
        }
        self.tidy();
        if is_due(self.start_at) && self.has_room() {
            self.start();
        }
    }

    /// Whether the next process may start: beside one that shares its sockets, otherwise alone.
    fn has_room(&self) -> bool {
        if self.retiring.is_empty() {
            return self.stragglers == 0;
        }
        let shares = self.wanted.as_ref().is_some_and(|w| !w.listen.is_empty());
        self.retiring
            .iter()
            .all(|p| shares && !p.spec.listen.is_empty())
    }

    fn start(&mut self) {
        let Some(spec) = self.wanted.clone() else {
            return;
        };
        self.start_at = None;
        match self.try_start(&spec) {
            Ok(process) => {
                self.note(&format!("started {} as {}", spec.program(), process.pid));
                self.refused = None;
                self.draft.starts += 1;
                self.settle_at = (!self.retiring.is_empty()).then(|| Instant::now() + SETTLE);
                let within = spec.once_within.map(|within| within.as_duration());
                self.expires_at = within.map(|within| Instant::now() + within);
                self.current = Some(process);
            }
            Err(reason) if spec.once_within.is_some() => {
                self.note(&reason);
                self.over = Some(Some(reason));
            }
            Err(reason) => {
                self.note(&reason);
                self.refused = Some(reason);
                let pause = self.next_pause();
                self.start_at = Some(Instant::now() + pause);
            }
        }
    }

    /// The time of what runs once is over.
    fn expire(&mut self) {
        self.expires_at = None;
        let Some(mut process) = self.current.take() else {
            return;
        };
        let within = process.spec.once_within.unwrap_or_default();
        let reason = format!("did not end within {within} and was stopped");
        self.note(&format!("{} {reason}", process.pid));
        process.stop();
        self.retiring.push(process);
        self.over = Some(Some(reason));
    }

    fn try_start(&mut self, spec: &Arc<Spec>) -> Result<Process, String> {
        let sockets = self.sockets.hand_out(&spec.listen)?;
        let (log, directory) = (&self.log, self.directory.as_path());
        Process::start(Start {
            spec,
            sockets,
            log,
            directory,
        })
    }

    fn next_pause(&mut self) -> Duration {
        let pause = PAUSE_FIRST
            .saturating_mul(1 << self.pauses.min(10))
            .min(PAUSE_LAST);
        self.pauses += 1;
        pause
    }

    /// Lets go of sockets and processes that nothing needs any more.
    fn tidy(&mut self) {
        if self.retiring.is_empty() {
            let listen = self.wanted.as_ref().map_or(&[][..], |w| &w.listen);
            self.sockets.keep_only(listen);
        }
        let running = self.current.iter().chain(&self.retiring);
        let mains: Vec<u32> = running.map(|p| p.pid).collect();
        let kill = if mains.is_empty() {
            Stragglers::Kill
        } else {
            Stragglers::Leave
        };
        self.stragglers = orphans::reap(&mains, kill);
    }

    fn due(&self) -> Option<Instant> {
        let start = self.start_at.filter(|_| self.has_room());
        let kills = self.retiring.iter().filter_map(|p| p.kill_at);
        kills
            .chain(start)
            .chain(self.settle_at)
            .chain(self.expires_at)
            .min()
    }

    fn publish(&mut self) {
        self.draft.workload = self.wanted.as_ref().map(|w| w.workload);
        self.draft.attempt = self.wanted.as_ref().map_or(0, |w| w.attempt);
        self.draft.retiring = self.retiring.iter().map(|p| p.pid).collect();
        self.draft.phase = self.phase();
        let draft = &mut self.draft;
        self.status.send_if_modified(|published| {
            let changed = published != draft;
            if changed {
                draft.sequence += 1;
                published.clone_from(draft);
            }
            changed
        });
    }

    fn phase(&self) -> Phase {
        // What had to be stopped is over once it is gone.
        let gone = self.current.is_none() && self.retiring.is_empty() && self.stragglers == 0;
        if let Some(failure) = self.over.as_ref().filter(|_| gone) {
            return Phase::Ended {
                failure: failure.clone(),
            };
        }
        match (&self.current, &self.refused, &self.draft.last_exit) {
            (Some(p), _, _) => Phase::Running {
                pid: p.pid,
                since_ms: p.since_ms,
            },
            (None, Some(reason), _) => Phase::Refused {
                reason: reason.clone(),
            },
            (None, None, Some(_)) if self.wanted.is_some() => Phase::BackingOff,
            (None, None, _) => Phase::Idle,
        }
    }

    fn is_over(&mut self) -> bool {
        let over = self.ending && self.current.is_none() && self.retiring.is_empty();
        let over = over && self.stragglers == 0;
        if over {
            for done in self.stopping.drain(..) {
                // Whoever asked may have left.
                done.send(()).ok();
            }
        }
        over
    }

    fn note(&self, text: &str) {
        self.log.line("keeper", text.as_bytes());
    }
}
