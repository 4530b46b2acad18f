//! `tidegate man`.

use clap::Args;
use std::{io, path::PathBuf};

/// Write a man page for each command into a directory.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The directory, such as ~/.local/share/man/man1.
    directory: PathBuf,
}

impl ManArgs {
    /// Writes the pages of `program`.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn write(&self, program: clap::Command) -> io::Result<()> {
        std::fs::create_dir_all(&self.directory)?;
        clap_mangen::generate_to(program, &self.directory)
    }
}
