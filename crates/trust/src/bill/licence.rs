//! What something is licensed under: SPDX licence expressions where they are, names where they are not.

use serde::{Deserialize, Serialize};
use spdx::{Expression, ParseMode};

/// A licence as somebody said it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Licence(String);

/// Tolerant of what older tools write, strict about which licences exist.
const MODE: ParseMode = ParseMode {
    allow_slash_as_or_operator: true,
    allow_imprecise_license_names: true,
    allow_postfix_plus_on_gpl: true,
    allow_deprecated: true,
    allow_unknown: false,
};

impl Licence {
    /// Takes an identifier, an expression or a name; what says nothing is none.
    pub(super) fn said(text: &str) -> Option<Self> {
        let nothing = ["", "NONE", "NOASSERTION", "UNKNOWN"];
        let text = text.trim();
        let said = !nothing.iter().any(|word| text.eq_ignore_ascii_case(word));
        said.then(|| Self(text.to_owned()))
    }

    /// The text as it was said.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the text is an expression of known identifiers, "SPDX License Expressions", annex D of SPDX 2.3.
    pub fn is_expression(&self) -> bool {
        self.expression().is_some()
    }

    /// The identifiers that the expression names, each once and in order; none if it is no expression.
    pub fn identifiers(&self) -> Vec<String> {
        let expression = self.expression();
        let named = expression.iter().flat_map(Expression::requirements);
        let mut named: Vec<String> = named.map(|item| item.req.license.to_string()).collect();
        named.sort_unstable();
        named.dedup();
        named
    }

    /// Whether somebody who accepts exactly the licences that `accepts` holds for can use the part: one side of each
    /// `OR`, both sides of each `AND`. What is no expression is accepted under its whole text.
    pub fn is_accepted(&self, accepts: impl Fn(&str) -> bool) -> bool {
        match self.expression() {
            Some(expression) => expression.evaluate(|req| accepts(&req.to_string())),
            None => accepts(&self.0),
        }
    }

    fn expression(&self) -> Option<Expression> {
        let sized = self.0.len() <= Self::EXPRESSION_MAX;
        sized
            .then(|| Expression::parse_mode(&self.0, MODE).ok())
            .flatten()
    }

    /// The longest text that is read as an expression, in bytes.
    pub const EXPRESSION_MAX: usize = 4096;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_accepted_by_its_operators() {
        let accepts = |text: &str| matches!(text, "MIT" | "Apache-2.0" | "Acme proprietary");
        for (text, expect) in [
            ("MIT", true),
            ("GPL-2.0-only", false),
            ("MIT OR GPL-2.0-only", true),
            ("MIT AND GPL-2.0-only", false),
            ("(MIT OR GPL-2.0-only) AND Apache-2.0", true),
            ("MIT/Apache-2.0", true),
            ("Acme proprietary", true),
            ("MIT OR", false),
        ] {
            let licence = Licence::said(text).unwrap();
            assert_eq!(licence.is_accepted(accepts), expect, "{text}");
        }
    }

    #[test]
    fn identifiers_are_those_of_expressions() {
        let identifiers = |text| Licence::said(text).unwrap().identifiers();
        assert_eq!(
            identifiers("MIT OR (Apache-2.0 AND MIT)"),
            ["Apache-2.0", "MIT"]
        );
        assert!(identifiers("see the file").is_empty());
        assert_eq!(Licence::said(" noassertion "), None);
    }
}
