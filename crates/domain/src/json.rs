//! Foreign JSON, looked at before it is read: bounded in depth, and refused when an object says a thing twice.
//!
//! Readers differ in which of two equal names they believe; what one of them verified, another would act on. May not: read
//! values. Start at [`check_names`].

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::{collections::BTreeSet, fmt};

/// The deepest nesting of arrays and objects.
pub const DEPTH_MAX: usize = 32;

/// Whether no object says a thing twice.
///
/// `known_as` is told the name that an object stands under, none for those that stand under none, and a name in it; it answers
/// what that counts as, or why it may not stand there.
///
/// # Errors
/// When it is no JSON, nests deeper than [`DEPTH_MAX`], or a name may not stand where it does.
pub fn check_names<F>(bytes: &[u8], known_as: F) -> Result<(), serde_json::Error>
where
    F: Fn(Option<&str>, &str) -> Result<String, String>,
{
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let whole = Place {
        depth: 0,
        under: None,
        known_as: &known_as,
    };
    whole.deserialize(&mut reader)?;
    reader.end()
}

/// Where a value stands; its content is dropped.
struct Place<'a, F> {
    depth: usize,
    under: Option<&'a str>,
    known_as: &'a F,
}

impl<'a, F> Place<'a, F> {
    fn below<'b, E: Error>(&self, under: Option<&'b str>) -> Result<Place<'b, F>, E>
    where
        'a: 'b,
    {
        if self.depth < DEPTH_MAX {
            Ok(Place {
                depth: self.depth + 1,
                under,
                known_as: self.known_as,
            })
        } else {
            Err(E::custom(format_args!(
                "nested more than {DEPTH_MAX} levels deep"
            )))
        }
    }
}

impl<'de, F> DeserializeSeed<'de> for Place<'_, F>
where
    F: Fn(Option<&str>, &str) -> Result<String, String>,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F> Visitor<'de> for Place<'_, F>
where
    F: Fn(Option<&str>, &str) -> Result<String, String>,
{
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
        while items.next_element_seed(self.below(None)?)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = entries.next_key::<String>()? {
            entries.next_value_seed(self.below(Some(&name))?)?;
            let known = (self.known_as)(self.under, &name).map_err(A::Error::custom)?;
            if !seen.insert(known) {
                let shown: String = name.chars().take(40).collect();
                return Err(A::Error::custom(format_args!("`{shown}` stands twice")));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ambiguous_and_deep_json_is_refused() {
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
            let said = check_names(text.as_bytes(), |_, name| Ok(name.to_owned()));
            match (said.map_err(|err| err.to_string()), why) {
                (Ok(()), None) => {}
                (Err(said), Some(why)) => assert!(said.contains(why), "{text:.60}: {said}"),
                (said, why) => panic!("{text:.60}: {said:?}, not {why:?}"),
            }
        }
    }

    #[test]
    fn what_a_name_counts_as_depends_on_where_its_object_stands() {
        let known_as = |under: Option<&str>, name: &str| match (under, name) {
            (Some("free"), _) => Ok(name.to_owned()),
            (_, "never") => Err("not that".to_owned()),
            _ => Ok(name.to_lowercase()),
        };
        let refused =
            |text: &str| check_names(text.as_bytes(), known_as).map_err(|it| it.to_string());
        assert!(refused(r#"{"a":1,"A":2}"#).is_err_and(|it| it.contains("`A` stands twice")));
        assert!(refused(r#"{"x":{"never":1}}"#).is_err_and(|it| it.contains("not that")));
        assert_eq!(
            refused(r#"{"free":{"a":1,"A":2,"never":3},"x":[{"a":1},{"a":1}]}"#),
            Ok(())
        );
        assert!(refused(r#"{"free":[{"a":1,"A":2}]}"#).is_err());
    }
}
