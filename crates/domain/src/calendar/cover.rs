//! The union of many spans, looked at from one moment on.

use super::{Span, When, judge::Edge};
use jiff::Timestamp;
use std::iter::Peekable;

/// Spans of several windows or freezes, taken one by one as far as somebody asks.
pub(super) struct Cover<'a> {
    sources: Vec<Peekable<Box<dyn Iterator<Item = Span> + 'a>>>,
    /// The union of overlapping spans at the moment asked about last, or after it.
    current: Option<Span>,
    /// What is known when there are no more spans.
    beyond: Edge,
    /// How many more spans may be looked at.
    left: u32,
}

impl<'a> Cover<'a> {
    /// The most spans that one question looks at.
    const SPANS_MAX: u32 = 20_000;

    /// The spans of `whens` that end after `now` and begin by `horizon`.
    pub(super) fn new(
        whens: impl Iterator<Item = &'a When> + Clone,
        now: Timestamp,
        horizon: Timestamp,
    ) -> Self {
        let over = whens.clone().all(|when| when.is_over(horizon));
        Self {
            sources: whens
                .map(|when| when.spans(now, horizon).peekable())
                .collect(),
            current: None,
            beyond: if over {
                Edge::Never
            } else {
                Edge::NotBefore(horizon)
            },
            left: Self::SPANS_MAX,
        }
    }

    /// Whether `at` is covered, and when that changes. Never asked about an earlier moment than before.
    pub(super) fn at(&mut self, at: Timestamp) -> (bool, Edge) {
        let mut span = loop {
            match self.current.filter(|span| span.end > at) {
                Some(span) => break span,
                None => match self.next_span() {
                    Some(span) => self.current = Some(span),
                    // Too many spans to say: nothing is known from here on.
                    None if self.is_spent() => return (false, Edge::NotBefore(at)),
                    None => return (false, self.beyond),
                },
            }
        };
        if span.start > at {
            return (false, Edge::At(span.start));
        }
        while self.peek().is_some_and(|next| next.start <= span.end) {
            let Some(next) = self.next_span() else {
                self.current = Some(span);
                return (true, Edge::NotBefore(span.end));
            };
            span.end = span.end.max(next.end);
        }
        self.current = Some(span);
        match self.beyond {
            // What begins after the horizon may go on without a break.
            Edge::NotBefore(horizon) if span.end > horizon => (true, Edge::NotBefore(horizon)),
            Edge::NotBefore(_) | Edge::At(_) | Edge::Never => (true, Edge::At(span.end)),
        }
    }

    /// Whether there are more spans than one question looks at; what is not covered may then be.
    pub(super) fn is_spent(&mut self) -> bool {
        self.left == 0 && self.peek().is_some()
    }

    fn peek(&mut self) -> Option<Span> {
        let heads = self.sources.iter_mut().filter_map(|source| source.peek());
        heads.min_by_key(|span| span.start).copied()
    }

    fn next_span(&mut self) -> Option<Span> {
        let next = self.peek()?;
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let mut sources = self.sources.iter_mut();
        let source = sources.find_map(|source| (source.peek() == Some(&next)).then_some(source));
        source.and_then(Iterator::next)
    }
}
