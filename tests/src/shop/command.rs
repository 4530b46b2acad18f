//! The command line against the shop.

use super::{Shop, TOKEN};
use crate::process::tidegate;
use serde_json::Value;
use std::{
    io::Write as _,
    process::{Command, Output, Stdio},
};

impl Shop {
    /// Runs a command.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs a command as somebody, with a token of theirs; answers how it ended and all that was said.
    pub fn by(&self, who: &str, arguments: &[&str]) -> (i32, String) {
        let token = self.ok(&["token", "create", "desk", "--for", who]);
        let mut command = self.command(arguments);
        let output = command
            .env("TIDEGATE_TOKEN", token.trim())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let status = output.status.code().unwrap();
        (status, String::from_utf8(said).unwrap())
    }

    /// A command with the server and the token set.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(tidegate());
        command
            .args(arguments)
            .env("TIDEGATE_SERVER", self.url())
            .env("TIDEGATE_TOKEN", TOKEN)
            .env("TIDEGATE_STATE", self.path().join("state"));
        command
    }

    /// Runs a command that must succeed, and answers its standard output.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success(),
            "{arguments:?} ended with {}: {said}",
            output.status
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must succeed, and reads its JSON.
    pub fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.ok(arguments)).unwrap()
    }

    /// Sets the secret `key` of the shop.
    pub fn set_secret(&self, value: &str) {
        let mut command = self.command(&["secret", "set", "shop", "key"]);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(value.as_bytes()).unwrap();
        drop(input);
        assert!(child.wait().unwrap().success());
    }

    /// Deploys a release of the shop, and waits until it is live.
    pub fn deploy(&self, release: &str, environment: &str) {
        let words = ["deploy", "shop", release, "--to", environment];
        let more = ["--minimum-healthy", "300ms", "--wait"];
        self.ok(&[&words[..], &more[..]].concat());
    }

    /// Runs a command that must end with `status`, and answers what it said.
    pub fn refused(&self, status: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(
            output.status.code(),
            Some(status),
            "{arguments:?} said: {said}"
        );
        assert!(said.starts_with("error: "), "{arguments:?} said: {said}");
        said
    }
}
