//! One task per component and slot: has its keeper run what was ordered, and reports how that goes.

use super::{Key, Report, Task, watch::Watch, write_files};
use crate::{
    drivers::teller::Teller,
    keeper::client::{Client, Follower},
    link::Backoff,
};
use std::{io, path::PathBuf, sync::Arc};
use tidegate_domain::converge::Health;
use tokio::{sync::watch, time::sleep};

/// What a supervisor is to see to.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// That this runs.
    Run(Arc<Task>),
    /// That nothing runs.
    Stop,
}

/// Where a supervisor works.
#[derive(Debug)]
pub(crate) struct Place {
    /// The keeper's directory.
    pub(crate) directory: PathBuf,
    /// This program, which is also the keeper.
    pub(crate) program: PathBuf,
    /// Says what is seen.
    pub(crate) teller: Teller<Key, Report>,
}

/// Sees to the newest order until nobody can give orders any more. What runs keeps running then.
pub(crate) async fn supervise(place: Place, mut orders: watch::Receiver<Order>) {
    let mut supervisor = Supervisor {
        place,
        backoff: Backoff::default(),
    };
    loop {
        let order = orders.borrow_and_update().clone();
        let over = match order {
            Order::Run(task) => tokio::select! {
                changed = orders.changed() => changed.is_err(),
                () = supervisor.keep_running(&task) => false,
            },
            Order::Stop => {
                supervisor.stop().await;
                orders.changed().await.is_err()
            }
        };
        if over {
            return;
        }
    }
}

struct Supervisor {
    place: Place,
    backoff: Backoff,
}

impl Supervisor {
    /// Returns when the keeper is lost, to be called again.
    async fn keep_running(&mut self, task: &Arc<Task>) {
        match self.begin(task).await {
            Ok((mut watch, mut follower)) => {
                self.backoff.reset();
                loop {
                    self.place.teller.say(watch.report()).await;
                    tokio::select! {
                        status = follower.next() => match status {
                            Some(status) => watch.hear(status),
                            None => break,
                        },
                        () = watch.look() => {}
                    }
                }
                let lost = "its keeper was lost; another is started";
                self.place
                    .teller
                    .say(report(task, Health::Unhealthy, lost.to_owned()))
                    .await;
            }
            Err(trouble) => {
                let (health, detail) = trouble.describe();
                self.place.teller.say(report(task, health, detail)).await;
                sleep(self.backoff.next()).await;
            }
        }
    }

    async fn begin(&mut self, task: &Arc<Task>) -> Result<(Watch, Follower), Trouble> {
        let directory = &self.place.directory;
        let mut client = Client::attach(directory, &self.place.program)
            .await
            .map_err(Trouble::Keeper)?;
        let mut status = client.status().await.map_err(Trouble::Keeper)?;
        if (status.workload, status.attempt) != (Some(task.workload), task.attempt) {
            let specified = task.specified.as_ref();
            let specified = specified.map_err(|secret| Trouble::Secret(secret.clone()))?;
            write_files(&task.directory, &specified.files).map_err(Trouble::Files)?;
            let mut spec = specified.spec.clone();
            spec.attempt = task.attempt;
            status = client.start(&spec).await.map_err(Trouble::Keeper)?;
            self.place.teller.forget();
        }
        let watch = Watch::new(Arc::clone(task), status);
        let follower = client.follow(watch.sequence());
        Ok((watch, follower))
    }

    async fn stop(&mut self) {
        if let Ok(mut client) = Client::connect(&self.place.directory).await {
            client.stop().await;
        }
        let detail = "stopped".to_owned();
        let stopped = Report {
            workload: None,
            attempt: 0,
            health: Health::Stopped,
            detail,
            starts: 0,
            pid: None,
        };
        self.place.teller.say(stopped).await;
    }
}

fn report(task: &Task, health: Health, detail: String) -> Report {
    Report {
        workload: Some(task.workload),
        attempt: task.attempt,
        health,
        detail,
        starts: 0,
        pid: None,
    }
}

/// Why the keeper does not run what it should.
enum Trouble {
    Keeper(io::Error),
    Files(io::Error),
    Secret(String),
}

impl Trouble {
    fn describe(&self) -> (Health, String) {
        match self {
            Self::Keeper(error) => (
                Health::Failed,
                format!("its keeper cannot be started: {error}"),
            ),
            Self::Files(error) => (
                Health::Failed,
                format!("its files cannot be written: {error}"),
            ),
            Self::Secret(name) => (
                Health::Starting,
                format!("waits for the secret {name} from the server"),
            ),
        }
    }
}
