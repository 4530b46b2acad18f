//! People who look at the pages of a storefront: whoever deploys, decides, assists, and belongs elsewhere.

use crate::{
    page::cookie_of,
    server::{Server, text},
};

const RULES: &str = "kind: Environment\nname: testing\napprovals:\n  - { count: 1 }\n---\n\
    kind: Control\nname: customer-approval\nmode: enforce\nenvironments: [staging]\nowner: admin\n---\n\
    kind: Team\nname: rivals\nlevels: { boss: initiate }\n";

/// Each by the cookie of their session.
#[derive(Debug)]
pub struct Staff {
    /// Level 3: deploys.
    pub bob: String,
    /// Level 6: decides.
    pub ada: String,
    /// Level 2: assists.
    pub eve: String,
    /// Level 6 in another team.
    pub boss: String,
}

impl Staff {
    /// Declares rules while nobody else could agree to them, lets everybody come, and signs them in.
    pub async fn of(server: &Server) -> Self {
        server.run(&["person", "create", "boss"]);
        let file = server.directory().join("rules.yaml");
        std::fs::write(&file, RULES).expect("the file can be written");
        server.run(&["apply", "-f", text(&file), "--yes"]);
        for (name, level) in [("bob", "3"), ("ada", "6"), ("eve", "2")] {
            server.run(&["person", "create", name, "--level", level]);
        }
        Self {
            bob: cookie_of(server, "bob").await,
            ada: cookie_of(server, "ada").await,
            eve: cookie_of(server, "eve").await,
            boss: cookie_of(server, "boss").await,
        }
    }
}
