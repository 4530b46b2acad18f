//! The parts of a mail (RFC 2046), bounded in depth and number.

use super::{DEPTH_MAX, HEADERS_MAX, MailError, PARTS_MAX};
use mail_parser::{
    Message, MessageParser, MimeHeaders as _,
    decoders::{
        base64::base64_decode, charsets::map::charset_decoder,
        quoted_printable::quoted_printable_decode,
    },
};

/// A part that has no parts, decoded.
pub(super) struct Leaf {
    pub(super) kind: LeafKind,
    /// In UTF-8, where it is text that says its encoding.
    pub(super) content: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LeafKind {
    Text,
    Calendar,
}

/// The headers of a mail or part with the blank line behind them, and what comes then.
pub(super) fn headers(bytes: &[u8]) -> Result<(&[u8], &[u8]), MailError> {
    // A part may have no headers at all: then its first line is blank (RFC 2046 §5.1).
    let mut end = 0;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        end += line.len();
        if end > HEADERS_MAX {
            return Err(MailError::Headers);
        }
        if matches!(line, b"\n" | b"\r\n") {
            break;
        }
    }
    Ok(bytes.split_at(end))
}

/// The texts and calendars of a mail, in order. A mail within it and everything else is left out.
pub(super) fn leaves(bytes: &[u8]) -> Result<Vec<Leaf>, MailError> {
    let (mut leaves, mut count) = (Vec::new(), 0);
    let mut open = vec![(bytes, 0)];
    while let Some((bytes, depth)) = open.pop() {
        count += 1;
        if count > PARTS_MAX {
            return Err(MailError::TooMany);
        }
        let (head, body) = headers(bytes)?;
        let Some(part) = MessageParser::default().parse_headers(head) else {
            leaves.push(Leaf {
                kind: LeafKind::Text,
                content: body.to_vec(),
            });
            continue;
        };
        match boundary(&part) {
            None => leaves.extend(leaf(&part, body)),
            Some(_) if depth >= DEPTH_MAX => return Err(MailError::TooDeep),
            Some(boundary) => {
                let inner = split(body, boundary.as_bytes())?;
                open.extend(inner.into_iter().rev().map(|it| (it, depth + 1)));
            }
        }
    }
    Ok(leaves)
}

fn boundary<'a>(part: &'a Message<'_>) -> Option<&'a str> {
    let kind = part.parts.first()?.content_type()?;
    let is_multipart = kind.ctype().eq_ignore_ascii_case("multipart");
    kind.attribute("boundary")
        .filter(|it| is_multipart && !it.is_empty())
}

/// What stands between the delimiter lines (RFC 2046 §5.1.1); without its last line's end, which belongs to the delimiter.
fn split<'a>(body: &'a [u8], boundary: &[u8]) -> Result<Vec<&'a [u8]>, MailError> {
    let (mut parts, mut begin, mut at) = (Vec::new(), None, 0);
    for line in body.split_inclusive(|b| *b == b'\n') {
        let behind = line
            .strip_prefix(b"--")
            .and_then(|it| it.strip_prefix(boundary));
        let behind = behind.map(<[u8]>::trim_ascii_end);
        let is_last = behind == Some(b"--");
        if is_last || behind == Some(b"") {
            parts.extend(begin.map(|begin| trimmed(&body[begin..at])));
            begin = (!is_last).then_some(at + line.len());
        }
        if parts.len() > PARTS_MAX {
            return Err(MailError::TooMany);
        }
        at += line.len();
        if is_last {
            return Ok(parts);
        }
    }
    // It was cut off on its way.
    parts.extend(begin.map(|begin| &body[begin..]));
    Ok(parts)
}

fn trimmed(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

fn leaf(part: &Message<'_>, body: &[u8]) -> Option<Leaf> {
    let headers = part.parts.first()?;
    let is_ics = |name: &str| name.to_ascii_lowercase().ends_with(".ics");
    let named = headers.attachment_name();
    let kind = match headers.content_type() {
        None => LeafKind::Text,
        Some(_) if headers.is_content_type("text", "calendar") => LeafKind::Calendar,
        Some(_) if named.is_some_and(is_ics) => LeafKind::Calendar,
        Some(_) if headers.is_content_type("text", "plain") && named.is_none() => LeafKind::Text,
        Some(_) => return None,
    };
    let encoding = headers
        .content_transfer_encoding()
        .unwrap_or_default()
        .trim();
    let bytes = if encoding.eq_ignore_ascii_case("base64") {
        base64_decode(body)?
    } else if encoding.eq_ignore_ascii_case("quoted-printable") {
        quoted_printable_decode(body)?
    } else {
        body.to_vec()
    };
    let charset = headers
        .content_type()
        .and_then(|it| it.attribute("charset"));
    let decode = charset.and_then(|it| charset_decoder(it.as_bytes()));
    let content = match decode {
        Some(decode) => decode(&bytes).into_bytes(),
        None => bytes,
    };
    Some(Leaf { kind, content })
}
