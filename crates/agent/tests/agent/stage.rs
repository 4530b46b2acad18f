//! One target on a stage: a played server, a directory, and the agent as a real process.

use crate::{artifact::Artifact, server::Server, signing::Signing};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tidegate_agent::{Demands, EnrolOptions, enroll, stop_workloads};
use tidegate_domain::{
    converge::{
        ActiveComponent, Attestation, DesiredState, Health, Job, ObservedState, Portion, Route,
        Slot,
    },
    duration::Millis,
    generation::{Generation, Incarnation, Instruction},
    name::Name,
    revision::{Revision, RevisionId},
};
use tidegate_protocol::agent::{LogLine, LogRequest};
use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};

/// Generous: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// The stage.
pub(crate) struct Stage {
    pub(crate) server: Server,
    directory: tempfile::TempDir,
    agent: Option<Child>,
    /// What the next orders belong to.
    pub(crate) incarnation: Incarnation,
    pub(crate) generation: u64,
    requests: u64,
    /// What the next orders ask for.
    pub(crate) minimum_healthy: Millis,
}

impl Stage {
    /// With an agent that has joined and runs.
    pub(crate) async fn new() -> Self {
        Self::with(Server::start().await, None).await
    }

    /// The same with this server, demanding these signatures.
    pub(crate) async fn with(server: Server, demands: Option<Demands>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        // Deeper than the path of a Unix socket may be long.
        let data = directory.path().join("deep".repeat(30));
        let options = EnrolOptions {
            demands,
            ..joining(&server, "live-1", &data)
        };
        enroll(options).await.unwrap();
        let mut stage = Self {
            server,
            directory,
            agent: None,
            incarnation: Incarnation(1),
            generation: 0,
            requests: 0,
            minimum_healthy: Millis(0),
        };
        stage.start_agent();
        stage
    }

    /// Enrols the same target anew, with these demands.
    pub(crate) async fn join_again(&self, demands: Option<Demands>) {
        let options = EnrolOptions {
            demands,
            ..joining(&self.server, "live-1", &self.data())
        };
        enroll(options).await.unwrap();
    }

    /// The agent's directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("deep".repeat(30))
    }

    pub(crate) fn start_agent(&mut self) {
        let log = self.directory.path().join("agent.log");
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(log)
            .unwrap();
        let mut command = Command::new(program());
        command.args(["agent", "run", "--data"]).arg(self.data());
        command.stderr(log).stdin(Stdio::null()).kill_on_drop(true);
        self.agent = Some(command.spawn().unwrap());
    }

    /// As with `kill -9`.
    pub(crate) async fn kill_agent(&mut self) {
        self.agent.take().unwrap().kill().await.unwrap();
    }

    /// Orders `revisions[0]` to run and the others to lie ready.
    pub(crate) fn order(&mut self, active: &[&Revision], prepare: &[&Revision]) {
        self.generation += 1;
        self.order_as(self.generation, active, prepare);
    }

    /// The same under a chosen generation.
    pub(crate) fn order_as(&self, number: u64, active: &[&Revision], prepare: &[&Revision]) {
        let desired = DesiredState {
            active: active.iter().map(component).collect(),
            prepare: prepare.iter().map(|r| r.id()).collect(),
            ..self.nothing(number)
        };
        self.tell(desired, &[active, prepare].concat());
    }

    /// Orders what each slot of `web` runs, with the named start of each.
    pub(crate) fn place(&mut self, active: &[(Slot, &Revision, u64)]) {
        self.generation += 1;
        let in_slot = |&(slot, revision, start): &(Slot, &Revision, u64)| ActiveComponent {
            slot,
            start,
            ..component(&revision)
        };
        let desired = DesiredState {
            active: active.iter().map(in_slot).collect(),
            ..self.nothing(self.generation)
        };
        let revisions: Vec<_> = active.iter().map(|(_, revision, _)| *revision).collect();
        self.tell(desired, &revisions);
    }

    /// Orders so many instances of `web` in each slot.
    pub(crate) fn scale(&mut self, active: &[(Slot, &Revision, u32)]) {
        self.generation += 1;
        let in_slot = |&(slot, revision, instances): &(Slot, &Revision, u32)| ActiveComponent {
            slot,
            instances,
            ..component(&revision)
        };
        let desired = DesiredState {
            active: active.iter().map(in_slot).collect(),
            ..self.nothing(self.generation)
        };
        let revisions: Vec<_> = active.iter().map(|(_, revision, _)| *revision).collect();
        self.tell(desired, &revisions);
    }

    /// Waits until the last order was taken. If it makes a difference, this state says so already.
    pub(crate) async fn until_taken(&self) -> ObservedState {
        let number = self.generation;
        self.until(|state| state.instruction.generation.0 == number)
            .await
    }

    /// Orders this of load balancers, and nothing to run.
    pub(crate) fn direct(&mut self, traffic: Vec<Route>) {
        self.generation += 1;
        let desired = DesiredState {
            traffic,
            ..self.nothing(self.generation)
        };
        self.tell(desired, &[]);
    }

    /// Orders a revision to lie ready, and jobs of it.
    pub(crate) fn have_done(&mut self, revision: &Revision, jobs: Vec<Job>) {
        self.generation += 1;
        let desired = DesiredState {
            prepare: vec![revision.id()],
            jobs,
            ..self.nothing(self.generation)
        };
        self.tell(desired, &[revision]);
    }

    fn nothing(&self, number: u64) -> DesiredState {
        DesiredState {
            instruction: Instruction {
                incarnation: self.incarnation,
                generation: Generation(number),
            },
            ..DesiredState::nothing(name("shop"), self.minimum_healthy)
        }
    }

    pub(crate) fn tell(&self, desired: DesiredState, revisions: &[&Revision]) {
        self.server.memory.desired.send_modify(|answer| {
            answer.cursor += 1;
            answer.desired = Some(vec![desired]);
            answer.revisions = revisions.iter().map(|r| (*r).clone()).collect();
        });
    }

    /// The same answer once more, signed as the server signs now.
    pub(crate) fn say_again(&self) {
        self.server
            .memory
            .desired
            .send_modify(|answer| answer.cursor += 1);
    }

    /// Has the server sign, or somebody forge, in another way.
    pub(crate) fn sign<T>(&self, change: impl FnOnce(&mut Signing) -> T) -> T {
        change(&mut self.server.memory.signing.lock().unwrap())
    }

    /// Waits until the agent says that it does not follow, with these words.
    pub(crate) async fn until_refused(&self, words: &str) -> ObservedState {
        let says = |state: &ObservedState| {
            let refused = state.refused.as_deref();
            refused.is_some_and(|refused| refused.contains(words))
        };
        self.until(says).await
    }

    pub(crate) fn offer(&self, artifact: &Artifact) {
        self.server
            .memory
            .blobs
            .lock()
            .unwrap()
            .extend(artifact.blobs.clone());
    }

    /// Waits until the target says something that satisfies `is_it`.
    pub(crate) async fn until(&self, is_it: impl Fn(&ObservedState) -> bool) -> ObservedState {
        let mut observed = self.server.memory.observed.subscribe();
        let found = timeout(PATIENCE, observed.wait_for(|all| all.iter().any(&is_it))).await;
        let Ok(found) = found else {
            let said = self.server.memory.observed.borrow().clone();
            let log = std::fs::read_to_string(self.directory.path().join("agent.log"));
            panic!(
                "waited in vain; observed {said:#?}\n{}",
                log.unwrap_or_default()
            );
        };
        let found = found.unwrap();
        found.iter().find(|state| is_it(state)).unwrap().clone()
    }

    /// Waits until `web` runs this revision with this health.
    pub(crate) async fn until_web(&self, revision: RevisionId, health: Health) -> Attestation {
        let is_it = |a: &Attestation| a.revision == Some(revision) && a.health == health;
        let state = self.until(|state| state.active.iter().any(is_it)).await;
        state.active.into_iter().find(is_it).unwrap()
    }

    /// Waits until this slot of `web` runs this revision with this health.
    pub(crate) async fn until_slot(&self, (slot, revision): (Slot, &Revision), health: Health) {
        let id = Some(revision.id());
        let is_it = |a: &Attestation| (a.slot, a.revision, a.health) == (slot, id, health);
        self.until(|state| state.active.iter().any(is_it)).await;
    }

    /// The programs that the keeper of a slot has started until now, with their process ids.
    pub(crate) async fn started(&mut self, slot: Slot) -> Vec<(String, u32)> {
        self.started_of((slot, 1)).await
    }

    /// The same of one instance.
    pub(crate) async fn started_of(&mut self, place: (Slot, u32)) -> Vec<(String, u32)> {
        let started = |line: LogLine| {
            let text = line.text.strip_prefix("started ")?;
            let (program, pid) = text.split_once(" as ")?;
            Some((program.to_owned(), pid.parse().unwrap()))
        };
        let lines = self.read((place, None), 1000).await.into_iter();
        lines.filter_map(started).collect()
    }

    /// Reads logs over the link, as people do.
    pub(crate) async fn logs(&mut self, lines: u32) -> Vec<LogLine> {
        self.logs_of(Slot::Blue, lines).await
    }

    pub(crate) async fn logs_of(&mut self, slot: Slot, lines: u32) -> Vec<LogLine> {
        self.read(((slot, 1), None), lines).await
    }

    /// The same of one instance.
    pub(crate) async fn logs_of_instance(&mut self, place: (Slot, u32)) -> Vec<LogLine> {
        self.read((place, None), 1000).await
    }

    /// The same of a job of `web`.
    pub(crate) async fn logs_of_job(&mut self, job: &str) -> Vec<LogLine> {
        self.read(((Slot::Blue, 1), Some(name(job))), 100).await
    }

    async fn read(
        &mut self,
        ((slot, instance), job): ((Slot, u32), Option<Name>),
        lines: u32,
    ) -> Vec<LogLine> {
        self.requests += 1;
        let request = self.requests;
        self.server.memory.desired.send_modify(|answer| {
            answer.cursor += 1;
            let (product, component) = (name("shop"), name("web"));
            answer.logs = vec![LogRequest {
                request,
                product,
                component,
                slot,
                instance,
                job: job.clone(),
                lines,
            }];
        });
        let mut logs = self.server.memory.logs.subscribe();
        let chunk = timeout(PATIENCE, logs.wait_for(|all| all.contains_key(&request))).await;
        chunk.unwrap().unwrap()[&request].lines.clone()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.agent.take());
        let data = self.data();
        let stopping = async move { stop_workloads(&data).await };
        let runtime = || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
        };
        std::thread::spawn(move || runtime().unwrap().block_on(stopping))
            .join()
            .unwrap()
            .ok();
    }
}

/// What `agent enroll` is told.
pub(crate) fn joining(server: &Server, target: &str, directory: &Path) -> EnrolOptions {
    EnrolOptions {
        server: format!("https://{}", server.address),
        token: format!("tge_secret.{}", server.pin.hex()),
        environment: name("live"),
        target: name(target),
        directory: directory.to_owned(),
        demands: None,
    }
}

/// Polls a condition that has no event of its own.
pub(crate) async fn eventually<T, F: Future<Output = Option<T>>>(mut look: impl FnMut() -> F) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain");
        sleep(Duration::from_millis(20)).await;
    }
}

/// The agent's program, built beside this test.
pub(crate) fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent()
        .unwrap()
        .parent()
        .unwrap()
        .join("examples/agent_program")
}

pub(crate) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn component(revision: &&Revision) -> ActiveComponent {
    ActiveComponent::of(revision, Slot::Blue, Portion::All)
        .next()
        .unwrap()
}

/// An address nobody listens on now.
pub(crate) fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

/// Whether a process with this id is there and not a zombie.
pub(crate) fn lives(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')')
        .next()
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
}
