//! Stopping everything beneath one agent's directory, whether the agent lives or not.

use crate::{keeper::client::Client, layout::Layout};
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

/// Stops every workload under the agent's `directory` and returns how many keepers there were. For whoever takes a
/// target away for good; an agent that still runs would start them again.
pub async fn stop_workloads(directory: &Path) -> io::Result<usize> {
    let keepers = keepers(&Layout::new(directory).keepers())?;
    let stopped = futures::future::join_all(keepers.iter().map(|k| stop(k))).await;
    Ok(stopped.into_iter().filter(|was_there| *was_there).count())
}

/// Stops what runs beneath the agent's directory although nobody is to keep it: an earlier agent ended between giving
/// something up and stopping it.
pub(crate) async fn stop_others(layout: &Layout, kept: &BTreeSet<PathBuf>) {
    let found = match keepers(&layout.keepers()) {
        Ok(found) => found,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            return tracing::warn!(error, "cannot look for what should not run");
        }
    };
    let others = found.iter().filter(|keeper| !kept.contains(*keeper));
    futures::future::join_all(others.map(|keeper| stop(keeper))).await;
}

async fn stop(keeper: &Path) -> bool {
    match Client::connect(keeper).await {
        Ok(mut client) => {
            client.stop().await;
            true
        }
        Err(_) => false,
    }
}

fn keepers(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for product in directories(root)? {
        found.extend(directories(&product)?);
    }
    Ok(found)
}

fn directories(path: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let paths = entries.map(|entry| entry.map(|e| e.path()));
    paths
        .filter(|path| path.as_ref().map_or(true, |p| p.is_dir()))
        .collect()
}
