//! Files beside a YAML file that its documents name: a procedure's text, by `file`.
//!
//! Only what lies in the directory that is applied is read, wherever links lead: files may come from somebody else.

use crate::Error;
use std::{collections::BTreeMap, path::Path};
use tidegate_domain::procedure::BODY_MAX;

/// The texts of the files that the documents of `text` name, by the names that they use.
///
/// # Errors
/// When one leaves `root`, is too large, or cannot be read.
pub(super) fn read(
    path: &Path,
    root: Option<&Path>,
    text: &str,
) -> Result<BTreeMap<String, String>, Error> {
    let mut beside = BTreeMap::new();
    for (line, name) in named(text) {
        let wrong = |why: &str| Error::Usage(format!("{}:{line}: {why}", path.display()));
        let Some(root) = root.filter(|_| path != Path::new("-")) else {
            return Err(wrong(
                "`file` names a file beside, and standard input has none: write the text as `body`",
            ));
        };
        let text = one(path, root, &name).map_err(|why| wrong(&why))?;
        beside.insert(name, text);
    }
    Ok(beside)
}

/// Reads one of them; or says why not.
fn one(path: &Path, root: &Path, name: &str) -> Result<String, String> {
    let beside = path.parent().unwrap_or(Path::new(""));
    let real = |path: &Path| match path.as_os_str().is_empty() {
        true => Path::new(".").canonicalize(),
        false => path.canonicalize(),
    };
    let missing = |why: std::io::Error| format!("file `{name}` cannot be read: {why}");
    let found = real(&beside.join(name)).map_err(missing)?;
    let root = real(root).map_err(missing)?;
    if !found.starts_with(&root) {
        return Err(format!(
            "file `{name}` lies outside of what is applied: put it below {}",
            root.display()
        ));
    }
    let about = found.metadata().map_err(missing)?;
    if !about.is_file() {
        return Err(format!("`{name}` is no file"));
    }
    if about.len() > BODY_MAX as u64 {
        return Err(format!(
            "file `{name}` is longer than {BODY_MAX} bytes: make several procedures of it"
        ));
    }
    std::fs::read_to_string(&found).map_err(missing)
}

/// The files that procedures name, each with its line. What is no YAML the server says; it also says which document has both.
fn named(text: &str) -> Vec<(usize, String)> {
    let (mut all, mut found, mut is_procedure) = (Vec::new(), Vec::new(), false);
    for (line, text) in (1..).zip(text.lines()) {
        let is_marker = text == "---" || text.starts_with("--- ");
        if is_marker {
            if is_procedure {
                all.append(&mut found);
            }
            (found, is_procedure) = (Vec::new(), false);
        } else if value(text, "kind").is_some_and(|it| it == "Procedure") {
            is_procedure = true;
        } else if let Some(name) = value(text, "file") {
            found.push((line, name));
        }
    }
    if is_procedure {
        all.append(&mut found);
    }
    all
}

/// The value of a top-level key on its line, without quotes and comments.
fn value(line: &str, key: &str) -> Option<String> {
    let rest = line.strip_prefix(key)?.trim_start().strip_prefix(':')?;
    let rest = rest.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| {
        let inner = rest.strip_prefix(quote)?;
        inner.split_once(quote).map(|(value, _)| value)
    });
    let plain = rest.split(" #").next().unwrap_or(rest).trim();
    let value = quoted.unwrap_or(plain);
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_where_procedures_name_them() {
        let text = "kind: Procedure\nname: a\nfile: a.md # the text\n---\nkind: Supplier\nfile: no.md\n\
            ---\nfile: 'b c.md'\nkind: \"Procedure\"\n  file: no.md\n";
        assert_eq!(
            named(text),
            [(3, "a.md".to_owned()), (8, "b c.md".to_owned())]
        );
    }

    #[test]
    fn what_leaves_the_directory_is_not_read() {
        let root = tempfile::tempdir().unwrap();
        let applied = root.path().join("applied");
        std::fs::create_dir_all(applied.join("sub")).unwrap();
        std::fs::write(root.path().join("secret.md"), "secret").unwrap();
        std::fs::write(applied.join("a.md"), "# A").unwrap();
        std::fs::write(applied.join("long.md"), "x".repeat(BODY_MAX + 1)).unwrap();
        std::os::unix::fs::symlink(root.path().join("secret.md"), applied.join("link.md")).unwrap();
        let yaml = applied.join("sub/p.yaml");
        let absolute = root.path().join("secret.md").display().to_string();
        let found = |name: &str| {
            let text = format!("kind: Procedure\nfile: {name}\n");
            match read(&yaml, Some(&applied), &text) {
                Ok(texts) => texts.into_values().collect::<String>(),
                Err(why) => why.to_string(),
            }
        };
        assert_eq!(found("../a.md"), "# A");
        for name in ["../../secret.md", "../link.md", &absolute] {
            let why = found(name);
            assert!(
                why.contains("p.yaml:2: file") && why.contains("outside of what is applied"),
                "{why}"
            );
        }
        assert!(found("../long.md").contains("longer than 100000 bytes"));
        assert!(found("none.md").contains("cannot be read"));
        assert!(found("../sub").contains("is no file"));
        let piped = read(Path::new("-"), None, "kind: Procedure\nfile: a.md\n");
        assert!(piped.unwrap_err().to_string().contains("standard input"));
    }
}
