//! What the host is like on which the agent runs, for whoever asks before a deployment begins.
//!
//! Looking changes nothing: no file is written, and no address is held that something else may want. It says nothing about what
//! follows from what was seen. Start at [`look`]; [`ports`] reads who listens, [`room`] what is left of disk and memory.

mod ports;
mod room;

use crate::{drivers::traffic, identity::Identity, layout::Layout};
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};
use tidegate_domain::{
    digest::Digest,
    preflight::{HOST_PORTS_MAX, HostFacts, HostQuestion},
    revision::{Revision, RevisionId},
};

/// What is asked about the host, with the revisions that run on it.
pub(crate) async fn look(
    directory: &Path,
    running: &BTreeMap<RevisionId, Revision>,
    question: &HostQuestion,
) -> Result<HostFacts, Box<dyn std::error::Error + Send + Sync>> {
    let identity = Identity::load(directory)?;
    let mut balancers = Vec::with_capacity(question.balancers.len());
    for (component, balancer) in &question.balancers {
        balancers.push(traffic::look(component, balancer).await);
    }
    let listen = question.listen.iter().take(HOST_PORTS_MAX);
    let listening = ports::Listening::read();
    Ok(HostFacts {
        certificate_ends: ends(&identity.certificate)?,
        authority_ends: ends(&identity.authority)?,
        disk: room::disk(directory),
        memory: room::memory(),
        ports: listen.map(|at| listening.of(*at, running)).collect(),
        unpacked: unpacked(&Layout::new(directory), question),
        balancers,
        // Last: the server compares it with the time at which the answer comes.
        clock: Timestamp::now(),
    })
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
fn ends(pem: &str) -> Result<Timestamp, Box<dyn std::error::Error + Send + Sync>> {
    let (_, pem) = x509_parser::pem::parse_x509_pem(pem.as_bytes())?;
    let certificate = pem.parse_x509()?;
    Ok(Timestamp::from_second(
        certificate.validity().not_after.timestamp(),
    )?)
}
