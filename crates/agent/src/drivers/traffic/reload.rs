//! The command that makes a balancer read its configuration again. Never through a shell, and never for longer than
//! it may take: what it has started by then is killed with it.

use rustix::process::{Pid, Signal, kill_process_group};
use std::{fmt, io, process::Stdio, time::Duration};
use tokio::{
    io::AsyncReadExt,
    process::{Child, ChildStderr, Command},
    time::timeout,
};

/// Where its program is looked for.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// So much of what it complains is told.
const COMPLAINT_BYTES_MAX: usize = 500;
/// What was written before the end is there by then. A process that outlives the command may hold the pipe for longer.
const COMPLAINT_WITHIN: Duration = Duration::from_millis(100);

/// Why a command did not end well.
#[derive(Debug)]
pub(super) struct Failure {
    command: String,
    how: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.command, self.how)
    }
}

/// Runs program and arguments until they end well or `limit` is over.
pub(super) async fn reload(command: &[String], limit: Duration) -> Result<(), Failure> {
    let failed = |how: String| Failure {
        command: command.join(" "),
        how,
    };
    let mut running = Running::begin(command).map_err(|error| {
        failed(format!(
            "cannot be run: {error}; name a program that is there"
        ))
    })?;
    let ended = timeout(limit, running.end()).await;
    match ended {
        Err(_) => Err(failed(format!(
            "did not end within {limit:?} and was killed"
        ))),
        Ok(Ok(None)) => Ok(()),
        Ok(Ok(Some(how))) => Err(failed(format!("failed: {how}"))),
        Ok(Err(error)) => Err(failed(format!("failed: {error}"))),
    }
}

/// A command and all it has started; killed when dropped before its end.
struct Running {
    child: Child,
    complaint: ChildStderr,
}

impl Running {
    fn begin(command: &[String]) -> io::Result<Self> {
        let [program, arguments @ ..] = command else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .env("PATH", PATH)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let complaint = child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { child, complaint })
    }

    /// How it failed, in its own words; none when it ended well.
    async fn end(&mut self) -> io::Result<Option<String>> {
        let (mut said, mut open) = (Vec::new(), true);
        let status = loop {
            tokio::select! {
                status = self.child.wait() => break status?,
                more = listen(&mut self.complaint, &mut said), if open => open = more?,
            }
        };
        if status.success() {
            return Ok(None);
        }
        let rest = async {
            while listen(&mut self.complaint, &mut said).await? {}
            io::Result::Ok(())
        };
        timeout(COMPLAINT_WITHIN, rest).await.unwrap_or(Ok(()))?;
        let said = String::from_utf8_lossy(&said);
        let words: Vec<&str> = said.split_whitespace().collect();
        let how = match words.as_slice() {
            [] => status.to_string(),
            [..] => format!("{status}: {}", words.join(" ")),
        };
        Ok(Some(how))
    }
}

/// Keeps the beginning and drops the rest, so that nobody waits to be heard. Whether there may be more.
async fn listen(complaint: &mut ChildStderr, said: &mut Vec<u8>) -> io::Result<bool> {
    let length = complaint.read_buf(said).await?;
    said.truncate(COMPLAINT_BYTES_MAX);
    Ok(length > 0)
}

impl Drop for Running {
    fn drop(&mut self) {
        let pid = self.child.id().and_then(|pid| i32::try_from(pid).ok());
        if let Some(group) = pid.and_then(Pid::from_raw) {
            // Gone already when this fails.
            kill_process_group(group, Signal::KILL).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    const LIMIT: Duration = Duration::from_secs(20);

    async fn said(command: &[&str], limit: Duration) -> Result<(), String> {
        let command: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
        reload(&command, limit).await.map_err(|f| f.to_string())
    }

    #[tokio::test]
    async fn every_end_but_a_good_one_is_a_sentence() {
        for (command, expect) in [
            (vec!["/bin/true"], Ok(())),
            (vec!["true", "it is found on the path"], Ok(())),
            (vec!["/bin/false"], Err("/bin/false failed: exit status: 1")),
            (
                vec!["/absent/nginx", "-s", "reload"],
                Err(
                    "/absent/nginx -s reload cannot be run: No such file or directory (os error 2); name a program that is there",
                ),
            ),
            (
                vec!["ls", "/absent"],
                Err(
                    "ls /absent failed: exit status: 2: ls: cannot access '/absent': No such file or directory",
                ),
            ),
            // Nothing is meant by the characters that a shell would heed.
            (
                vec!["ls", "/absent;true"],
                Err(
                    "ls /absent;true failed: exit status: 2: ls: cannot access '/absent;true': No such file or directory",
                ),
            ),
        ] {
            assert_eq!(said(&command, LIMIT).await, expect.map_err(str::to_owned));
        }
    }

    #[tokio::test]
    async fn a_command_that_talks_without_end_is_cut() {
        let told = said(
            &["sh", "-c", "yes trouble | head -c 300000 >&2; exit 3"],
            LIMIT,
        )
        .await;
        let told = told.unwrap_err();
        assert!(told.contains("exit status: 3: trouble trouble"), "{told}");
        assert!(told.len() < 700, "{}", told.len());
    }

    #[tokio::test]
    async fn what_takes_too_long_is_killed_with_all_it_started() {
        let directory = tempfile::tempdir().unwrap();
        let pids = directory.path().join("pids");
        let script = format!("sleep 1000 & echo $! > {}; sleep 1000", pids.display());
        let limit = Duration::from_secs(2);
        let told = said(&["sh", "-c", &script], limit).await.unwrap_err();
        assert!(
            told.ends_with(" did not end within 2s and was killed"),
            "{told}"
        );
        let pid = std::fs::read_to_string(pids).unwrap();
        let stat = format!("/proc/{}/stat", pid.trim());
        let begun = Instant::now();
        let lives = || std::fs::read_to_string(&stat).is_ok_and(|s| !s.contains(") Z "));
        while lives() {
            assert!(begun.elapsed() < LIMIT);
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_process_that_is_left_behind_holds_nobody_up() {
        let begun = Instant::now();
        assert_eq!(
            said(&["sh", "-c", "sleep 20 & exit 0"], LIMIT).await,
            Ok(())
        );
        let told = said(&["sh", "-c", "echo no >&2; sleep 20 & exit 1"], LIMIT).await;
        assert!(told.unwrap_err().ends_with(" failed: exit status: 1: no"));
        assert!(begun.elapsed() < LIMIT);
    }
}
