//! Cutting the objects out of a stream of JSON, without parsing it and without holding more than one.

use super::database::RECORD_MAX;
use std::io::{self, BufRead};

/// The objects of a JSON array, or of JSON lines.
pub(super) struct Objects<R> {
    source: R,
    /// In an array an object may go over several lines in any way. In lines a `{` at the start of a line begins the
    /// next object, so that a broken one does not swallow those behind it.
    in_lines: bool,
    state: State,
    object: Vec<u8>,
}

#[derive(Default)]
struct State {
    depth: usize,
    within: Within,
    at_line_start: bool,
    oversized: bool,
}

/// What a byte is part of.
#[derive(Clone, Copy, Default)]
enum Within {
    #[default]
    Structure,
    Text,
    /// The character behind a backslash.
    Escape,
}

/// What was cut out.
pub(super) enum Cut<'a> {
    /// Balanced braces and everything between them.
    Object(&'a [u8]),
    /// An object that does not end.
    Unbalanced,
    /// An object longer than [`RECORD_MAX`].
    Oversized,
}

/// What a byte does to the object that is being read.
enum Step {
    Outside,
    Inside,
    Ends,
    /// The byte begins another object, although this one has not ended.
    Breaks,
}

impl<R: BufRead> Objects<R> {
    pub(super) fn new(source: R, in_lines: bool) -> Self {
        Self {
            source,
            in_lines,
            state: State::default(),
            object: Vec::new(),
        }
    }

    /// The next one, or nothing at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Cut<'_>>> {
        self.object.clear();
        self.state.oversized = false;
        loop {
            let chunk = self.source.fill_buf()?;
            if chunk.is_empty() {
                let begun = std::mem::take(&mut self.state).depth > 0;
                return Ok(begun.then_some(Cut::Unbalanced));
            }
            let (used, step) = self.state.scan(chunk, self.in_lines, &mut self.object);
            self.source.consume(used);
            match step {
                Step::Ends if self.state.oversized => return Ok(Some(Cut::Oversized)),
                Step::Ends => return Ok(Some(Cut::Object(&self.object))),
                Step::Breaks => {
                    self.state = State {
                        at_line_start: true,
                        ..State::default()
                    };
                    return Ok(Some(Cut::Unbalanced));
                }
                Step::Inside | Step::Outside => {}
            }
        }
    }
}

impl State {
    /// Goes on to the end of the object or of the chunk; how much of it was used.
    fn scan(&mut self, chunk: &[u8], in_lines: bool, object: &mut Vec<u8>) -> (usize, Step) {
        let (mut first, mut used) = (None, 0);
        let mut last = Step::Outside;
        for byte in chunk {
            last = self.step(*byte, in_lines);
            match last {
                Step::Breaks => break,
                Step::Inside | Step::Ends => first = first.or(Some(used)),
                Step::Outside => {}
            }
            used += 1;
            if matches!(last, Step::Ends) {
                break;
            }
        }
        if let Some(first) = first {
            self.keep(&chunk[first..used], object);
        }
        (used, last)
    }

    fn keep(&mut self, bytes: &[u8], object: &mut Vec<u8>) {
        match object.len() + bytes.len() <= RECORD_MAX {
            true if !self.oversized => object.extend_from_slice(bytes),
            _ => {
                self.oversized = true;
                object.clear();
            }
        }
    }

    fn step(&mut self, byte: u8, in_lines: bool) -> Step {
        let at_line_start = std::mem::replace(&mut self.at_line_start, byte == b'\n');
        if self.depth == 0 {
            self.depth = usize::from(byte == b'{');
            return if self.depth > 0 {
                Step::Inside
            } else {
                Step::Outside
            };
        }
        if in_lines && at_line_start && byte == b'{' {
            return Step::Breaks;
        }
        self.within = match (self.within, byte) {
            (Within::Structure, b'"') | (Within::Escape, _) => Within::Text,
            (Within::Text, b'"') => Within::Structure,
            (Within::Text, b'\\') => Within::Escape,
            (within, _) => within,
        };
        match (self.within, byte) {
            (Within::Structure, b'{') => self.depth += 1,
            (Within::Structure, b'}') => self.depth -= 1,
            _ => {}
        }
        if self.depth == 0 {
            Step::Ends
        } else {
            Step::Inside
        }
    }
}
