//! The worst of many vulnerabilities, in bounded room.

use tidegate_domain::attachment::Vulnerability;

/// Keeps the worst, and counts the rest.
#[derive(Debug, Default)]
pub struct Worst {
    kept: Vec<Vulnerability>,
    untold: u64,
}

impl Worst {
    /// How many are kept.
    pub const MAX: usize = 1_000;

    /// One more.
    pub fn add(&mut self, vulnerability: Vulnerability) {
        self.kept.push(vulnerability);
        if self.kept.len() >= 2 * Self::MAX {
            self.settle();
        }
    }

    /// The worst first, and how many more there are.
    pub fn told(mut self) -> (Vec<Vulnerability>, u64) {
        self.settle();
        (self.kept, self.untold)
    }

    fn settle(&mut self) {
        self.kept.sort_by(|a, b| {
            let key = |it: &Vulnerability| (it.severity, it.advisory.clone(), it.part.clone());
            key(a).cmp(&key(b))
        });
        let beyond = self.kept.len().saturating_sub(Self::MAX);
        self.untold += beyond as u64;
        self.kept.truncate(Self::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_domain::attachment::VulnerabilitySeverity::{Critical, Low};

    #[test]
    fn the_worst_of_many_are_kept_and_the_rest_is_counted() {
        let mut worst = Worst::default();
        for i in 0..5_000 {
            let severity = if i % 1_000 == 999 { Critical } else { Low };
            worst.add(Vulnerability {
                advisory: format!("A-{i:04}"),
                aliases: std::collections::BTreeSet::new(),
                summary: String::new(),
                part: "linux".to_owned(),
                version: None,
                severity,
                fixed_in: None,
            });
        }
        let (kept, untold) = worst.told();
        assert_eq!((kept.len(), untold), (1_000, 4_000));
        let critical = kept.iter().take_while(|it| it.severity == Critical);
        assert_eq!(critical.count(), 5);
        assert_eq!(kept[5].advisory, "A-0000");
    }
}
