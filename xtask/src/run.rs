//! Starting programs: always in the root of the workspace, with their output where the caller sees it.

use crate::Outcome;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the root")
}

/// The cargo that runs us, or that on the path.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Cargo with these arguments, then those of the caller.
pub(crate) fn cargo_with(arguments: &[&str], more: &[String]) -> Outcome {
    wait(cargo().args(arguments).args(more))
}

/// Runs a program to its end.
pub(crate) fn wait(command: &mut Command) -> Outcome {
    let shown = shown(command);
    eprintln!("+ {shown}");
    let status = command
        .current_dir(root())
        .status()
        .map_err(|why| format!("`{shown}` cannot be started: {why}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{shown}` failed ({status})"))
    }
}

/// Runs a program to its end and answers what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let shown = shown(command);
    let done = command
        .current_dir(root())
        .output()
        .map_err(|why| format!("`{shown}` cannot be started: {why}"))?;
    if !done.status.success() {
        let errors = String::from_utf8_lossy(&done.stderr);
        return Err(format!("`{shown}` failed ({}): {errors}", done.status));
    }
    String::from_utf8(done.stdout).map_err(|_| format!("`{shown}` did not print text"))
}

/// What cargo knows about the packages of this workspace.
pub(crate) fn metadata() -> Result<serde_json::Value, String> {
    let arguments = ["metadata", "--locked", "--no-deps", "--format-version", "1"];
    let text = output(cargo().args(arguments))?;
    serde_json::from_str(&text).map_err(|why| format!("cargo metadata: {why}"))
}

/// A program on the path.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|file| file.is_file())
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name();
    let words = program.into_iter().chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
