//! Release plans and tasks, by people who plan together.

use serde_json::{Value, json};
use tidegate_tests::{
    planners::Planners,
    server::{software, text},
};

fn names(list: &Value, of: &str) -> Vec<String> {
    let all = list.as_array().expect("a list").iter();
    all.map(|it| it[of].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_planned_from_a_template_and_its_tasks_are_worked_through() {
    let office = Planners::open().await;
    let plan = office.begin("shop", "2.0.0", "2099-06-10T20:00");
    assert_eq!(plan["target"], "2099-06-10T18:00:00Z");
    assert_eq!(plan["template"], "large");
    assert_eq!(
        names(&plan["tasks"], "name"),
        ["notes", "news", "build", "rehearse"]
    );
    assert_eq!(plan["tasks"][0]["due"], "2099-06-05T18:00:00Z");
    let involved = json!([{"party": "ada", "part": "accountable"}, {"party": "team:makers", "part": "informed"}]);
    assert_eq!(plan["involved"], involved);

    // What is needed comes first, unless it is not needed.
    let (notes, news) = (office.task("notes"), office.task("news"));
    let refused = office.refused(6, &["task", "start", &news]);
    assert!(refused.contains("waits for notes"), "{refused}");
    let refused = office.refused(2, &["task", "skip", &notes, "--note", " "]);
    assert!(refused.contains("why"), "{refused}");
    office.server.run(&["task", "start", &notes]);
    office
        .server
        .run(&["task", "finish", &notes, "--note", "in the wiki"]);
    office
        .server
        .run(&["task", "skip", &news, "--note", "nobody asked"]);
    let plan = office.plan();
    assert_eq!(plan["tasks"][0]["told"], "done by admin: in the wiki");
    assert_eq!(plan["milestones"][0]["reached"], true);
    let sentence = plan["sentence"].as_str().expect("a sentence");
    assert!(sentence.starts_with("2 of 4 tasks are done"), "{sentence}");
    let refused = office.refused(5, &["task", "finish", &notes]);
    assert!(refused.contains("is done"), "{refused}");
    office.server.run(&["task", "reopen", &notes]);
    assert_eq!(office.plan()["milestones"][0]["reached"], false);

    // What it is made of comes later, and is then fixed.
    let wares = software(
        office.server.directory(),
        "wares",
        &[("web", "#!/bin/sh\n")],
    );
    office.server.run(&["push", "shop/web:2.0.0", text(&wares)]);
    office.server.run(&[
        "release",
        "contents",
        "shop",
        "2.0.0",
        "--component",
        "web=2.0.0",
    ]);
    office.server.run(&["release", "seal", "shop", "2.0.0"]);
    let refused = office.refused(
        5,
        &[
            "release",
            "contents",
            "shop",
            "2.0.0",
            "--component",
            "web=2.0.0",
        ],
    );
    assert!(refused.contains("sealed"), "{refused}");
    let journal = office.server.run(&["journal", "list", "--output", "json"]);
    for action in [
        "release.plan_begun",
        "task.started",
        "task.finished",
        "task.skipped",
        "task.reopened",
        "release.contents_set",
    ] {
        assert!(journal.contains(action), "{action}: {journal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_change_one_plan_and_nothing_is_overwritten() {
    let office = Planners::open().await;
    office.begin("shop", "2.0.0", "2099-06-10T20:00");
    let save = ["release", "plan", "save", "shop", "2.0.0"];
    let with = |file: &str, more: &[&str]| {
        let words: Vec<String> = save
            .iter()
            .chain(&[file])
            .chain(more)
            .map(|it| (*it).to_owned())
            .collect();
        words
    };
    let run = |words: &[String]| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        office.server.json(&words)
    };
    let mine = office.written("mine.yaml", |it| {
        it.replace("owner: ben\n  needs", "owner: cy\n  needs")
    });
    let theirs = office.written("theirs.yaml", |it| {
        it.replace("What is large is planned.", "Gift cards.")
    });
    let third = office.written("third.yaml", |it| {
        it.replace("What is large is planned.", "Cards.")
    });
    let would = run(&with(&theirs, &["--dry-run"]));
    assert_eq!(
        (&would["saved"], &would["edition"]),
        (&json!(false), &json!(1))
    );
    assert_eq!(names(&would["differences"], "path"), ["purpose"]);
    let saved = run(&with(&theirs, &[]));
    assert_eq!(
        (&saved["saved"], &saved["edition"]),
        (&json!(true), &json!(2))
    );

    // What goes together is put together.
    let merged = run(&with(&mine, &[]));
    assert_eq!(
        (&merged["merged"], &merged["edition"]),
        (&json!(true), &json!(3))
    );
    let plan = office.plan();
    assert_eq!(plan["purpose"], "Gift cards.");
    assert_eq!(plan["tasks"][1]["owner"], "cy");

    // What does not is refused, and shown.
    let words = with(&third, &[]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let refused = office.refused(5, &words);
    assert!(
        refused.contains("purpose is Gift cards. there and Cards. here"),
        "{refused}"
    );
    let would = run(&with(&third, &["--dry-run"]));
    assert_eq!(would["conflicts"][0]["base"], "What is large is planned.");
    assert_eq!(office.plan()["edition"], 3);
    let settled = run(&with(&third, &["--base", "3"]));
    assert_eq!(settled["edition"], 4);
    every_edition_stays(&office);
}

/// The editions after two people changed one plan, with what each changed.
fn every_edition_stays(office: &Planners) {
    let history = office
        .server
        .json(&["release", "plan", "history", "shop", "2.0.0"]);
    let paths: Vec<Vec<String>> = history
        .as_array()
        .expect("editions")
        .iter()
        .map(|it| names(&it["differences"], "path"))
        .collect();
    assert_eq!(
        paths[..3],
        [
            vec!["purpose", "tasks.news.owner"],
            vec!["tasks.news.owner"],
            vec!["purpose"]
        ]
    );
    let second =
        office
            .server
            .json(&["release", "plan", "show", "shop", "2.0.0", "--edition", "2"]);
    assert_eq!(second["purpose"], "Gift cards.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_leaves_the_plan_is_dropped_and_comes_back_as_it_was() {
    let office = Planners::open().await;
    office.begin("shop", "2.0.0", "2099-06-10T20:00");
    let news = office.task("news");
    office.server.run(&["task", "take", &news]);
    let with = office.written("with.yaml", |it| it);
    let without = office.written("without.yaml", |it| {
        let (before, rest) = it.split_once("- name: news\n").expect("the task");
        let (_, after) = rest.split_once("- name: build\n  phase").expect("the next");
        format!("{before}- name: build\n  phase{after}")
    });
    office
        .server
        .run(&["release", "plan", "save", "shop", "2.0.0", &without]);
    assert_eq!(
        office.server.json(&["task", "show", &news])["state"],
        "dropped"
    );
    office.server.run(&[
        "release", "plan", "save", "shop", "2.0.0", &with, "--base", "2",
    ]);
    let task = office.server.json(&["task", "show", &news]);
    assert_eq!(
        (&task["state"], &task["assignee"]),
        (&json!("open"), &json!("admin"))
    );
    assert_eq!(office.task("news"), news);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_nobody_could_work_by_is_refused_where_it_stands() {
    let office = Planners::open().await;
    for (document, why) in [
        (
            "kind: ReleaseTemplate\nname: a\nincludes: [b]\n---\nkind: ReleaseTemplate\nname: b\nincludes: [a]\n",
            "in a circle: a, b",
        ),
        (
            "kind: ReleaseTemplate\nname: a\nincludes: [nowhere]\n",
            "`nowhere`, which is not declared",
        ),
        (
            "kind: ReleaseTemplate\nname: a\ntasks: [{ name: x, owner: ada, due: soon }]\n",
            "`soon` is no time",
        ),
        (
            "kind: ReleaseTemplate\nname: a\nbookings: [{ environment: moon, from: -1d, until: 0d }]\n",
            "environment `moon` is not declared",
        ),
    ] {
        let file = office.server.file("bad.yaml", document);
        let refused = office.refused(2, &["apply", "-f", &file, "--yes"]);
        assert!(
            refused.contains("bad.yaml:") && refused.contains(why),
            "{refused}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_cannot_begin_says_why() {
    let office = Planners::open().await;
    let refused = office.refused(4, &["release", "plan", "show", "shop", "2.0.0"]);
    assert!(
        refused.contains("release plan begin shop 2.0.0"),
        "{refused}"
    );
    let begin = ["release", "plan", "begin", "shop", "2.0.0"];
    let refused = office.refused(4, &[&begin[..], &["--template", "larch"]].concat());
    assert!(
        refused.contains("good for shop are: large, told"),
        "{refused}"
    );
    let refused = office.refused(2, &[&begin[..], &["--template", "large"]].concat());
    assert!(refused.contains("set `target`"), "{refused}");
    let gap = [
        "--target",
        "2099-03-29T02:30",
        "--time-zone",
        "Europe/Amsterdam",
    ];
    let refused = office.refused(2, &[&begin[..], &gap[..]].concat());
    assert!(
        refused.contains("the clocks go forward") && refused.contains("03:00"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_has_to_be_a_plan_of_people_who_exist() {
    let office = Planners::open().await;
    office.begin("shop", "2.0.0", "2099-06-10T20:00");
    let saves = |text: &str, status: i32| {
        let file = office.server.file("plan.yaml", text);
        let save = [
            "release", "plan", "save", "shop", "2.0.0", &file, "--base", "1",
        ];
        office.refused(status, &save)
    };
    let refused = saves("purpose: x\ntaks: []\n", 2);
    assert!(
        refused.contains("plan.yaml:2:1") && refused.contains("taks"),
        "{refused}"
    );
    for (text, status, why) in [
        (
            "tasks: [{ name: a, owner: nobody }]",
            4,
            "no person `nobody`",
        ),
        (
            "tasks: [{ name: a, owner: \"team:nobody\" }]",
            4,
            "no team `nobody`",
        ),
        (
            "tasks: [{ name: a, owner: ada, needs: [a] }]",
            2,
            "in a circle: a",
        ),
        (
            "bookings: [{ environment: staging, from: 2099-01-02, until: 2099-01-01 }]",
            2,
            "ends before it begins",
        ),
    ] {
        let refused = saves(text, status);
        assert!(refused.contains(why), "{refused}");
    }
    let file = office.server.file("plan.yaml", "purpose: x\n");
    let refused = office.refused(2, &["release", "plan", "save", "shop", "2.0.0", &file]);
    assert!(refused.contains("--base EDITION"), "{refused}");
    let refused = office.refused(
        2,
        &[
            "release", "plan", "save", "shop", "2.0.0", &file, "--base", "7",
        ],
    );
    assert!(refused.contains("no edition 7"), "{refused}");
    assert_eq!(office.plan()["edition"], 1);
    let refused = office.refused(5, &["remove", "releasetemplate", "told", "--yes"]);
    assert!(refused.contains("`large` includes `told`"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_the_target_says_what_would_be_late_and_two_that_book_one_place_see_it() {
    let office = Planners::open().await;
    office.begin("shop", "2.0.0", "2099-06-10T20:00");
    // Nobody is there to confirm it.
    let moved = ["release", "plan", "move", "shop", "2.0.0", "--to"];
    let refused = office.refused(2, &[&moved[..], &["2020-06-10T20:00"]].concat());
    for late in [
        "task build would be late",
        "task notes would be late",
        "milestone told would be late",
    ] {
        assert!(refused.contains(late), "{refused}");
    }
    assert_eq!(office.plan()["edition"], 1);
    office
        .server
        .run(&[&moved[..], &["2099-06-11T20:00", "--yes"]].concat());
    let plan = office.plan();
    assert_eq!(plan["tasks"][0]["due"], "2099-06-06T18:00:00Z");

    office
        .server
        .run(&["release", "create", "bank", "1.0.0", "--draft"]);
    let bank = office.begin("bank", "1.0.0", "2099-06-13T20:00");
    let clash = "shop 2.0.0 wants it from 2099-06-09 18:00 UTC to 2099-06-10 18:00 UTC";
    assert_eq!(bank["bookings"][0]["clashes"], json!([clash]));
    let clash = "bank 1.0.0 wants it from 2099-06-09 18:00 UTC to 2099-06-10 18:00 UTC";
    assert_eq!(office.plan()["bookings"][0]["clashes"], json!([clash]));
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_what_is_theirs_to_do_and_who_assists_does_no_more() {
    let office = Planners::open().await;
    office.begin("shop", "2.0.0", "2099-06-10T20:00");
    let (notes, build) = (office.task("notes"), office.task("build"));
    let cy = office.token("cy");
    let work = office.server.json(&["task", "list", "--token", &cy]);
    assert_eq!(work["sentence"], "1 task for your teams.");
    assert_eq!(names(&work["waiting"], "name"), ["notes"]);
    let refused = office.refused(3, &["task", "start", &build, "--token", &cy]);
    assert!(refused.contains("is for ben"), "{refused}");
    let refused = office.refused(3, &["task", "skip", &notes, "--note", "x", "--token", &cy]);
    assert!(refused.contains("level 3"), "{refused}");
    office.server.run(&["task", "take", &notes, "--token", &cy]);
    let work = office.server.json(&["task", "list", "--token", &cy]);
    assert_eq!(work["sentence"], "1 task for you.");
    let ben = office.token("ben");
    office
        .server
        .run(&["task", "assign", &build, "--to", "cy", "--token", &ben]);
    office
        .server
        .run(&["task", "start", &build, "--token", &cy]);
    office
        .server
        .run(&["task", "finish", &notes, "--token", &cy]);
    let late = ["--due", "2020-01-01T00:00:00Z", "--owner", "team:makers"];
    office.server.run(
        &[
            &["task", "add", "shop", "2.0.0", "Thank everybody"],
            &late[..],
        ]
        .concat(),
    );
    let work = office.server.json(&["task", "list", "--team", "makers"]);
    assert_eq!(
        work["sentence"],
        "1 task for team makers that nobody took, 1 of them overdue."
    );
    let all = office.server.json(&["task", "list", "--all"]);
    assert_eq!(all["waiting"].as_array().map(Vec::len), Some(4));
    let listed = office.server.run(&["task", "list", "--all"]);
    assert!(
        listed.contains("Thank everybody") && listed.contains("overdue"),
        "{listed}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_more_to_do_than_there_is_time_for_is_named() {
    let office = Planners::open().await;
    let plan = office.begin("shop", "2.0.0", "2099-06-10T20:00");
    assert_eq!(plan["overloads"], json!([]));
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(120);
    let soon = soon.strftime("%Y-%m-%dT%H:%M").to_string();
    for (product, version) in [("shop", "2.1.0"), ("bank", "1.0.0")] {
        office
            .server
            .run(&["release", "create", product, version, "--draft"]);
        office.begin(product, version, &soon);
    }
    let show = ["release", "plan", "show"];
    let crowded = office
        .server
        .json(&[&show[..], &["bank", "1.0.0"]].concat());
    let overloads = crowded["overloads"].as_array().expect("overloads");
    let ben = overloads.iter().find(|it| it["party"] == "ben");
    let ben = ben.expect("ben has too much to do");
    assert_eq!(ben["people"], 1);
    let tasks = ben["tasks"].to_string();
    assert!(
        tasks.contains("build (shop 2.1.0)") && tasks.contains("build (bank 1.0.0)"),
        "{tasks}"
    );
    let told = office.server.run(&[&show[..], &["bank", "1.0.0"]].concat());
    assert!(
        told.contains("ben has more to do than there is time for"),
        "{told}"
    );
    // What is far away has room, and is told nothing of it.
    assert_eq!(office.plan()["overloads"], json!([]));

    a_team_has_as_much_time_as_people(&office);
}

/// What falls to a team is too much for one of them, and not for two.
fn a_team_has_as_much_time_as_people(office: &Planners) {
    office.server.apply(
        "kind: ReleaseTemplate\nname: crowd\ntasks:\n  - { name: a, owner: \"team:makers\", takes: 3d }\n  \
        - { name: b, owner: \"team:makers\", takes: 3d }\n",
    );
    let crowd = ["release", "create", "shop", "2.2.0", "--draft"];
    office.server.run(&crowd);
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(120);
    let soon = soon.strftime("%Y-%m-%dT%H:%M").to_string();
    let begin = ["release", "plan", "begin", "shop", "2.2.0"];
    let how = ["--template", "crowd", "--target", &soon];
    let plan = office.server.json(&[&begin[..], &how].concat());
    let found = &plan["overloads"][0];
    assert_eq!(
        (&found["party"], &found["people"]),
        (&json!("team:makers"), &json!(1)),
        "{plan}"
    );
    office.server.run(&["person", "create", "dee"]);
    let team = "kind: Team\nname: makers\nlevels: { cy: assist, dee: assist }\n";
    office.server.apply(team);
    let show = ["release", "plan", "show", "shop", "2.2.0"];
    assert_eq!(office.server.json(&show)["overloads"], json!([]));
}
