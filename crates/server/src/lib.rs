//! The server: use-cases, the engine, the HTTP API, the agents' address and the pages.
//!
//! One way through the house for every request that changes something: `http` or `web` → [`app`] (one use-case, one
//! transaction, the authorizer) → `domain` (decides) → `store` (state, journal and effects commit together) → `engine`
//! performs what follows. Reads go `http`/`web` → `app::query` → store. Nothing imports `http` or `web`; the engine never
//! decides.
//!
//! Start at [`Server::start`], which puts the parts together.

mod agents;
pub mod app;
mod config;
mod connection;
mod engine;
#[cfg(fuzzing)]
pub mod fuzz;
mod http;
mod identity;
mod keyring;
mod messenger;
mod metrics;
mod outgoing;
mod prober;
mod restore;
mod sources;
mod telemetry;
mod web;

pub use config::Config;
pub use connection::Room;
pub use http::openapi;
pub use keyring::KeySource;
pub use messenger::MailServersError;
pub use restore::{Restore, RestoreError};

use agents::{authority::Authority, desk::Desk};
use app::{App, Bus, Error, RevisionCache, SharedApp, TokenUses, standstill::Standstill};
use connection::{Patience, people};
use identity::{Identity, SettingsError};
use keyring::{Keyring, KeyringError};
use messenger::{Messenger, read_mail_servers};
use metrics::Metrics;
use outgoing::{ClientError, Outgoing};
use prober::Prober;
use sources::Sources;
use std::{net::SocketAddr, path::PathBuf, sync::Arc};
use tidegate_domain::journal::Notary;
use tidegate_registry::{BlobError, Blobs, Registry};
use tidegate_store::{KeyRow, Store, StoreError};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinSet, time::MissedTickBehavior};

/// How often blobs are read again whose time has come.
const SCRUB_EVERY: std::time::Duration = std::time::Duration::from_secs(60);
/// How many bytes of them at a time: at most a sixth of what a disk of 100 MB/s gives.
const SCRUB_BYTES: u64 = 1_000_000_000;

/// A server that runs. Dropping it ends it; nothing that was acknowledged is lost then.
#[derive(Debug)]
pub struct Server {
    /// Where people, API and registry are served.
    pub address: SocketAddr,
    /// Where agents are served.
    pub agent_address: SocketAddr,
    /// What the first start makes for the administrator.
    pub welcome: Option<Welcome>,
    tasks: JoinSet<()>,
}

/// What the first start prints, once.
#[derive(Debug)]
pub struct Welcome {
    /// Signs in to the pages; behind the server's address.
    pub sign_in_path: String,
    /// The administrator's token, unless one was given by a file.
    pub token: Option<String>,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A directory or file is out of reach.
    #[error("cannot use {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An address is taken or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The administrator's token is too short to be one.
    #[error("the token in {0} is shorter than 20 characters")]
    WeakToken(PathBuf),
    /// The key file.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The client that others are asked with.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The identity providers.
    #[error("the identity providers cannot be used")]
    Providers(#[from] SettingsError),
    /// The mail servers.
    #[error("the mail servers cannot be used")]
    MailServers(#[from] MailServersError),
    /// The blobs.
    #[error("the artifacts' directory cannot be opened")]
    Blobs(#[from] BlobError),
    /// Anything else.
    #[error(transparent)]
    App(#[from] Error),
}

impl Server {
    /// Opens store, keys and addresses, and begins to serve.
    ///
    /// # Errors
    /// When one of them cannot be had; nothing is left running then.
    pub async fn start(config: &Config) -> Result<Self, StartError> {
        let token = config.admin_token()?;
        let listener = listen(config.listen).await?;
        let app = open(
            config,
            &format!("http://{}", local(&listener, config.listen)?),
        )
        .await?;
        let agents = listen(config.agent_listen).await?;
        // Only a server that can be reached may show the administrator's token: it is shown once.
        let welcome = welcome(&app, token).await?;
        let (address, agent_address) = (
            local(&listener, config.listen)?,
            local(&agents, config.agent_listen)?,
        );
        let holder = format!(
            "{}/{}",
            std::process::id(),
            hex::encode(keyring::random::<4>())
        );
        let mut tasks = JoinSet::new();
        // None of these begins while a person has still to look at what was put back.
        tasks.spawn(resting(app.clone(), holder.clone(), engine::run));
        tasks.spawn(resting(
            app.clone(),
            holder.clone(),
            engine::read_attachments,
        ));
        tasks.spawn(resting(
            app.clone(),
            holder.clone(),
            engine::watch_quarantine,
        ));
        tasks.spawn(resting(app.clone(), holder.clone(), engine::send_messages));
        tasks.spawn(resting(app.clone(), holder.clone(), engine::ask_suppliers));
        tasks.spawn(resting(app.clone(), holder.clone(), engine::look_ahead));
        tasks.spawn(resting(app.clone(), holder.clone(), engine::remind));
        tasks.spawn(resting(app.clone(), holder.clone(), engine::mail_news));
        tasks.spawn(resting(app.clone(), holder.clone(), |app, _| {
            collect_garbage(app)
        }));
        tasks.spawn(resting(app.clone(), holder.clone(), scrub));
        tasks.spawn(watch_standstill(app.clone()));
        tasks.spawn(engine::run_sequencer(app.clone(), holder));
        tasks.spawn(engine::pass_wakes_on(app.clone()));
        tasks.spawn(write_token_uses(app.clone()));
        tasks.spawn(serve_agents(app.clone(), agents, config.room));
        let served = people::Service {
            router: http::router(app.clone(), config.room),
            health: http::health().with_state(app),
            patience: if config.behind_proxy {
                Patience::behind_proxy()
            } else {
                Patience::default()
            },
            room: config.room,
            behind_proxy: config.behind_proxy,
        };
        tasks.spawn(people::serve(listener, served));
        let Room { all, each } = config.room;
        tracing::info!(%address, %agent_address, connections = all, of_a_client = each, "server.ready");
        Ok(Self {
            address,
            agent_address,
            welcome,
            tasks,
        })
    }

    /// Waits until one of the server's tasks ends, which none should.
    pub async fn failed(&mut self) {
        self.tasks.join_next().await;
    }
}

async fn open(config: &Config, usual_url: &str) -> Result<SharedApp, StartError> {
    let (providers, exceptions) = config.outside()?;
    let outgoing = Outgoing::new(exceptions)?;
    let mail_servers = config.mail_servers.as_deref().map(read_mail_servers);
    let mail_servers = mail_servers.transpose()?.unwrap_or_default();
    let identity = Identity::new(config, usual_url, (providers, &outgoing))?;
    let data = &config.data;
    std::fs::create_dir_all(data).map_err(|source| StartError::File {
        path: data.clone(),
        source,
    })?;
    let store = match &config.database {
        Some(address) => Store::open_postgres(address).await?,
        None => Store::open_sqlite(data).await?,
    };
    let keyring = Keyring::open(config.keys.clone())?;
    let authority = Authority::make(&keyring)?;
    let notary = KeyRow {
        name: "journal".to_owned(),
        public: String::new(),
        wrapped: keyring.wrap("key/journal", &keyring::random::<32>()),
    };
    let first = App::first_instruction_key(&keyring);
    let kept = store
        .write(
            (authority, notary, first),
            |tx, (authority, notary, first)| {
                Box::pin(async move {
                    tx.record_instruction_key(first).await?;
                    Ok::<_, StoreError>((
                        tx.record_key(authority).await?,
                        tx.record_key(notary).await?,
                    ))
                })
            },
        )
        .await?;
    let authority = Authority::open(&keyring, &kept.0)?;
    let secret = keyring
        .unwrap("key/journal", &kept.1.wrapped)
        .and_then(|key| <[u8; 32]>::try_from(key).ok());
    let secret = secret.ok_or_else(|| {
        Error::Broken("the journal's key cannot be opened by this key file".into())
    })?;
    let restored = store.read((), |tx, ()| Box::pin(tx.restored())).await?;
    let blobs = Blobs::open(&data.join("artifacts"))?;
    Ok(Arc::new(App {
        registry: Registry::new(store.clone(), blobs),
        bus: Bus::new(store.is_shared()),
        store,
        keyring,
        authority,
        notary: Notary::new(&secret),
        gate: Arc::default(),
        revisions: RevisionCache::default(),
        output: Desk::default(),
        identity,
        token_uses: TokenUses::default(),
        messenger: Messenger::new(mail_servers, outgoing.clone()),
        prober: Prober::new(outgoing.clone(), config.probe_programs.clone()),
        metrics: Metrics::new(outgoing, config.prometheus.clone()),
        rehearsing: Semaphore::new(1),
        inspecting: Semaphore::new(4),
        sources: Arc::new(Sources::new(config.sources.clone())),
        scratch: data.clone(),
        standstill: Standstill::new(restored.is_some()),
        signature_lifetime: config.signature_lifetime,
    }))
}

/// Makes the administrator at the first start: prints nothing itself.
async fn welcome(app: &SharedApp, given: Option<String>) -> Result<Option<Welcome>, StartError> {
    let made = keyring::new_secret(app::authenticate::TOKEN_PREFIX);
    let (administrator, first) = app.ensure_administrator(given.as_deref(), &made).await?;
    if !first {
        return Ok(None);
    }
    let sign_in_path = app.link_for(administrator.id, ("invitation", None)).await?;
    Ok(Some(Welcome {
        sign_in_path,
        token: given.is_none().then_some(made),
    }))
}

/// Works, but for the time in which the server rests; what is cut short then was not committed.
async fn resting<W: Future<Output = ()>>(
    app: SharedApp,
    holder: String,
    work: impl Fn(SharedApp, String) -> W,
) {
    loop {
        app.standstill.over().await;
        tokio::select! {
            () = app.standstill.begun() => {}
            () = work(app.clone(), holder.clone()) => return,
        }
    }
}

async fn watch_standstill(app: SharedApp) {
    app.watch_standstill().await;
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address, source })
}

fn local(listener: &TcpListener, address: SocketAddr) -> Result<SocketAddr, StartError> {
    listener
        .local_addr()
        .map_err(|source| StartError::Listen { address, source })
}

async fn serve_agents(app: SharedApp, listener: TcpListener, room: Room) {
    if let Err(error) = agents::serve(app, listener, room).await {
        tracing::error!(error = &error as &dyn std::error::Error, "agents.ended");
    }
}

/// Writes down every few seconds which tokens were used.
async fn write_token_uses(app: SharedApp) {
    let mut tick = tokio::time::interval(std::time::Duration::from_secs(5));
    loop {
        tick.tick().await;
        if let Err(error) = app.write_token_uses().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "tokens.uses_not_written"
            );
        }
    }
}

/// Reads blobs again when their time has come, and whatever is suspected at once; tells what is damaged.
async fn scrub(app: SharedApp, holder: String) {
    let mut tick = tokio::time::interval(SCRUB_EVERY);
    // A disk that is slower than that is not read without a pause.
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = app.registry.blobs().suspected() => {}
        }
        match app
            .registry
            .scrub(&holder, jiff::Timestamp::now(), SCRUB_BYTES)
            .await
        {
            Ok(scrubbed) if scrubbed.damaged.is_empty() => {}
            Ok(scrubbed) => {
                tracing::error!(damaged = ?scrubbed.damaged, "registry.damaged");
                app.bus.wake_engine();
            }
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "registry.scrub_failed"
            ),
        }
    }
}

/// Once an hour takes away the tags whose time is over, and then the artifacts that nothing needs any more.
async fn collect_garbage(app: SharedApp) {
    let mut tick = tokio::time::interval(std::time::Duration::from_secs(3600));
    tick.tick().await;
    loop {
        tick.tick().await;
        if let Err(error) = app.forget_what_is_over().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "sign_in.not_forgotten"
            );
        }
        if let Err(error) = app.retire_artifacts().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "registry.retention_failed"
            );
        }
        match app.registry.collect_garbage(jiff::Timestamp::now()).await {
            Ok(collected) => tracing::info!(?collected, "registry.garbage_collected"),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "registry.garbage_failed"
            ),
        }
    }
}
