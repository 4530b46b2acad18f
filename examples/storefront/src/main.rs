//! A small shop front: the software that the demo deploys. It knows nothing of Tidegate.
//!
//! `storefront --component NAME --port PORT` serves `/`, `/version` and `/healthz` on 127.0.0.1:PORT, or on the
//! first socket that its parent hands over (`LISTEN_FDS`, `LISTEN_PID`, as from systemd). Its version is the text
//! of the file `VERSION` in its working directory; a file `FAULT` there makes it misbehave, see [`fault`]. Asked to
//! stop by SIGTERM, it accepts nobody any more, finishes the requests that are under way, and ends. Start at [`main`].

mod fault;
mod page;
mod socket;
mod stop;

use fault::Fault;
use std::{
    env, fs,
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    process::ExitCode,
    sync::{
        Arc,
        mpsc::{self, Sender},
    },
    thread,
    time::{Duration, Instant},
};
use stop::Stop;

/// A connection that says nothing for so long is closed.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// Longer request lines and headers are refused by closing the connection.
const LINE_MAX: u64 = 16 * 1024;
/// When asked to stop, a request that is on its way to an open connection is waited for so long.
const LINGER: Duration = Duration::from_millis(250);
/// What is under way is given up after this.
const FINISH_WITHIN: Duration = Duration::from_secs(5);

/// What every connection needs to know.
pub(crate) struct Shop {
    pub(crate) component: String,
    pub(crate) version: String,
    pub(crate) fault: Fault,
    pub(crate) started: Instant,
    pub(crate) stop: Stop,
}

fn main() -> ExitCode {
    match serve() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("storefront: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve() -> io::Result<()> {
    let (component, port) = arguments()?;
    let version = fs::read_to_string("VERSION").unwrap_or_else(|_| "unknown".to_owned());
    let fault = Fault::read()?;
    let shop = Arc::new(Shop {
        component,
        version: version.trim().to_owned(),
        fault,
        started: Instant::now(),
        stop: Stop::on_term()?,
    });
    let listener = socket::listener(port)?;
    fault.start_clock();
    println!(
        "{} {} serves on {}",
        shop.component,
        shop.version,
        listener.local_addr()?
    );
    open(listener, &shop)
}

fn arguments() -> io::Result<(String, u16)> {
    let usage = || io::Error::other("usage: storefront --component NAME --port PORT");
    let (mut component, mut port) = (None, None);
    let mut arguments = env::args().skip(1);
    while let Some(key) = arguments.next() {
        let value = arguments.next().ok_or_else(usage)?;
        match key.as_str() {
            "--component" => component = Some(value),
            "--port" => port = Some(value.parse().map_err(|_| usage())?),
            _ => return Err(usage()),
        }
    }
    component.zip(port).ok_or_else(usage)
}

/// Accepts until it is asked to stop. A socket that was handed over stays open with the parent: who comes then waits
/// for the next process.
fn open(listener: TcpListener, shop: &Arc<Shop>) -> io::Result<()> {
    // Another process may share the socket, and be quicker.
    listener.set_nonblocking(true)?;
    let (under_way, all_over) = mpsc::channel();
    while !shop.stop.is_asked() {
        if shop.stop.wait(&listener, None)? && !shop.stop.is_asked() {
            accept(&listener, shop, &under_way)?;
        }
    }
    drop((listener, under_way));
    // Nothing is ever sent: it ends with the last connection, or is given up.
    all_over.recv_timeout(FINISH_WITHIN).ok();
    Ok(())
}

fn accept(listener: &TcpListener, shop: &Arc<Shop>, under_way: &Sender<()>) -> io::Result<()> {
    let stream = match listener.accept() {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
        accepted => accepted?.0,
    };
    stream.set_nonblocking(false)?;
    let (shop, under_way) = (Arc::clone(shop), under_way.clone());
    thread::spawn(move || {
        // A visitor that goes away in mid-request is no event for a shop.
        converse(&stream, &shop).ok();
        drop(under_way);
    });
    Ok(())
}

/// Answers one request after the other until the visitor leaves or asks to close, or the shop closes.
fn converse(stream: &TcpStream, shop: &Shop) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE_MAX))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while comes_more(&reader, &shop.stop)? {
        let Some((request, close)) = read_request(&mut reader)? else {
            break;
        };
        let answer = page::answer(shop, &request);
        let close = close || shop.stop.is_asked();
        (&*stream).write_all(answer.to_http(close).as_bytes())?;
        if close {
            break;
        }
    }
    Ok(())
}

/// Whether the visitor says something more, or leaves.
fn comes_more(reader: &BufReader<&TcpStream>, stop: &Stop) -> io::Result<bool> {
    let stream = reader.get_ref();
    let is_here = !reader.buffer().is_empty();
    let comes = is_here || (!stop.is_asked() && stop.wait(*stream, Some(IDLE_MAX))?);
    Ok(comes || (stop.is_asked() && stop.wait(*stream, Some(LINGER))?))
}

/// The request line, and whether the connection closes after the answer.
fn read_request(reader: &mut impl BufRead) -> io::Result<Option<(String, bool)>> {
    let Some(request) = read_line(reader)? else {
        return Ok(None);
    };
    let mut close = request.ends_with("HTTP/1.0");
    while let Some(header) = read_line(reader)? {
        if header.is_empty() {
            return Ok(Some((request, close)));
        }
        close |= header.to_ascii_lowercase().replace(' ', "") == "connection:close";
    }
    Ok(None)
}

fn read_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = String::new();
    io::Read::take(reader, LINE_MAX).read_line(&mut line)?;
    Ok(line.ends_with('\n').then(|| line.trim_end().to_owned()))
}
