//! Foreign JSON, read strictly: bounded in size and depth, and refused when an object says a thing twice.
//!
//! Readers differ in which of two equal keys they believe; what one of them verified, another would act on.

use serde::{
    Deserialize,
    de::{DeserializeOwned, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor},
};
use std::{collections::BTreeSet, fmt};

/// The deepest nesting of arrays and objects.
pub const DEPTH_MAX: usize = 32;

/// Why bytes are not the JSON they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// There are too many of them.
    #[error("more than {0} bytes")]
    Length(usize),
    /// It is not JSON, says a key twice, nests too deeply or lacks what is needed.
    #[error("{0}")]
    Form(String),
}

/// The value in `bytes`, of which there are at most `length_max`.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8], length_max: usize) -> Result<T, JsonError> {
    if bytes.len() > length_max {
        return Err(JsonError::Length(length_max));
    }
    let form = |err: serde_json::Error| JsonError::Form(err.to_string());
    serde_json::from_slice::<Strict>(bytes).map_err(form)?;
    serde_json::from_slice(bytes).map_err(form)
}

/// JSON of bounded depth in which no object has a key twice; its content is dropped.
struct Strict;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Level(0).deserialize(deserializer).map(|()| Self)
    }
}

#[derive(Clone, Copy)]
struct Level(usize);

impl Level {
    fn below<E: Error>(self) -> Result<Self, E> {
        if self.0 < DEPTH_MAX {
            Ok(Self(self.0 + 1))
        } else {
            Err(E::custom(format_args!(
                "nested more than {DEPTH_MAX} levels deep"
            )))
        }
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let below = self.below()?;
        while items.next_element_seed(below)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let below = self.below()?;
        let mut keys = BTreeSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            entries.next_value_seed(below)?;
            if keys.contains(&key) {
                let shown: String = key.chars().take(40).collect();
                return Err(A::Error::custom(format_args!("`{shown}` stands twice")));
            }
            keys.insert(key);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn ambiguous_deep_and_long_json_is_refused() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for (text, why) in [
            (r#"{"a":1,"a":2}"#.to_owned(), Some("`a` stands twice")),
            (r#"{"a":1,"\u0061":2}"#.to_owned(), Some("`a` stands twice")),
            (
                r#"[{"x":{"b":1,"c":{},"b":1}}]"#.to_owned(),
                Some("`b` stands twice"),
            ),
            (r#"{"a":1} {"a":2}"#.to_owned(), Some("trailing")),
            (r#"{"a":"#.to_owned(), Some("EOF")),
            (String::new(), Some("EOF")),
            (nested(DEPTH_MAX), None),
            (nested(DEPTH_MAX + 1), Some("levels deep")),
            (nested(10_000), Some("levels deep")),
            (r#"{"a":{"a":[1,-1,1.5,true,null,"a"]}}"#.to_owned(), None),
        ] {
            let said = read::<Value>(text.as_bytes(), 100_000).map_err(|err| err.to_string());
            match (said, why) {
                (Ok(_), None) => {}
                (Err(said), Some(why)) => assert!(said.contains(why), "{text:.60}: {said}"),
                (said, why) => panic!("{text:.60}: {said:?}, not {why:?}"),
            }
        }
        assert_eq!(read::<Value>(b"[1]", 2), Err(JsonError::Length(2)));
    }
}
