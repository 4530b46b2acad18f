//! `tidegate completions`.

use clap::Args;
use clap_complete::{Shell, generate};

/// Print a completion script for a shell.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Which shell.
    shell: Shell,
}

impl CompletionsArgs {
    /// The script for `program`.
    pub fn script(&self, program: &mut clap::Command) -> String {
        let mut script = Vec::new();
        generate(self.shell, program, "tidegate", &mut script);
        String::from_utf8_lossy(&script).into_owned()
    }
}
