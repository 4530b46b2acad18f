//! Requests over HTTP, and who answered them.

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    task::JoinSet,
    time::timeout,
};

/// How many requests are under way at a time.
const WORKERS: usize = 8;
/// A request that takes longer has failed.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// No test needs more.
const REQUESTS_MAX: i64 = 400_000;
/// Generous: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection was closed before it brought a byte of the answer.
const UNANSWERED: io::ErrorKind = io::ErrorKind::ConnectionAborted;

/// Whether a connection is used for the next request, too.
#[derive(Clone, Copy)]
pub(super) enum Connections {
    Kept,
    Fresh,
}

/// Who answered how often, and what went wrong.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers {
    by: BTreeMap<String, u64>,
    pub(super) failed: Vec<String>,
    /// Requests on a kept connection that was closed without an answer, asked once more on a fresh one as any client does.
    pub(super) repeated: u64,
}

impl Answers {
    pub(super) fn of(&self, server: &str) -> u64 {
        self.by.get(server).copied().unwrap_or_default()
    }

    pub(super) fn all(&self) -> u64 {
        self.by.values().sum()
    }
}

/// Constant load, from its beginning to its end.
pub(super) struct Load {
    left: Arc<AtomicI64>,
    answers: watch::Receiver<Answers>,
    workers: JoinSet<()>,
}

impl Load {
    pub(super) fn begin(address: SocketAddr, connections: Connections) -> Self {
        Self::of(REQUESTS_MAX, address, connections)
    }

    /// Exactly so many requests.
    pub(super) async fn send(count: i64, address: SocketAddr, connections: Connections) -> Answers {
        let load = Self::of(count, address, connections);
        load.finished().await
    }

    fn of(count: i64, address: SocketAddr, connections: Connections) -> Self {
        let left = Arc::new(AtomicI64::new(count));
        let (sender, answers) = watch::channel(Answers::default());
        let sender = Arc::new(sender);
        let mut workers = JoinSet::new();
        for _ in 0..WORKERS {
            let (left, sender) = (Arc::clone(&left), Arc::clone(&sender));
            workers.spawn(async move {
                let mut stream = None;
                while left.fetch_sub(1, Ordering::Relaxed) > 0 {
                    let asking = timeout(ANSWER_WITHIN, ask(&mut stream, address, connections));
                    let answer = asking
                        .await
                        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
                    sender.send_modify(|answers| match answer {
                        Ok((server, repeated)) => {
                            *answers.by.entry(server).or_default() += 1;
                            answers.repeated += u64::from(repeated);
                        }
                        Err(error) => answers.failed.push(error.to_string()),
                    });
                }
            });
        }
        Self {
            left,
            answers,
            workers,
        }
    }

    /// Waits for so many answers more.
    pub(super) async fn more(&mut self, count: u64) -> Answers {
        let before = self.answers.borrow().all();
        let waiting = self
            .answers
            .wait_for(|answers| answers.all() >= before + count);
        timeout(PATIENCE, waiting).await.unwrap().unwrap().clone()
    }

    /// Waits until what is under way is answered.
    pub(super) async fn end(self) -> Answers {
        self.left.store(0, Ordering::Relaxed);
        self.finished().await
    }

    async fn finished(mut self) -> Answers {
        while let Some(worker) = self.workers.join_next().await {
            worker.unwrap();
        }
        self.answers.borrow().clone()
    }
}

/// One request; the text of the answer, and whether it was asked twice.
async fn ask(
    kept: &mut Option<TcpStream>,
    address: SocketAddr,
    connections: Connections,
) -> io::Result<(String, bool)> {
    if let Some(stream) = kept.take() {
        match exchange(kept, stream, connections).await {
            Err(error) if error.kind() == UNANSWERED => {}
            answer => return Ok((answer?, false)),
        }
        let stream = TcpStream::connect(address).await?;
        return Ok((exchange(kept, stream, connections).await?, true));
    }
    let stream = TcpStream::connect(address).await?;
    Ok((exchange(kept, stream, connections).await?, false))
}

/// The text of an answer, which must have the status 200.
async fn exchange(
    kept: &mut Option<TcpStream>,
    mut stream: TcpStream,
    connections: Connections,
) -> io::Result<String> {
    let request: &[u8] = match connections {
        Connections::Kept => b"GET / HTTP/1.1\r\nhost: web\r\n\r\n",
        Connections::Fresh => b"GET / HTTP/1.1\r\nhost: web\r\nconnection: close\r\n\r\n",
    };
    let unanswered = |_| io::Error::from(UNANSWERED);
    stream.write_all(request).await.map_err(unanswered)?;
    let mut answer = Vec::new();
    let (head, text) = loop {
        if let Some(whole) = split(&String::from_utf8_lossy(&answer)) {
            break whole;
        }
        let begun = !answer.is_empty();
        match stream.read_buf(&mut answer).await {
            Ok(1..) => {}
            Ok(0) | Err(_) if !begun => return Err(UNANSWERED.into()),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) => return Err(error),
        }
    };
    if !head.contains("connection: close") {
        *kept = Some(stream);
    }
    match head.starts_with("http/1.1 200 ") {
        true => Ok(text),
        false => Err(io::Error::other(head)),
    }
}

/// Head and text of an answer that is whole.
fn split(answer: &str) -> Option<(String, String)> {
    let (head, text) = answer.split_once("\r\n\r\n")?;
    let head = head.to_ascii_lowercase();
    let (_, length) = head.split_once("content-length: ")?;
    let length: usize = length.lines().next()?.parse().ok()?;
    (text.len() >= length).then(|| (head.clone(), text.to_owned()))
}
