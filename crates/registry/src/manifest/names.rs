//! Names in manifests: what one reader takes for a field and another does not is refused.
//!
//! Go's `encoding/json`, which most tools are written with, takes names in any case and the last of several; others take
//! the exact name, or the first. May not: read values.

use tidegate_domain::json::check_names;

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
    check_names(body, |under, name| match under {
        // The keys of annotations are whatever people like, in their own case.
        Some("annotations") => Ok(name.to_owned()),
        Some(_) | None => field(name),
    })
}

fn field(name: &str) -> Result<String, String> {
    let known = folded(name);
    match FIELDS.iter().find(|field| folded(field) == known) {
        Some(field) if *field != name => {
            let shown: String = name.chars().take(40).collect();
            Err(format!("`{shown}` is written `{field}`"))
        }
        Some(_) | None => Ok(known),
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
