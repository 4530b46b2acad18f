//! Release controls: the policies that come with the program, those of an organisation, and what they find.

mod alone;
mod entities;
mod remedy;
mod schema;

pub use schema::text as control_schema_text;

use crate::{
    fault::PolicyFault,
    text::{PolicyText, parsed, validated},
};
use cedar_policy::{
    Authorizer, Decision, Entities, Entity, Policy, PolicySet, Request, ResourceConstraint,
    Validator,
};
use std::{collections::BTreeMap, sync::LazyLock};
use tidegate_domain::{
    control::{Control, ControlFacts, Finding, Lack, Mode, Severity},
    name::Name,
};

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| Validator::new(schema::get().clone()));

/// The controls in force, ready to be asked.
#[derive(Debug, Default)]
pub struct Controls {
    all: Vec<Ready>,
}

/// A control with its policies.
#[derive(Debug)]
struct Ready {
    control: Control,
    version: u32,
    policies: PolicySet,
    asks: Asks,
}

/// What the policies of a control are about, by their scopes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Asks {
    artifacts: bool,
    release: bool,
    deployment: bool,
}

/// The text of the shipped controls.
pub const fn shipped_controls_text() -> &'static str {
    include_str!("controls.cedar")
}

/// The shipped controls, in the order of their text.
pub fn shipped_controls() -> Vec<Control> {
    SHIPPED.clone()
}

static SHIPPED: LazyLock<Vec<Control>> = LazyLock::new(|| {
    let set: PolicySet = shipped_controls_text()
        .parse()
        .expect("the shipped controls are policies");
    let mut policies: Vec<&Policy> = set.policies().collect();
    policies.sort_by_key(|policy| {
        let digits = AsRef::<str>::as_ref(policy.id()).trim_start_matches("policy");
        digits.parse::<usize>().unwrap_or_default()
    });
    policies.into_iter().map(shipped).collect()
});

fn shipped(policy: &Policy) -> Control {
    let word = |key: &str| policy.annotation(key).expect("a shipped control says it");
    let json = |text: &str| serde_json::Value::from(text);
    Control {
        name: word("id").parse().expect("an identifier is a name"),
        title: word("title").to_owned(),
        document: word("doc").to_owned(),
        procedure: None,
        owner: None,
        severity: serde_json::from_value(json(word("severity"))).ok(),
        mode: serde_json::from_value(json(word("mode"))).ok(),
        evidence: vec![word("evidence").parse().expect("evidence is a name")],
        environments: Vec::new(),
        products: Vec::new(),
        quarantine: false,
        policy: policy.to_cedar().expect("no template"),
    }
}

/// Whether a control is fit to be saved.
///
/// # Errors
/// The first fault.
pub fn examine_control(control: &Control) -> Result<(), PolicyFault> {
    let whole = complete(control.clone());
    if whole.policy.trim().is_empty() {
        let why = format!(
            "control {} has no policy, and none of that name is shipped",
            control.name
        );
        return Err(PolicyFault::at(control.name.as_str(), "", 0, why));
    }
    if whole.quarantine && whole.mode() != Mode::Enforce {
        let why = format!(
            "control {} quarantines nothing, because its mode is {}",
            whole.name,
            whole.mode()
        );
        let fault = PolicyFault::at(whole.name.as_str(), &whole.policy, 0, why);
        return Err(fault.help("say `mode: enforce`, or leave `quarantine` out until then"));
    }
    ready(whole, 0).map(drop)
}

/// A control with what it leaves to the shipped one of its name.
fn complete(control: Control) -> Control {
    let of_it = SHIPPED.iter().find(|shipped| shipped.name == control.name);
    match of_it {
        Some(shipped) => control.over(shipped),
        None => control,
    }
}

fn ready(control: Control, version: u32) -> Result<Ready, PolicyFault> {
    let name = control.name.to_string();
    let source = PolicyText {
        name,
        text: control.policy.clone(),
        ..PolicyText::default()
    };
    let policies = parsed(&source.name, &source.text)?;
    validated(&source.name, &source.text, (&VALIDATOR, &policies))?;
    let mut asks = Asks::default();
    for policy in policies.policies() {
        asks.note(&policy.resource_constraint());
    }
    if control.quarantine {
        alone::check(&control, &source, (&policies, asks))?;
    }
    Ok(Ready {
        control,
        version,
        policies,
        asks,
    })
}

impl Controls {
    /// The shipped controls and `own`, each with its version; an own one of a shipped name takes its place. One that an
    /// upgrade left behind finds against everything that it was about.
    pub fn new(own: &[(Control, u32)]) -> Self {
        let named = |name: &Name| own.iter().find(|(control, _)| control.name == *name);
        let shipped = SHIPPED.iter().map(|shipped| match named(&shipped.name) {
            Some((control, version)) => (control.clone().over(shipped), *version),
            None => (shipped.clone(), 1),
        });
        let is_shipped = |name: &Name| SHIPPED.iter().any(|shipped| shipped.name == *name);
        let added = own
            .iter()
            .filter(|(control, _)| !is_shipped(&control.name))
            .cloned();
        let all = shipped.chain(added).map(|(control, version)| {
            ready(control.clone(), version).unwrap_or_else(|_| Ready {
                control,
                version,
                // Without a policy that permits, nothing holds.
                policies: PolicySet::new(),
                // Nobody knows what it was about: it is asked of whatever goes forward or back.
                asks: Asks {
                    release: true,
                    ..Asks::default()
                },
            })
        });
        Self { all: all.collect() }
    }

    /// One control alone, enforced whatever it says, to be tried on what went before.
    pub fn alone(control: &Control, version: u32) -> Self {
        let control = Control {
            mode: Some(Mode::Enforce),
            ..complete(control.clone())
        };
        let is_it = |ready: &Ready| ready.control.name == control.name;
        let mut all = Self::new(&[(control.clone(), version)]).all;
        all.retain(is_it);
        Self { all }
    }

    /// Every control with its version, whatever its mode.
    pub fn iter(&self) -> impl Iterator<Item = (&Control, u32)> {
        self.all.iter().map(|ready| (&ready.control, ready.version))
    }

    /// Whether any control keeps artifacts of a product in quarantine.
    pub fn quarantines(&self, product: &Name) -> bool {
        let mut all = self.all.iter();
        all.any(|ready| ready.control.quarantines(product))
    }

    /// Whether any control keeps artifacts of any product in quarantine.
    pub fn any_quarantines(&self) -> bool {
        let mut all = self.all.iter().map(|ready| &ready.control);
        all.any(|control| control.quarantine && control.mode() == Mode::Enforce)
    }

    /// What the controls that keep artifacts in quarantine say of one alone.
    pub fn examine(&self, facts: &ControlFacts) -> Vec<Finding> {
        let told = Told::of(facts, true);
        let product = &facts.release.product;
        let asked = self.all.iter();
        let asked = asked.filter(|ready| ready.control.quarantines(product));
        asked.map(|ready| ready.examine(facts, &told)).collect()
    }

    /// What every control that is not off, or that the release's plan wants enforced, and that is about that place, says of a
    /// deployment.
    pub fn judge(&self, facts: &ControlFacts) -> Vec<Finding> {
        self.ask(facts, |asks| asks)
    }

    /// The controls that the release's plan wants enforced and that are declared no more: nobody can say that they hold.
    pub fn undeclared(&self, facts: &ControlFacts) -> Vec<Finding> {
        let is_known = |name: &Name| self.all.iter().any(|it| it.control.name == *name);
        let demanded = facts.release.demanded.iter();
        let gone = demanded.filter(|name| !is_known(name));
        gone.map(|name| Finding {
            control: name.clone(),
            title: "It is declared no more".to_owned(),
            version: 0,
            mode: Mode::Enforce,
            demanded: true,
            severity: Severity::High,
            lacks: vec![Lack {
                of: "release".to_owned(),
                what: "the release's plan wants it enforced, and it is declared no more".to_owned(),
                remedy: "declare it again (`kind: Control`) by `tidegate apply`".to_owned(),
            }],
        })
        .collect()
    }

    /// What is said of what is gone back to. What a deployment lacks is about going forward, when and by whom: only what is
    /// said of the release and its artifacts is asked.
    pub fn judge_return(&self, facts: &ControlFacts) -> Vec<Finding> {
        self.ask(facts, |asks| Asks {
            deployment: false,
            ..asks
        })
    }

    fn ask(&self, facts: &ControlFacts, narrowed: impl Fn(Asks) -> Asks) -> Vec<Finding> {
        let place = (&facts.release.product, &facts.deployment.environment);
        let asked = self.all.iter().filter(|ready| {
            ready.mode(facts).0 != Mode::Off
                && ready.control.is_about(place.0, place.1)
                && narrowed(ready.asks) != Asks::default()
        });
        let told = Told::of(facts, self.all.iter().any(|ready| ready.asks.artifacts));
        asked
            .map(|ready| ready.ask(narrowed(ready.asks), facts, &told))
            .collect()
    }
}

/// The facts in Cedar's terms, made once for all controls.
struct Told {
    cedar: Authorizer,
    deployment: (Request, Entities),
    release: (Request, Entities),
    artifacts: BTreeMap<Name, (Request, Entities)>,
}

impl Told {
    fn of(facts: &ControlFacts, with_artifacts: bool) -> Self {
        let question = |about: Entity| entities::question(facts, about);
        let artifacts = facts.artifacts.iter().filter(|_| with_artifacts);
        let artifacts = artifacts.map(|(component, artifact)| {
            let about = entities::artifact(facts, component, artifact);
            (component.clone(), question(about))
        });
        Self {
            cedar: Authorizer::new(),
            deployment: question(entities::deployment(facts)),
            release: question(entities::release(facts)),
            artifacts: artifacts.collect(),
        }
    }
}

impl Ready {
    /// Whether it stops anything, and whether that is so by the word of the release's plan alone.
    fn mode(&self, facts: &ControlFacts) -> (Mode, bool) {
        let own = self.control.mode();
        match own != Mode::Enforce && facts.release.demanded.contains(&self.control.name) {
            true => (Mode::Enforce, true),
            false => (own, false),
        }
    }

    /// What it says of artifacts, whatever its policies are about: one that an upgrade left behind permits none.
    fn examine(&self, facts: &ControlFacts, told: &Told) -> Finding {
        let asks = Asks {
            artifacts: true,
            ..Asks::default()
        };
        self.ask(asks, facts, told)
    }

    fn ask(&self, asks: Asks, facts: &ControlFacts, told: &Told) -> Finding {
        let mut lacks = Vec::new();
        let mut ask = |of: &str, (request, entities): &(Request, Entities)| {
            let response = told.cedar.is_authorized(request, &self.policies, entities);
            // A policy that fails is one that does not hold.
            let failed = response.diagnostics().errors().next().is_some();
            if response.decision() != Decision::Allow || failed {
                let (what, remedy) = remedy::of(&self.control, of, facts);
                lacks.push(Lack {
                    of: of.to_owned(),
                    what,
                    remedy,
                });
            }
        };
        if asks.artifacts {
            told.artifacts
                .iter()
                .for_each(|(name, told)| ask(name.as_str(), told));
        }
        if asks.release {
            ask("release", &told.release);
        }
        if asks.deployment {
            ask("deployment", &told.deployment);
        }
        let (mode, demanded) = self.mode(facts);
        Finding {
            control: self.control.name.clone(),
            title: self.control.title.clone(),
            version: self.version,
            mode,
            demanded,
            severity: self.control.severity.unwrap_or(Severity::Medium),
            lacks,
        }
    }
}

impl Asks {
    /// A policy that names no type is about the deployment.
    fn note(&mut self, scope: &ResourceConstraint) {
        let kind = match scope {
            ResourceConstraint::Any => None,
            ResourceConstraint::Is(kind) | ResourceConstraint::IsIn(kind, _) => Some(kind),
            ResourceConstraint::In(uid) | ResourceConstraint::Eq(uid) => Some(uid.type_name()),
        };
        match kind.map(ToString::to_string).as_deref() {
            Some("Artifact") => self.artifacts = true,
            Some("Release") => self.release = true,
            Some(_) | None => self.deployment = true,
        }
    }
}

#[cfg(test)]
mod tests;
