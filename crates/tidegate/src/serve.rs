//! `tidegate serve`.

use crate::{chain, complain, log_to_stderr};
use clap::Args;
use std::{
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};
use tidegate_cli::ExitStatus;
use tidegate_domain::{converge::signed::LIFETIME_MAX, duration::Millis, outgoing::Exception};
use tidegate_server::{Config, KeySource, Room, Server};
use tokio::signal::unix::{SignalKind, signal};

/// Run the server: people, API and registry on one address, agents on another.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where SQLite, key file and artifacts lie.
    #[arg(long, default_value = "./tidegate-data", value_name = "DIR")]
    data: PathBuf,
    /// Where people, API and registry are served.
    #[arg(long, default_value = "127.0.0.1:7420", value_name = "ADDR")]
    listen: SocketAddr,
    /// Where agents are served, by mutual TLS.
    #[arg(long, default_value = "127.0.0.1:7421", value_name = "ADDR")]
    agent_listen: SocketAddr,
    /// Keep records in PostgreSQL instead of SQLite: `postgres://user:password@host/database`.
    #[arg(
        long,
        env = "TIDEGATE_DATABASE",
        hide_env_values = true,
        value_name = "URL"
    )]
    database: Option<String>,
    /// The keys that wrap secrets, one a line, the newest first; made at the first start. `DIR/key` unless set. Keys in
    /// `TIDEGATE_KEYS`, or the systemd credential `tidegate.keys`, are taken instead.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The Prometheus that checks ask unless they name another.
    #[arg(long, env = "TIDEGATE_PROMETHEUS", value_name = "URL")]
    prometheus: Option<String>,
    /// The directory with the git repositories that components are made from, clones or mirrors: what changed is read there.
    #[arg(long, env = "TIDEGATE_SOURCES", value_name = "DIR")]
    sources: Option<PathBuf>,
    /// A file with the administrator's token, at least 20 characters; one is made and printed once unless set.
    #[arg(long, value_name = "FILE")]
    admin_token_file: Option<PathBuf>,
    /// How long agents may begin something new because of what they were told last. They ask anew half way through.
    #[arg(long, default_value = "24h", value_name = "TIME", value_parser = lifetime)]
    signature_lifetime: Millis,
    /// Where people reach this server, such as `https://tidegate.example`; the address it listens on unless set.
    #[arg(long, env = "TIDEGATE_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    /// One reverse proxy stands before this server: who asks is what it says in `X-Forwarded-For`.
    #[arg(long, env = "TIDEGATE_BEHIND_PROXY")]
    behind_proxy: bool,
    /// How old the secret of a sign-in gets before it is replaced.
    #[arg(long, default_value = "15m", value_name = "TIME")]
    session_renewal: Millis,
    /// A file that names the mail servers that messages go out by.
    #[arg(long, env = "TIDEGATE_MAIL_SERVERS", value_name = "FILE")]
    mail_servers: Option<PathBuf>,
    /// The directory with the programs that say versions of suppliers, for probes that name one by `command`; none is run unless set.
    #[arg(long, env = "TIDEGATE_PROBE_PROGRAMS", value_name = "DIR")]
    probe_programs: Option<PathBuf>,
    /// A file that declares the identity providers that people may sign in by.
    #[arg(long, env = "TIDEGATE_PROVIDERS", value_name = "FILE")]
    providers: Option<PathBuf>,
    /// An inner place that the server may ask because people declared it, in a check or as an issuer: an address, a network
    /// (`10.0.0.0/8`) or the name of a host, and `:PORT` behind it for one port only. Several, or with commas between them.
    #[arg(
        long,
        env = "TIDEGATE_ALLOW_OUTGOING",
        value_delimiter = ',',
        value_name = "PLACE"
    )]
    allow_outgoing: Vec<Exception>,
    /// How many connections there may be at once, at people's address and at the agents'. Agents with a certificate do not count.
    #[arg(long, default_value_t = Room::default().all, value_name = "N")]
    max_connections: usize,
    /// How many of them may come from one client; behind a proxy, how many requests.
    #[arg(long, default_value_t = Room::default().each, value_name = "N")]
    max_connections_per_client: usize,
}

pub(crate) async fn run(args: &ServeArgs) -> ExitCode {
    log_to_stderr("info");
    let config = Config {
        data: args.data.clone(),
        listen: args.listen,
        agent_listen: args.agent_listen,
        database: args.database.clone(),
        keys: key_source(args.key_file.as_deref(), &args.data),
        prometheus: args.prometheus.clone(),
        sources: args.sources.clone(),
        admin_token_file: args.admin_token_file.clone(),
        signature_lifetime: args.signature_lifetime,
        public_url: args.public_url.clone(),
        behind_proxy: args.behind_proxy,
        session_renewal: args.session_renewal.as_signed(),
        mail_servers: args.mail_servers.clone(),
        probe_programs: args.probe_programs.clone(),
        providers: args.providers.clone(),
        allow_outgoing: args.allow_outgoing.clone(),
        room: room(args),
    };
    let mut server = match Server::start(&config).await {
        Ok(server) => server,
        Err(error) => return complain(&chain(&error)),
    };
    welcome(&server);
    tokio::select! {
        () = asked_to_stop() => ExitStatus::Done.into(),
        () = server.failed() => complain("a part of the server ended; the log says which"),
    }
}

/// A file that is named goes before the environment, and that before a credential (systemd.exec, `LoadCredential=`).
pub(crate) fn key_source(named: Option<&Path>, data: &Path) -> KeySource {
    if let Some(path) = named {
        return KeySource::File(path.to_owned());
    }
    if let Ok(given) = std::env::var("TIDEGATE_KEYS") {
        return KeySource::Given(given);
    }
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    let credential = credentials.map(|directory| directory.join("tidegate.keys"));
    match credential.and_then(|path| std::fs::read_to_string(path).ok()) {
        Some(given) => KeySource::Given(given),
        None => KeySource::File(data.join("key")),
    }
}

/// Resolves when the process is asked to end.
pub(crate) async fn asked_to_stop() {
    let term = signal(SignalKind::terminate());
    let interrupt = signal(SignalKind::interrupt());
    match (term, interrupt) {
        (Ok(mut term), Ok(mut interrupt)) => {
            tokio::select! { _ = term.recv() => {} _ = interrupt.recv() => {} }
        }
        // Without handlers the signals end the process by themselves.
        _ => std::future::pending().await,
    }
}

/// As many connections as were asked for, and as the system has files for: a quarter at each address leaves half of them to
/// everything else. The system's usual bound is raised as far as it goes.
fn room(args: &ServeArgs) -> Room {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let files = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let quarter = files.map(|files| usize::try_from(files / 4).unwrap_or(usize::MAX));
    Room {
        all: args
            .max_connections
            .min(quarter.unwrap_or(usize::MAX))
            .max(1),
        each: args.max_connections_per_client.max(1),
    }
}

/// A signature that agents take: they refuse one that lives longer.
fn lifetime(text: &str) -> Result<Millis, String> {
    let time: Millis = text.parse().map_err(|why| format!("{why}"))?;
    let bounds = Millis::from_secs(1)..=LIFETIME_MAX;
    if bounds.contains(&time) {
        return Ok(time);
    }
    Err("write a time from 1s to 168h".to_owned())
}

fn welcome(server: &Server) {
    let Server {
        address,
        agent_address,
        ..
    } = server;
    let mut lines = vec![format!(
        "Tidegate serves people on http://{address} and agents on https://{agent_address}"
    )];
    if let Some(welcome) = &server.welcome {
        lines.push(format!(
            "Sign in once with http://{address}{}",
            welcome.sign_in_path
        ));
        let token = welcome.token.as_ref();
        lines.extend(
            token.map(|token| format!("The administrator's token, shown only now: {token}")),
        );
    }
    let text = lines.join("\n") + "\n";
    // A server whose standard output is closed serves all the same.
    drop(std::io::stdout().write_all(text.as_bytes()));
}
