//! What a component gives to others and needs of them. Versions are those of the interfaces, not of the programs behind them;
//! only who needs a component itself speaks of the version that it is deployed as.

use super::Component;
use crate::{name::Name, range::Range};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

/// The contracts that a component provides.
pub type Provides = BTreeMap<Name, Versions>;

/// The versions of a contract that are provided side by side: at least one. Written `2.1.0`, or `[1.9.0, 2.1.0]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Versions(BTreeSet<semver::Version>);

/// What a component needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "NeedDocument", try_from = "NeedDocument")]
pub struct Need {
    /// Of what.
    pub of: Needed,
    /// Which versions of it serve.
    pub versions: Range,
    /// Whether the component does without it where it is not there. One that is there has to fit all the same.
    pub optional: bool,
}

/// What is needed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needed {
    /// A contract, whoever provides it.
    Contract(Name),
    /// One component, ours or a supplier's, by the version that it is deployed as.
    Component(ComponentName),
}

/// A component with its product, or with the supplier that makes it. Written `PRODUCT/COMPONENT`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ComponentName {
    /// The product, or the supplier.
    pub product: Name,
    /// Its component.
    pub component: Name,
}

/// What is wrong with what a component provides and needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InterfaceError {
    /// It says of nothing what is needed.
    #[error("a need names neither `contract` nor `component`: name one of them")]
    NeedsNothing,
    /// It says two things.
    #[error(
        "a need names the contract `{contract}` and the component `{component}`: make two needs of it"
    )]
    NeedsBoth {
        /// The one.
        contract: Name,
        /// The other.
        component: ComponentName,
    },
    /// The text names no component.
    #[error("`{0}` names no component: write PRODUCT/COMPONENT")]
    NoComponent(String),
    /// Two needs of one thing.
    #[error(
        "component `{component}` needs `{needed}` twice: put both ranges into one, with a comma"
    )]
    Twice {
        /// Where.
        component: Name,
        /// What.
        needed: Needed,
    },
}

impl Versions {
    /// The versions, unless there is none.
    pub fn new(versions: impl IntoIterator<Item = semver::Version>) -> Option<Self> {
        let versions: BTreeSet<_> = versions.into_iter().collect();
        (!versions.is_empty()).then_some(Self(versions))
    }

    /// From the oldest to the newest.
    pub fn iter(&self) -> impl Iterator<Item = &semver::Version> {
        self.0.iter()
    }
}

impl Component {
    /// Whether what it needs makes sense.
    ///
    /// # Errors
    /// What it needs twice.
    pub fn check_needs(&self) -> Result<(), InterfaceError> {
        let mut seen = BTreeSet::new();
        let twice = self.needs.iter().find(|need| !seen.insert(&need.of));
        twice.map_or(Ok(()), |need| {
            Err(InterfaceError::Twice {
                component: self.name.clone(),
                needed: need.of.clone(),
            })
        })
    }
}

/// A need as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NeedDocument {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contract: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    component: Option<ComponentName>,
    versions: Range,
    #[serde(default, skip_serializing_if = "is_false")]
    optional: bool,
}

impl TryFrom<NeedDocument> for Need {
    type Error = InterfaceError;

    fn try_from(document: NeedDocument) -> Result<Self, InterfaceError> {
        let of = match (document.contract, document.component) {
            (Some(contract), None) => Needed::Contract(contract),
            (None, Some(component)) => Needed::Component(component),
            (None, None) => return Err(InterfaceError::NeedsNothing),
            (Some(contract), Some(component)) => {
                return Err(InterfaceError::NeedsBoth {
                    contract,
                    component,
                });
            }
        };
        Ok(Self {
            of,
            versions: document.versions,
            optional: document.optional,
        })
    }
}

impl From<Need> for NeedDocument {
    fn from(need: Need) -> Self {
        let (contract, component) = match need.of {
            Needed::Contract(contract) => (Some(contract), None),
            Needed::Component(component) => (None, Some(component)),
        };
        Self {
            contract,
            component,
            versions: need.versions,
            optional: need.optional,
        }
    }
}

impl Serialize for Versions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.0.first(), self.0.len()) {
            (Some(only), 1) => serializer.collect_str(only),
            _ => serializer.collect_seq(self.0.iter().map(ToString::to_string)),
        }
    }
}

impl<'de> Deserialize<'de> for Versions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(VersionsVisitor)
    }
}

struct VersionsVisitor;

impl<'de> de::Visitor<'de> for VersionsVisitor {
    type Value = Versions;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version of three numbers such as 2.1.0, or a list of some")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Versions, E> {
        let version = text.trim().parse().map_err(|_| {
            let text: String = text.chars().take(80).collect();
            E::custom(format!(
                "`{text}` is not a version of three numbers such as 2.1.0"
            ))
        })?;
        Ok(Versions(BTreeSet::from([version])))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Versions, A::Error> {
        let mut all = BTreeSet::new();
        while let Some(Versions(more)) = list.next_element()? {
            all.extend(more);
        }
        Versions::new(all).ok_or_else(|| de::Error::invalid_length(0, &self))
    }
}

impl FromStr for ComponentName {
    type Err = InterfaceError;

    fn from_str(text: &str) -> Result<Self, InterfaceError> {
        let parts = text.split_once('/');
        let read = parts.and_then(|(product, component)| {
            Some(Self {
                product: product.parse().ok()?,
                component: component.parse().ok()?,
            })
        });
        read.ok_or_else(|| InterfaceError::NoComponent(text.chars().take(140).collect()))
    }
}

impl TryFrom<String> for ComponentName {
    type Error = InterfaceError;
    fn try_from(text: String) -> Result<Self, InterfaceError> {
        text.parse()
    }
}

impl From<ComponentName> for String {
    fn from(name: ComponentName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for ComponentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.product, self.component)
    }
}

impl fmt::Display for Needed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contract(contract) => contract.fmt(f),
            Self::Component(component) => component.fmt(f),
        }
    }
}

/// `orders-api ^2`.
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.of, self.versions)
    }
}

/// `1.9.0 and 2.1.0`.
impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let versions: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&versions.join(" and "))
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands fields over by reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEB: &str = r#"{"name":"web","driver":"service",
        "provides":{"orders-api":"2.1.0","orders-events":["1.9.0","2.1.0"]},
        "needs":[{"contract":"stock-api","versions":"^2"},
            {"component":"catalogue/api","versions":">=1.4, <3","optional":true}]}"#;

    #[test]
    fn an_interface_is_written_as_it_is_read() {
        let component: Component = serde_json::from_str(WEB).unwrap();
        assert_eq!(component.check_needs(), Ok(()));
        let needs: Vec<String> = component.needs.iter().map(ToString::to_string).collect();
        assert_eq!(needs, ["stock-api ^2", "catalogue/api >=1.4, <3"]);
        let again = serde_json::to_value(&component).unwrap();
        let expect: serde_json::Value = serde_json::from_str(WEB).unwrap();
        assert_eq!(again, expect);
    }

    #[test]
    fn a_component_without_an_interface_is_written_as_before() {
        let text = r#"{"name":"web","driver":"service"}"#;
        let component: Component = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&component).unwrap(), text);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_to_write() {
        let refused = |part: &str, with: &str| {
            let text = WEB.replace(part, with);
            let read = serde_json::from_str::<Component>(&text).map_err(|why| why.to_string());
            let found = read.and_then(|it| it.check_needs().map_err(|why| why.to_string()));
            let said = found.unwrap_err();
            let end = said.find(" at line").unwrap_or(said.len());
            said[..end].to_owned()
        };
        for (part, with, expect) in [
            (
                r#""contract":"stock-api","#,
                "",
                "a need names neither `contract` nor `component`: name one of them",
            ),
            (
                r#""contract":"stock-api","#,
                r#""contract":"stock-api","component":"a/b","#,
                "a need names the contract `stock-api` and the component `a/b`: make two needs of it",
            ),
            (
                "catalogue/api",
                "catalogue",
                "`catalogue` names no component: write PRODUCT/COMPONENT",
            ),
            (
                r#""^2""#,
                r#""2 or 3""#,
                "`2 or 3` is not a range of versions: write for instance ^2, or >=1.4, <3 with a comma where both have to hold",
            ),
            (
                r#""component":"catalogue/api""#,
                r#""contract":"stock-api""#,
                "component `web` needs `stock-api` twice: put both ranges into one, with a comma",
            ),
            (
                r#""orders-api":"2.1.0""#,
                r#""orders-api":2.1"#,
                "invalid type: floating point `2.1`, expected a version of three numbers such as 2.1.0, or a list of some",
            ),
            (
                r#""orders-api":"2.1.0""#,
                r#""orders-api":"2.1""#,
                "`2.1` is not a version of three numbers such as 2.1.0",
            ),
            (
                r#"["1.9.0","2.1.0"]"#,
                "[]",
                "invalid length 0, expected a version of three numbers such as 2.1.0, or a list of some",
            ),
            (
                "optional",
                "maybe",
                "unknown field `maybe`, expected one of `contract`, `component`, `versions`, `optional`",
            ),
        ] {
            assert_eq!(refused(part, with), expect);
        }
    }
}
