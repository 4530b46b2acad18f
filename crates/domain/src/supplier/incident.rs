//! Incidents that are put down to a supplier.

use super::{Line, Supplier};
use crate::{id::SupplierIncidentId, name::Name};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that went wrong because of a supplier, as one of us wrote it down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Its number.
    pub id: SupplierIncidentId,
    /// To whom it is put down.
    pub supplier: Name,
    /// In a line.
    pub title: Line,
    /// Which of the supplier's components, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Name>,
    /// When it began.
    pub began: Timestamp,
    /// Who wrote it down.
    pub by: Name,
    /// When.
    pub at: Timestamp,
}

/// What is wrong with an incident.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IncidentError {
    /// Nobody would know what it was.
    #[error("an incident has no title: say in a line what went wrong")]
    NoTitle,
    /// It is yet to come.
    #[error("an incident began in the past: this one is to begin at {0}")]
    Ahead(Timestamp),
    /// The supplier has no such component.
    #[error("`{supplier}` has no component `{component}`")]
    UnknownComponent {
        /// Who.
        supplier: Name,
        /// Which.
        component: Name,
    },
}

impl Incident {
    /// Whether it is about something that the supplier has, and has happened.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn check(&self, supplier: &Supplier) -> Result<(), IncidentError> {
        if self.title.is_empty() {
            return Err(IncidentError::NoTitle);
        }
        if self.began > self.at {
            return Err(IncidentError::Ahead(self.began));
        }
        let unknown = self.component.as_ref();
        match unknown.filter(|it| supplier.component(it).is_none()) {
            Some(component) => Err(IncidentError::UnknownComponent {
                supplier: supplier.name.clone(),
                component: component.clone(),
            }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_incident_has_happened_to_what_the_supplier_has() {
        let supplier: Supplier = serde_json::from_value(json!({
            "name": "acme", "components": [{"name": "gateway", "environments": {"live": {}}}],
        }))
        .unwrap();
        let check = |title: &str, component: &str, began: &str| {
            let incident: Incident = serde_json::from_value(json!({
                "id": 1, "supplier": "acme", "title": title, "component": component, "began": began, "by": "ada",
                "at": "2026-12-02T00:00:00Z",
            }))
            .unwrap();
            incident.check(&supplier).map_err(|why| why.to_string())
        };
        assert_eq!(check("Down", "gateway", "2026-12-01T00:00:00Z"), Ok(()));
        for (title, component, began, expect) in [
            (
                " ",
                "gateway",
                "2026-12-01T00:00:00Z",
                "an incident has no title: say in a line what went wrong",
            ),
            (
                "Down",
                "ledger",
                "2026-12-01T00:00:00Z",
                "`acme` has no component `ledger`",
            ),
            (
                "Down",
                "gateway",
                "2026-12-03T00:00:00Z",
                "an incident began in the past: this one is to begin at 2026-12-03T00:00:00Z",
            ),
        ] {
            assert_eq!(check(title, component, began), Err(expect.to_owned()));
        }
    }
}
