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
    /// Puts what came along in place of what there was of one product, but for what is still referred to: a server that was put back
    /// from a backup may have lost it, and a version never changes. What came of others is left alone.
    pub(crate) fn replace(
        &mut self,
        product: &Name,
        all: &BTreeMap<String, String>,
        is_referred_to: impl Fn(&str) -> bool,
    ) {
        let prefix = format!("{product}/");
        self.values.retain(|name, _| {
            let own = name.strip_prefix(&prefix);
            own.is_none_or(|own| is_referred_to(&format!("{OPEN}{own}}}")))
        });
        let own = all.iter().filter(|(name, _)| name.starts_with(&prefix));
        self.values
            .extend(own.map(|(name, value)| (name.clone(), value.clone())));
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
        let secrets = Secrets {
            values: values.into(),
        };
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

    #[test]
    fn what_comes_for_one_product_takes_nothing_from_another() {
        let all = |value: &str| {
            let names = ["shop/a@1", "shopping/a@1"];
            names.map(|name| (name.to_owned(), value.to_owned())).into()
        };
        let (shop, other) = ("shop".parse().unwrap(), "shopping".parse().unwrap());
        let mut secrets = Secrets::default();
        secrets.replace(&shop, &all("x"), |_| false);
        secrets.replace(&other, &all("y"), |_| false);
        for (product, value) in [(&shop, "x"), (&other, "y")] {
            assert_eq!(secrets.fill(product, "${secret:a@1}").as_deref(), Ok(value));
        }
        let running = |reference: &str| reference == "${secret:a@1}";
        secrets.replace(&shop, &BTreeMap::new(), running);
        let kept = secrets.fill(&shop, "${secret:a@1}");
        assert_eq!(kept.as_deref(), Ok("x"), "what runs refers to it");
        secrets.replace(&shop, &BTreeMap::new(), |_| false);
        assert!(secrets.fill(&shop, "${secret:a@1}").is_err());
    }
}
