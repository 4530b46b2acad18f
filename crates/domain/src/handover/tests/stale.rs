//! What was offered or accepted, and is not as it was any more.

use super::*;

#[test]
fn whatever_changes_afterwards_has_to_be_offered_again() {
    type Change = fn(&mut Story);
    let changes: [(Change, &str); 4] = [
        (|it| it.planned("another plan"), "item plan"),
        (
            |it| it.seen.contents = Digest::of(b"more"),
            "what the release is made of, or its configuration",
        ),
        (
            |it| {
                it.happen(&HandoverEvent::Saved(monitors(
                    "https://elsewhere.example.com/",
                )));
            },
            "the sheet",
        ),
        (
            |it| it.says("errors", ItemDeed::Reopened).unwrap(),
            "item errors",
        ),
    ];
    for (change, told) in changes {
        for is_accepted in [false, true] {
            let mut story = Story::ready();
            story.offer("ada").unwrap();
            if is_accepted {
                story.accept(&person("olaf", "ops")).unwrap();
            }
            change(&mut story);
            assert_eq!(story.word(), "stale", "{told}");
            assert!(story.handover.sentence(&story.seen).contains(told));
            assert!(!story.handover.is_accepted(&story.seen));
            assert!(story.accept(&person("olaf", "ops")).is_err(), "{told}");
            if told == "item errors" {
                story
                    .says("errors", ItemDeed::Done("none".to_owned(), None))
                    .unwrap();
            }
            story.offer("ada").unwrap();
            story.accept(&person("olaf", "ops")).unwrap();
            assert_eq!(story.word(), "accepted");
        }
    }
}

#[test]
fn what_is_stale_is_due_on_both_sides_with_the_reason() {
    fn told(story: &Story) -> Vec<(String, String, Option<String>)> {
        let handover = &story.handover;
        let due = handover.due(&story.seen).into_iter().map(|it| {
            let why = it.stale().map(Stale::sentence);
            (it.party(handover).to_string(), it.title(handover), why)
        });
        due.collect()
    }
    let mut story = Story::ready();
    let (makers, operators) = ("team:shop", "team:ops");
    let title = |of: &Story, at: usize| told(of)[at].1.clone();
    assert_eq!(title(&story, 1), "Offer it: Handover to operations");
    story.offer("ada").unwrap();
    assert_eq!(told(&story).len(), 1);
    assert_eq!(told(&story)[0].0, operators);
    for was in ["offered", "accepted"] {
        if was == "accepted" {
            story.offer("ada").unwrap();
            story.accept(&person("olaf", "ops")).unwrap();
            assert_eq!(told(&story), [], "who has what is there waits for nobody");
        }
        story.planned(was);
        let due = told(&story);
        let why = Some(format!("Changed since it was {was}: item plan."));
        let again = "Offer it again: Handover to operations".to_owned();
        assert_eq!(due[1], (makers.to_owned(), again, why.clone()));
        let accept = "Accept it again, once team:shop offers it again: Handover to operations";
        assert_eq!(due[2], (operators.to_owned(), accept.to_owned(), why));
        assert_eq!(due.len(), 3, "and the item that is not required");
    }
    story.says("errors", ItemDeed::Reopened).unwrap();
    assert_eq!(title(&story, 0), "What goes wrong is written down");
    assert_eq!(
        title(&story, 2),
        "Offer it again, with errors: Handover to operations"
    );
}
