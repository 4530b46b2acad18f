//! Maven's "Version Order Specification": lists of numbers and qualifiers, nested at dashes and where digits meet letters.

use super::numbers;
use std::cmp::Ordering;

pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let list = |text: &str| Parser::new(&text.to_lowercase()).list();
    compare_lists(&list(left), &list(right))
}

enum Item {
    /// Digits without zeros in front.
    Number(String),
    Word(Qualifier),
    List(Vec<Item>),
}

/// In the order of the specification; unknown words come behind all known ones.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Qualifier {
    Alpha,
    Beta,
    Milestone,
    Candidate,
    Snapshot,
    Release,
    ServicePack,
    Unknown(String),
}

impl Qualifier {
    fn of(word: &str, before_digit: bool) -> Self {
        match word {
            "alpha" => Self::Alpha,
            "beta" => Self::Beta,
            "milestone" => Self::Milestone,
            "a" if before_digit => Self::Alpha,
            "b" if before_digit => Self::Beta,
            "m" if before_digit => Self::Milestone,
            "rc" | "cr" => Self::Candidate,
            "snapshot" => Self::Snapshot,
            "" | "ga" | "final" | "release" => Self::Release,
            "sp" => Self::ServicePack,
            other => Self::Unknown(other.to_owned()),
        }
    }
}

/// The lists that are open, the outermost first; a list nests in the one before it.
struct Parser<'a> {
    text: &'a str,
    open: Vec<Vec<Item>>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        let open = vec![Vec::new()];
        Self { text, open }
    }

    fn list(mut self) -> Vec<Item> {
        let (mut start, mut in_digits) = (0, false);
        for (at, c) in self.text.char_indices() {
            let piece = &self.text[start..at];
            if c == '.' || c == '-' {
                self.push(item(piece, in_digits, false));
                start = at + 1;
                if c == '-' {
                    self.nest();
                }
                continue;
            }
            let digit = c.is_ascii_digit();
            if digit != in_digits && !piece.is_empty() {
                if digit {
                    self.nest_if_begun();
                }
                self.push(item(piece, in_digits, true));
                start = at;
                self.nest();
            }
            in_digits = digit;
        }
        let last = &self.text[start..];
        if !last.is_empty() {
            if !in_digits {
                self.nest_if_begun();
            }
            self.push(item(last, in_digits, false));
        }
        self.close()
    }

    fn push(&mut self, item: Item) {
        if let Some(list) = self.open.last_mut() {
            list.push(item);
        }
    }

    fn nest(&mut self) {
        self.open.push(Vec::new());
    }

    fn nest_if_begun(&mut self) {
        if self.open.last().is_some_and(|list| !list.is_empty()) {
            self.nest();
        }
    }

    /// Closes the lists from the innermost on, each trimmed of what means nothing at its end.
    fn close(mut self) -> Vec<Item> {
        let mut inner: Option<Vec<Item>> = None;
        while let Some(mut list) = self.open.pop() {
            list.extend(inner.take().map(Item::List));
            trim(&mut list);
            inner = Some(list);
        }
        inner.unwrap_or_default()
    }
}

fn item(piece: &str, digits: bool, before_digit: bool) -> Item {
    match digits || piece.is_empty() {
        true => Item::Number(numbers::significant(piece).to_owned()),
        false => Item::Word(Qualifier::of(piece, before_digit)),
    }
}

/// Removes zeros, empty qualifiers and empty lists from the end, and in front of the list at the end.
fn trim(list: &mut Vec<Item>) {
    for at in (0..list.len()).rev() {
        let null = match &list[at] {
            Item::Number(digits) => digits.is_empty(),
            Item::Word(word) => *word == Qualifier::Release,
            Item::List(items) => items.is_empty(),
        };
        if null {
            list.remove(at);
        } else if !matches!(list[at], Item::List(_)) {
            break;
        }
    }
}

fn compare_lists(left: &[Item], right: &[Item]) -> Ordering {
    let longer = left.len().max(right.len());
    let orders = (0..longer).map(|at| match (left.get(at), right.get(at)) {
        (Some(one), Some(other)) => compare_items(one, other),
        (Some(one), None) => compare_to_nothing(one),
        (None, Some(other)) => compare_to_nothing(other).reverse(),
        (None, None) => Ordering::Equal,
    });
    orders
        .into_iter()
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Qualifiers < lists < numbers.
fn compare_items(left: &Item, right: &Item) -> Ordering {
    match (left, right) {
        (Item::Number(one), Item::Number(other)) => numbers::compare(one, other),
        (Item::Word(one), Item::Word(other)) => one.cmp(other),
        (Item::List(one), Item::List(other)) => compare_lists(one, other),
        (Item::Number(_), Item::Word(_) | Item::List(_)) => Ordering::Greater,
        (Item::Word(_) | Item::List(_), Item::Number(_)) => Ordering::Less,
        (Item::Word(_), Item::List(_)) => Ordering::Less,
        (Item::List(_), Item::Word(_)) => Ordering::Greater,
    }
}

fn compare_to_nothing(item: &Item) -> Ordering {
    match item {
        Item::Number(digits) if digits.is_empty() => Ordering::Equal,
        Item::Number(_) => Ordering::Greater,
        Item::Word(word) => word.cmp(&Qualifier::Release),
        Item::List(items) => compare_lists(items, &[]),
    }
}
