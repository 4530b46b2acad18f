//! What a release is to be made of, as it is typed: a line for each component.

use crate::app::Error;
use serde::Deserialize;
use std::collections::BTreeMap;
use tidegate_protocol::api::{ContentsRequest, ReleaseRequest};

/// The form that drafts a release.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Drafted {
    version: String,
    #[serde(default)]
    components: String,
}

/// The form that sets what a draft is made of.
#[derive(Debug, Deserialize)]
pub(in crate::web) struct Set {
    components: String,
}

impl Drafted {
    /// The release that is wanted.
    ///
    /// # Errors
    /// When a line does not say a component and a version.
    pub(in crate::web) fn read(self) -> Result<ReleaseRequest, Error> {
        Ok(ReleaseRequest {
            version: self.version.trim().to_owned(),
            components: components(&self.components)?,
            draft: true,
        })
    }
}

impl Set {
    /// The contents that are wanted.
    ///
    /// # Errors
    /// As for a draft.
    pub(super) fn read(&self) -> Result<ContentsRequest, Error> {
        let components = components(&self.components)?;
        Ok(ContentsRequest { components })
    }
}

fn components(text: &str) -> Result<BTreeMap<String, String>, Error> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let read = |line: &str| {
        let (name, version) = line.split_once('=').ok_or_else(|| {
            let why = format!("`{line}` names no version: write COMPONENT=VERSION");
            Error::invalid("components", why)
        })?;
        Ok((name.trim().to_owned(), version.trim().to_owned()))
    };
    lines.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_a_component_and_its_version() {
        let read = components(" web = 1.2.0\r\n\r\napi=sha256:00\n").unwrap();
        let read: Vec<_> = read.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(read, [("api", "sha256:00"), ("web", "1.2.0")]);
        assert!(components("").unwrap().is_empty());
        let wrong = components("web 1.2.0").unwrap_err();
        assert!(
            format!("{wrong:?}").contains("COMPONENT=VERSION"),
            "{wrong:?}"
        );
    }
}
