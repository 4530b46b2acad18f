//! The worker processes of nginx, as the system shows them: the one sure sign from outside that it has changed.
//!
//! A worker is called one only when it accepts connections, and is called something else before it stops to. Where several
//! nginx run on a machine, those do not count that were started with another configuration than the command names.

use std::{collections::BTreeSet, fs, path::PathBuf, time::Duration};
use tokio::time::{Instant, sleep};

/// How each process calls itself. Some builds have another name before it.
const TITLE: &str = ": worker process";
/// nginx has nothing that wakes others; new workers take a tenth of a second.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Where processes are looked for, and for how long.
#[derive(Debug)]
pub(super) struct Workers {
    pub(super) processes: PathBuf,
    pub(super) within: Duration,
}

/// A worker that accepts connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Worker {
    master: u32,
    id: u32,
    /// No two processes with the same id have begun at the same time.
    started: u64,
}

impl Default for Workers {
    fn default() -> Self {
        Self {
            processes: "/proc".into(),
            within: Duration::from_secs(10),
        }
    }
}

impl Workers {
    /// Those that the command is about.
    pub(super) fn of(&self, reload: &[String]) -> BTreeSet<Worker> {
        let entries = fs::read_dir(&self.processes)
            .into_iter()
            .flatten()
            .flatten();
        let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let all = ids.filter_map(|id| self.worker(id));
        let mut command = reload.iter().map(String::as_str);
        // Other programs mean something else by `-c`.
        let is_itself = command
            .next()
            .is_some_and(|program| program.ends_with("nginx"));
        let named = configuration(command).filter(|_| is_itself);
        let is_other = |worker: &Worker| {
            let title = self.title(worker.master).unwrap_or_default();
            let own = configuration(title.split(' '));
            own.is_some_and(|own| named.is_some_and(|named| named != own))
        };
        all.filter(|worker| !is_other(worker)).collect()
    }

    /// Waits until others do the work of those that were there before; whether they do.
    pub(super) async fn change(&self, before: &BTreeSet<Worker>, reload: &[String]) -> bool {
        let until = Instant::now() + self.within;
        loop {
            if are_replaced(before, &self.of(reload)) {
                return true;
            }
            if Instant::now() >= until {
                return false;
            }
            sleep(LOOK_EVERY).await;
        }
    }

    fn worker(&self, id: u32) -> Option<Worker> {
        if !self.title(id)?.trim_end().ends_with(TITLE) {
            return None;
        }
        let stat = fs::read_to_string(self.file(id, "stat")).ok()?;
        // A name in brackets, which may hold anything, comes before these.
        let fields: Vec<&str> = stat.rsplit(") ").next()?.split(' ').collect();
        Some(Worker {
            master: fields.get(1)?.parse().ok()?,
            id,
            started: fields.get(19)?.parse().ok()?,
        })
    }

    fn title(&self, id: u32) -> Option<String> {
        let line = fs::read(self.file(id, "cmdline")).ok()?;
        let title = line.split(|byte| *byte == 0).next()?;
        Some(String::from_utf8_lossy(title).into_owned())
    }

    fn file(&self, id: u32, name: &str) -> PathBuf {
        self.processes.join(id.to_string()).join(name)
    }
}

/// Which configuration a command names.
fn configuration<'a>(command: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    command.skip_while(|word| *word != "-c").nth(1)
}

/// Whether some nginx has none of its workers from before, and there are new ones: its own, or those of another that has
/// taken its place.
fn are_replaced(before: &BTreeSet<Worker>, now: &BTreeSet<Worker>) -> bool {
    let masters: BTreeSet<u32> = before.iter().map(|worker| worker.master).collect();
    let mut new = now.difference(before).map(|worker| worker.master);
    if before.is_empty() {
        return new.next().is_some();
    }
    let busy: BTreeSet<u32> = before.intersection(now).map(|w| w.master).collect();
    let is_done = |master: &u32| !busy.contains(master);
    let are_new = |master: u32| is_done(&master) || !masters.contains(&master);
    masters.iter().any(is_done) && new.any(are_new)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::path::Path;

    /// A directory like `/proc`, in which one worker of one nginx runs.
    pub(in super::super) struct Processes(tempfile::TempDir);

    impl Processes {
        pub(in super::super) fn new() -> Self {
            let processes = Self(tempfile::tempdir().unwrap());
            processes.begin(
                10,
                1,
                "nginx: master process /usr/sbin/nginx -c /etc/shop.conf",
            );
            processes.begin(100, 10, "nginx: worker process");
            processes
        }

        pub(in super::super) fn workers(&self) -> Workers {
            Workers {
                processes: self.path().to_owned(),
                within: Duration::from_millis(50),
            }
        }

        /// A command after which another worker runs.
        pub(in super::super) fn reload(&self) -> Vec<String> {
            let script = format!(
                "cd {}; for id in 1??; do mv $id $((id + 1)); done",
                self.path().display()
            );
            ["sh", "-c", &script].map(str::to_owned).into()
        }

        pub(in super::super) fn path(&self) -> &Path {
            self.0.path()
        }

        fn begin(&self, id: u32, parent: u32, title: &str) {
            let place = self.path().join(id.to_string());
            fs::create_dir(&place).unwrap();
            let stat = format!("{id} (ng) inx) S {parent} {}7 0 0", "0 ".repeat(17));
            fs::write(place.join("stat"), stat).unwrap();
            fs::write(place.join("cmdline"), format!("{title}\0\0\0")).unwrap();
        }

        pub(in super::super) fn end(&self, id: u32) {
            fs::remove_dir_all(self.path().join(id.to_string())).unwrap();
        }
    }

    #[test]
    fn those_that_accept_are_known_by_what_they_are_called() {
        let processes = Processes::new();
        processes.begin(101, 10, "nginx: worker process is shutting down");
        processes.begin(102, 10, "nginx: cache manager process");
        processes.begin(20, 1, "nginx: master process nginx -c /etc/other.conf");
        processes.begin(200, 20, "nginx: worker process");
        let ids = |command: &str| -> Vec<u32> {
            let command: Vec<String> = command.split(' ').map(str::to_owned).collect();
            let workers = processes.workers().of(&command);
            workers.into_iter().map(|worker| worker.id).collect()
        };
        assert_eq!(ids("systemctl reload nginx"), [100, 200]);
        assert_eq!(ids("sh -c x"), [100, 200]);
        assert_eq!(ids("nginx -c /etc/shop.conf -s reload"), [100]);
        assert_eq!(ids("nginx -c /etc/other.conf -s reload"), [200]);
        assert_eq!(ids("nginx -c /etc/absent.conf -s reload"), [0; 0]);
        processes.begin(30, 1, "nginx: master process nginx");
        processes.begin(300, 30, "nginx: worker process");
        assert_eq!(ids("nginx -c /etc/shop.conf -s reload"), [100, 300]);
        processes.end(100);
        assert_eq!(ids("systemctl reload nginx"), [200, 300]);
    }

    #[test]
    fn new_ones_count_when_none_of_the_old_accepts() {
        let worker = |(master, id): &(u32, u32)| Worker {
            master: *master,
            id: *id,
            started: 7,
        };
        let all = |workers: &[(u32, u32)]| workers.iter().map(worker).collect();
        for (before, now, expect) in [
            (&[(1, 10), (1, 11)][..], &[(1, 12), (1, 13)][..], true),
            (&[(1, 10), (1, 11)], &[(1, 12)], true),
            (&[(1, 10), (1, 11)], &[(1, 11), (1, 12)], false),
            (&[(1, 10)], &[(1, 10)], false),
            (&[(1, 10)], &[], false),
            (&[], &[(1, 10)], true),
            (&[], &[], false),
            // One of two.
            (&[(1, 10), (2, 20)], &[(1, 10), (2, 21)], true),
            (&[(1, 10), (2, 20)], &[(1, 10), (1, 11)], false),
            // Another took its place.
            (&[(1, 10)], &[(3, 30)], true),
            // Another came beside it.
            (&[(1, 10)], &[(1, 10), (3, 30)], false),
        ] {
            let is = are_replaced(&all(before), &all(now));
            assert_eq!(is, expect, "{before:?} {now:?}");
        }
    }
}
