//! The agent as a program of its own, and a program for it to run: what the tests start as real processes.
//!
//! `agent run|keeper|launch …` are wired as the real program wires them. `serve` answers HTTP with the text of the
//! file `VERSION` and, when asked to stop, finishes what it has begun.

use std::{
    env,
    ffi::OsString,
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};
use tidegate_agent::{RunOptions, keeper, launch, run};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    signal::unix::{SignalKind, signal},
    task::JoinSet,
};

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let words: Vec<&str> = arguments.iter().filter_map(|a| a.to_str()).collect();
    let done = match words.as_slice() {
        ["agent", "keeper", "--directory", directory] => {
            keeper(Path::new(directory)).map_err(|error| error.to_string())
        }
        ["agent", "launch", "--sockets", sockets, "--", ..] => {
            let sockets = sockets.parse().expect("a number of sockets");
            complain(&launch(sockets, &arguments[5..]).to_string());
            return ExitCode::from(127);
        }
        ["agent", "run", "--data", directory] => agent(directory.into()),
        ["serve", address] => serve(address),
        _ => Err("unknown command".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn agent(directory: PathBuf) -> Result<(), String> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let options = RunOptions {
        directory,
        program: None,
    };
    runtime()
        .block_on(run(options, std::future::pending()))
        .map_err(|error| error.to_string())
}

fn serve(address: &str) -> Result<(), String> {
    let given = listenfd::ListenFd::from_env()
        .take_tcp_listener(0)
        .ok()
        .flatten();
    let listener = given.map_or_else(|| TcpListener::bind(address), Ok);
    let listener = listener.map_err(|error| error.to_string())?;
    let version = std::fs::read_to_string("VERSION").map_err(|error| error.to_string())?;
    runtime()
        .block_on(accept(listener, &version))
        .map_err(|error| error.to_string())
}

async fn accept(listener: TcpListener, version: &str) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let mut term = signal(SignalKind::terminate())?;
    let mut answers = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                answers.spawn(answer(accepted?.0, version.trim().to_owned()));
            }
            _ = term.recv() => break,
        }
    }
    drop(listener);
    answers.join_all().await;
    Ok(())
}

/// Slowly enough to be caught in the middle.
async fn answer(mut stream: TcpStream, version: String) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_buf(&mut request).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{version}",
        version.len()
    );
    stream.write_all(answer.as_bytes()).await.ok();
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime can be made")
}

fn complain(text: &str) {
    writeln!(std::io::stderr(), "{text}").ok();
}
