//! The one authorizer: may this actor do this, about that?

use crate::{
    entities, shipped,
    slices::Slices,
    text::{PolicyText, read},
};
use cedar_policy::{Decision, Effect, Policy, PolicyId, Response};
use std::collections::BTreeMap;
use tidegate_domain::{
    access::{Action, Actor, Directory, Level, Resource, Scope},
    name::Name,
};

/// The policies in force, and who belongs where. Made anew whenever either changes.
#[derive(Debug)]
pub struct Authorizer {
    cedar: cedar_policy::Authorizer,
    directory: Directory,
    slices: Slices,
    notes: BTreeMap<PolicyId, Note>,
    broken: Vec<(Note, String)>,
    /// The texts of the organisation's own policies.
    own: Vec<String>,
}

/// What a person should know of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its identifier.
    pub id: String,
    /// What it says, in a sentence.
    pub title: String,
    /// Why it is so, in Markdown.
    pub document: String,
}

/// The proof that an actor may do an action about a resource. Only [`Authorizer::permit`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    action: Action,
    resource: Resource,
}

/// An answer, with the policies that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether the actor may.
    pub allowed: bool,
    /// The policies that decided: those that permit, or those that forbid.
    pub because: Vec<Note>,
    /// The policies that failed when they were asked; each denies.
    pub failed: Vec<(Note, String)>,
    /// What the token in the actor's hand is good for, where that is what denies.
    pub scope: Option<Scope>,
    /// How far the actor answers for the resource.
    pub level: Option<Level>,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// Whoever asks may not even know that it exists.
    #[error("there is no such thing")]
    Hidden,
    /// The token is good for something else only.
    #[error("the token is good for {scope}")]
    Scope {
        /// What it is good for.
        scope: Scope,
    },
    /// No policy permits it.
    #[error("{action} about {resource} takes level {needed}; {name} has {}", level_words(*.has))]
    Level {
        /// What was asked.
        action: Action,
        /// About what.
        resource: Box<Resource>,
        /// Who asked.
        name: Name,
        /// The least level, by the shipped policies.
        needed: Level,
        /// Theirs.
        has: Option<Level>,
    },
    /// Policies forbid it, or could not be asked.
    #[error("{action} about {resource} is forbidden: {}", titles(.policies))]
    Forbidden {
        /// What was asked.
        action: Action,
        /// About what.
        resource: Box<Resource>,
        /// By which policies.
        policies: Vec<Note>,
    },
}

impl Authorizer {
    /// With the shipped policies and `own`, which fitted the schema when they were saved. One that does not any more,
    /// after an upgrade, denies everything to everybody, but for level 6, who may read and mend it.
    pub fn new(directory: Directory, own: &[PolicyText]) -> Self {
        let shipped = shipped::policies();
        let mut policies = Vec::new();
        let mut notes = BTreeMap::new();
        let mut broken = Vec::new();
        for source in std::iter::once(&shipped).chain(own) {
            match read(source) {
                Ok(fit) => policies.extend(fit.into_iter().map(|policy| (policy, source))),
                Err(fault) => broken.push((Note::broken(source), fault.to_string())),
            }
        }
        policies.retain(|(policy, source)| {
            let note = Note::of(policy, source);
            let taken = notes.insert(policy.id().clone(), note.clone()).is_some();
            if taken {
                broken.push((note, "another policy has the same name".to_owned()));
            }
            !taken
        });
        let policies: Vec<Policy> = policies.into_iter().map(|(policy, _)| policy).collect();
        Self {
            cedar: cedar_policy::Authorizer::new(),
            directory,
            slices: Slices::new(&policies),
            notes,
            broken,
            own: own.iter().map(|policy| policy.text.clone()).collect(),
        }
    }

    /// Whether a right was granted to somebody of that name, who may not exist yet: a team, a role or a policy of the
    /// organisation's own speaks of them.
    pub fn speaks_of(&self, name: &Name) -> bool {
        let quoted = format!("\"{name}\"");
        let says = |policy: &String| policy.contains(&quoted);
        self.directory.speaks_of(name) || self.own.iter().any(says)
    }

    /// Who belongs where.
    pub const fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Every policy in force, by identifier.
    pub fn policies(&self) -> impl Iterator<Item = &Note> {
        self.notes.values()
    }

    /// Lets `actor` do `action` about `resource`, or says why not. Who may not read it is told that there is none.
    ///
    /// # Errors
    /// The refusal.
    pub fn permit(
        &self,
        actor: &Actor,
        action: Action,
        resource: &Resource,
    ) -> Result<Permit, Denied> {
        let answer = self.ask(actor, action, resource);
        if answer.allowed {
            return Ok(Permit {
                action,
                resource: resource.clone(),
            });
        }
        let is_open = match resource {
            // That there is an organisation is no secret, and neither is with whom it deals: all teams share that.
            Resource::Organisation | Resource::Supplier(_) => true,
            Resource::Team(_) | Resource::Product { .. } => false,
        };
        if !is_open && !self.ask(actor, Action::Read, resource).allowed {
            return Err(Denied::Hidden);
        }
        Err(refusal(actor, action, resource, answer))
    }

    /// Whether `actor` may do `action` about `resource`, and by which policies. An answer is no permit.
    pub fn ask(&self, actor: &Actor, action: Action, resource: &Resource) -> Answer {
        let level = self.directory.level(actor, resource);
        let denied = Answer {
            allowed: false,
            because: Vec::new(),
            failed: Vec::new(),
            scope: narrower(actor, action, resource),
            level,
        };
        let mends = actor.level == Some(Level::Initiate)
            && matches!(
                action,
                Action::Read | Action::ReadShared | Action::ManagePolicies
            );
        if denied.scope.is_some() {
            return denied;
        }
        if !mends && !self.broken.is_empty() {
            return Answer {
                failed: self.broken.clone(),
                ..denied
            };
        }
        let asked =
            entities::question(&self.directory, actor, self.slices.action(action), resource);
        let policies = self.slices.about(action, &asked.about, asked.team.as_ref());
        let response = self
            .cedar
            .is_authorized(&asked.request, &policies, &asked.entities);
        self.answer(&response, level)
    }

    /// Cedar leaves out a policy that fails; here it denies, because it may have been one that forbids.
    fn answer(&self, response: &Response, level: Option<Level>) -> Answer {
        let diagnostics = response.diagnostics();
        let note = |id: &PolicyId| {
            self.notes
                .get(id)
                .cloned()
                .unwrap_or_else(|| Note::unknown(id))
        };
        let failed: Vec<_> = diagnostics
            .errors()
            .map(|error| match error {
                cedar_policy::AuthorizationError::PolicyEvaluationError(error) => {
                    (note(error.policy_id()), error.to_string())
                }
            })
            .collect();
        let mut because: Vec<Note> = diagnostics.reason().map(note).collect();
        because.sort_by(|a, b| a.id.cmp(&b.id));
        Answer {
            allowed: response.decision() == Decision::Allow && failed.is_empty(),
            because,
            failed,
            scope: None,
            level,
        }
    }
}

fn refusal(actor: &Actor, action: Action, resource: &Resource, answer: Answer) -> Denied {
    let failed = answer.failed.into_iter().map(|(note, _)| note);
    let policies: Vec<Note> = answer.because.into_iter().chain(failed).collect();
    let resource = Box::new(resource.clone());
    match answer.scope {
        Some(scope) => Denied::Scope { scope },
        None if policies.is_empty() => Denied::Level {
            action,
            resource,
            name: actor.name.clone(),
            needed: action.least_level(),
            has: answer.level,
        },
        None => Denied::Forbidden {
            action,
            resource,
            policies,
        },
    }
}

/// The scope of the token in hand, where it does not reach.
fn narrower(actor: &Actor, action: Action, resource: &Resource) -> Option<Scope> {
    let scope = &actor.token.as_ref()?.scope;
    let (product, component) = match resource {
        Resource::Organisation | Resource::Team(_) | Resource::Supplier(_) => (None, None),
        Resource::Product {
            product, component, ..
        } => (Some(product), component.as_ref()),
    };
    let reaches = |wanted: Option<&Name>, of: Option<&Name>| wanted.is_none() || wanted == of;
    let fits = reaches(scope.product.as_ref(), product)
        && reaches(scope.component.as_ref(), component)
        && scope
            .actions
            .as_ref()
            .is_none_or(|actions| actions.contains(&action));
    (!fits).then(|| scope.clone())
}

impl Note {
    fn of(policy: &Policy, source: &PolicyText) -> Self {
        let words =
            |key: &str, otherwise: &str| policy.annotation(key).unwrap_or(otherwise).to_owned();
        let id = AsRef::<str>::as_ref(policy.id()).to_owned();
        let effect = match policy.effect() {
            Effect::Permit => "permits",
            Effect::Forbid => "forbids",
        };
        let title = words("title", &source.title);
        let title = if title.is_empty() {
            format!("policy {id} {effect} it")
        } else {
            title
        };
        Self {
            id,
            title,
            document: words("doc", &source.document),
        }
    }

    fn broken(source: &PolicyText) -> Self {
        Self {
            id: source.name.clone(),
            title: source.title.clone(),
            document: source.document.clone(),
        }
    }

    fn unknown(id: &PolicyId) -> Self {
        Self {
            id: AsRef::<str>::as_ref(id).to_owned(),
            title: String::new(),
            document: String::new(),
        }
    }
}

impl Permit {
    /// What was permitted.
    pub const fn action(&self) -> Action {
        self.action
    }

    /// About what.
    pub const fn resource(&self) -> &Resource {
        &self.resource
    }
}

fn level_words(level: Option<Level>) -> String {
    level.map_or_else(|| "none".to_owned(), |level| level.to_string())
}

fn titles(policies: &[Note]) -> String {
    let words = policies
        .iter()
        .map(|note| format!("{} ({})", note.title, note.id));
    words.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
