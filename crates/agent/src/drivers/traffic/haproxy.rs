//! HAProxy, told over the socket of its runtime API: a connection per command, answered in text until its end.
//!
//! A command that succeeds is answered by an empty line, any other text is a refusal. Weights are absolute, 0 to 256
//! whatever the configuration begins with; a backend with a static algorithm takes none but 0 and that of its
//! configuration. Everything is forgotten with the process.

use std::{collections::BTreeMap, io, time::Duration};
use tidegate_domain::converge::{Server, traffic::changes};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    time::timeout,
};

/// Its answers come from memory.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Far beyond the state of as many servers as a backend may have.
const ANSWER_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// The line that names the columns begins with this.
const HEADER: &str = "# ";

/// Why HAProxy does not share out as it should.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(
        "HAProxy does not listen at {0}: start it, or name the `stats socket` of its configuration"
    )]
    Absent(String),
    #[error(
        "the agent may not open {0}: let its user do so by `mode`, `user` or `group` of the `stats socket`"
    )]
    Closed(String),
    #[error("HAProxy at {0} did not answer within {ANSWER_WITHIN:?}: look whether it hangs")]
    Silent(String),
    #[error("the connection to HAProxy at {socket} broke: {how}; look whether it was restarted")]
    Broken { socket: String, how: String },
    #[error("HAProxy has no backend {0}: add it to its configuration, or name one that is there")]
    NoBackend(String),
    #[error(
        "the backend {backend} of HAProxy has no server {server}: add it to its configuration, or name one of {known}"
    )]
    NoServer {
        backend: String,
        server: String,
        known: String,
    },
    #[error(
        "HAProxy lets nobody change weights at {0}: write `level admin` to this `stats socket` in its configuration"
    )]
    Level(String),
    #[error(
        "the backend {0} of HAProxy shares out by a static algorithm: use `balance roundrobin` or another that takes weights"
    )]
    Static(String),
    #[error("HAProxy refused `{command}`: {answer}; look at its configuration")]
    Refused { command: String, answer: String },
    #[error(
        "the server {server} of the backend {backend} weighs {said} after HAProxy was told {told}: let nothing else set its weight"
    )]
    Contradicted {
        backend: String,
        server: String,
        said: u16,
        told: u16,
    },
}

/// Has the backend weigh these servers so, and returns what HAProxy says afterwards. Nothing is changed unless it has
/// all of them.
pub(super) async fn apply(
    socket: &str,
    backend: &str,
    servers: &[Server],
) -> Result<Vec<(String, u16)>, Trouble> {
    let haproxy = Haproxy { socket, backend };
    let before = haproxy.weights().await?;
    haproxy.read(&before, servers)?;
    let changes = changes(servers, &before);
    for server in &changes {
        haproxy.set(server).await?;
    }
    let after = if changes.is_empty() {
        before
    } else {
        haproxy.weights().await?
    };
    let said = haproxy.read(&after, servers)?;
    match servers.iter().zip(&said).find(|(s, (_, w))| s.weight != *w) {
        Some((server, (_, said))) => Err(Trouble::Contradicted {
            backend: backend.to_owned(),
            server: server.name.clone(),
            said: *said,
            told: server.weight,
        }),
        None => Ok(said),
    }
}

/// Whether HAProxy answers and has the backend. Nothing is changed.
pub(super) async fn look(socket: &str, backend: &str) -> Result<(), Trouble> {
    Haproxy { socket, backend }.weights().await.map(drop)
}

struct Haproxy<'a> {
    socket: &'a str,
    backend: &'a str,
}

impl Haproxy<'_> {
    /// What each server of the backend weighs.
    async fn weights(&self) -> Result<BTreeMap<String, u16>, Trouble> {
        let command = format!("show servers state {}", self.backend);
        let answer = self.ask(&command).await?;
        parse(&answer).ok_or_else(|| self.refusal(command, &answer))
    }

    /// The part of `weights` that the route names.
    fn read(
        &self,
        weights: &BTreeMap<String, u16>,
        servers: &[Server],
    ) -> Result<Vec<(String, u16)>, Trouble> {
        let said = |server: &Server| match weights.get(&server.name) {
            Some(weight) => Ok((server.name.clone(), *weight)),
            None => Err(Trouble::NoServer {
                backend: self.backend.to_owned(),
                server: server.name.clone(),
                known: weights.keys().cloned().collect::<Vec<_>>().join(", "),
            }),
        };
        servers.iter().map(said).collect()
    }

    async fn set(&self, server: &Server) -> Result<(), Trouble> {
        let (backend, name, weight) = (self.backend, &server.name, server.weight);
        let command = format!("set server {backend}/{name} weight {weight}");
        let answer = self.ask(&command).await?;
        match answer.trim() {
            "" => Ok(()),
            _ => Err(self.refusal(command, &answer)),
        }
    }

    async fn ask(&self, command: &str) -> Result<String, Trouble> {
        let asked = timeout(ANSWER_WITHIN, exchange(self.socket, command)).await;
        let socket = self.socket.to_owned();
        match asked {
            Err(_) => Err(Trouble::Silent(socket)),
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(lost(socket, &error)),
        }
    }

    fn refusal(&self, command: String, answer: &str) -> Trouble {
        let answer = answer.trim();
        let (socket, backend) = (self.socket.to_owned(), self.backend.to_owned());
        if answer.starts_with("Permission denied") {
            Trouble::Level(socket)
        } else if answer.starts_with("Can't find backend") || answer.starts_with("No such backend")
        {
            Trouble::NoBackend(backend)
        } else if answer.contains("static LB algorithm") {
            Trouble::Static(backend)
        } else {
            let answer = answer.lines().next().unwrap_or_default().to_owned();
            Trouble::Refused { command, answer }
        }
    }
}

fn lost(socket: String, error: &io::Error) -> Trouble {
    let kind = error.kind();
    if kind == io::ErrorKind::NotFound || kind == io::ErrorKind::ConnectionRefused {
        Trouble::Absent(socket)
    } else if kind == io::ErrorKind::PermissionDenied {
        Trouble::Closed(socket)
    } else {
        let how = error.to_string();
        Trouble::Broken { socket, how }
    }
}

/// An answer is whole when it ends with an empty line.
async fn exchange(socket: &str, command: &str) -> io::Result<String> {
    let mut stream = UnixStream::connect(socket).await?;
    stream.write_all(format!("{command}\n").as_bytes()).await?;
    let mut answer = String::new();
    stream
        .take(ANSWER_BYTES_MAX)
        .read_to_string(&mut answer)
        .await?;
    if answer == "\n" || answer.ends_with("\n\n") {
        Ok(answer)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Reads a table with a line that names its columns; none if it is something else.
fn parse(answer: &str) -> Option<BTreeMap<String, u16>> {
    let mut lines = answer.lines().skip_while(|line| !line.starts_with(HEADER));
    let columns: Vec<&str> = lines.next()?.strip_prefix(HEADER)?.split(' ').collect();
    let column = |name: &str| columns.iter().position(|column| *column == name);
    let (name, weight) = (column("srv_name")?, column("srv_uweight")?);
    let server = |line: &str| {
        let fields: Vec<&str> = line.split(' ').collect();
        let weight = fields.get(weight)?.parse().ok()?;
        Some(((*fields.get(name)?).to_owned(), weight))
    };
    lines.filter(|line| !line.is_empty()).map(server).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::UnixListener;

    const STATE: &str = "1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state \
        srv_uweight srv_iweight\n3 web 1 old 10.0.0.1 2 0 1 100\n3 web 2 new 10.0.0.2 2 0 0 0\n\n";

    #[test]
    fn a_table_is_read_by_its_columns() {
        let read = |name: &str, weight| (name.to_owned(), weight);
        assert_eq!(parse(STATE), Some([read("old", 1), read("new", 0)].into()));
        let moved = "1\n# srv_uweight srv_name\n7 old\n\n";
        assert_eq!(parse(moved), Some([read("old", 7)].into()));
        for bad in [
            "\n",
            "Can't find backend.\n\n",
            "1\n# srv_name\nold\n\n",
            "# srv_name srv_uweight\nold\n\n",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[tokio::test]
    async fn every_answer_but_the_right_one_is_a_sentence() {
        let told = "the server old of the backend web weighs 1 after HAProxy was told 0: let nothing else set its weight";
        let state = || STATE.to_owned();
        let answer = |text: &str| text.to_owned();
        for (answers, expect) in [
            (vec![state(), answer("\n"), answer("\n"), state()], told),
            (
                vec![state(), answer("Permission denied\n\n")],
                "HAProxy lets nobody change weights at SOCKET: write `level admin` to this `stats socket` in its configuration",
            ),
            (
                vec![
                    state(),
                    answer(
                        "Backend is using a static LB algorithm and only accepts weights '0%' and '100%'.\n\n",
                    ),
                ],
                "the backend web of HAProxy shares out by a static algorithm: use `balance roundrobin` or another that takes weights",
            ),
            (
                vec![state(), answer("No such server.\n\n")],
                "HAProxy refused `set server web/new weight 1`: No such server.; look at its configuration",
            ),
            // Gone between two commands: no answer is no success.
            (
                vec![state(), answer("\n"), answer("")],
                "the connection to HAProxy at SOCKET broke: unexpected end of file; look whether it was restarted",
            ),
            (
                vec![answer("1\n# srv_name srv_uweight\nold 1\nne")],
                "the connection to HAProxy at SOCKET broke: unexpected end of file; look whether it was restarted",
            ),
        ] {
            assert_eq!(refused(answers).await, expect);
        }
    }

    #[tokio::test]
    async fn whoever_is_to_receive_is_told_first() {
        let after = STATE
            .replace("2 0 1 100", "2 0 0 100")
            .replace("2 0 0 0", "2 0 1 0");
        let answers = vec![STATE.to_owned(), "\n".to_owned(), "\n".to_owned(), after];
        let (directory, playing) = played(answers);
        let socket = directory.path().join("admin.sock");
        let said = apply(socket.to_str().unwrap(), "web", &switched())
            .await
            .unwrap();
        assert_eq!(said, [("old".to_owned(), 0), ("new".to_owned(), 1)]);
        let commands = playing.await.unwrap();
        let state = "show servers state web\n";
        let (new, old) = (
            "set server web/new weight 1\n",
            "set server web/old weight 0\n",
        );
        assert_eq!(commands, [state, new, old, state]);
    }

    /// What is said of a switch that a played HAProxy answers so.
    async fn refused(answers: Vec<String>) -> String {
        let (directory, playing) = played(answers);
        let socket = directory.path().join("admin.sock");
        let socket = socket.to_str().unwrap();
        let said = apply(socket, "web", &switched())
            .await
            .unwrap_err()
            .to_string();
        playing.await.unwrap();
        said.replace(socket, "SOCKET")
    }

    /// Answers a connection after the other, and returns what it was asked.
    fn played(answers: Vec<String>) -> (tempfile::TempDir, tokio::task::JoinHandle<Vec<String>>) {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join("admin.sock")).unwrap();
        let playing = tokio::spawn(async move {
            let mut commands = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut command = [0; 64];
                let length = stream.read(&mut command).await.unwrap();
                commands.push(String::from_utf8_lossy(&command[..length]).into_owned());
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
            commands
        });
        (directory, playing)
    }

    fn switched() -> Vec<Server> {
        let server = |(name, weight): (&str, u16)| Server {
            name: name.to_owned(),
            address: String::new(),
            weight,
        };
        [("old", 0), ("new", 1)].map(server).into()
    }
}
