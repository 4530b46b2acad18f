//! What the host is like on which the agent runs, for whoever asks before a deployment begins.
//!
//! Looking changes nothing: no file is written, and nobody is kept from listening. It says nothing about what follows from what
//! was seen. Start at [`look`]; [`ports`] sees who has an address, [`room`] what is left of disk and memory.

mod ports;
mod room;

use crate::{drivers::traffic, identity::Identity, layout::Layout};
use futures::future::join_all;
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    path::{Path, PathBuf},
    sync::Arc,
};
use tidegate_domain::{
    digest::Digest,
    preflight::{HOST_PORTS_MAX, HostFacts, HostQuestion},
    revision::{Revision, RevisionId},
};

/// What is asked about the host, with the revisions that run on it.
pub(crate) async fn look(
    directory: PathBuf,
    running: Arc<BTreeMap<RevisionId, Revision>>,
    question: HostQuestion,
) -> Result<HostFacts, Box<dyn Error + Send + Sync>> {
    let balancers = question.balancers.iter();
    let balancers = balancers.map(|(component, balancer)| traffic::look(component, balancer));
    let balancers = join_all(balancers).await;
    // Files and tables of the kernel make whoever reads them wait.
    let local = tokio::task::spawn_blocking(move || local(&directory, &running, &question));
    Ok(HostFacts {
        balancers,
        ..local.await?
    })
}

fn local(
    directory: &Path,
    running: &BTreeMap<RevisionId, Revision>,
    question: &HostQuestion,
) -> HostFacts {
    let identity = Identity::load(directory);
    let identity = identity.inspect_err(|error| {
        tracing::warn!(
            error = error as &dyn Error,
            "the agent's certificates cannot be read"
        );
    });
    let pem = identity.as_ref().ok();
    let listen = question.listen.iter().take(HOST_PORTS_MAX);
    let own = (&question.product, running);
    HostFacts {
        certificate_ends: pem.and_then(|it| ends(&it.certificate)),
        authority_ends: pem.and_then(|it| ends(&it.authority)),
        disk: room::disk(directory),
        memory: room::memory(),
        ports: listen.map(|at| ports::of(*at, own)).collect(),
        unpacked: unpacked(&Layout::new(directory), question),
        balancers: Vec::new(),
        // Last: the server compares it with the time at which the answer comes.
        clock: Timestamp::now(),
    }
}

fn unpacked(layout: &Layout, question: &HostQuestion) -> BTreeSet<Digest> {
    let all = question.workloads.iter();
    let all = all.flat_map(|(component, of)| of.iter().map(move |workload| (component, *workload)));
    let lies_there = all.filter(|(component, workload)| {
        let place = layout.release(&question.product, component, *workload);
        place.is_dir()
    });
    lies_there.map(|(_, workload)| workload).collect()
}

/// When a certificate ends, PEM.
fn ends(pem: &str) -> Option<Timestamp> {
    let (_, pem) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).ok()?;
    let certificate = pem.parse_x509().ok()?;
    let ends = certificate.validity().not_after.timestamp();
    Timestamp::from_second(ends).ok()
}
