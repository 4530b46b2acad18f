//! A server that is lost and comes back from its backup.

use super::{Shop, until};
use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt as _};

/// Lets a restored server go on; agents keep the reason.
pub const BEGIN: [&str; 5] = [
    "incarnation",
    "begin",
    "--reason",
    "the disk was lost",
    "--yes",
];

impl Shop {
    /// Makes a backup; answers where.
    pub fn backed_up(&self) -> String {
        let backup = self.file("backup.tar");
        let said = self.ok(&["backup", "-o", &backup]);
        assert!(said.starts_with("the backup is good: "), "{said}");
        let mode = fs::metadata(&backup).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "only its owner may read it");
        assert!(!fs::exists(format!("{backup}.partial")).unwrap());
        backup
    }

    /// The files of the server are gone, but for the key, of which a copy was kept; the backup is put back in their place.
    pub fn lose_and_restore(&mut self, backup: &str) {
        let key = fs::read(self.file("server/key")).unwrap();
        self.kill_server();
        fs::remove_dir_all(self.file("server")).unwrap();
        fs::create_dir(self.file("server")).unwrap();
        fs::write(self.file("server/key"), key).unwrap();
        let said = self.ok(&["restore", backup, "--data", &self.file("server"), "--yes"]);
        assert!(said.starts_with("put back"), "{said}");
        self.start_server();
    }

    /// The same, and a person lets the server go on once all agents have said what they run.
    pub fn go_on_from(&mut self, backup: &str) {
        self.lose_and_restore(backup);
        self.await_words_of_all();
        self.ok(&BEGIN);
    }

    /// The present history, as `incarnation show` says.
    pub fn incarnation(&self) -> Value {
        self.json(&["incarnation", "show", "--output", "json"])
    }

    /// The targets that keep what they run, as `TARGET record → runs`.
    pub fn left_behind(&self) -> Vec<String> {
        let view = self.incarnation();
        let line = |it: &Value| {
            let runs = match it["standing"].as_str() {
                Some("silent") => "silent".to_owned(),
                _ => it["runs"].to_string(),
            };
            let target = it["target"].as_str().unwrap();
            format!("{target} {} → {runs}", it["recorded"])
        };
        view["others"]
            .as_array()
            .unwrap()
            .iter()
            .map(line)
            .collect()
    }

    /// Waits until every agent has said what its target runs.
    pub fn await_words_of_all(&self) {
        until("agents have said what they run", || {
            self.incarnation()["silent"] == json!([])
        });
    }

    /// Whether a target was told of the history that [`BEGIN`] began.
    pub fn is_told_of_history(&self, target: &str) -> bool {
        let kept = self.path().join(target).join("identity/trust.json");
        fs::read_to_string(kept).is_ok_and(|kept| kept.contains(BEGIN[3]))
    }
}
