//! A draft of subject and body from a message template: minijinja, limited.
//!
//! Templates have variables, conditions and loops; they have no filters, functions, macros and includes. What a value brings is
//! escaped as Markdown, and what stays open is written as it stands: `{{ began }}`. A template ends: its steps, its depth and
//! its output are bounded, and each bound is a named error.

use super::{
    Placeholder, Values, Variable, markdown,
    placeholder::line_and_column,
    variable::Value,
    writing::{BODY_MAX, SUBJECT_MAX},
};
use crate::appearance::shown;
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior,
    machinery::{Token, tokenize},
    syntax::SyntaxConfig,
    value::{Value as Jinja, ValueKind},
};
use std::{collections::BTreeMap, fmt};

/// The longest template, in bytes.
const SOURCE_MAX: usize = 32 * 1024;
/// The most tags, and the most words in one of them: the library recurses into both before it counts steps.
const TAGS_MAX: usize = 400;
const WORDS_MAX: usize = 100;
/// The most steps: instructions, and one for 64 bytes that are made.
const FUEL: u64 = 40_000;
/// How deep loops and conditions may nest while they run.
const DEPTH_MAX: usize = 50;

/// What a template comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    /// One line of plain text.
    pub subject: String,
    /// Markdown.
    pub body: String,
}

/// Which text of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The subject.
    Subject,
    /// The body.
    Body,
}

/// Why a template comes to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{part}{place}: {fault}", place = Place(*.at))]
pub struct DraftError {
    /// Where.
    pub part: Part,
    /// Line and column there, counted from 1, if it is one place.
    pub at: Option<(usize, usize)>,
    /// What.
    pub fault: DraftFault,
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftFault {
    /// It is none.
    #[error("{0}: see that every `{{{{` and `{{%` is closed and every `if` and `for` has its end")]
    Syntax(String),
    /// It names what is not there.
    #[error("`{name}` stands for nothing: a template may name {known}", known = known())]
    Unknown {
        /// What.
        name: String,
    },
    /// It writes a variable that has no value in this message.
    #[error("`{0}` has no value in this message: write it within `{{% if {0} %}}`")]
    NoValue(String),
    /// It takes too many steps.
    #[error("it does not end, or not soon enough: take loops out or make them shorter")]
    Endless,
    /// It nests too deep, or calls itself.
    #[error("it nests too deep: take out loops within loops, and `recursive`")]
    Deep,
    /// It is too long, or comes to too much.
    #[error("it is longer than {max} {unit}: shorten it")]
    Long {
        /// How long it may be.
        max: usize,
        /// Of what.
        unit: &'static str,
    },
    /// It has more tags, or longer ones, than can be read safely.
    #[error("it has more than {TAGS_MAX} tags, or one of more than {WORDS_MAX} words: shorten it")]
    Crowded,
    /// There is nothing in it.
    #[error("it comes to nothing: write something")]
    Empty,
    /// It uses what a template does not have.
    #[error("{0}: a template has variables, `if` and `for`, and no filters, functions or macros")]
    Unavailable(String),
    /// It writes a list, or does something that cannot be done.
    #[error("{0}: write texts and numbers only, lists by `for`")]
    Unfit(String),
}

struct Place(Option<(usize, usize)>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((line, column)) => write!(f, ", line {line}, column {column}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Subject => "subject",
            Self::Body => "body",
        })
    }
}

fn known() -> String {
    let variables = Variable::ALL.map(Variable::word);
    let open = Placeholder::ALL.map(Placeholder::word);
    let all: Vec<&str> = variables.into_iter().chain(open).collect();
    all.join(", ")
}

/// The draft that the two texts of a template come to.
///
/// # Errors
/// When one of them is no template, does not end, or comes to too much.
pub(super) fn draft(subject: &str, body: &str, values: &Values) -> Result<Draft, DraftError> {
    Ok(Draft {
        subject: rendered(Part::Subject, subject, values)?,
        body: rendered(Part::Body, body, values)?,
    })
}

fn rendered(part: Part, source: &str, values: &Values) -> Result<String, DraftError> {
    let error = |fault, at| DraftError { part, at, fault };
    let long = |max, unit| error(DraftFault::Long { max, unit }, None);
    if source.len() > SOURCE_MAX {
        return Err(long(SOURCE_MAX, "bytes"));
    }
    let environment = environment(part);
    check_tags(source, environment.syntax()).map_err(|at| {
        let at = Some(line_and_column(source, at));
        error(DraftFault::Crowded, at)
    })?;
    let rendered = environment.render_str(source, context(part, values));
    let text = rendered.map_err(|why| {
        let at = why.range().map(|it| line_and_column(source, it.start));
        let at = at.or_else(|| why.line().map(|line| (line, 1)));
        error(fault(&why, source), at)
    })?;
    let text = match part {
        Part::Subject => one_line(&text),
        Part::Body => text.trim().to_owned(),
    };
    match part {
        _ if text.is_empty() => Err(error(DraftFault::Empty, None)),
        Part::Subject if text.chars().count() > SUBJECT_MAX => Err(long(SUBJECT_MAX, "characters")),
        Part::Body if text.len() > BODY_MAX => Err(long(BODY_MAX, "bytes")),
        Part::Subject | Part::Body => Ok(text),
    }
}

/// Whether no tag is too long, and there are not too many; else where that is. What cannot be read is for the library to name.
fn check_tags(source: &str, syntax: &SyntaxConfig) -> Result<(), usize> {
    let (mut tags, mut words) = (0, 0);
    for (token, span) in tokenize(source, false, syntax.clone()).map_while(Result::ok) {
        if matches!(token, Token::VariableStart | Token::BlockStart) {
            (tags, words) = (tags + 1, 0);
        } else if !matches!(token, Token::TemplateData(_)) {
            words += 1;
        }
        if tags > TAGS_MAX || words > WORDS_MAX {
            return Err(usize::try_from(span.start_offset).unwrap_or_default());
        }
    }
    Ok(())
}

/// On one line, so that no header comes after it.
pub(super) fn one_line(text: &str) -> String {
    shown(markdown::spaced(text).trim()).into_owned()
}

fn environment(part: Part) -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH_MAX);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // A line with nothing but a condition or loop on it leaves none.
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build()
        .expect("the delimiters are the usual ones");
    environment.set_syntax(syntax);
    // Text and Markdown that are put together are escaped as they would be one by one.
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(move |out, _: &mut State<'_, '_>, value| write(out, part, value));
    environment
}

/// Writes a value: Markdown as it is, everything else so that it means nothing.
fn write(out: &mut Output<'_>, part: Part, value: &Jinja) -> Result<(), Error> {
    let kind = value.kind();
    if kind == ValueKind::None {
        return Err(Error::new(ErrorKind::InvalidOperation, NO_VALUE));
    }
    if !matches!(
        kind,
        ValueKind::String | ValueKind::Number | ValueKind::Bool
    ) {
        let detail = format!("a {kind} cannot be written");
        return Err(Error::new(ErrorKind::InvalidOperation, detail));
    }
    let text = value.to_string();
    let text = match part {
        _ if value.is_safe() => text,
        // Braces that a value brings are no open place.
        Part::Subject => apart(&markdown::spaced(&text)),
        Part::Body => markdown::escaped(&text),
    };
    out.write_str(&text).map_err(Error::from)
}

/// With a space between braces, of which twice as many are left over by one replacement.
fn apart(text: &str) -> String {
    text.replace("{{", "{ {").replace("{{", "{ {")
}

const NO_VALUE: &str = "no value";

fn context(part: Part, values: &Values) -> Jinja {
    let variables = Variable::ALL.into_iter().map(|variable| {
        let value = match values.get(variable) {
            None => Jinja::from(()),
            Some(Value::Text(text)) => Jinja::from(text.as_str()),
            Some(Value::Markdown(text)) => match part {
                Part::Subject => Jinja::from(text.as_str()),
                Part::Body => Jinja::from_safe_string(text.clone()),
            },
            Some(Value::Link(link)) => match part {
                Part::Subject => Jinja::from(link.as_str()),
                // Within brackets it is a link by itself, and good behind the words of one.
                Part::Body => Jinja::from_safe_string(format!("<{link}>")),
            },
        };
        (variable.word(), value)
    });
    let open = Placeholder::ALL
        .into_iter()
        .map(|open| (open.word(), Jinja::from_safe_string(open.to_string())));
    let all: BTreeMap<&str, Jinja> = variables.chain(open).collect();
    Jinja::from_object(all)
}

/// What went wrong, in our words. The library may add kinds of errors.
fn fault(why: &Error, source: &str) -> DraftFault {
    let kind = why.kind();
    let detail = why.detail().map_or_else(|| kind.to_string(), str::to_owned);
    let named = || {
        let range = why.range().unwrap_or_default();
        let name = source.get(range).unwrap_or_default().trim();
        name.chars().take(40).collect()
    };
    let is_lacking = matches!(
        kind,
        ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownFunction
            | ErrorKind::UnknownMethod
    );
    let is_deep = matches!(kind, ErrorKind::SyntaxError | ErrorKind::InvalidOperation)
        && detail.contains("recursion");
    if is_deep {
        DraftFault::Deep
    } else if is_lacking || detail.starts_with("unknown statement") {
        DraftFault::Unavailable(detail)
    } else if detail == NO_VALUE {
        DraftFault::NoValue(named())
    } else if kind == ErrorKind::OutOfFuel {
        DraftFault::Endless
    } else if kind == ErrorKind::UndefinedError {
        DraftFault::Unknown { name: named() }
    } else if kind == ErrorKind::SyntaxError {
        DraftFault::Syntax(detail)
    } else {
        DraftFault::Unfit(detail)
    }
}

#[cfg(test)]
mod tests;
