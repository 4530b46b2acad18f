//! Whether a load balancer answers, before anybody tells it something. Nothing is changed.

use super::{haproxy, nginx};
use tidegate_domain::{converge::Balancer, name::Name, preflight::BalancerAnswer};

/// Asks a load balancer what it knows of the component that it is to share requests out to.
pub(crate) async fn look(component: &Name, balancer: &Balancer) -> BalancerAnswer {
    BalancerAnswer {
        component: component.clone(),
        trouble: ask(balancer).await.err(),
    }
}

async fn ask(balancer: &Balancer) -> Result<(), String> {
    balancer.check().map_err(|error| error.to_string())?;
    match balancer {
        Balancer::Haproxy { socket, backend } => {
            let looked = haproxy::look(socket, backend).await;
            looked.map_err(|trouble| trouble.to_string())
        }
        Balancer::Nginx {
            file,
            upstream,
            reload,
        } => {
            let looked = nginx::look(file, upstream, reload);
            looked.map_err(|trouble| trouble.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_could_break_out_of_its_place_is_not_asked() {
        let directory = tempfile::tempdir().unwrap();
        let listener = tokio::net::UnixListener::bind(directory.path().join("a.sock")).unwrap();
        let balancer = |backend: &str, socket: &str| Balancer::Haproxy {
            socket: directory.path().join(socket).display().to_string(),
            backend: backend.to_owned(),
        };
        let name: Name = "web".parse().unwrap();
        let said = look(&name, &balancer("shop; shutdown", "a.sock")).await;
        let trouble = said.trouble.unwrap();
        assert!(trouble.contains("cannot be the name"), "{trouble}");
        let nobody_came = tokio::time::timeout(std::time::Duration::ZERO, listener.accept()).await;
        assert!(nobody_came.is_err());

        let said = look(&name, &balancer("shop", "absent.sock")).await;
        assert!(said.trouble.unwrap().contains("does not listen"));
    }
}
