//! What a balancer that is told one server at a time has to be told.

use super::Server;
use std::collections::BTreeMap;

/// The servers whose weight is not what the balancer says. Those that are to receive come first: at no moment between
/// two changes is there nobody to receive.
pub fn changes<'a>(wanted: &'a [Server], said: &BTreeMap<String, u16>) -> Vec<&'a Server> {
    let differs = |server: &&Server| said.get(&server.name) != Some(&server.weight);
    let mut changes: Vec<&Server> = wanted.iter().filter(differs).collect();
    changes.sort_by_key(|server| server.weight == 0);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_to_receive_comes_first() {
        for (wanted, said, expect) in [
            (
                vec![("old", 0), ("new", 1)],
                vec![("old", 1), ("new", 0)],
                vec!["new", "old"],
            ),
            (
                vec![("old", 4), ("new", 1)],
                vec![("old", 1), ("new", 1)],
                vec!["old"],
            ),
            (
                vec![("old", 1), ("new", 0)],
                vec![("old", 1), ("new", 0)],
                vec![],
            ),
            (
                vec![("old", 1), ("new", 0)],
                vec![("other", 7)],
                vec!["old", "new"],
            ),
        ] {
            let server = |(name, weight): &(&str, u16)| Server {
                name: (*name).to_owned(),
                address: String::new(),
                weight: *weight,
            };
            let servers: Vec<Server> = wanted.iter().map(server).collect();
            let said = said.iter().map(|(n, w)| ((*n).to_owned(), *w)).collect();
            let found: Vec<&str> = changes(&servers, &said)
                .iter()
                .map(|server| server.name.as_str())
                .collect();
            assert_eq!(found, expect, "{wanted:?}");
        }
    }
}
