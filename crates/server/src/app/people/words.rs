//! What people write of people, as it is judged and kept.

use crate::app::Error;
use tidegate_domain::access::Level;
use unicode_normalization::UnicodeNormalization as _;

/// The longest name for people, and the longest address, in characters.
const TEXT_MAX: usize = 200;

/// Reads a level, 2 to 6.
///
/// # Errors
/// When it is another number.
pub(in crate::app) fn level(number: u8) -> Result<Level, Error> {
    Level::from_number(i64::from(number))
        .ok_or_else(|| Error::invalid("level", "responsibility levels are 2 to 6"))
}

/// A text as it is judged and kept: spellings of the same letters are one (Unicode normalization form KC).
pub(in crate::app) fn normal(text: &str) -> String {
    text.nfkc().collect::<String>().trim().to_owned()
}

pub(in crate::app) fn words(name: &str, text: &str) -> Result<Option<String>, Error> {
    line(name, &normal(text))
}

/// One line that is not too long; none where it is empty.
///
/// # Errors
/// When it is not.
pub(in crate::app) fn line(name: &str, text: &str) -> Result<Option<String>, Error> {
    let is_plain = !text.chars().any(char::is_control) && text.chars().count() <= TEXT_MAX;
    if !is_plain {
        return Err(Error::invalid(
            name,
            format!("at most {TEXT_MAX} characters, in one line"),
        ));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

pub(in crate::app) fn email(text: &str) -> Result<Option<String>, Error> {
    let address = words("email", text)?;
    let is_one = |address: &String| {
        let halves = address.split_once('@');
        halves.is_some_and(|(who, host)| {
            !who.is_empty() && host.contains('.') && !address.contains(' ')
        })
    };
    match address {
        Some(address) if !is_one(&address) => Err(Error::invalid("email", "write it as NAME@HOST")),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_the_same_letters_are_one() {
        let check = |read: Result<Option<String>, Error>, expect: Option<&str>| {
            assert_eq!(read.ok().flatten().as_deref(), expect);
        };
        check(
            email("\u{ff41}da\u{ff20}example\u{ff0e}org"),
            Some("ada@example.org"),
        );
        check(email("ada\u{a0}l@example.org"), None);
        check(
            words("display", "\u{3000}Zoe\u{308}\u{a0}"),
            Some("Zo\u{eb}"),
        );
        check(words("display", &"\u{fdfa}".repeat(20)), None);
    }
}
