//! The one way to speak to a person or a program: data on standard output, talk on standard error.
//!
//! What deceives in texts that others wrote is marked in both; JSON keeps every text and spells such characters out.

use crate::Error;
use comfy_table::{ContentArrangement, Table, presets::NOTHING};
use serde::Serialize;
use std::{
    fmt::Write as _,
    io::{IsTerminal as _, Write as _, stderr, stdin, stdout},
};
use tidegate_domain::appearance::{is_hidden, shown};

/// How data is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Output {
    /// Tables and sentences for people.
    #[default]
    Text,
    /// JSON for programs.
    Json,
}

/// Speaks.
#[derive(Debug)]
pub struct Ui {
    output: Output,
}

impl Ui {
    /// Writes data in the way of `output`.
    pub const fn new(output: Output) -> Self {
        Self { output }
    }

    /// Whether data is for programs.
    pub fn is_json(&self) -> bool {
        self.output == Output::Json
    }

    /// Whether a person watches the talk.
    pub fn is_watched() -> bool {
        stderr().is_terminal()
    }

    /// Writes data: as JSON, or what `text` makes of it.
    pub fn data<T: Serialize>(&self, data: &T, text: impl FnOnce(&T) -> String) {
        let text = match self.output {
            Output::Json => {
                seen(&serde_json::to_string_pretty(data).expect("data has a JSON form"))
            }
            Output::Text => shown(&text(data)).into_owned(),
        };
        self.line(&text);
    }

    /// Writes one line of data.
    pub fn line(&self, text: &str) {
        // A reader that closed the pipe has what it wanted.
        drop(writeln!(stdout().lock(), "{}", text.trim_end_matches('\n')));
    }

    /// Says something to the person.
    pub fn say(&self, text: impl std::fmt::Display) {
        drop(writeln!(stderr().lock(), "{}", shown(&text.to_string())));
    }

    /// Says what went wrong, with its causes, and what to do.
    pub fn error(&self, error: &Error) {
        let mut text = format!("error: {error}");
        let mut cause = std::error::Error::source(error);
        while let Some(source) = cause {
            let words = source.to_string();
            if !text.ends_with(&words) {
                text.push_str(": ");
                text.push_str(&words);
            }
            cause = source.source();
        }
        self.say(text);
        if let Some(hint) = error.hint() {
            self.say(format_args!("hint: {hint}"));
        }
    }

    /// Asks for consent. Where nobody can be asked, the answer is a usage error that names the flag.
    ///
    /// # Errors
    /// When the person declines, or there is none.
    pub fn confirm(&self, question: &str) -> Result<(), Error> {
        if !stdin().is_terminal() {
            return Err(Error::Usage(
                "nobody is here to confirm; say `--yes`".to_owned(),
            ));
        }
        match dialoguer::Confirm::new()
            .with_prompt(shown(question))
            .default(false)
            .interact()
        {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Error::Declined),
        }
    }
}

/// JSON that means the same, in which what nobody would see is spelt as an escape. Such characters stand in strings only.
fn seen(json: &str) -> String {
    let mut seen = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) && c != '\r' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(seen, "\\u{unit:04x}").expect("a string takes everything");
            }
        } else {
            seen.push(c);
        }
    }
    seen
}

/// A table for people: a header in capitals and rows, without lines.
pub(crate) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().map(|title| title.to_uppercase()));
    for row in rows {
        table.add_row(row);
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n")
}

/// How long ago, as people say it.
pub(crate) fn ago(at: jiff::Timestamp) -> String {
    let seconds = jiff::Timestamp::now().duration_since(at).as_secs().max(0);
    match seconds {
        0..=59 => format!("{seconds} s ago"),
        60..=3599 => format!("{} min ago", seconds / 60),
        3600..=86_399 => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_spells_out_what_nobody_would_see_and_means_the_same() {
        let data = serde_json::json!({ "a\u{202e}": "b\u{7f}\u{9b}\u{e0041}é\n" });
        let text = serde_json::to_string(&data).unwrap();
        let spelt = seen(&text);
        assert_eq!(
            spelt,
            "{\"a\\u202e\":\"b\\u007f\\u009b\\udb40\\udc41é\\n\"}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&spelt).unwrap(),
            data
        );
    }
}
