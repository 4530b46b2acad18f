//! JSON as it came: borrowed where it can be, with keys that occur twice noted, and no larger than permitted.
//!
//! Of a key that occurs twice the last value counts, as in most readers; so no two of them see different bills.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, fmt};

/// A value. Numbers are only ever names or versions here, so they are kept as text.
#[derive(Debug)]
pub(super) enum Tree<'a> {
    Null,
    Bool,
    Number(Box<str>),
    Text(Cow<'a, str>),
    List(Vec<Tree<'a>>),
    /// Sorted by key, each key once.
    Object(Vec<(Cow<'a, str>, Tree<'a>)>),
}

/// A tree, and the first keys that occur twice.
pub(super) struct Grown<'a> {
    pub(super) tree: Tree<'a>,
    pub(super) repeated: Vec<String>,
}

/// How many keys that occur twice are kept.
const REPEATED_MAX: usize = 100;

pub(super) fn grow(bytes: &[u8], nodes_max: usize) -> Result<Grown<'_>, serde_json::Error> {
    let mut soil = Soil {
        nodes_left: nodes_max,
        repeated: Vec::new(),
    };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let tree = soil.deserialize(&mut deserializer)?;
    deserializer.end()?;
    let repeated = soil.repeated;
    Ok(Grown { tree, repeated })
}

impl<'a> Tree<'a> {
    /// The value of a key; nothing where this is no object, or the value is null.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(entries) = self else {
            return None;
        };
        let at = entries.binary_search_by(|(other, _)| other.as_ref().cmp(key));
        let (_, value) = entries.get(at.ok()?)?;
        (!matches!(value, Self::Null)).then_some(value)
    }

    /// The text, or the digits of a number where a text should be.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(digits) => Some(digits),
            Self::Null | Self::Bool | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// The text of a key, without space around it; an empty one is none.
    pub(super) fn text_of(&self, key: &str) -> Option<&str> {
        let text = self.get(key)?.text()?.trim();
        (!text.is_empty()).then_some(text)
    }

    /// The values of a list; a single value stands for a list of one.
    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            Self::Null => &[],
            Self::Bool | Self::Number(_) | Self::Text(_) | Self::Object(_) => {
                std::slice::from_ref(self)
            }
        }
    }

    /// The values of the list that a key has.
    pub(super) fn items_of(&self, key: &str) -> &[Self] {
        self.get(key).map_or(&[], Self::items)
    }
}

/// What a tree grows in.
struct Soil {
    nodes_left: usize,
    repeated: Vec<String>,
}

impl Soil {
    fn take_node<E: Error>(&mut self) -> Result<(), E> {
        let left = self.nodes_left.checked_sub(1);
        self.nodes_left = left.ok_or_else(|| E::custom("too many values"))?;
        Ok(())
    }

    fn note_repeated(&mut self, key: &str) {
        if self.repeated.len() < REPEATED_MAX {
            self.repeated.push(key.to_owned());
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Soil {
    type Value = Tree<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree<'de>, D::Error> {
        self.take_node()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Soil {
    type Value = Tree<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Bool)
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(value.to_string().into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(value.to_string().into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(value.to_string().into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Tree<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(&mut *self)? {
            items.push(item);
        }
        items.shrink_to_fit();
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Tree<'de>, A::Error> {
        let mut entries: Vec<(Cow<'de, str>, Tree<'de>)> = Vec::new();
        while let Some(key) = access.next_key_seed(Key)? {
            entries.push((key, access.next_value_seed(&mut *self)?));
        }
        entries.sort_by(|(left, _), (right, _)| left.cmp(right));
        entries.dedup_by(|later, earlier| {
            let twice = later.0 == earlier.0;
            if twice {
                self.note_repeated(&later.0);
                std::mem::swap(&mut later.1, &mut earlier.1);
            }
            twice
        });
        // Most objects have few keys, and room for four would be twice the document.
        entries.shrink_to_fit();
        Ok(Tree::Object(entries))
    }
}

/// A key, borrowed unless it has escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }
}
