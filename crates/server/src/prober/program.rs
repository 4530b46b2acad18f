//! Programs that say a version. Only those are run that whoever runs the server put into one directory: what is declared names one of
//! them and what it is given, and can bring none.

use super::unreachable;
use rustix::process::{Pid, Signal, kill_process_group};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
};
use tidegate_domain::supplier::{
    Probe,
    probe::{CommandProbe, Output, ProbeFault},
};
use tokio::{
    io::AsyncReadExt as _,
    process::{Child, Command},
};

/// What a program said.
#[derive(Debug)]
pub(super) struct Said {
    exit: Option<i32>,
    stdout: Vec<u8>,
}

impl Said {
    /// As it is read.
    pub(super) fn as_answer(&self) -> Output<'_> {
        Output {
            exit: self.exit,
            stdout: &self.stdout,
        }
    }
}

/// Runs a program without a shell, and with nothing of the server's environment. Dropping this ends it, with all that it began.
pub(super) async fn run(
    programs: Option<&Path>,
    command: &CommandProbe,
) -> Result<Said, ProbeFault> {
    let (name, given) = command.run.split_first().ok_or(ProbeFault::OtherAnswer)?;
    let program = found(programs, name)?;
    let child = Command::new(&program)
        .args(given)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn();
    let mut child = child.map_err(|why| unreachable(&format!("{name} cannot be run: {why}")))?;
    let group = Group::of(&child);
    let said = said(&mut child, group).await;
    said.map_err(|why| unreachable(&format!("{name} cannot be read: {why}")))
}

/// A program with all that it began, but for what left its group. Dropping it ends them.
struct Group(Option<Pid>);

impl Group {
    fn of(child: &Child) -> Self {
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
        Self(pid.and_then(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Gone already when this fails.
            kill_process_group(group, Signal::KILL).ok();
        }
    }
}

/// When the program is over, so is what it left behind: that would keep its output open.
async fn said(child: &mut Child, group: Group) -> std::io::Result<Said> {
    let out = child.stdout.take();
    let read = async move {
        let mut stdout = Vec::new();
        if let Some(out) = out {
            // One byte more shows that it is too much; a program that goes on writing is ended by the pipe.
            let most = Probe::ANSWER_MAX as u64 + 1;
            out.take(most).read_to_end(&mut stdout).await?;
        }
        Ok(stdout)
    };
    let ended = async move {
        let status = child.wait().await;
        drop(group);
        status
    };
    let (stdout, status) = tokio::try_join!(read, ended)?;
    Ok(Said {
        exit: status.code(),
        stdout,
    })
}

/// The program of that name in the directory.
fn found(programs: Option<&Path>, name: &str) -> Result<PathBuf, ProbeFault> {
    let Some(programs) = programs else {
        return Err(unreachable(
            "this server runs no programs: start it with --probe-programs DIR",
        ));
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    match name.starts_with('.') || !name.chars().all(is_plain) {
        true => Err(unreachable(
            "a program is named without a path: it lies in the directory of --probe-programs",
        )),
        false => Ok(programs.join(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{BufRead as _, BufReader, Read as _},
        os::unix::fs::PermissionsExt as _,
        time::Duration,
    };

    #[tokio::test]
    async fn only_what_lies_in_the_directory_is_run() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("acme-version");
        std::fs::write(&file, "#!/bin/sh\necho \"$1 $TIDEGATE_KEYS$HOME\"\n").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        let run = async |programs: Option<&Path>, name: &str| {
            let command = CommandProbe {
                run: vec![name.to_owned(), "2.4.1; id".to_owned()],
                pattern: None,
            };
            run(programs, &command).await
        };
        let said = run(Some(directory.path()), "acme-version").await.unwrap();
        assert_eq!(
            (said.exit, said.stdout.as_slice()),
            (Some(0), &b"2.4.1; id \n"[..])
        );
        for name in ["../bin/sh", "/bin/sh", ".", "..", "nothing"] {
            assert!(run(Some(directory.path()), name).await.is_err(), "{name}");
        }
        assert!(run(None, "acme-version").await.is_err());
    }
    /// A program of that text, beside a pipe that it can open.
    fn program(directory: &Path, text: &str) -> (CommandProbe, PathBuf) {
        let (file, pipe) = (directory.join("acme-version"), directory.join("pipe"));
        std::fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, mode).unwrap();
        let command = CommandProbe {
            run: vec!["acme-version".to_owned(), pipe.display().to_string()],
            pattern: None,
        };
        (command, pipe)
    }

    #[tokio::test]
    async fn what_a_program_leaves_behind_ends_with_it() {
        let directory = tempfile::tempdir().unwrap();
        let begins = "(echo begun; exec sleep 600) >\"$1\" &";
        let (command, pipe) = program(directory.path(), &format!("{begins}\nsleep 600"));
        let programs = directory.path().to_owned();
        let running = tokio::spawn(async move { run(Some(&programs), &command).await });
        let begun = tokio::task::spawn_blocking(move || {
            let mut pipe = BufReader::new(std::fs::File::open(pipe).unwrap());
            let mut line = String::new();
            pipe.read_line(&mut line).unwrap();
            (pipe, line)
        });
        let (mut pipe, line) = begun.await.unwrap();
        assert_eq!(line, "begun\n");
        // It is given up, as when its time is over. Nothing comes from the pipe any more, and it ends when nobody holds it open.
        running.abort();
        let rest = tokio::task::spawn_blocking(move || {
            let mut rest = String::new();
            pipe.read_to_string(&mut rest).map(|_| rest)
        });
        let rest = tokio::time::timeout(Duration::from_secs(20), rest).await;
        assert_eq!(rest.expect("it ends").unwrap().unwrap(), "");
    }

    #[tokio::test]
    async fn what_goes_on_behind_a_program_holds_nobody_up() {
        let directory = tempfile::tempdir().unwrap();
        let (command, _) = program(directory.path(), "sleep 600 &\necho 2.4.1");
        let run = run(Some(directory.path()), &command);
        let said = tokio::time::timeout(Duration::from_secs(20), run).await;
        let said = said.expect("it is over with the program").unwrap();
        assert_eq!(said.stdout, b"2.4.1\n");
    }
}
