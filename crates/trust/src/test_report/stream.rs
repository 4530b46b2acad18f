//! Reading a report as a stream of events, each of bounded size, and knowing where it is.

use super::{cases::Cases, elements::Element, report::Report};
use quick_xml::{Reader, events::Event};
use std::{
    io::{self, BufRead, Read},
    sync::Arc,
};

/// The largest report, in bytes.
pub const SIZE_MAX: u64 = 1 << 30;
/// The largest tag or text between two tags, in bytes: how much memory reading takes.
pub const EVENT_MAX: u64 = 16 << 20;
/// How deep elements may nest.
pub const DEPTH_MAX: usize = 100;

/// Where a report cannot be read on, and why.
#[derive(Debug, thiserror::Error)]
#[error("the test report cannot be read on at line {line}, column {column}")]
pub struct ReportError {
    /// The line, counted from 1.
    pub line: u64,
    /// The byte in the line, counted from 1, at which the tag or text begins.
    pub column: u64,
    /// Why.
    #[source]
    pub fault: Fault,
}

/// Why a report cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The source failed.
    #[error("the report cannot be read")]
    Io(#[source] Arc<io::Error>),
    /// The XML is not well-formed.
    #[error("the XML is malformed")]
    Malformed(#[source] quick_xml::Error),
    /// It could name files and expand without end.
    #[error("a document type is not permitted")]
    DocumentType,
    /// The outermost element is another one, or there is none.
    #[error("the outermost element is neither testsuites nor testsuite: is this JUnit XML?")]
    Root,
    /// Beyond every real one.
    #[error("elements nest deeper than {DEPTH_MAX}")]
    Deep,
    /// The report ends inside of an element.
    #[error("the report ends before its last element does")]
    Unclosed,
    /// The report is too large.
    #[error("the report is larger than {} MiB", SIZE_MAX >> 20)]
    Large,
    /// One tag or text is too large.
    #[error("a tag or text is larger than {} MiB", EVENT_MAX >> 20)]
    LargeEvent,
}

/// Reads a report.
pub fn read(source: impl BufRead) -> Result<Report, ReportError> {
    let mut reader = Reader::from_reader(Metered::new(source));
    let (mut buffer, mut open, mut cases) = (Vec::new(), Vec::new(), Cases::default());
    let mut begun = false;
    loop {
        buffer.clear();
        let (line, column) = reader.get_mut().begin_event();
        let at = |fault| ReportError {
            line,
            column,
            fault,
        };
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(error) => return Err(at(reader.get_mut().fault(error))),
        };
        match event {
            Event::Start(tag) => {
                let element = Element::of(&tag);
                begin(element, &mut begun, open.len()).map_err(at)?;
                cases.open(element, &tag, open.len());
                open.push(element);
            }
            Event::Empty(tag) => {
                let element = Element::of(&tag);
                begin(element, &mut begun, open.len()).map_err(at)?;
                cases.open(element, &tag, open.len());
                cases.close(element);
            }
            Event::End(_) => open
                .pop()
                .into_iter()
                .for_each(|element| cases.close(element)),
            Event::Text(text) => cases.text(innermost(&open), &text),
            Event::CData(text) => cases.text(innermost(&open), &text),
            Event::DocType(_) => return Err(at(Fault::DocumentType)),
            Event::Eof if !open.is_empty() => return Err(at(Fault::Unclosed)),
            Event::Eof if !begun => return Err(at(Fault::Root)),
            Event::Eof => return Ok(cases.finish()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::GeneralRef(_) => {}
        }
    }
}

fn innermost(open: &[Element]) -> Element {
    open.last().copied().unwrap_or(Element::Other)
}

/// The outermost element must be one of a report.
fn begin(element: Element, begun: &mut bool, depth: usize) -> Result<(), Fault> {
    let suite = matches!(element, Element::Suites | Element::Suite);
    if depth == 0 && !suite {
        return Err(Fault::Root);
    }
    if depth >= DEPTH_MAX {
        return Err(Fault::Deep);
    }
    *begun = true;
    Ok(())
}

/// The most that is read between two looks at the bounds, in bytes.
const CHUNK: usize = 64 << 10;

/// A source that counts lines and ends where the bounds are.
struct Metered<R> {
    inner: R,
    line: u64,
    column: u64,
    total: u64,
    event: u64,
}

impl<R: BufRead> Metered<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            line: 1,
            column: 1,
            total: 0,
            event: 0,
        }
    }

    /// Where the next event begins.
    fn begin_event(&mut self) -> (u64, u64) {
        self.event = 0;
        (self.line, self.column)
    }

    fn fault(&self, error: quick_xml::Error) -> Fault {
        if self.total > SIZE_MAX {
            return Fault::Large;
        }
        if self.event > EVENT_MAX {
            return Fault::LargeEvent;
        }
        if let quick_xml::Error::Io(error) = error {
            return Fault::Io(error);
        }
        Fault::Malformed(error)
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.total > SIZE_MAX || self.event > EVENT_MAX {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        // The bounds are looked at once a chunk, also where the source holds everything.
        let available = self.inner.fill_buf()?;
        Ok(&available[..available.len().min(CHUNK)])
    }

    fn consume(&mut self, amount: usize) {
        // What is consumed is in the buffer already, so this does not read.
        let used = self.inner.fill_buf().unwrap_or_default();
        let used = &used[..amount.min(used.len())];
        let lines = memchr::memchr_iter(b'\n', used).count() as u64;
        let behind = memchr::memrchr(b'\n', used).map(|at| used.len() - at);
        self.line += lines;
        self.column = match behind {
            Some(behind) => behind as u64,
            None => self.column + used.len() as u64,
        };
        self.total += amount as u64;
        self.event += amount as u64;
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let amount = self.fill_buf()?.read(buffer)?;
        self.consume(amount);
        Ok(amount)
    }
}
