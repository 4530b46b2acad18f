//! What is offered to whoever looks: forms for what they may do, and otherwise why not.

use super::parts::Prose;
use crate::app::{Error, Request, SharedApp};
use tidegate_domain::access::Action;
use tidegate_protocol::api::{CanRequest, ProductView};

/// Where something would be done; at large unless a product is named.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place<'a> {
    /// The product.
    pub product: Option<&'a str>,
    /// The environment.
    pub environment: Option<&'a str>,
    /// The supplier, instead of a product.
    pub supplier: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// A product.
    pub(super) fn product(product: &'a str) -> Self {
        Self {
            product: Some(product),
            ..Self::default()
        }
    }

    /// A supplier.
    pub(super) fn supplier(supplier: &'a str) -> Self {
        Self {
            supplier: Some(supplier),
            ..Self::default()
        }
    }

    /// A product in an environment.
    pub(super) fn of(product: &'a str, environment: &'a str) -> Self {
        Self {
            environment: Some(environment),
            ..Self::product(product)
        }
    }
}

/// Why whoever asks may not do something there; none if they may. What is submitted is asked about again.
///
/// # Errors
/// When the store fails.
pub(super) async fn barred(
    app: &SharedApp,
    request: &Request,
    (action, place): (Action, Place<'_>),
) -> Result<Option<Prose>, Error> {
    let question = CanRequest {
        action: action.word().to_owned(),
        product: place.product.map(str::to_owned),
        environment: place.environment.map(str::to_owned),
        supplier: place.supplier.map(str::to_owned),
        ..CanRequest::default()
    };
    let answer = app.can(request.clone(), &question).await?;
    if answer.allowed {
        return Ok(None);
    }
    let documents = answer.because.iter().map(|note| note.document.trim());
    let documents = documents.filter(|text| !text.is_empty());
    let because: String = documents.map(|text| format!(". {text}")).collect();
    let text = format!("{}{because}", answer.sentence);
    let end = if text.ends_with('.') { "" } else { "." };
    Ok(Some(Prose::exactly(&format!("{text}{end}"))))
}

/// The environments of products, each once.
pub(super) fn environments(products: &[ProductView]) -> Vec<String> {
    let mut environments: Vec<String> = Vec::new();
    for environment in products.iter().flat_map(|product| &product.path) {
        if !environments.contains(environment) {
            environments.push(environment.clone());
        }
    }
    environments
}

/// What was typed into a field that may be left empty.
pub(super) fn typed(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A browser's date and time says no offset: the form says that it means UTC.
pub(super) fn universal(text: String) -> String {
    match text.ends_with('Z') || text.contains('+') {
        true => text,
        false => format!("{text}Z"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn times_of_a_browser_are_meant_in_utc() {
        assert_eq!(universal("2026-12-01T08:00".into()), "2026-12-01T08:00Z");
        let told = "2026-12-01T08:00+01:00";
        assert_eq!(universal(told.into()), told);
        let read: Timestamp = universal("2026-12-01T08:00".into()).parse().unwrap();
        assert_eq!(read.to_string(), "2026-12-01T08:00:00Z");
    }
}
