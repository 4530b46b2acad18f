//! What the registry costs the server: large and small blobs pushed and pulled, manifests by tag, its memory at its
//! highest. The floor of a push, SHA-256 over the same bytes, is measured in the same run.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for the terminal, which says where it cannot go on"
)]

use reqwest::{Body, RequestBuilder, Response};
use sha2::{Digest as _, Sha256};
use std::time::{Duration, Instant};
use tidegate_tests::{
    process::{highest_memory_of, processor_time_of},
    server::{Server, TOKEN, text},
};

const LARGE: usize = 104_875_000;
const LARGE_COUNT: usize = 8;
const SMALL: usize = 65_536;
const SMALL_COUNT: u32 = 500;
const PULLS: u32 = 5_000;

#[tokio::main]
async fn main() {
    let server = Server::start().await;
    let catalog = server.directory().join("catalog.yaml");
    let product = "kind: Product\nname: load\ncomponents:\n  - name: app\n    driver: service\n    \
        service: { command: [\"/bin/true\"] }\n";
    std::fs::write(&catalog, product).unwrap();
    server.run(&["apply", "-f", text(&catalog), "--yes"]);
    let shop = Repository { server: &server };
    let blobs: Vec<Vec<u8>> = (0..LARGE_COUNT).map(|seed| noise(seed, LARGE)).collect();
    let floor = Instant::now();
    let digests: Vec<String> = blobs.iter().map(|blob| digest(blob)).collect();
    say("SHA-256 of 839 MB, wall", floor.elapsed());
    let pushed = shop.cost(async {
        for (blob, digest) in blobs.into_iter().zip(&digests) {
            shop.push(blob, digest).await;
        }
    });
    say("839 MB in 8 blobs pushed", pushed.await);
    let pulled = shop.cost(async {
        for digest in &digests {
            shop.pull(digest).await;
        }
    });
    say("the same pulled", pulled.await);
    println!(
        "{:>42}  {:>9.1} MB",
        "memory at its highest",
        megabytes(&server)
    );
    small(&shop).await;
    manifests(&shop).await;
}

async fn small(shop: &Repository<'_>) {
    let blobs: Vec<Vec<u8>> = (0..SMALL_COUNT)
        .map(|n| noise(1000 + n as usize, SMALL))
        .collect();
    let digests: Vec<String> = blobs.iter().map(|blob| digest(blob)).collect();
    let pushed = shop.cost(async {
        for (blob, digest) in blobs.into_iter().zip(&digests) {
            shop.push(blob, digest).await;
        }
    });
    say("64 KiB pushed, each", pushed.await / SMALL_COUNT);
    let pulled = shop.cost(async {
        for digest in digests.iter().cycle().take(PULLS as usize) {
            shop.pull(digest).await;
        }
    });
    say("64 KiB pulled, each", pulled.await / PULLS);
}

async fn manifests(shop: &Repository<'_>) {
    let config = b"{}".to_vec();
    let digest = digest(&config);
    shop.push(config, &digest).await;
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let manifest = serde_json::json!({ "schemaVersion": 2, "mediaType": kind, "layers": [],
        "config": { "mediaType": "application/vnd.oci.empty.v1+json", "digest": digest, "size": 2 } });
    let path = shop.path("manifests/1.0.0");
    let put = shop.server.http.put(&path).header("content-type", kind);
    shop.send(put.body(manifest.to_string())).await;
    let own = |request: RequestBuilder| request.basic_auth("bench", Some(TOKEN));
    say("manifest by tag, each", shop.manifest(own).await);
    let asked = "/registry/token?service=tidegate&account=bench&scope=repository:load/app:pull";
    let asked = own(shop.server.http.get(shop.server.url(asked)));
    let ticket: serde_json::Value = asked.send().await.unwrap().json().await.unwrap();
    let ticket = ticket["token"].as_str().unwrap();
    let by_ticket = |request: RequestBuilder| request.bearer_auth(ticket);
    say("by a token of the registry", shop.manifest(by_ticket).await);
    // It holds, and is asked about all the same.
    let control = "kind: Control\nname: bench\ntitle: All is well\nowner: admin\nseverity: low\ndocument: None.\nmode: enforce\n\
        quarantine: true\npolicy: permit (principal, action, resource is Artifact);\n";
    let file = shop.server.directory().join("control.yaml");
    std::fs::write(&file, control).unwrap();
    shop.server.run(&["apply", "-f", text(&file), "--yes"]);
    say("the same, with quarantine", shop.manifest(by_ticket).await);
}

/// The repository of the bench.
struct Repository<'a> {
    server: &'a Server,
}

impl Repository<'_> {
    fn path(&self, rest: &str) -> String {
        self.server.url(&format!("/v2/load/app/{rest}"))
    }

    async fn send(&self, request: RequestBuilder) -> Response {
        let request = request.basic_auth("bench", Some(TOKEN));
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
        answer
    }

    /// The server's processor time for a manifest by its tag.
    async fn manifest(&self, signed_in: impl Fn(RequestBuilder) -> RequestBuilder) -> Duration {
        let pulled = self.cost(async {
            for _ in 0..PULLS {
                let request = self.server.http.get(self.path("manifests/1.0.0"));
                let answer = signed_in(request).send().await.unwrap();
                assert!(answer.status().is_success(), "{answer:?}");
                answer.bytes().await.unwrap();
            }
        });
        pulled.await / PULLS
    }

    async fn push(&self, blob: Vec<u8>, digest: &str) {
        let begun = self
            .send(self.server.http.post(self.path("blobs/uploads/")))
            .await;
        let place = begun.headers()["location"].to_str().unwrap();
        let join = if place.contains('?') { '&' } else { '?' };
        let url = self.server.url(&format!("{place}{join}digest={digest}"));
        self.send(self.server.http.put(url).body(Body::from(blob)))
            .await;
    }

    async fn pull(&self, digest: &str) {
        let mut answer = self
            .send(self.server.http.get(self.path(&format!("blobs/{digest}"))))
            .await;
        while answer.chunk().await.unwrap().is_some() {}
    }

    /// The server's processor time for `work`.
    async fn cost(&self, work: impl Future<Output = ()>) -> Duration {
        let before = processor_time_of(self.server.directory());
        work.await;
        processor_time_of(self.server.directory()).saturating_sub(before)
    }
}

fn say(what: &str, time: Duration) {
    println!("{what:>42}  {:>9.3} ms", time.as_secs_f64() * 1000.0);
}

fn megabytes(server: &Server) -> f64 {
    highest_memory_of(server.directory()) as f64 / 1e6
}

fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().fold("sha256:".to_owned(), |text, byte| {
        text + &format!("{byte:02x}")
    })
}

/// Bytes that do not compress.
fn noise(seed: usize, length: usize) -> Vec<u8> {
    let mut state = seed as u64 + 1;
    let words = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes()
    });
    words.flatten().take(length).collect()
}
