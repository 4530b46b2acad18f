//! Programs that say a version. Only those are run that whoever runs the server put into one directory: what is declared names one of
//! them and what it is given, and can bring none.

use super::unreachable;
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

/// Runs a program without a shell, and with nothing of the server's environment. Dropping this ends it.
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
        .kill_on_drop(true)
        .spawn();
    let child = child.map_err(|why| unreachable(&format!("{name} cannot be run: {why}")))?;
    let said = said(child).await;
    said.map_err(|why| unreachable(&format!("{name} cannot be read: {why}")))
}

async fn said(mut child: Child) -> std::io::Result<Said> {
    let mut stdout = Vec::new();
    if let Some(out) = child.stdout.take() {
        // One byte more shows that it is too much; a program that goes on writing is ended by the pipe.
        let most = Probe::ANSWER_MAX as u64 + 1;
        out.take(most).read_to_end(&mut stdout).await?;
    }
    let status = child.wait().await?;
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
    use std::os::unix::fs::PermissionsExt as _;

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
}
