//! `tidegate attach`.

use super::{Context, artifact_name};
use crate::{
    Error, ExitStatus,
    artifact::{Attachment, Destination, attach},
};
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tidegate_domain::{
    attachment::{CYCLONEDX_TYPE, SPDX_TYPE, TESTS_TYPE},
    digest::Digest,
};

/// Attach what is known of an artifact: a bill of materials, or a test report.
#[derive(Debug, Subcommand)]
pub enum AttachCommand {
    Sbom(SbomArgs),
    Tests(TestsArgs),
}

/// Attach a bill of materials: `CycloneDX` or SPDX, as JSON.
#[derive(Debug, Args)]
pub struct SbomArgs {
    /// `PRODUCT/COMPONENT:VERSION`.
    #[arg(value_name = "PRODUCT/COMPONENT:VERSION")]
    what: String,
    /// The bill.
    file: PathBuf,
    /// Write into the bill that it is about this artifact, where whoever made it could not know the digest. For
    /// `CycloneDX` only.
    #[arg(long)]
    bind: bool,
}

/// Attach what a test run found, as `JUnit` XML.
#[derive(Debug, Args)]
pub struct TestsArgs {
    /// `PRODUCT/COMPONENT:VERSION`.
    #[arg(value_name = "PRODUCT/COMPONENT:VERSION")]
    what: String,
    /// The report.
    file: PathBuf,
}

/// What was attached.
#[derive(Debug, Serialize)]
struct Answer {
    artifact: String,
    digest: String,
    manifest: String,
    media_type: String,
}

impl AttachCommand {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<ExitStatus, Error> {
        match self {
            Self::Sbom(args) => {
                let bill = Bill::read(&args.file)?;
                if args.bind && bill.media_type != CYCLONEDX_TYPE {
                    let why = "--bind is for CycloneDX: in SPDX, give the described package the artifact's digest as checksum";
                    return Err(Error::Usage(why.to_owned()));
                }
                let media_type = bill.media_type;
                let make = |digest| match args.bind {
                    true => bill.bound_to(digest),
                    false => bill.bytes,
                };
                put(context, &args.what, (media_type, &args.file), make).await
            }
            Self::Tests(args) => {
                let bytes = read(&args.file)?;
                put(context, &args.what, (TESTS_TYPE, &args.file), |_| bytes).await
            }
        }
    }
}

struct Bill {
    media_type: &'static str,
    document: Value,
    bytes: Vec<u8>,
}

impl Bill {
    fn read(file: &Path) -> Result<Self, Error> {
        let bytes = read(file)?;
        let document: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let has = |key: &str| document.get(key).is_some();
        let media_type = if has("bomFormat") {
            CYCLONEDX_TYPE
        } else if has("spdxVersion") || has("@graph") {
            SPDX_TYPE
        } else {
            let file = file.display();
            let why =
                format!("{file} is neither CycloneDX nor SPDX in JSON: write it in one of them");
            return Err(Error::Usage(why));
        };
        Ok(Self {
            media_type,
            document,
            bytes,
        })
    }

    /// The bill with the artifact's digest among the hashes of what it describes (`CycloneDX` 1.6,
    /// `metadata.component.hashes`).
    fn bound_to(self, artifact: Digest) -> Vec<u8> {
        let mut document = self.document;
        let component = &mut document["metadata"]["component"];
        if !component.is_object() {
            *component = json!({"type": "container", "name": "artifact"});
        }
        let hash = json!({"alg": "SHA-256", "content": artifact.hex()});
        match component["hashes"].as_array_mut() {
            Some(hashes) => hashes.push(hash),
            None => component["hashes"] = json!([hash]),
        }
        document.to_string().into_bytes()
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(file).map_err(|source| Error::File {
        path: file.to_owned(),
        source,
    })
}

async fn put(
    context: &Context<'_>,
    what: &str,
    (media_type, file): (&str, &Path),
    make: impl FnOnce(Digest) -> Vec<u8>,
) -> Result<ExitStatus, Error> {
    let name = artifact_name(what)?;
    let to = Destination::of(&context.client, &name);
    let title = file.file_name().unwrap_or_default().to_string_lossy();
    let attached = attach(&to, |digest| Attachment {
        media_type: media_type.to_owned(),
        title: title.into_owned(),
        bytes: make(digest),
    })
    .await?;
    let answer = Answer {
        artifact: what.to_owned(),
        digest: attached.artifact.to_string(),
        manifest: attached.manifest.to_string(),
        media_type: media_type.to_owned(),
    };
    context.ui.data(&answer, |it| {
        format!(
            "attached to {} ({}): `tidegate artifact show {}`",
            it.artifact, it.digest, it.artifact
        )
    });
    Ok(ExitStatus::Done)
}
