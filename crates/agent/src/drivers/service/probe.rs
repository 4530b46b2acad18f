//! One question to a component. The answer is a sentence either way.

use std::{collections::BTreeMap, io, path::Path, process::Stdio, time::Duration};
use tidegate_domain::{
    converge::judge::Sight,
    revision::{HealthCheck, Probe},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::Command,
    time::timeout,
};

/// A longer status line is not HTTP.
const STATUS_LINE_BYTES_MAX: u64 = 4 * 1024;

/// Where an `exec` probe runs.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    pub(super) directory: &'a Path,
    pub(super) environment: &'a BTreeMap<String, String>,
}

/// Asks once, within the check's timeout.
pub(super) async fn ask(check: &HealthCheck, scene: &Scene<'_>) -> Sight {
    let limit = check.timeout.as_duration();
    let answer = match &check.probe {
        Probe::Http { host, port, path } => http(host, *port, path, limit).await,
        Probe::Tcp { host, port } => tcp(host, *port, limit).await,
        Probe::Exec { command } => exec(command, scene, limit).await,
    };
    match answer {
        Ok(what) => Sight::Passed { what },
        Err(what) => Sight::Missed { what },
    }
}

async fn http(host: &str, port: u16, path: &str, limit: Duration) -> Result<String, String> {
    let failed = |error: io::Error| format!("GET {path} failed: {}", plain(&error, limit));
    let asking = timeout(limit, status_line(host, port, path)).await;
    let line = asking
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        .map_err(failed)?;
    let status = line
        .split(' ')
        .nth(1)
        .and_then(|word| word.parse::<u16>().ok());
    match status.filter(|_| line.starts_with("HTTP/1.")) {
        Some(status @ 200..=399) => Ok(format!("GET {path} answered {status}")),
        Some(status) => Err(format!("GET {path} answered {status}")),
        None => Err(format!(
            "GET {path} was answered with something other than HTTP"
        )),
    }
}

async fn status_line(host: &str, port: u16, path: &str) -> io::Result<String> {
    let stream = TcpStream::connect((host, port)).await?;
    let mut stream = stream.take(STATUS_LINE_BYTES_MAX);
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {host}:{port}\r\nuser-agent: tidegate-agent\r\nconnection: close\r\n\r\n"
    );
    stream.get_mut().write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.contains(&b'\n') && stream.read_buf(&mut answer).await? > 0 {}
    if answer.is_empty() {
        return Err(io::ErrorKind::ConnectionReset.into());
    }
    let line = answer.split(|b| *b == b'\n').next().unwrap_or_default();
    Ok(String::from_utf8_lossy(line).trim_end().to_owned())
}

async fn tcp(host: &str, port: u16, limit: Duration) -> Result<String, String> {
    let asking = timeout(limit, TcpStream::connect((host, port))).await;
    match asking.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
        Ok(_) => Ok(format!("port {port} answers")),
        Err(error) => Err(format!(
            "port {port} does not answer: {}",
            plain(&error, limit)
        )),
    }
}

async fn exec(command: &[String], scene: &Scene<'_>, limit: Duration) -> Result<String, String> {
    let [program, arguments @ ..] = command else {
        return Err("the check's command is empty".to_owned());
    };
    let path = if program.contains('/') {
        scene.directory.join(program)
    } else {
        program.into()
    };
    let mut child = Command::new(path)
        .args(arguments)
        .env_clear()
        .envs(scene.environment)
        .current_dir(scene.directory)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("the check {program} cannot run: {error}"))?;
    match timeout(limit, child.wait()).await {
        Err(_) => Err(format!("the check {program} did not end within {limit:?}")),
        Ok(Ok(status)) if status.success() => Ok(format!("the check {program} passed")),
        Ok(Ok(status)) => Err(format!("the check {program} failed: {status}")),
        Ok(Err(error)) => Err(format!("the check {program} failed: {error}")),
    }
}

fn plain(error: &io::Error, limit: Duration) -> String {
    let kind = error.kind();
    if kind == io::ErrorKind::TimedOut {
        format!("no answer within {limit:?}")
    } else if kind == io::ErrorKind::ConnectionRefused {
        "connection refused".to_owned()
    } else if kind == io::ErrorKind::ConnectionReset {
        "connection closed without an answer".to_owned()
    } else {
        error.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_domain::duration::Millis;
    use tokio::net::TcpListener;

    async fn asked(probe: Probe) -> Sight {
        let check = HealthCheck {
            probe,
            interval: Millis(100),
            timeout: Millis(300),
            healthy_after: 1,
            unhealthy_after: 1,
            deadline: Millis(1_000),
        };
        let environment = BTreeMap::new();
        ask(
            &check,
            &Scene {
                directory: Path::new("/"),
                environment: &environment,
            },
        )
        .await
    }

    /// A server that answers one connection with these bytes, or with silence.
    async fn answering(answer: Option<&'static str>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            match answer {
                Some(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
                None => std::future::pending().await,
            }
        });
        port
    }

    fn http(port: u16) -> Probe {
        Probe::Http {
            host: "127.0.0.1".into(),
            port,
            path: "/healthz".into(),
        }
    }

    #[tokio::test]
    async fn every_answer_is_a_sentence() {
        let passed = |what: &str| Sight::Passed {
            what: what.to_owned(),
        };
        let missed = |what: &str| Sight::Missed {
            what: what.to_owned(),
        };
        for (answer, expect) in [
            (
                Some("HTTP/1.1 204 No Content\r\n\r\n"),
                passed("GET /healthz answered 204"),
            ),
            (
                Some("HTTP/1.0 302 Found\r\n\r\n"),
                passed("GET /healthz answered 302"),
            ),
            (
                Some("HTTP/1.1 503 Busy\r\n\r\n"),
                missed("GET /healthz answered 503"),
            ),
            (
                Some("SSH-2.0-x\r\n"),
                missed("GET /healthz was answered with something other than HTTP"),
            ),
            (None, missed("GET /healthz failed: no answer within 300ms")),
        ] {
            assert_eq!(asked(http(answering(answer).await)).await, expect);
        }
        let port = answering(None).await;
        let tcp = Probe::Tcp {
            host: "127.0.0.1".into(),
            port,
        };
        assert_eq!(asked(tcp).await, passed(&format!("port {port} answers")));
        let exec = |program: &str| {
            asked(Probe::Exec {
                command: vec![program.to_owned()],
            })
        };
        assert_eq!(
            exec("/bin/true").await,
            passed("the check /bin/true passed")
        );
        let failed = missed("the check /bin/false failed: exit status: 1");
        assert_eq!(exec("/bin/false").await, failed);
    }
}
