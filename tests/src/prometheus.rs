//! A real Prometheus, and a page of metrics that it scrapes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use crate::process::{Process, free_port};
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
    thread,
};

/// Numbers by the name of a target, served as the metric `shop_number{target="…"}`.
#[derive(Debug, Clone, Default)]
pub struct Numbers(Arc<Mutex<BTreeMap<String, f64>>>);

impl Numbers {
    /// The number of a target from now on.
    pub fn set(&self, target: &str, number: f64) {
        self.0.lock().unwrap().insert(target.to_owned(), number);
    }

    /// Serves the page on a port of its own, until the process ends.
    fn serve(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let numbers = self.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                // Whatever was asked: there is one page.
                let mut asked = [0; 4096];
                let read = stream.read(&mut asked).unwrap_or(0);
                if read > 0 {
                    drop(stream.write_all(numbers.page().as_bytes()));
                }
            }
        });
        port
    }

    fn page(&self) -> String {
        let numbers = self.0.lock().unwrap();
        let line = |(target, number): (&String, &f64)| {
            format!("shop_number{{target=\"{target}\"}} {number}\n")
        };
        let body: String = numbers.iter().map(line).collect();
        let length = body.len();
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )
    }
}

/// A Prometheus that scrapes a page of numbers ten times a second.
#[derive(Debug)]
pub struct Prometheus {
    /// What it scrapes.
    pub numbers: Numbers,
    port: u16,
    process: Option<Process>,
}

impl Prometheus {
    /// Starts it with its data in `directory`.
    pub fn start(directory: &Path) -> Self {
        let numbers = Numbers::default();
        let scraped = numbers.serve();
        let port = free_port();
        let configuration = directory.join("prometheus.yml");
        let text = format!(
            "global: {{ scrape_interval: 100ms, scrape_timeout: 100ms }}\nscrape_configs:\n  - job_name: shop\n    static_configs: [{{ targets: ['127.0.0.1:{scraped}'] }}]\n"
        );
        std::fs::write(&configuration, text).unwrap();
        let arguments = [
            format!("--config.file={}", configuration.display()),
            format!(
                "--storage.tsdb.path={}",
                directory.join("prometheus").display()
            ),
            format!("--web.listen-address=127.0.0.1:{port}"),
            "--query.lookback-delta=2s".to_owned(),
        ];
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let log = directory.join("prometheus.log");
        let process = Process::start(Path::new("prometheus"), &arguments, &log);
        Self {
            numbers,
            port,
            process: Some(process),
        }
    }

    /// Whether it has scraped the numbers of so many targets.
    pub fn knows(&self, targets: usize) -> bool {
        let ask = || {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
            let request = "GET /api/v1/query?query=count(shop_number) HTTP/1.0\r\n\r\n";
            stream.write_all(request.as_bytes()).ok()?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).ok()?;
            Some(answer)
        };
        ask().is_some_and(|answer| answer.contains(&format!("\"{targets}\"]")))
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends it.
    pub fn stop(&mut self) {
        self.process = None;
    }
}
