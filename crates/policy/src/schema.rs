//! The schema that policies are validated by, made of the domain's actions: a policy that names an action, an
//! attribute or a type that does not exist is refused when it is saved.

use cedar_policy::Schema;
use std::{fmt::Write as _, sync::LazyLock};
use tidegate_domain::access::{Action, Level};

const TYPES: &str = r#"// Who asks: people and service accounts, in their teams and roles.
entity Team;
entity Role;
entity Person in [Team, Role] { name: String };
entity Service in [Team, Role] { name: String };

// What they ask about.
entity Environment;
entity Organisation;
entity Product in [Team] { name: String };
entity Supplier in [Team] { name: String };

type Question = {
  // How far they answer for it: the responsibility level, 2 to 6, and 0 for none.
  level: Long,
  // Whether they belong to the organisation or to any team.
  belongs: Bool,
  // Whether a token asks, and not the person themselves.
  token: Bool,
  // What it is about more closely, where it is.
  environment?: Environment,
  component?: String,
};
"#;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let (schema, _) = Schema::from_cedarschema_str(&text()).expect("the schema is a schema");
    schema
});

/// The schema as Cedar writes schemas.
pub fn text() -> String {
    let mut text = TYPES.to_owned();
    for level in Level::ALL {
        let _ = write!(text, "\n// {level}\naction \"{}\";\n", group(level));
        for action in Action::ALL
            .iter()
            .filter(|action| action.least_level() == level)
        {
            let _ = write!(
                text,
                "// {action}\naction \"{}\" in [\"{}\"] appliesTo {{\n  principal: [Person, Service],\n  \
                resource: [Organisation, Team, Product, Supplier],\n  context: Question,\n}};\n",
                action.word(),
                group(level),
            );
        }
    }
    text
}

/// The group of the actions whose least level this is.
pub(crate) fn group(level: Level) -> String {
    format!("level-{}", level.number())
}

pub(crate) fn get() -> &'static Schema {
    &SCHEMA
}
