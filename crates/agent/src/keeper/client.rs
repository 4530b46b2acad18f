//! The agent's side of a keeper: finds it or starts it, tells it what to run, follows its status.

use super::{
    protocol::{Request, Spec, Status},
    rendezvous::Meeting,
    run::READY,
};
use std::{fs::OpenOptions, io, path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, BufStream},
    net::UnixStream,
    process::Command,
    sync::mpsc,
    task::JoinHandle,
    time::timeout,
};

/// The start of a keeper that is not ready within this has failed.
const READY_WITHIN: Duration = Duration::from_secs(15);

/// A connection to a keeper.
#[derive(Debug)]
pub(crate) struct Client {
    stream: BufStream<UnixStream>,
}

/// Follows a keeper until it is lost; ends when dropped.
#[derive(Debug)]
pub(crate) struct Follower {
    statuses: mpsc::Receiver<Status>,
    task: JoinHandle<()>,
}

impl Client {
    /// To the keeper of `directory`, if one lives.
    pub(crate) async fn connect(directory: &Path) -> io::Result<Self> {
        let meeting = Meeting::at(directory)?;
        let stream = UnixStream::connect(meeting.socket()).await?;
        Ok(Self {
            stream: BufStream::new(stream),
        })
    }

    /// To the keeper of `directory`; one is started by `program` if none lives.
    pub(crate) async fn attach(directory: &Path, program: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        if let Ok(client) = Self::connect(directory).await {
            return Ok(client);
        }
        start_keeper(directory, program).await?;
        Self::connect(directory).await
    }

    /// Has it run `spec`.
    pub(crate) async fn start(&mut self, spec: &Spec) -> io::Result<Status> {
        self.ask(&Request::Start(Box::new(spec.clone()))).await
    }

    /// Has it stop and end. A connection that breaks means that it has.
    pub(crate) async fn stop(&mut self) {
        self.ask(&Request::Stop).await.ok();
        // The keeper closes the connection by ending.
        self.stream.read_u8().await.ok();
    }

    /// Its status now.
    pub(crate) async fn status(&mut self) -> io::Result<Status> {
        self.ask(&Request::Watch { after: 0 }).await
    }

    /// Every later status, beginning after `after`.
    pub(crate) fn follow(mut self, mut after: u64) -> Follower {
        let (sender, statuses) = mpsc::channel(4);
        let task = tokio::spawn(async move {
            while let Ok(status) = self.ask(&Request::Watch { after }).await {
                after = status.sequence;
                if sender.send(status).await.is_err() {
                    break;
                }
            }
        });
        Follower { statuses, task }
    }

    async fn ask(&mut self, request: &Request) -> io::Result<Status> {
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        self.stream.write_all(&line).await?;
        self.stream.flush().await?;
        let mut answer = String::new();
        if self.stream.read_line(&mut answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(serde_json::from_str(&answer)?)
    }
}

impl Follower {
    /// The next status; none when the keeper is lost.
    pub(crate) async fn next(&mut self) -> Option<Status> {
        self.statuses.recv().await
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn start_keeper(directory: &Path, program: &Path) -> io::Result<()> {
    let errors = directory.join("errors");
    let errors = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(errors)?;
    let mut child = Command::new(program)
        .args(["agent", "keeper", "--directory"])
        .arg(directory)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()?;
    let output = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
    let mut lines = BufReader::new(output).lines();
    let first = timeout(READY_WITHIN, lines.next_line()).await??;
    // The child is let go on purpose: it outlives the agent, and the runtime collects its status if it does not.
    match first.as_deref() {
        Some(READY) => Ok(()),
        Some(_) | None => Err(io::Error::other("it ended before it was ready")),
    }
}
