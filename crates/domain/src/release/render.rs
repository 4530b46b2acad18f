//! Rendering: release + snapshot + target = the revision that the target should run.
//!
//! References are `${vars.NAME}`, `${secrets.NAME}` (the newest version, or `${secrets.NAME@3}`), and `${WHAT.name}`
//! for product, component, environment, target and slot, `${component.version}` and `${release.version}`. `$${` stands for
//! a plain `${`. A value of the slot beats one of the target, which beats one of the environment, which beats one of the
//! product. Values are not expanded again.

mod fault;

pub use fault::{Fault, RenderError};

use super::{Content, Contents, Snapshot};
use crate::{
    catalog::{
        Component, Driver, HealthTemplate, JobTemplate, RouteTemplate, Scalar, ServiceTemplate,
        Target,
    },
    converge::Slot,
    id::{SecretVersion, SnapshotNumber},
    name::Name,
    revision::{
        ComponentRevision, DriverSettings, HealthCheck, JobSettings, Probe, Revision,
        ServiceSettings, StopSettings,
    },
    version::Version,
};
use std::collections::BTreeMap;

/// The most instances of one component on one target.
pub const INSTANCES_MAX: u32 = 100;

/// What a revision is rendered from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The product.
    pub product: &'a Name,
    /// The release's version.
    pub release: &'a Version,
    /// What is in it.
    pub contents: &'a Contents,
    /// The configuration.
    pub snapshot: &'a Snapshot,
    /// Its number.
    pub number: SnapshotNumber,
    /// The newest version of each secret of the product.
    pub secrets: &'a BTreeMap<String, SecretVersion>,
}

/// Renders what `target` should run in `slot`.
///
/// # Errors
/// The first template that cannot be filled in, with component and target.
pub fn revision(source: &Source<'_>, target: &Target, slot: Slot) -> Result<Revision, RenderError> {
    let part = |component: &Component| {
        let content = source.contents.get(&component.name)?;
        let scope = Scope {
            source,
            target,
            slot,
            component,
            content,
        };
        let fault = |fault| RenderError {
            component: component.name.clone(),
            target: target.name.clone(),
            fault,
        };
        Some(scope.component().map_err(fault))
    };
    Ok(Revision {
        product: source.product.clone(),
        release: source.release.clone(),
        snapshot: source.number,
        components: source
            .snapshot
            .components
            .iter()
            .filter_map(part)
            .collect::<Result<_, _>>()?,
    })
}

/// Where the components of `target` receive requests, `HOST:PORT`, as far as they say so.
///
/// # Errors
/// The first template that cannot be filled in, with component and target.
pub fn routes(
    source: &Source<'_>,
    target: &Target,
    slot: Slot,
) -> Result<BTreeMap<Name, String>, RenderError> {
    let mut routes = BTreeMap::new();
    for component in &source.snapshot.components {
        let template = component
            .service
            .as_ref()
            .and_then(|service| service.route.as_ref());
        let (Some(template), Some(content)) = (template, source.contents.get(&component.name))
        else {
            continue;
        };
        let scope = Scope {
            source,
            target,
            slot,
            component,
            content,
        };
        let address = scope.receives(template).map_err(|fault| RenderError {
            component: component.name.clone(),
            target: target.name.clone(),
            fault,
        })?;
        routes.insert(component.name.clone(), address);
    }
    Ok(routes)
}

struct Scope<'a> {
    source: &'a Source<'a>,
    target: &'a Target,
    slot: Slot,
    component: &'a Component,
    content: &'a Content,
}

impl Scope<'_> {
    fn component(&self) -> Result<ComponentRevision, Fault> {
        let (driver, instances) = match self.component.driver {
            Driver::Service => {
                let template = self.component.service.as_ref().ok_or(Fault::Settings)?;
                let settings = DriverSettings::Service(self.service(template)?);
                (settings, self.instances(template)?)
            }
        };
        Ok(ComponentRevision {
            component: self.component.name.clone(),
            version: self.content.version.clone(),
            artifact: self.content.digest,
            driver,
            instances,
            jobs: self
                .component
                .jobs
                .iter()
                .map(|job| self.job(job))
                .collect::<Result<_, _>>()?,
        })
    }

    fn job(&self, template: &JobTemplate) -> Result<JobSettings, Fault> {
        if template.command.is_empty() {
            return Err(Fault::Command);
        }
        Ok(JobSettings {
            name: template.name.clone(),
            command: self.texts(&template.command)?,
            environment: self.variables(&template.environment)?,
        })
    }

    fn variables(
        &self,
        templates: &BTreeMap<String, Scalar>,
    ) -> Result<BTreeMap<String, String>, Fault> {
        let texts = templates.iter();
        texts
            .map(|(key, text)| Ok((key.clone(), self.text(&text.0)?)))
            .collect()
    }

    fn service(&self, template: &ServiceTemplate) -> Result<ServiceSettings, Fault> {
        if template.command.is_empty() {
            return Err(Fault::Command);
        }
        let files = template.files.iter();
        Ok(ServiceSettings {
            command: self.texts(&template.command)?,
            environment: self.variables(&template.environment)?,
            files: files
                .map(|(k, v)| Ok((inner_path(k)?, self.text(v)?)))
                .collect::<Result<_, _>>()?,
            listen: template
                .listen
                .iter()
                .map(|a| self.address(a))
                .collect::<Result<_, _>>()?,
            health: template
                .health
                .as_ref()
                .map(|h| self.health(h))
                .transpose()?,
            stop: StopSettings {
                signal: template.stop.signal,
                grace: template.stop.grace,
            },
        })
    }

    fn instances(&self, template: &ServiceTemplate) -> Result<u32, Fault> {
        let Some(instances) = &template.instances else {
            return Ok(1);
        };
        let text = self.text(&instances.0)?;
        let number = text.parse().ok();
        let number = number.filter(|number| (1..=INSTANCES_MAX).contains(number));
        let number = number.ok_or(Fault::Instances(text))?;
        let health = template.health.as_ref();
        let asks_a_port = health.is_some_and(|health| health.exec.is_none());
        let has_a_port = !template.listen.is_empty() || template.route.is_some() || asks_a_port;
        match number > 1 && has_a_port {
            true => Err(Fault::OnePort(number)),
            false => Ok(number),
        }
    }

    fn health(&self, template: &HealthTemplate) -> Result<HealthCheck, Fault> {
        let probe = match (&template.http, &template.tcp, &template.exec) {
            (Some(http), None, None) => Probe::Http {
                host: self.text(&http.host)?,
                port: self.port(&http.port.0)?,
                path: self.text(&http.path)?,
            },
            (None, Some(tcp), None) => Probe::Tcp {
                host: self.text(&tcp.host)?,
                port: self.port(&tcp.port.0)?,
            },
            (None, None, Some(exec)) => Probe::Exec {
                command: self.texts(&exec.command)?,
            },
            _ => return Err(Fault::Probe),
        };
        Ok(HealthCheck {
            probe,
            interval: template.interval,
            timeout: template.timeout,
            healthy_after: template.healthy_after.max(1),
            unhealthy_after: template.unhealthy_after.max(1),
            deadline: template.deadline,
        })
    }

    fn receives(&self, template: &RouteTemplate) -> Result<String, Fault> {
        let (host, port) = (self.text(&template.host)?, self.port(&template.port.0)?);
        Ok(format!("{host}:{port}"))
    }

    fn texts(&self, templates: &[String]) -> Result<Vec<String>, Fault> {
        templates.iter().map(|t| self.text(t)).collect()
    }

    fn port(&self, template: &str) -> Result<u16, Fault> {
        let text = self.text(template)?;
        text.parse()
            .ok()
            .filter(|port| *port != 0)
            .ok_or(Fault::Port(text))
    }

    fn address(&self, template: &str) -> Result<std::net::SocketAddr, Fault> {
        let text = self.text(template)?;
        text.parse().map_err(|_| Fault::Address(text))
    }

    /// Fills in every reference of `template`.
    fn text(&self, template: &str) -> Result<String, Fault> {
        let mut out = String::with_capacity(template.len());
        let mut rest = template;
        while let Some(at) = rest.find("${") {
            if rest[..at].ends_with('$') {
                out.push_str(&rest[..at]);
                out.push('{');
                rest = &rest[at + 2..];
                continue;
            }
            out.push_str(&rest[..at]);
            let (reference, behind) = rest[at + 2..]
                .split_once('}')
                .ok_or_else(|| Fault::Open(template.to_owned()))?;
            out.push_str(&self.value(reference.trim())?);
            rest = behind;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn value(&self, reference: &str) -> Result<String, Fault> {
        if let Some(name) = reference.strip_prefix("vars.") {
            return self
                .variable(name)
                .ok_or_else(|| Fault::Variable(name.to_owned()));
        }
        if let Some(name) = reference.strip_prefix("secrets.") {
            return self
                .secret(name)
                .ok_or_else(|| Fault::Secret(name.to_owned()));
        }
        Ok(match reference {
            "product.name" => self.source.product.to_string(),
            "component.name" => self.component.name.to_string(),
            "component.version" => self.content.version.to_string(),
            "environment.name" => self.target.environment.to_string(),
            "release.version" => self.source.release.to_string(),
            "slot.name" => self.slot.to_string(),
            "target.name" => self.target.name.to_string(),
            _ => return Err(Fault::Reference(reference.to_owned())),
        })
    }

    fn variable(&self, name: &str) -> Option<String> {
        let snapshot = self.source.snapshot;
        let environment = snapshot.environments.get(&self.target.environment);
        [
            Some(self.target.slots.of(self.slot)),
            Some(&self.target.vars),
            environment,
            Some(&snapshot.product),
        ]
        .into_iter()
        .flatten()
        .find_map(|values| values.get(name))
        .map(|value| value.0.clone())
    }

    fn secret(&self, reference: &str) -> Option<String> {
        let (name, pinned) = reference
            .split_once('@')
            .map_or((reference, None), |(n, v)| (n, Some(v)));
        let newest = *self.source.secrets.get(name)?;
        let version = match pinned {
            None => newest,
            Some(text) => text
                .parse()
                .ok()
                .filter(|v: &SecretVersion| v.0 >= 1 && *v <= newest)?,
        };
        Some(format!("${{secret:{name}@{version}}}"))
    }
}

/// A relative path of plain segments.
fn inner_path(path: &str) -> Result<String, Fault> {
    let plain = |segment: &str| !matches!(segment, "" | "." | "..") && !segment.contains('\0');
    if path.split('/').all(plain) {
        Ok(path.to_owned())
    } else {
        Err(Fault::File(path.to_owned()))
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_in_result,
    reason = "the result under test is not the set-up's"
)]
mod tests {
    use super::*;
    use crate::{catalog::SlotVariables, digest::Digest};

    fn render(template: &str) -> Result<String, Fault> {
        render_in(Slot::Blue, template)
    }

    fn render_in(slot: Slot, template: &str) -> Result<String, Fault> {
        let vars = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), Scalar((*v).to_owned())))
                .collect()
        };
        let component: Component = serde_json::from_value(serde_json::json!({
            "name": "web", "driver": "service", "service": { "command": [template] }
        }))
        .unwrap();
        let snapshot = Snapshot {
            components: vec![component],
            product: vars(&[("a", "product"), ("b", "product"), ("c", "product")]),
            environments: [(
                "live".parse().unwrap(),
                vars(&[("b", "live"), ("c", "live")]),
            )]
            .into(),
        };
        let content = Content {
            version: "1.1.0".parse().unwrap(),
            digest: Digest::of(b""),
        };
        let source = Source {
            product: &"storefront".parse().unwrap(),
            release: &"2.0.0".parse().unwrap(),
            contents: &[("web".parse().unwrap(), content)].into(),
            snapshot: &snapshot,
            number: SnapshotNumber(1),
            secrets: &[("db".to_owned(), SecretVersion(4))].into(),
        };
        let target = Target {
            name: "live-1".parse().unwrap(),
            environment: "live".parse().unwrap(),
            vars: vars(&[("c", "target"), ("port", "80")]),
            slots: SlotVariables {
                blue: vars(&[("port", "8080")]),
                green: vars(&[("port", "8081"), ("only", "green")]),
            },
            balances: Vec::new(),
        };
        let revision = revision(&source, &target, slot).map_err(|e| e.fault)?;
        let DriverSettings::Service(service) = &revision.components[0].driver;
        Ok(service.command[0].clone())
    }

    #[test]
    fn the_nearest_value_wins() {
        assert_eq!(
            render("${vars.a} ${vars.b} ${vars.c}").unwrap(),
            "product live target"
        );
    }

    #[test]
    fn a_slot_has_values_of_its_own() {
        for (slot, rendered) in [
            (Slot::Blue, "blue on 8080 of target"),
            (Slot::Green, "green on 8081 of target"),
        ] {
            let template = "${slot.name} on ${vars.port} of ${vars.c}";
            assert_eq!(render_in(slot, template).unwrap(), rendered);
        }
        // What green has does not reach blue.
        assert_eq!(render_in(Slot::Green, "${vars.only}").unwrap(), "green");
        let missing = Err(Fault::Variable("only".into()));
        assert_eq!(render_in(Slot::Blue, "${vars.only}"), missing);
    }

    #[test]
    fn references_name_what_they_stand_for() {
        assert_eq!(
            render("${product.name}/${component.name}:${component.version} in ${release.version} on ${target.name}").unwrap(),
            "storefront/web:1.1.0 in 2.0.0 on live-1"
        );
        assert_eq!(render("cost $5, $${plain}").unwrap(), "cost $5, ${plain}");
    }

    #[test]
    fn secrets_stay_references() {
        assert_eq!(render("${secrets.db}").unwrap(), "${secret:db@4}");
        assert_eq!(render("${secrets.db@2}").unwrap(), "${secret:db@2}");
        assert_eq!(render("${secrets.db@9}"), Err(Fault::Secret("db@9".into())));
    }

    #[test]
    fn what_cannot_be_filled_in_is_named() {
        for (template, fault) in [
            ("${vars.z}", Fault::Variable("z".into())),
            ("${secrets.z}", Fault::Secret("z".into())),
            ("${z}", Fault::Reference("z".into())),
            ("${vars.a", Fault::Open("${vars.a".into())),
        ] {
            assert_eq!(render(template), Err(fault), "{template}");
        }
    }
}
