//! What targets are told to run.

use crate::{artifact::Artifact, stage::name};
use std::collections::BTreeMap;
use tidegate_domain::{
    duration::Millis,
    id::SnapshotNumber,
    revision::{
        ComponentRevision, DriverSettings, HealthCheck, Probe, Revision, ServiceSettings,
        StopSettings, StopSignal,
    },
};

/// A revision of the one component `web`.
pub(crate) fn revision(artifact: &Artifact, command: &[&str]) -> Revision {
    let service = ServiceSettings {
        command: command.iter().map(|&word| word.to_owned()).collect(),
        environment: BTreeMap::new(),
        files: BTreeMap::new(),
        listen: vec![],
        health: None,
        stop: StopSettings {
            signal: StopSignal::Term,
            grace: Millis(400),
        },
    };
    Revision {
        product: name("shop"),
        release: "1.0.0".parse().unwrap(),
        snapshot: SnapshotNumber(1),
        components: vec![ComponentRevision {
            component: name("web"),
            version: "1.0.0".parse().unwrap(),
            artifact: artifact.manifest,
            driver: DriverSettings::Service(service),
            instances: 1,
            jobs: vec![],
        }],
    }
}

/// Changes the settings of `web`.
pub(crate) fn settings(revision: &mut Revision) -> &mut ServiceSettings {
    let DriverSettings::Service(settings) = &mut revision.components[0].driver;
    settings
}

/// A quick check over HTTP.
pub(crate) fn check(port: u16) -> HealthCheck {
    HealthCheck {
        probe: Probe::Http {
            host: "127.0.0.1".into(),
            port,
            path: "/healthz".into(),
        },
        interval: Millis(100),
        timeout: Millis(2_000),
        healthy_after: 2,
        unhealthy_after: 2,
        deadline: Millis::from_secs(30),
    }
}
