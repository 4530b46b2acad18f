//! What a story is set in: where its targets are and what they are given. [`super::fleet`] starts it.

use std::{collections::BTreeMap, net::TcpListener};

/// Environments, targets, and what is declared before anything happens.
#[derive(Debug)]
pub(super) struct Setting {
    /// Environment and how many targets it has, in promotion order.
    pub(super) environments: &'static [(&'static str, u32)],
    /// The components and the variables that hold their ports.
    pub(super) components: &'static [(&'static str, &'static str)],
    /// Everything that is declared beside the targets.
    pub(super) catalog: &'static str,
}

/// The port of each component on each target.
pub(super) type Ports = BTreeMap<(String, &'static str), u16>;

impl Setting {
    /// Every target, `ENVIRONMENT-NUMBER`, with its environment.
    pub(super) fn targets(&self) -> impl Iterator<Item = (String, &'static str)> {
        self.environments.iter().flat_map(|&(environment, count)| {
            (1..=count).map(move |number| (format!("{environment}-{number}"), environment))
        })
    }

    /// Everything in one text, the targets with their ports.
    pub(super) fn declared(&self, ports: &Ports) -> String {
        let mut documents = vec![self.catalog.to_owned()];
        for (target, environment) in self.targets() {
            let port = |component| ports.get(&(target.clone(), component)).copied();
            let vars = self.components.iter().map(|&(component, variable)| {
                format!("{variable}: {}", port(component).unwrap_or_default())
            });
            let vars = vars.collect::<Vec<_>>().join(", ");
            documents.push(format!(
                "kind: Target\nname: {target}\nenvironment: {environment}\nvars: {{ {vars} }}\n"
            ));
        }
        documents.join("---\n")
    }

    /// A free port for each component on each target, from 18101 on: the system gives none of them to a connection by chance.
    pub(super) fn free_ports(&self) -> std::io::Result<Ports> {
        let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
        let mut free = (18_101..30_000).filter(is_free);
        let mut ports = Ports::new();
        for (target, _) in self.targets() {
            for &(component, _) in self.components {
                let port = free.next().ok_or(std::io::ErrorKind::AddrInUse)?;
                ports.insert((target.clone(), component), port);
            }
        }
        Ok(ports)
    }
}
