//! Names in manifests: what one reader takes for a field and another does not is refused.
//!
//! Go's `encoding/json`, which most tools are written with, takes names in any case and the last of several; others take
//! the exact name, or the first. May not: read values.

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::{collections::BTreeSet, fmt};

/// The fields of manifests, indexes and descriptors (OCI image specification).
const FIELDS: [&str; 17] = [
    "annotations",
    "architecture",
    "artifactType",
    "config",
    "data",
    "digest",
    "features",
    "layers",
    "manifests",
    "mediaType",
    "os",
    "platform",
    "schemaVersion",
    "size",
    "subject",
    "urls",
    "variant",
];

/// Whether all readers find the same fields.
///
/// # Errors
/// When it is no JSON, or a name stands twice or in another case.
pub(super) fn check(body: &[u8]) -> Result<(), serde_json::Error> {
    serde_json::from_slice::<Plain>(body).map(drop)
}

/// A value in which each name stands once, as it is written in the specification.
struct Plain;

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader {
            keys_are_free: false,
        })?;
        Ok(Self)
    }
}

/// The keys of annotations are whatever people like, in their own case.
#[derive(Clone, Copy)]
struct Reader {
    keys_are_free: bool,
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
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
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = entries.next_key::<String>()? {
            let keys_are_free = !self.keys_are_free && name == "annotations";
            entries.next_value_seed(Reader { keys_are_free })?;
            let known = match self.keys_are_free {
                true => name.clone(),
                false => folded(&name),
            };
            let is_field = |field: &&str| folded(field) == known;
            let field = FIELDS.iter().find(|it| !self.keys_are_free && is_field(it));
            let shown: String = name.chars().take(40).collect();
            if let Some(field) = field.filter(|it| **it != name) {
                return Err(A::Error::custom(format_args!(
                    "`{shown}` is written `{field}`"
                )));
            }
            if !seen.insert(known) {
                return Err(A::Error::custom(format_args!("`{shown}` stands twice")));
            }
        }
        Ok(())
    }
}

/// As Go compares names: whatever the case, two letters beyond ASCII included.
fn folded(name: &str) -> String {
    let fold = |letter: char| match letter {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    };
    name.chars().map(fold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_once_and_as_it_is_written() {
        let refused = |text: &str, why: &str| {
            let said = check(text.as_bytes()).map_err(|it| it.to_string());
            assert!(
                said.as_ref().is_err_and(|it| it.contains(why)),
                "{text}: {said:?}"
            );
        };
        refused(r#"{"layers":[],"layers":[]}"#, "`layers` stands twice");
        refused(
            r#"{"layers":[],"Layers":[]}"#,
            "`Layers` is written `layers`",
        );
        refused(r#"{"LAYERS":[]}"#, "`LAYERS` is written `layers`");
        refused("{\"layer\u{17f}\":[]}", "is written `layers`");
        refused(r#"{"a":{"x":1,"X":2}}"#, "`X` stands twice");
        refused(
            r#"{"layers":[{"digest":"a","\u0064igest":"b"}]}"#,
            "`digest` stands twice",
        );
        refused(
            r#"{"layers":[{"Digest":"a"}]}"#,
            "`Digest` is written `digest`",
        );
        refused(r#"{"annotations":{"a":"1","a":"2"}}"#, "`a` stands twice");
        refused(
            r#"{"annotations":{},"Annotations":{}}"#,
            "`Annotations` is written",
        );
        refused(r#"{"a":1"#, "EOF");
        for text in [
            r#"{"layers":[{"digest":"a","size":-1.5},{"digest":"a"}],"own":null}"#,
            r#"{"annotations":{"a":"1","A":"2","Layers":"3"}}"#,
        ] {
            assert!(check(text.as_bytes()).is_ok(), "{text}");
        }
    }
}
