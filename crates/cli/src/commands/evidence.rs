//! `tidegate evidence`.

use super::Context;
use crate::{Error, ExitStatus};
use clap::{Args, Subcommand};
use std::{
    io::Write as _,
    path::{Path, PathBuf},
};
use tidegate_domain::evidence_file::{Verified, verify};

/// Write all that is on record of a release into a file that is checked without the server, or check such a file.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct EvidenceArgs {
    /// The product.
    #[arg(required = true)]
    product: Option<String>,
    /// The release.
    #[arg(required = true)]
    version: Option<String>,
    /// The file.
    #[arg(long = "out", short = 'o', value_name = "FILE", required = true)]
    file: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<EvidenceCommand>,
}

/// What to do with an evidence file.
#[derive(Debug, Subcommand)]
enum EvidenceCommand {
    /// Check a file without asking any server: its signature, that its entries are in the journal, and that what is told
    /// is what the entries say. Exits with 11 if it is not good.
    Verify {
        /// The file.
        file: PathBuf,
        /// Accept only what is signed by this verifier key: `tidegate journal witness` shows the server's.
        #[arg(long, value_name = "KEY")]
        verifier: Option<String>,
    },
}

impl EvidenceArgs {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self {
                command: Some(EvidenceCommand::Verify { file, verifier }),
                ..
            } => check(context, &file, verifier.as_deref()),
            Self {
                product: Some(product),
                version: Some(version),
                file: Some(file),
                ..
            } => fetch(context, (&product, &version), &file).await,
            Self { .. } => Err(Error::Usage(
                "name a product, a release and a file: `tidegate evidence PRODUCT VERSION -o FILE`"
                    .to_owned(),
            )),
        }
    }
}

async fn fetch(
    context: &Context<'_>,
    (product, version): (&str, &str),
    file: &Path,
) -> Result<ExitStatus, Error> {
    let path = format!("/api/v1/products/{product}/releases/{version}/evidence-file");
    let text = context.client.text(&path).await?;
    let verified = judged(&text, None)?;
    let unusable = |source| Error::File {
        path: file.to_owned(),
        source,
    };
    let mut out = std::fs::File::create(file).map_err(unusable)?;
    out.write_all(text.as_bytes()).map_err(unusable)?;
    out.sync_all().map_err(unusable)?;
    context.ui.data(&verified, told);
    context.ui.say(format_args!(
        "whoever gets it checks it: `tidegate evidence verify {} --verifier {}`",
        file.display(),
        verified.verifier
    ));
    Ok(ExitStatus::Done)
}

fn check(context: &Context<'_>, file: &Path, verifier: Option<&str>) -> Result<ExitStatus, Error> {
    let text = std::fs::read_to_string(file).map_err(|source| Error::File {
        path: file.to_owned(),
        source,
    })?;
    let verified = judged(&text, verifier)?;
    context.ui.data(&verified, told);
    if verifier.is_none() {
        context
            .ui
            .say("the key is the one that the file names itself: compare it with one you trust, or give it as --verifier");
    }
    Ok(ExitStatus::Done)
}

fn judged(text: &str, verifier: Option<&str>) -> Result<Verified, Error> {
    verify(text, verifier)
        .map_err(|fault| Error::Tampered(format!("the evidence does not verify: {fault}")))
}

fn told(it: &Verified) -> String {
    format!(
        "the evidence of {} {} is good: {} entries of the journal, {} deployments, {} judgements of controls, {} words of people, {} facts of builds and tests\n\
        made at {}, signed by {}\nproved against {} entries with root {}",
        it.product,
        it.version,
        it.entries,
        it.deployments,
        it.judgements,
        it.approvals,
        it.facts,
        it.made_at,
        it.verifier,
        it.size,
        it.root
    )
}
