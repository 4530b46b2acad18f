//! Pushing: what is missing goes up, the rest is skipped, then the version names the manifest.
//!
//! An upload that breaks off goes on where it stopped. Whether a version may change its content is the server's
//! decision; its reason is passed on. Start at [`push`].

use super::pack::{Blob, Packed};
use futures::{Stream, StreamExt};
use reqwest::{
    Client, RequestBuilder, Response, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, LOCATION, RANGE},
};
use serde::Deserialize;
use std::{
    io::{self, SeekFrom},
    path::Path,
    sync::Arc,
};
use tidegate_domain::{digest::Digest, name::Name, version::Version};
use tidegate_protocol::artifact::MANIFEST_TYPE;
use tokio::{fs::File, io::AsyncSeekExt};
use tokio_util::io::ReaderStream;

const PIECE: usize = 256 * 1024;
/// How often an upload is taken up again before it is given up.
const ATTEMPTS: u32 = 4;

/// Where to push to, and as whom.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    /// Makes the requests.
    pub client: &'a Client,
    /// `http://127.0.0.1:7420`, without a slash at the end.
    pub server: &'a str,
    /// The caller's token.
    pub token: &'a str,
    /// The product.
    pub product: &'a Name,
    /// The component.
    pub component: &'a Name,
    /// The version to push as.
    pub version: &'a Version,
}

/// What a push did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pushed {
    /// The artifact.
    pub digest: Digest,
    /// How many bytes of its blobs went over the wire.
    pub uploaded: u64,
    /// The version named this artifact already: nothing was done.
    pub unchanged: bool,
}

/// Why a push failed.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The server did not answer, or stopped in the middle.
    #[error("the server cannot be reached")]
    Unreachable(#[from] reqwest::Error),
    /// The token is missing, wrong or revoked.
    #[error("the server does not know the token")]
    Unauthorized,
    /// The server said no, with its reason.
    #[error("{0}")]
    Denied(String),
    /// The catalog has no such component.
    #[error("{0}")]
    NotFound(String),
    /// The server has no room for it.
    #[error("{0}")]
    NoRoom(String),
    /// The server refused what was sent.
    #[error("the server refused the push ({status} {code}): {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The registry's code.
        code: String,
        /// Its words.
        message: String,
    },
    /// The server's answer is not one of a registry.
    #[error("the server's answer lacks {0}: is this a Tidegate server?")]
    Answer(&'static str),
    /// The packed layer cannot be read back.
    #[error("cannot read the packed layer")]
    Layer(#[from] io::Error),
}

impl PushError {
    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Unreachable(_) => {
                "check TIDEGATE_SERVER and push again: it goes on where it stopped"
            }
            Self::Unauthorized => "set TIDEGATE_TOKEN to a token that may push",
            Self::Denied(_) => {
                "a version of a sealed release keeps its content: push it as a new version"
            }
            Self::NotFound(_) => {
                "declare the product and its component with `tidegate apply` first"
            }
            Self::NoRoom(_) => "make room on the server's disk, then push again",
            Self::Refused { .. } => "the server's log says more",
            Self::Answer(_) => "check TIDEGATE_SERVER",
            Self::Layer(_) => "push again: the layer is packed anew",
        }
    }
}

/// Called with (bytes that are there, bytes in all) whenever there is progress.
type Progress = Arc<dyn Fn(u64, u64) + Send + Sync>;

/// Pushes a packed component. Pushing the same again does nothing.
pub async fn push(
    destination: &Destination<'_>,
    packed: &Packed,
    progress: impl Fn(u64, u64) + Send + Sync + 'static,
) -> Result<Pushed, PushError> {
    let progress: Progress = Arc::new(progress);
    let digest = packed.digest;
    // A blob that the server found to be damaged is missing there, though the version names it still.
    let is_there = destination.resolve().await? == Some(digest);
    if is_there && destination.has(packed.layer.digest).await? {
        progress(packed.layer.size, packed.layer.size);
        return Ok(Pushed {
            digest,
            uploaded: 0,
            unchanged: true,
        });
    }
    let mut uploaded = destination.push_bytes(packed.config).await?;
    uploaded += destination
        .push_layer(packed.file.path(), packed.layer, &progress)
        .await?;
    let manifest = destination.url(&format!("manifests/{}", destination.version));
    let put = destination
        .authorized(destination.client.put(manifest))
        .header(CONTENT_TYPE, MANIFEST_TYPE)
        .body(packed.manifest.clone());
    accept(put.send().await?).await?;
    Ok(Pushed {
        digest,
        uploaded,
        unchanged: false,
    })
}

impl<'a> Destination<'a> {
    /// The place of `name`: product, component and version.
    pub fn of(client: &'a crate::Client, name: &'a (Name, Name, Version)) -> Self {
        let (product, component, version) = name;
        let (client, server, token) = client.parts();
        Self {
            client,
            server,
            token,
            product,
            component,
            version,
        }
    }
}

impl Destination<'_> {
    /// What the version names at the server.
    async fn resolve(&self) -> Result<Option<Digest>, PushError> {
        let url = self.url(&format!("manifests/{}", self.version));
        let answer = self.authorized(self.client.head(url)).send().await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let answer = accept(answer).await?;
        let digest = answer.headers().get("docker-content-digest");
        Ok(digest.and_then(|value| value.to_str().ok()?.parse().ok()))
    }

    async fn has(&self, digest: Digest) -> Result<bool, PushError> {
        let url = self.url(&format!("blobs/{digest}"));
        let answer = self.authorized(self.client.head(url)).send().await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(false);
        }
        accept(answer).await.map(|_| true)
    }

    /// Pushes a small blob in one request; answers how much went over the wire.
    pub(super) async fn push_bytes(&self, bytes: &[u8]) -> Result<u64, PushError> {
        let digest = Digest::of(bytes);
        if self.has(digest).await? {
            return Ok(0);
        }
        let url = self.url(&format!("blobs/uploads/?digest={digest}"));
        accept(
            self.authorized(self.client.post(url))
                .body(bytes.to_vec())
                .send()
                .await?,
        )
        .await?;
        Ok(bytes.len() as u64)
    }

    async fn push_layer(
        &self,
        path: &Path,
        layer: Blob,
        progress: &Progress,
    ) -> Result<u64, PushError> {
        if self.has(layer.digest).await? {
            progress(layer.size, layer.size);
            return Ok(0);
        }
        let mut upload = self.begin().await?;
        let mut attempt = 1;
        let mut from = 0;
        loop {
            match self.put_rest(path, layer, &upload, (from, progress)).await {
                Ok(()) => return Ok(layer.size),
                Err(PushError::Unreachable(_)) if attempt < ATTEMPTS => attempt += 1,
                Err(error) => return Err(error),
            }
            from = self.stored(&upload).await?;
            if from == 0 {
                upload = self.begin().await?;
            }
        }
    }

    async fn begin(&self) -> Result<String, PushError> {
        let url = self.url("blobs/uploads/");
        let answer = accept(self.authorized(self.client.post(url)).send().await?).await?;
        let location = answer
            .headers()
            .get(LOCATION)
            .and_then(|value| value.to_str().ok());
        let location = location.ok_or(PushError::Answer("the place of the upload"))?;
        if location.starts_with('/') {
            Ok(format!("{}{location}", self.server))
        } else {
            Ok(location.to_owned())
        }
    }

    async fn put_rest(
        &self,
        path: &Path,
        layer: Blob,
        upload: &str,
        (from, progress): (u64, &Progress),
    ) -> Result<(), PushError> {
        let left = layer.size - from;
        let joint = if upload.contains('?') { '&' } else { '?' };
        let url = format!("{upload}{joint}digest={}", layer.digest);
        let mut put = self
            .authorized(self.client.put(url))
            .header(CONTENT_LENGTH, left);
        if from > 0 && left > 0 {
            put = put.header(CONTENT_RANGE, format!("{from}-{}", layer.size - 1));
        }
        let mut file = File::open(path).await?;
        file.seek(SeekFrom::Start(from)).await?;
        let body = counted(file, from, layer.size, Arc::clone(progress));
        let answer = put.body(reqwest::Body::wrap_stream(body)).send().await?;
        accept(answer).await.map(drop)
    }

    /// How much of an upload the server holds. `0-0` may mean one byte or none, so it counts as none.
    async fn stored(&self, upload: &str) -> Result<u64, PushError> {
        let answer = accept(self.authorized(self.client.get(upload)).send().await?).await?;
        let range = answer
            .headers()
            .get(RANGE)
            .and_then(|value| value.to_str().ok());
        let last = range.and_then(|range| range.split_once('-')?.1.parse::<u64>().ok());
        let last = last.ok_or(PushError::Answer("the range of the upload"))?;
        Ok(if last == 0 { 0 } else { last + 1 })
    }

    pub(super) fn url(&self, rest: &str) -> String {
        format!(
            "{}/v2/{}/{}/{rest}",
            self.server, self.product, self.component
        )
    }

    pub(super) fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        request.bearer_auth(self.token)
    }
}

fn counted(
    file: File,
    from: u64,
    total: u64,
    progress: Progress,
) -> impl Stream<Item = io::Result<bytes::Bytes>> + Send + 'static {
    let mut sent = from;
    ReaderStream::with_capacity(file, PIECE).inspect(move |piece| {
        sent += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        progress(sent, total);
    })
}

#[derive(Deserialize)]
struct Errors {
    errors: Vec<OneError>,
}

#[derive(Deserialize)]
struct OneError {
    code: String,
    message: String,
}

/// The answer, or the server's reason for another one.
pub(super) async fn accept(answer: Response) -> Result<Response, PushError> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let errors: Option<Errors> = answer.json().await.ok();
    let first = errors.and_then(|errors| errors.errors.into_iter().next());
    let (code, message) = first.map_or_else(
        || ("-".to_owned(), "no reason was given".to_owned()),
        |error| (error.code, error.message),
    );
    Err(match status {
        StatusCode::UNAUTHORIZED => PushError::Unauthorized,
        StatusCode::FORBIDDEN => PushError::Denied(message),
        StatusCode::NOT_FOUND if code == "NAME_UNKNOWN" => PushError::NotFound(message),
        StatusCode::INSUFFICIENT_STORAGE => PushError::NoRoom(message),
        other => PushError::Refused {
            status: other.as_u16(),
            code,
            message,
        },
    })
}
