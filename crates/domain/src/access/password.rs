//! Which passwords will do, by NIST SP 800-63B-4, section 3.1.1.2: length counts, rules about characters do not.

/// The shortest password, in characters: it is the only factor.
pub const LENGTH_MIN: usize = 15;
/// The longest, in characters. Longer ones would only cost the server time.
pub const LENGTH_MAX: usize = 256;
/// The logarithm of the guesses that a password must withstand, to the base of ten.
pub const GUESSES_LOG10_MIN: f64 = 10.0;

/// Why a password will not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Too few characters.
    #[error("it has fewer than {LENGTH_MIN} characters")]
    Short,
    /// Too many.
    #[error("it has more than {LENGTH_MAX} characters")]
    Long,
    /// Somebody would guess it soon.
    #[error(
        "it is easily guessed: common passwords, names, dates, repetitions and rows of keys are"
    )]
    Guessable,
}

/// Whether a password has a length that is looked at further.
///
/// # Errors
/// Why not.
pub fn check_length(password: &str) -> Result<(), Weakness> {
    match password.chars().count() {
        0..LENGTH_MIN => Err(Weakness::Short),
        LENGTH_MIN..=LENGTH_MAX => Ok(()),
        _ => Err(Weakness::Long),
    }
}

/// Whether a password will do that withstands so many guesses.
///
/// # Errors
/// Why not.
pub fn check(password: &str, guesses_log10: f64) -> Result<(), Weakness> {
    check_length(password)?;
    match guesses_log10 >= GUESSES_LOG10_MIN {
        true => Ok(()),
        false => Err(Weakness::Guessable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_and_guesses_decide() {
        let check = |password: &str, guesses, expect| {
            assert_eq!(check(password, guesses), expect, "{password}");
        };
        check("fourteen chars", 20.0, Err(Weakness::Short));
        check("fifteen charact", 20.0, Ok(()));
        check("äöüäöüäöüäöüäöü", 20.0, Ok(()));
        check("fifteen charact", 9.9, Err(Weakness::Guessable));
        check("fifteen charact", f64::NAN, Err(Weakness::Guessable));
        check(&"x".repeat(256), 20.0, Ok(()));
        check(&"x".repeat(257), 20.0, Err(Weakness::Long));
    }
}
