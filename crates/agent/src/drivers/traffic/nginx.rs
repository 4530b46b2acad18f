//! nginx, told by a file that holds one `upstream` and by a command that makes it read its configuration again.
//!
//! The file is replaced as a whole, and only if it is empty, absent or such a file already: a wrong path destroys
//! nothing. nginx reads all of its configuration before it lets go of the former. What it does not take is not left
//! lying there, or its next start would fail: the file before is put back. It has taken it when its workers have changed.

use super::{
    reload::{Failure, reload},
    workers::Workers,
};
use crate::layout::replace;
use rustix::fs::{Access, access};
use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};
use tidegate_domain::converge::Server;

/// nginx answers at once when it can; a command that asks other programs may take longer.
const RELOAD_WITHIN: Duration = Duration::from_secs(10);
/// Whoever can read the rest of the configuration may read this.
const MODE: u32 = 0o644;

/// Why nginx does not share out as it should.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("the file {file} cannot be read or written: {how}; let the agent's user do so")]
    File { file: String, how: String },
    #[error(
        "the file {file} holds more than the upstream {upstream}: name a file that is the agent's own"
    )]
    Foreign { file: String, upstream: String },
    #[error("{failure}; what {file} held before is back")]
    Reload { file: String, failure: Failure },
    #[error(
        "nginx has not changed its workers {within:?} after `{command}`: look into its error log; what {file} held before is back"
    )]
    Unchanged {
        command: String,
        within: Duration,
        file: String,
    },
    #[error(
        "no worker process of nginx is to be seen: start it, or let the agent see its processes; what {0} held before is back"
    )]
    Unseen(String),
    #[error(
        "no worker process of nginx is to be seen: start it, or let the agent see its processes"
    )]
    Absent,
    #[error("the file {0} holds something else after it was written: let nobody else write it")]
    Contradicted(String),
}

/// What is ordered of nginx.
#[derive(Debug)]
pub(super) struct Order<'a> {
    pub(super) file: &'a str,
    pub(super) upstream: &'a str,
    pub(super) reload: &'a [String],
    pub(super) servers: &'a [Server],
}

/// What is known of nginx, which cannot be asked.
#[derive(Debug, Default)]
pub(super) struct Nginx {
    /// What it has read for certain.
    reads: Option<Text>,
    /// What it took last, for the case that it does not take the next.
    took: Option<Text>,
    workers: Workers,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Text {
    file: PathBuf,
    bytes: Vec<u8>,
}

/// Whether nginx runs, and its file is there for the agent to replace. Nothing is changed.
pub(super) fn look(file: &str, upstream: &str, command: &[String]) -> Result<(), Trouble> {
    let path = Path::new(file);
    if read(path)?.is_some_and(|found| !is_upstream(&found, upstream)) {
        let (file, upstream) = (file.to_owned(), upstream.to_owned());
        return Err(Trouble::Foreign { file, upstream });
    }
    // It is replaced as a whole: what counts is its directory.
    let directory = path.parent().unwrap_or(path);
    let may_write = access(directory, Access::WRITE_OK | Access::EXEC_OK);
    may_write.map_err(|error| trouble(path, &error.into()))?;
    match Workers::default().of(command).is_empty() {
        true => Err(Trouble::Absent),
        false => Ok(()),
    }
}

impl Nginx {
    /// Has nginx read a file with these servers, unless it has.
    pub(super) async fn apply(&mut self, order: &Order<'_>) -> Result<Vec<(String, u16)>, Trouble> {
        let file = Path::new(order.file);
        let found = read(file)?;
        let wanted = Text {
            file: file.to_owned(),
            bytes: written(order.upstream, order.servers).into_bytes(),
        };
        let lies_there = found.as_ref() == Some(&wanted.bytes);
        if !(lies_there && self.reads.as_ref() == Some(&wanted)) {
            self.change(order, &wanted, found).await?;
        }
        let weight = |server: &Server| (server.name.clone(), server.weight);
        Ok(order.servers.iter().map(weight).collect())
    }

    async fn change(
        &mut self,
        order: &Order<'_>,
        wanted: &Text,
        found: Option<Vec<u8>>,
    ) -> Result<(), Trouble> {
        let (file, upstream) = (order.file.to_owned(), order.upstream.to_owned());
        if found
            .as_deref()
            .is_some_and(|found| !is_upstream(found, order.upstream))
        {
            return Err(Trouble::Foreign { file, upstream });
        }
        // Not known again until the command has ended well.
        self.reads = None;
        // What nginx took is better than what was found: that may be from a try of an agent that was killed.
        let took = self.took.as_ref().filter(|took| took.file == wanted.file);
        let mut attempt = Attempt {
            file: &wanted.file,
            before: took.map(|took| took.bytes.clone()).or(found),
            open: true,
        };
        let workers = self.workers.of(order.reload);
        write(&wanted.file, &wanted.bytes)?;
        if let Err(failure) = reload(order.reload, RELOAD_WITHIN).await {
            attempt.take_back()?;
            return Err(Trouble::Reload { file, failure });
        }
        // Whoever stops to wait now leaves nginx with what it is about to take.
        attempt.open = false;
        if !self.workers.change(&workers, order.reload).await {
            attempt.take_back()?;
            return Err(self.not_changed(order));
        }
        if read(&wanted.file)?.as_ref() != Some(&wanted.bytes) {
            return Err(Trouble::Contradicted(file));
        }
        self.took = Some(wanted.clone());
        self.reads = Some(wanted.clone());
        Ok(())
    }
}

impl Nginx {
    fn not_changed(&self, order: &Order<'_>) -> Trouble {
        let file = order.file.to_owned();
        match self.workers.of(order.reload).is_empty() {
            true => Trouble::Unseen(file),
            false => Trouble::Unchanged {
                command: order.reload.join(" "),
                within: self.workers.within,
                file,
            },
        }
    }
}

/// A file that nginx has not taken yet; what it held before is put back when this is dropped.
struct Attempt<'a> {
    file: &'a Path,
    before: Option<Vec<u8>>,
    open: bool,
}

impl Attempt<'_> {
    fn take_back(&mut self) -> Result<(), Trouble> {
        self.open = false;
        match &self.before {
            Some(bytes) => write(self.file, bytes),
            None => fs::remove_file(self.file).map_err(|error| trouble(self.file, &error)),
        }
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.open
            && let Err(error) = self.take_back()
        {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a file that nginx has not taken stays"
            );
        }
    }
}

/// A route has been checked, so no name or address can be read as more than that.
fn written(upstream: &str, servers: &[Server]) -> String {
    let line = |server: &Server| {
        let Server {
            name,
            address,
            weight,
        } = server;
        match weight {
            // nginx takes no weight of 0.
            0 => format!("    server {address} down; # {name}\n"),
            1.. => format!("    server {address} weight={weight}; # {name}\n"),
        }
    };
    let lines: String = servers.iter().map(line).collect();
    format!(
        "# The agent of Tidegate replaces this file as a whole.\nupstream {upstream} {{\n{lines}}}\n"
    )
}

/// Whether there is nothing but this upstream, or nothing at all.
fn is_upstream(text: &[u8], upstream: &str) -> bool {
    let text = String::from_utf8_lossy(text);
    let code: String = text
        .lines()
        .flat_map(|line| [line.split('#').next().unwrap_or_default(), "\n"])
        .collect();
    let code = code.replace('{', " { ");
    let words: Vec<&str> = code.split_whitespace().collect();
    match words.as_slice() {
        [] => true,
        ["upstream", name, "{", inner @ .., last] => {
            *name == upstream && *last == "}" && !inner.iter().any(|word| word.contains(['{', '}']))
        }
        [..] => false,
    }
}

fn read(file: &Path) -> Result<Option<Vec<u8>>, Trouble> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(trouble(file, &error)),
    }
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    // Hidden: configurations name all files of a directory by a star, which no hidden file answers to.
    let mut partial = OsString::from(".");
    partial.push(file.file_name().unwrap_or_default());
    partial.push(".partial");
    replace(file, &file.with_file_name(partial), (bytes, MODE))
        .map_err(|error| trouble(file, &error))
}

fn trouble(file: &Path, error: &io::Error) -> Trouble {
    Trouble::File {
        file: file.display().to_string(),
        how: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::workers::tests::Processes, *};

    const FALSE: &str = "/bin/false";
    const OLD: &str = "upstream web { server 10.0.0.1:1; }";

    #[test]
    fn who_receives_nothing_is_down() {
        let text = written("web", &servers());
        assert_eq!(
            text,
            "# The agent of Tidegate replaces this file as a whole.\nupstream web {\n    \
            server 10.0.0.1:8080 down; # old\n    server [::1]:8080 weight=256; # new\n}\n"
        );
        assert!(is_upstream(text.as_bytes(), "web"));
    }

    #[test]
    fn only_a_file_of_one_upstream_is_replaced() {
        for (text, expect) in [
            ("", true),
            ("# Made by hand.\n\n", true),
            (OLD, true),
            ("upstream web{\n# }\n server a:1;\n}", true),
            ("upstream web { }", true),
            ("upstream api { server a:1; }", false),
            (
                "upstream web { server a:1; } upstream api { server a:1; }",
                false,
            ),
            ("upstream web { server a:1; }\nserver { listen 80; }", false),
            ("http { upstream web { server a:1; } }", false),
            ("user nobody;", false),
            ("upstream web", false),
        ] {
            assert_eq!(is_upstream(text.as_bytes(), "web"), expect, "{text}");
        }
    }

    #[tokio::test]
    async fn what_nginx_does_not_take_is_not_left_lying_there() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("web.conf");
        let (processes, mut nginx) = played();
        let said = apply(&mut nginx, &file, &[FALSE.to_owned()], &servers()).await;
        let held = format!(
            "{FALSE} failed: exit status: 1; what {} held before is back",
            file.display()
        );
        assert_eq!(said.unwrap_err(), held);
        assert!(!file.exists());

        fs::write(&file, OLD).unwrap();
        let said = apply(&mut nginx, &file, &[FALSE.to_owned()], &servers()).await;
        assert_eq!(said.unwrap_err(), held);
        assert_eq!(fs::read_to_string(&file).unwrap(), OLD);

        let said = apply(&mut nginx, &file, &processes.reload(), &servers()[1..]).await;
        assert_eq!(said.unwrap(), [("new".to_owned(), 256)]);
        let took = fs::read_to_string(&file).unwrap();
        // As after a try that was dropped: what was found is worth less than what nginx took.
        fs::write(&file, OLD).unwrap();
        let said = apply(&mut nginx, &file, &[FALSE.to_owned()], &servers()).await;
        assert_eq!(said.unwrap_err(), held);
        assert_eq!(fs::read_to_string(&file).unwrap(), took);

        fs::write(&file, "user nobody;").unwrap();
        let said = apply(&mut nginx, &file, &processes.reload(), &servers()).await;
        let foreign = format!(
            "the file {} holds more than the upstream web: name a file that is the agent's own",
            file.display()
        );
        assert_eq!(said.unwrap_err(), foreign);
        assert_eq!(fs::read_to_string(&file).unwrap(), "user nobody;");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_command_that_changes_no_worker_has_failed() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("web.conf");
        fs::write(&file, OLD).unwrap();
        let (processes, mut nginx) = played();
        let idle = ["true".to_owned()];
        let said = apply(&mut nginx, &file, &idle, &servers()).await;
        let back = format!("what {} held before is back", file.display());
        let unchanged = format!(
            "nginx has not changed its workers 50ms after `true`: look into its error log; {back}"
        );
        assert_eq!(said.unwrap_err(), unchanged);
        assert_eq!(fs::read_to_string(&file).unwrap(), OLD);
        apply(&mut nginx, &file, &processes.reload(), &servers())
            .await
            .unwrap();
        processes.end(101);
        let said = apply(&mut nginx, &file, &idle, &servers()[1..]).await;
        let unseen = format!(
            "no worker process of nginx is to be seen: start it, or let the agent see its processes; {back}"
        );
        assert_eq!(said.unwrap_err(), unseen);
    }

    #[tokio::test]
    async fn a_try_that_is_dropped_is_taken_back() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("web.conf");
        fs::write(&file, OLD).unwrap();
        let mut nginx = Nginx::default();
        let order = Order {
            file: file.to_str().unwrap(),
            upstream: "web",
            reload: &["sleep".to_owned(), "60".to_owned()],
            servers: &servers(),
        };
        let mut trying = Box::pin(nginx.apply(&order));
        assert!(futures::poll!(&mut trying).is_pending());
        assert_ne!(fs::read_to_string(&file).unwrap(), OLD);
        drop(trying);
        assert_eq!(fs::read_to_string(&file).unwrap(), OLD);
    }

    #[tokio::test]
    async fn nginx_is_not_bothered_by_what_it_has_read() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("web.conf");
        let (processes, mut nginx) = played();
        apply(&mut nginx, &file, &processes.reload(), &servers())
            .await
            .unwrap();
        // A command that fails shows that it was called.
        apply(&mut nginx, &file, &[FALSE.to_owned()], &servers())
            .await
            .unwrap();
        let others = &servers()[1..];
        apply(&mut nginx, &file, &[FALSE.to_owned()], others)
            .await
            .unwrap_err();
        // The file is the same again, but what nginx has read is not known.
        apply(&mut nginx, &file, &[FALSE.to_owned()], &servers())
            .await
            .unwrap_err();
        apply(&mut nginx, &file, &processes.reload(), &servers())
            .await
            .unwrap();
        fs::remove_file(&file).unwrap();
        apply(&mut nginx, &file, &processes.reload(), &servers())
            .await
            .unwrap();
        assert!(file.exists());
    }

    /// One that nobody runs, with the processes that it seems to have.
    fn played() -> (Processes, Nginx) {
        let processes = Processes::new();
        let nginx = Nginx {
            workers: processes.workers(),
            ..Nginx::default()
        };
        (processes, nginx)
    }

    async fn apply(
        nginx: &mut Nginx,
        file: &Path,
        reload: &[String],
        servers: &[Server],
    ) -> Result<Vec<(String, u16)>, String> {
        let order = Order {
            file: file.to_str().unwrap(),
            upstream: "web",
            reload,
            servers,
        };
        nginx
            .apply(&order)
            .await
            .map_err(|trouble| trouble.to_string())
    }

    fn servers() -> Vec<Server> {
        let server = |(name, address, weight): (&str, &str, u16)| Server {
            name: name.to_owned(),
            address: address.to_owned(),
            weight,
        };
        [("old", "10.0.0.1:8080", 0), ("new", "[::1]:8080", 256)]
            .map(server)
            .into()
    }
}
