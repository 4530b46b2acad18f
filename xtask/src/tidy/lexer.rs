//! Just enough of Rust's grammar to tell texts and comments from code.

/// The text literals of a file, each with the line it begins in.
pub(super) fn literals(text: &str) -> Vec<(usize, String)> {
    split(text).1
}

/// The file without its comments, its texts empty, line by line as it was.
pub(super) fn code(text: &str) -> String {
    split(text).0
}

fn split(text: &str) -> (String, Vec<(usize, String)>) {
    let (mut code, mut literals) = (String::with_capacity(text.len()), Vec::new());
    let (mut rest, mut line) = (text, 1);
    while let Some(first) = rest.chars().next() {
        let (taken, literal) = token(rest, first, &code);
        let (token, behind) = rest.split_at(taken);
        match literal {
            Some(literal) => {
                literals.push((line, literal.to_owned()));
                code.push_str("\"\"");
                code.extend(token.chars().filter(|c| *c == '\n'));
            }
            None if token.starts_with("//") || token.starts_with("/*") => {
                code.extend(token.chars().filter(|c| *c == '\n'));
            }
            None => code.push_str(token),
        }
        line += token.matches('\n').count();
        rest = behind;
    }
    (code, literals)
}

/// How long the token at the start of `rest` is, and what is in it if it is a text.
fn token<'a>(rest: &'a str, first: char, before: &str) -> (usize, Option<&'a str>) {
    let inside_word = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), None);
    }
    if rest.starts_with("/*") {
        return (rest.find("*/").map_or(rest.len(), |end| end + 2), None);
    }
    if first == 'r' && !inside_word {
        let hashes = rest[1..].len() - rest[1..].trim_start_matches('#').len();
        let open = 2 + hashes;
        if rest[1 + hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let end = rest[open..]
                .find(&close)
                .map_or(rest.len() - open, |end| end);
            return (
                (open + end + close.len()).min(rest.len()),
                Some(&rest[open..open + end]),
            );
        }
    }
    if first == '"' {
        let end = closing(&rest[1..]);
        return ((end + 2).min(rest.len()), Some(&rest[1..=end]));
    }
    // A character; a lifetime has no second quote near by.
    if first == '\'' {
        let character = rest[1..].chars().next().unwrap_or(' ');
        if character == '\\' {
            return (rest[2..].find('\'').map_or(1, |end| 3 + end), None);
        }
        if rest[1 + character.len_utf8()..].starts_with('\'') {
            return (2 + character.len_utf8(), None);
        }
    }
    (first.len_utf8(), None)
}

/// Where the text ends that began before `rest`.
fn closing(rest: &str) -> usize {
    let mut escaped = false;
    let end = rest.char_indices().find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(rest.len() - 1, |(end, _)| end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_comments_and_code_are_told_apart() {
        let text = "let a = \"x \\\" y\"; // \"no\"\nlet b = r#\"q \"r\" s\"#; let c = '\"'; /* \"no\"\n */ f::<'a>(\"z\");\n";
        let found: Vec<_> = literals(text);
        let expected = [(1, "x \\\" y"), (2, "q \"r\" s"), (3, "z")];
        assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())));
        let code = code(text);
        assert_eq!(code.lines().count(), text.lines().count());
        assert!(
            code.contains("let c = '\"';") && code.contains("f::<'a>(\"\")"),
            "{code}"
        );
        assert!(!code.contains("no"), "{code}");
    }
}
