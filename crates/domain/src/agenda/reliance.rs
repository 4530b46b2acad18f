//! Which components a product changes when it goes out, and which of others those need.

use crate::{
    catalog::{Component, ComponentName, Needed, Product, Provides},
    name::Name,
    supplier::Supplier,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a product changes and what it needs, as far as its components say so; each in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reliance {
    /// Its own components.
    pub changes: Arc<[ComponentName]>,
    /// The components of other products and of suppliers that its own need, directly.
    pub needs: Arc<[ComponentName]>,
}

impl Default for Reliance {
    fn default() -> Self {
        Self {
            changes: [].into(),
            needs: [].into(),
        }
    }
}

impl Reliance {
    /// Of each product. Who provides a contract is needed by everybody who needs that contract.
    pub fn of_each(products: &[Product], suppliers: &[Supplier]) -> BTreeMap<Name, Self> {
        let givers = givers(products, suppliers);
        let of = |product: &Product| {
            let own = product.components.iter();
            let changes: BTreeSet<_> = own.map(|it| named(&product.name, &it.name)).collect();
            let needs = needs(product, &givers);
            let reliance = Self {
                changes: changes.into_iter().collect(),
                needs: needs.into_iter().collect(),
            };
            (product.name.clone(), reliance)
        };
        products.iter().map(of).collect()
    }

    /// Of several that go out together. What they need of each other goes out with them.
    pub fn together<'a>(all: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let changes: BTreeSet<_> = all.clone().flat_map(|it| it.changes.iter()).collect();
        let needs: BTreeSet<_> = all.flat_map(|it| it.needs.iter()).collect();
        Self {
            needs: needs.difference(&changes).map(|it| (*it).clone()).collect(),
            changes: changes.into_iter().cloned().collect(),
        }
    }
}

fn needs(
    product: &Product,
    givers: &BTreeMap<&Name, Vec<ComponentName>>,
) -> BTreeSet<ComponentName> {
    let needed = |component: &Component| -> Vec<ComponentName> {
        let all = component.needs.iter().map(|it| &it.of);
        let found = all.flat_map(|of| match of {
            Needed::Component(name) => vec![name.clone()],
            Needed::Contract(contract) => givers.get(contract).cloned().unwrap_or_default(),
        });
        found.collect()
    };
    let all = product.components.iter().flat_map(needed);
    all.filter(|it| it.product != product.name).collect()
}

/// The components that provide a contract.
fn givers<'a>(
    products: &'a [Product],
    suppliers: &'a [Supplier],
) -> BTreeMap<&'a Name, Vec<ComponentName>> {
    let mut givers: BTreeMap<&Name, Vec<ComponentName>> = BTreeMap::new();
    let mut put = |owner: &Name, component: &Name, provides: &'a Provides| {
        for contract in provides.keys() {
            let all = givers.entry(contract).or_default();
            all.push(named(owner, component));
        }
    };
    for product in products {
        for it in &product.components {
            put(&product.name, &it.name, &it.provides);
        }
    }
    for supplier in suppliers {
        for it in &supplier.components {
            put(&supplier.name, &it.name, &it.provides);
        }
    }
    givers
}

fn named(owner: &Name, component: &Name) -> ComponentName {
    ComponentName {
        product: owner.clone(),
        component: component.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn words(all: &[ComponentName]) -> Vec<String> {
        all.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_product_needs_whoever_provides_what_its_components_need() {
        let need = |contract: &str| json!({"contract": contract, "versions": "^1"});
        let product = |name: &str, provides: &str, needs: serde_json::Value| -> Product {
            let component = json!({"name": "core", "driver": "service", "provides": {provides: "1.0.0"}, "needs": needs});
            let product = json!({"name": name, "components": [component, {"name": "web", "driver": "service"}]});
            serde_json::from_value(product).unwrap()
        };
        let shop = [
            need("orders-api"),
            need("payments-api"),
            need("shop-api"),
            json!({"component": "desk/web", "versions": "^1"}),
        ];
        let products = [
            product("orders", "orders-api", json!([])),
            product("shop", "shop-api", json!(shop)),
        ];
        let supplier: Supplier = serde_json::from_value(json!({"name": "acme", "components": [
            {"name": "gateway", "provides": {"payments-api": "1.2.0"}, "environments": {"live": {}}}]}))
        .unwrap();
        let each = Reliance::of_each(&products, &[supplier]);
        let [orders, shop] = ["orders", "shop"].map(|it| &each[&it.parse::<Name>().unwrap()]);
        assert_eq!(words(&shop.changes), ["shop/core", "shop/web"]);
        assert_eq!(
            words(&shop.needs),
            ["acme/gateway", "desk/web", "orders/core"]
        );
        assert!(orders.needs.is_empty());
        let both = Reliance::together([orders, shop].into_iter());
        assert_eq!(both.changes.len(), 4);
        assert_eq!(words(&both.needs), ["acme/gateway", "desk/web"]);
    }
}
