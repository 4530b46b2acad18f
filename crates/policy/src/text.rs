//! The text of policies becomes policies, if it is fit to be saved.

use crate::{fault::PolicyFault, schema};
use cedar_policy::{ParseErrors, Policy, PolicyId, PolicySet, ValidationMode, Validator};
use miette::Diagnostic;
use std::sync::LazyLock;

/// The longest text, in bytes.
const TEXT_MAX: usize = 64 * 1024;

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| Validator::new(schema::get().clone()));

/// Some policies in one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyText {
    /// The name that they are declared by; empty for those that come with the program.
    pub name: String,
    /// For people, where a policy has no `@title` of its own.
    pub title: String,
    /// Why it is so, in Markdown, where a policy has no `@doc` of its own.
    pub document: String,
    /// Cedar.
    pub text: String,
}

/// Whether a text is fit to be saved.
///
/// # Errors
/// The first fault.
pub fn examine(policy: &PolicyText) -> Result<(), PolicyFault> {
    read(policy).map(drop)
}

/// The policies of a text, each named by its `@id`, or by the declared name and its number where it has none.
pub(crate) fn read(source: &PolicyText) -> Result<Vec<Policy>, PolicyFault> {
    let (name, text) = (source.name.as_str(), source.text.as_str());
    if text.len() > TEXT_MAX {
        let message = format!("the text is longer than {TEXT_MAX} bytes");
        return Err(PolicyFault::at(name, text, 0, message));
    }
    let set = parsed(name, text)?;
    if set.templates().next().is_some() {
        let message = "templates (`?principal`, `?resource`) are not supported".to_owned();
        return Err(PolicyFault::at(name, text, 0, message));
    }
    validated(name, text, (&VALIDATOR, &set))?;
    let mut policies: Vec<&Policy> = set.policies().collect();
    policies.sort_by_key(|policy| number(policy.id()));
    if policies.is_empty() {
        let message = "the text holds no policy".to_owned();
        return Err(
            PolicyFault::at(name, text, 0, message).help("write `permit (…);` or `forbid (…);`")
        );
    }
    let of = policies.len();
    let named = policies.iter().enumerate();
    Ok(named
        .map(|(i, policy)| policy.new_id(id(source, i, of, policy)))
        .collect())
}

pub(crate) fn parsed(name: &str, text: &str) -> Result<PolicySet, PolicyFault> {
    text.parse().map_err(|errors: ParseErrors| {
        let first = errors.iter().next();
        first.map_or_else(
            || PolicyFault::at(name, text, 0, errors.to_string()),
            |error| fault(name, text, error),
        )
    })
}

/// Strictly, by the schema: what Cedar only warns of (a policy that can never apply, look-alike characters) is refused.
pub(crate) fn validated(
    name: &str,
    text: &str,
    (validator, set): (&Validator, &PolicySet),
) -> Result<(), PolicyFault> {
    let result = validator.validate(set, ValidationMode::Strict);
    if let Some(error) = result.validation_errors().next() {
        return Err(fault(name, text, error));
    }
    result
        .validation_warnings()
        .next()
        .map_or(Ok(()), |warning| Err(fault(name, text, warning)))
}

/// A fault of Cedar's at its first label.
fn fault(name: &str, text: &str, found: &dyn Diagnostic) -> PolicyFault {
    let label = found.labels().and_then(|mut labels| labels.next());
    let offset = label.map_or(0, |label| label.offset());
    let message = found.to_string();
    // It is the only one that the reader has before them, and the place is told.
    let message = message
        .split_once("`, ")
        .filter(|(of, _)| of.starts_with("for policy `"));
    let message = message.map_or_else(|| found.to_string(), |(_, words)| words.to_owned());
    let fault = PolicyFault::at(name, text, offset, message);
    match found.help() {
        Some(help) => fault.help(help.to_string()),
        None => fault,
    }
}

/// Cedar names the policies of a text `policy0`, `policy1`…
fn number(id: &PolicyId) -> usize {
    let digits = AsRef::<str>::as_ref(id).trim_start_matches("policy");
    digits.parse().unwrap_or_default()
}

/// The shipped policies are known by their `@id` alone; others by the name they are declared under, and behind it by
/// their `@id` or number where it holds several.
fn id(source: &PolicyText, i: usize, of: usize, policy: &Policy) -> PolicyId {
    let own = policy.annotation("id").map(str::to_owned);
    PolicyId::new(match (source.name.is_empty(), own) {
        (true, own) => own.unwrap_or_else(|| (i + 1).to_string()),
        (false, None) if of == 1 => source.name.clone(),
        (false, own) => format!(
            "{}.{}",
            source.name,
            own.unwrap_or_else(|| (i + 1).to_string())
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<(), (usize, usize, &str)>) {
        let source = PolicyText {
            name: "own".to_owned(),
            text: text.to_owned(),
            ..PolicyText::default()
        };
        let found = examine(&source);
        match (&found, expect) {
            (Ok(()), Ok(())) => {}
            (Err(fault), Err((line, column, words))) => {
                assert_eq!((fault.line, fault.column), (line, column), "{fault:?}");
                assert!(fault.message.contains(words), "{fault:?}");
            }
            _ => panic!("{text}: {found:?}"),
        }
    }

    #[test]
    fn a_text_is_saved_only_if_it_fits_the_schema() {
        check(
            "forbid (principal, action == Action::\"deploy\", resource)\nwhen { context has environment && \
             context.environment == Environment::\"live\" }\nunless { principal in Role::\"captain\" };",
            Ok(()),
        );
        check(
            "forbid (principal, action, resource",
            Err((1, 36, "unexpected end of input")),
        );
        check(
            "permit (principal, action == Action::\"deplyo\", resource);",
            Err((1, 30, "unrecognized action `Action::\"deplyo\"`")),
        );
        check(
            "permit (principal, action, resource)\nwhen { context.environment == Environment::\"live\" };",
            Err((
                2,
                8,
                "unable to guarantee safety of access to optional attribute `environment`",
            )),
        );
        check(
            "forbid (principal, action, resource)\nwhen { context.levle > 2 };",
            Err((2, 8, "attribute `levle`")),
        );
        check(
            "forbid (principal, action, resource) when { principal.name like 3 };",
            Err((1, 65, "must be a pattern literal")),
        );
        check(
            "permit (principal == ?principal, action, resource);",
            Err((1, 1, "templates")),
        );
        check("// nothing\n", Err((1, 1, "no policy")));
        check(
            "forbid (principal, action, resource) when { 1 == 2 };",
            Err((1, 1, "impossible")),
        );
    }

    #[test]
    fn an_error_that_a_policy_could_make_when_it_is_asked_is_refused_when_it_is_saved() {
        check(
            "forbid (principal, action, resource) when { context.level + \"a\" == 2 };",
            Err((1, 61, "unexpected type")),
        );
    }
}
