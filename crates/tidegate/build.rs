//! Builds the small shop that the demo deploys, and hands its path to the program, which carries it along.
//!
//! The shop has no dependencies, so the compiler alone builds it. It is deployed like anybody's software.

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
    process::Command,
};

fn main() -> Result<(), Box<dyn Error>> {
    let sources = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../../examples/storefront/src");
    let program = PathBuf::from(env::var("OUT_DIR")?).join("storefront");
    let status = Command::new(env::var("RUSTC")?)
        .args([
            "--edition",
            "2024",
            "--crate-name",
            "storefront",
            "--target",
            &env::var("TARGET")?,
        ])
        .args([
            "-C",
            "opt-level=s",
            "-C",
            "panic=abort",
            "-C",
            "strip=symbols",
            "-o",
        ])
        .arg(&program)
        .arg(sources.join("main.rs"))
        .status()?;
    if !status.success() {
        return Err(format!("the example storefront does not build: {status}").into());
    }
    let lines = [
        format!("cargo::rerun-if-changed={}", sources.display()),
        format!("cargo::rustc-env=STOREFRONT={}", program.display()),
    ];
    std::io::Write::write_all(
        &mut std::io::stdout(),
        format!("{}\n", lines.join("\n")).as_bytes(),
    )?;
    Ok(())
}
