//! Putting the values of secrets where a revision refers to them: `${secret:NAME@VERSION}`.

use std::collections::BTreeMap;
use tidegate_domain::name::Name;

const OPEN: &str = "${secret:";

/// The values this agent was given, by `PRODUCT/NAME@VERSION`. In memory only, and never printed.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    values: BTreeMap<String, String>,
}

impl Secrets {
    pub(crate) fn new(values: BTreeMap<String, String>) -> Self {
        Self { values }
    }

    /// `text` of `product` with each reference replaced. The error is the first reference without a value.
    pub(super) fn fill(&self, product: &Name, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once(OPEN) {
            let Some((name, after)) = behind.split_once('}') else {
                break;
            };
            filled.push_str(before);
            let value = self.values.get(&format!("{product}/{name}"));
            filled.push_str(value.ok_or_else(|| name.to_owned())?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.values.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_replaced_once() {
        let value = "${secret:a@1}";
        let shop: Name = "shop".parse().unwrap();
        let values = [("shop/key@2", value), ("shop/a@1", "x"), ("other/b@1", "y")]
            .map(|(k, v)| (k.to_owned(), v.to_owned()));
        let secrets = Secrets::new(values.into());
        for (text, filled) in [
            ("plain", "plain"),
            ("<${secret:a@1}${secret:a@1}>", "<xx>"),
            // A value is not looked at again.
            ("${secret:key@2}", value),
            ("${secret:open", "${secret:open"),
        ] {
            assert_eq!(secrets.fill(&shop, text).as_deref(), Ok(filled));
        }
        assert_eq!(secrets.fill(&shop, "${secret:b@1}"), Err("b@1".to_owned()));
        assert_eq!(format!("{secrets:?}"), "3 secrets");
    }
}
