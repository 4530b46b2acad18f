//! What reviews agreed on, and what became of the controls and procedures that this was to change.

use serde_json::{Value, json};
use tidegate_tests::{planners::Planners, server::Server};

/// A control and a procedure as they are declared: what the one permits, and what the other says.
fn declared(server: &Server, (permits, says, change): (&str, &str, &str)) {
    server.apply(&format!(
        "kind: Control\nname: fresh-data\nmode: observe\nseverity: low\npolicy: |\n  \
         permit (principal, action, resource is Release)\n  when {{ resource.version != \"{permits}\" }};\n---\n\
         kind: Procedure\nname: refresh\nowner: team:makers\nbinds: [\"level:2\"]\nbody: {says}\n{change}"
    ));
}

/// What the action says of what it names, each in a line.
fn since(server: &Server) -> Vec<String> {
    let view = server.json(&["review", "show", "shop", "2.0.0"]);
    let changed = view["actions"][0]["changed"].as_array();
    let line = |it: &Value| format!("{}, {}, {}", it["what"], it["told"], it["version"]);
    let lines = changed.into_iter().flatten().map(line);
    lines.map(|it| it.replace('"', "")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_says_that_the_control_and_the_procedure_it_names_were_changed_since() {
    let office = Planners::open().await;
    let server = &office.server;
    declared(server, ("0.0.1", "Copy it by hand.", ""));
    declared(server, ("0.0.2", "Copy it by hand.", ""));
    for deed in ["begin", "reveal", "discuss"] {
        server.run(&["review", deed, "shop", "2.0.0"]);
    }
    let agree = [
        "review",
        "action",
        "shop",
        "2.0.0",
        "Refresh it every night",
    ];
    let how = ["--owner", "ben", "--due", "2099-01-01T00:00:00Z"];
    let unknown = ["--changes", "procedure:nothing"];
    let said = server.refused(2, &[&agree[..], &how, &unknown].concat());
    assert!(said.contains("there is no Procedure `nothing`"), "{said}");
    let names = [
        "--changes",
        "control:fresh-data",
        "--changes",
        "procedure:refresh",
    ];
    server.run(&[&agree[..], &how, &names].concat());
    assert_eq!(since(server), [""; 0], "what came before does not count");

    // What is declared again as it was is no change.
    declared(server, ("0.0.2", "Copy it by hand.", ""));
    assert_eq!(since(server), [""; 0]);
    declared(server, ("0.0.3", "Copy it by hand.", ""));
    let control = "control:fresh-data, changed since, version 3";
    assert_eq!(since(server), [format!("{control}, 3")]);
    declared(
        server,
        ("0.0.3", "It is copied at two.", "change: Nobody copies.\n"),
    );
    let procedure = "procedure:refresh, changed since, version 2";
    assert_eq!(
        since(server),
        [format!("{control}, 3"), format!("{procedure}, 2")]
    );
    let shown = server.run(&["review", "show", "shop", "2.0.0"]);
    for what in [
        "control:fresh-data (changed since, version 3)",
        "procedure:refresh (changed since, version 2)",
    ] {
        assert!(shown.contains(what), "{what}: {shown}");
    }

    server.run(&["remove", "control", "fresh-data", "--yes"]);
    let view = server.json(&["review", "show", "shop", "2.0.0"]);
    let gone = &view["actions"][0]["changed"][0];
    assert_eq!(
        (&gone["what"], &gone["told"], &gone["version"]),
        (
            &json!("control:fresh-data"),
            &json!("removed since"),
            &Value::Null
        )
    );
}
