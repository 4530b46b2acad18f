//! What becomes of visitors when the shop is asked to stop.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::{
    fs::{self, DirEntry},
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// Generous: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(30);
const REQUEST: &str = "GET /version HTTP/1.1\r\nhost: shop\r\n\r\n";

struct Shop {
    process: Child,
    port: u16,
}

impl Shop {
    fn open() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut command = Command::new(env!("CARGO_BIN_EXE_storefront"));
        command.args(["--component", "web", "--port", &port.to_string()]);
        let mut shop = Self {
            process: command.stdout(Stdio::piped()).spawn().unwrap(),
            port,
        };
        // It says so when it serves.
        let said = shop.process.stdout.as_mut().unwrap().read(&mut [0; 256]);
        assert!(said.unwrap() > 0);
        shop
    }

    fn visitor(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.args(["-s", name, &self.process.id().to_string()]);
        assert!(kill.status().unwrap().success());
    }

    /// Waits until the last of its threads was stopped, which takes each a moment of its own.
    fn until_all_stand_still(&self) {
        let begun = Instant::now();
        let tasks = format!("/proc/{}/task", self.process.id());
        let stands = |task: io::Result<DirEntry>| {
            let text = fs::read_to_string(task.unwrap().path().join("stat")).unwrap();
            text.rsplit_once(") ").unwrap().1.starts_with('T')
        };
        while !fs::read_dir(&tasks).unwrap().all(stands) {
            assert!(begun.elapsed() < PATIENCE, "it still runs");
        }
    }

    /// Waits until it accepts nobody any more.
    fn until_closed(&self) {
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
            assert!(begun.elapsed() < PATIENCE, "it still accepts");
        }
    }

    fn end(mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn rest(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn what_is_under_way_is_answered_and_the_connection_closed() {
    let shop = Shop::open();
    let (mut half, mut silent, mut kept) = (shop.visitor(), shop.visitor(), shop.visitor());
    kept.write_all(REQUEST.as_bytes()).unwrap();
    let mut answer = [0; 1024];
    let length = kept.read(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
    assert!(answer.contains("connection: keep-alive"), "{answer}");
    let (begin, end) = REQUEST.split_at(20);
    half.write_all(begin.as_bytes()).unwrap();
    // Answered after the others were accepted, so they were.
    assert!(rest(&mut closing(&shop)).starts_with("HTTP/1.1 200 OK"));

    // These requests are on their way when it is asked to stop.
    shop.signal("STOP");
    shop.until_all_stand_still();
    silent.write_all(REQUEST.as_bytes()).unwrap();
    kept.write_all(REQUEST.as_bytes()).unwrap();
    shop.signal("TERM");
    shop.signal("CONT");
    shop.until_closed();
    half.write_all(end.as_bytes()).unwrap();
    for stream in [&mut half, &mut silent, &mut kept] {
        let answer = rest(stream);
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
    }
    assert!(shop.end().success());
}

/// One that has asked, and wants no more.
fn closing(shop: &Shop) -> TcpStream {
    let mut stream = shop.visitor();
    let request = REQUEST.replace("host", "connection: close\r\nhost");
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

#[test]
fn who_says_nothing_or_never_ends_does_not_keep_it_open() {
    let shop = Shop::open();
    let (mut silent, mut endless) = (shop.visitor(), shop.visitor());
    endless.write_all(b"GET /version HTTP/1.1\r\n").unwrap();
    rest(&mut closing(&shop));
    let asked = Instant::now();
    shop.signal("TERM");
    assert_eq!(rest(&mut silent), "");
    assert!(shop.end().success());
    assert!(asked.elapsed() < PATIENCE, "{:?}", asked.elapsed());
}
