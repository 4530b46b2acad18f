//! Ruby's `Gem::Version`: numbers and letters between dots, letters make a pre-release.

use super::numbers;
use std::cmp::Ordering;

pub(super) fn compare(left: &str, right: &str) -> Ordering {
    match (is_correct(left), is_correct(right)) {
        (true, true) => by_segment(left, right),
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => left.cmp(right),
    }
}

/// Digits first, then alphanumeric pieces between single dots or behind dashes.
fn is_correct(text: &str) -> bool {
    let piece = |piece: &str| !piece.is_empty() && piece.bytes().all(|b| b.is_ascii_alphanumeric());
    let first = text.split(['.', '-']).next().unwrap_or_default();
    text.is_empty() || (numbers::is_number(first) && text.split(['.', '-']).all(piece))
}

fn by_segment(left: &str, right: &str) -> Ordering {
    let (left, right) = (segments(left), segments(right));
    for (one, other) in left.iter().zip(&right) {
        let order = match (one, other) {
            (Segment::Number(one), Segment::Number(other)) => numbers::compare(one, other),
            (Segment::Letters(one), Segment::Letters(other)) => one.cmp(other),
            (Segment::Letters(_), Segment::Number(_)) => Ordering::Less,
            (Segment::Number(_), Segment::Letters(_)) => Ordering::Greater,
        };
        if order.is_ne() {
            return order;
        }
    }
    beyond(&left, &right).then_with(|| beyond(&right, &left).reverse())
}

/// What the rest of the longer version makes of it; what the shorter one lacks is zero.
fn beyond(longer: &[Segment], shorter: &[Segment]) -> Ordering {
    let zero = Segment::Number(String::new());
    let mut rest = longer.iter().skip(shorter.len());
    match rest.find(|segment| **segment != zero) {
        Some(Segment::Letters(_)) => Ordering::Less,
        Some(Segment::Number(_)) => Ordering::Greater,
        None => Ordering::Equal,
    }
}

#[derive(PartialEq)]
enum Segment {
    Number(String),
    Letters(String),
}

/// The segments without the zeros at the end of the numbers in front of the first letters, and at the end of all.
fn segments(text: &str) -> Vec<Segment> {
    let text = text.replace('-', ".pre.");
    let (mut segments, mut rest) = (Vec::new(), text.as_str());
    while !rest.is_empty() {
        let (number, behind) = numbers::leading(rest, |c| c.is_ascii_digit());
        let (letters, behind) = numbers::leading(behind, |c| c.is_ascii_alphabetic());
        if !number.is_empty() {
            segments.push(Segment::Number(numbers::significant(number).to_owned()));
        }
        if !letters.is_empty() {
            drop_zeros_in_front_of_letters(&mut segments);
            segments.push(Segment::Letters(letters.to_owned()));
        }
        rest = behind.trim_start_matches('.');
    }
    drop_zeros(&mut segments);
    segments
}

fn drop_zeros_in_front_of_letters(segments: &mut Vec<Segment>) {
    let letters = |segment: &Segment| matches!(segment, Segment::Letters(_));
    if !segments.iter().any(letters) {
        drop_zeros(segments);
    }
}

fn drop_zeros(segments: &mut Vec<Segment>) {
    while segments
        .pop_if(|last| *last == Segment::Number(String::new()))
        .is_some()
    {}
}
