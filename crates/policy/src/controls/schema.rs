//! The schema of controls: what a release, its artifacts and its deployment are told as.

use cedar_policy::Schema;
use std::sync::LazyLock;

const TEXT: &str = r#"// Who asked for the deployment.
entity Person { name: String };

// A deployment of a release to an environment.
entity Deployment {
  product: String,
  team: String,
  environment: String,
  // Whether that is the end of the promotion path.
  isLast: Bool,
  requestedBy: String,
  madeBy: String,
  targets: Long,
  waves: Long,
  // Other people who approved exactly this.
  approvers: Set<String>,
  // Whether every approval that the environment asks for is there.
  approved: Bool,
  // The kind of the change request that covers it: standard, normal or emergency.
  change?: String,
  rehearsed: Bool,
  // How many minutes ago the newest preflight of exactly this plan passed; absent where it did not.
  preflight?: Long,
  // Open issues of the release that are rated high or critical; absent in facts of a time when nobody looked.
  severeIssues?: Long,
  drilled: Bool,
  returnable: Bool,
  // Enforced controls that whoever asked has not acknowledged.
  unread: Set<String>,
  // monday to sunday and 0 to 23, in UTC.
  weekday: String,
  hour: Long,
};

entity Release {
  product: String,
  team: String,
  version: String,
  environment: String,
  // Components of the product that it does not contain.
  missing: Set<String>,
  sealed: Bool,
  configured: Bool,
  blocked: Bool,
  madeBy: String,
  // Kinds of evidence that were supplied, such as customer-approval; handover where operations accepted it as it is, and
  // general-availability where those did who announce it.
  evidence: Set<String>,
};

entity Artifact {
  product: String,
  component: String,
  version: String,
  digest: String,
  environment: String,
  kept: Bool,
  signed: Bool,
  signers: Set<String>,
  builder?: String,
  source?: String,
  hasBill: Bool,
  billIsAboutIt: Bool,
  licences: Set<String>,
  // Known vulnerabilities by severity; absent where nothing was matched.
  critical?: Long,
  high?: Long,
  medium?: Long,
  low?: Long,
  unrated?: Long,
  testReports: Long,
  testsPassed: Long,
  testsFailed: Long,
};

action "deploy" appliesTo {
  principal: [Person],
  resource: [Deployment, Release, Artifact],
  context: {},
};
"#;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let (schema, _) = Schema::from_cedarschema_str(TEXT).expect("the schema is a schema");
    schema
});

/// What says for whom, as which version, and where to an artifact goes.
const ELSEWHERE: [(&str, &str); 2] = [
    ("entity Person { name: String };", "entity Person;"),
    (
        "  version: String,\n  digest: String,\n  environment: String,\n",
        "  digest: String,\n",
    ),
];

/// What is told of an artifact that is part of no release yet.
static ALONE: LazyLock<Schema> = LazyLock::new(|| {
    let told = ELSEWHERE
        .iter()
        .fold(TEXT.to_owned(), |text, (known, alone)| {
            text.replacen(known, alone, 1)
        });
    let (schema, _) = Schema::from_cedarschema_str(&told).expect("the schema is a schema");
    schema
});

/// The schema as Cedar writes schemas.
pub const fn text() -> &'static str {
    TEXT
}

/// The schema of what looks at an artifact alone.
pub(crate) fn alone() -> &'static Schema {
    &ALONE
}

pub(crate) fn get() -> &'static Schema {
    &SCHEMA
}
