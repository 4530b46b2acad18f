//! The text of a calendar before and after the other library reads it.

use super::{CalendarError, DEPTH_MAX, EVENTS_MAX, LENGTH_MAX};
use icalendar::parser::{Component, Property};

/// The text on as many lines as it means, bounded in size, depth and number.
///
/// Folds are taken out of the bytes and not of the text: RFC 5545 §3.1 warns of those within a character.
pub(super) fn unfolded(bytes: &[u8]) -> Result<String, CalendarError> {
    if bytes.len() > LENGTH_MAX {
        return Err(CalendarError::TooLarge);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut plain: Vec<u8> = Vec::with_capacity(bytes.len() + 64);
    for line in bytes.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match line.split_first() {
            Some((b' ' | b'\t', rest)) if !plain.is_empty() => {
                plain.truncate(plain.len() - 2);
                plain.extend_from_slice(rest);
            }
            // The other library reads blank lines one after the other.
            None => continue,
            Some(_) => plain.extend_from_slice(line),
        }
        plain.extend_from_slice(b"\r\n");
    }
    let text = String::from_utf8(plain).map_err(|_| CalendarError::NotUtf8)?;
    bounded(&text)?;
    Ok(text)
}

fn bounded(text: &str) -> Result<(), CalendarError> {
    let (mut depth, mut events) = (0_usize, 0_usize);
    for line in text.lines() {
        let line = line.trim_start();
        let begins = |word: &str| {
            line.get(..word.len())
                .is_some_and(|it| it.eq_ignore_ascii_case(word))
        };
        if begins("BEGIN:") {
            depth += 1;
            events += 1;
        } else if begins("END:") {
            depth = depth.saturating_sub(1);
        }
        if depth > DEPTH_MAX {
            return Err(CalendarError::TooDeep);
        }
        // Time zones and alarms count, too.
        if events > EVENTS_MAX * 3 {
            return Err(CalendarError::TooMany);
        }
    }
    Ok(())
}

/// Whether a component has a name, in any case (RFC 5545 §2).
pub(super) fn is_named(component: &Component<'_>, name: &str) -> bool {
    component.name.as_str().eq_ignore_ascii_case(name)
}

/// The first property of that name.
pub(super) fn property<'a, 'b>(
    component: &'a Component<'b>,
    name: &str,
) -> Option<&'a Property<'b>> {
    properties(component, name).next()
}

/// The properties of that name.
pub(super) fn properties<'a, 'b>(
    component: &'a Component<'b>,
    name: &str,
) -> impl Iterator<Item = &'a Property<'b>> {
    let all = component.properties.iter();
    all.filter(move |it| it.name.as_str().eq_ignore_ascii_case(name))
}

/// The value of the first property of that name; nothing when there is none.
pub(super) fn value<'a>(component: &'a Component<'_>, name: &str) -> &'a str {
    property(component, name).map_or("", |it| it.val.as_str().trim())
}

/// The value of a parameter, without quotes.
pub(super) fn parameter<'a>(property: &'a Property<'_>, name: &str) -> Option<&'a str> {
    let mut all = property.params.iter();
    let found = all.find(|it| it.key.as_str().eq_ignore_ascii_case(name))?;
    Some(found.val.as_ref()?.as_str().trim_matches('"'))
}
