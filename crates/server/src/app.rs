//! Use-cases: one file per noun. Each opens its transaction, asks the authorizer, lets `domain` decide, and stores
//! state, journal and effects together.
//!
//! Nothing here speaks HTTP or renders pages. Reads are in [`query`].

pub mod addresses;
pub(crate) mod admission;
mod advisories;
pub mod agenda;
pub mod apply;
pub mod approvals;
mod artifacts;
mod attachments;
pub mod authenticate;
mod backtest;
mod backup;
pub(crate) mod balancing;
mod bill_parts;
pub mod blocks;
mod bus;
pub mod changes;
pub(crate) mod clearance;
pub(crate) mod communication;
pub mod controls;
pub mod deploy;
mod dossier;
pub(crate) mod drills;
pub mod enrolments;
mod error;
mod evidence;
mod expiry;
pub mod feed;
mod gate;
pub(crate) mod group_runs;
pub mod guide;
pub mod handovers;
mod hands;
pub(crate) mod histories;
pub mod hurdles;
mod instructions;
pub mod issues;
pub mod journal;
pub(crate) mod latecomers;
mod leftovers;
pub mod lifecycle;
mod links;
pub mod observed;
pub mod passwords;
pub mod people;
mod planning;
pub mod plans;
pub mod policies;
mod preflights;
mod present;
pub(crate) mod procedures;
pub mod proofs;
pub mod proposals;
pub mod providers;
pub(crate) mod quarantine;
pub mod query;
mod readers;
mod rehearse;
pub mod releases;
mod request;
mod retention;
mod retrospect;
mod returns;
pub mod reviews;
mod revisions;
pub mod rollback;
pub mod runbooks;
mod runs;
mod scope;
pub mod score;
pub mod secrets;
pub mod sessions;
pub mod standstill;
pub mod steer;
pub(crate) mod suppliers;
mod talk;
pub mod tasks;
mod token_uses;
pub mod tokens;
pub mod trains;
mod tries;
pub mod trusts;
mod waivers;
mod witnesses;

pub use bus::Bus;
pub use error::{Error, Kind, field, optional};
pub use gate::Gate;
pub(crate) use preflights::due_preflight;
pub(crate) use query::collect;
use request::Page;
pub use request::Request;
pub(crate) use request::entry;
pub use revisions::RevisionCache;
pub use token_uses::TokenUses;

use crate::{
    agents::authority::Authority, agents::desk::Desk, identity::Identity, keyring::Keyring,
    messenger::Messenger, metrics::Metrics, prober::Prober, sources::Sources,
};
use std::{path::PathBuf, sync::Arc};
use tidegate_domain::{duration::Millis, journal::Notary};
use tidegate_registry::Registry;
use tidegate_store::Store;
use tokio::sync::Semaphore;

/// Everything a use-case may reach.
#[derive(Debug)]
pub struct App {
    /// Where everything but artifacts is kept.
    pub store: Store,
    /// Where components await deployment.
    pub registry: Registry,
    /// What wraps secrets.
    pub keyring: Keyring,
    /// Who certifies agents.
    pub authority: Authority,
    /// Who signs checkpoints.
    pub notary: Notary,
    /// Who may do what.
    pub gate: Arc<Gate>,
    /// Wake-ups.
    pub bus: Bus,
    /// Revisions once read: they never change.
    pub revisions: RevisionCache,
    /// Who waits for what components wrote.
    pub output: Desk,
    /// How people and programs prove who they are.
    pub identity: Identity,
    /// Which tokens were used since that was last written down.
    pub token_uses: TokenUses,
    /// The way of messages out.
    pub messenger: Messenger,
    /// Who asks suppliers.
    pub prober: Prober,
    /// What is measured outside.
    pub metrics: Metrics,
    /// Who rehearses: one at a time, because it keeps a core busy.
    pub rehearsing: Semaphore,
    /// Who has agents asked about their hosts: a few at a time, because each wakes all agents of a place.
    pub inspecting: Semaphore,
    /// The histories of what components are made from.
    pub sources: Arc<Sources>,
    /// Where files lie that nobody needs after a moment: with the rest, so that there is as much room.
    pub scratch: PathBuf,
    /// Whether a backup was put back and nobody let the server go on yet.
    pub standstill: standstill::Standstill,
    /// How long the signature of a desired state is good for.
    pub signature_lifetime: Millis,
}

/// As handlers hold it.
pub type SharedApp = Arc<App>;
