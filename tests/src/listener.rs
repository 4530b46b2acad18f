//! Who listens on a port until it is dropped, and answers each connection by what it is given.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

use std::{
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// The one that listens. Dropping it ends it.
#[derive(Debug)]
pub struct Listener {
    stops: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Listens on that port of this machine from now on. What answers is told when to stop.
    pub fn on(
        port: u16,
        mut answers: impl FnMut(TcpStream, &Arc<AtomicBool>) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is ours");
        listener.set_nonblocking(true).expect("a listener");
        let stops = Arc::new(AtomicBool::new(false));
        let ends = stops.clone();
        let thread = std::thread::spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((stream, _)) => answers(stream, &ends),
                    Err(_) => pause(),
                }
            }
        });
        Self {
            stops,
            thread: Some(thread),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stops.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a listener that is asked again has a thread of its own"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(2));
}
