//! Who receives a message, and why others do not.

use super::*;
use crate::digest::Digest;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn mail(text: &str) -> MailAddress {
    text.parse().unwrap()
}

#[derive(Default)]
struct World {
    channels: BTreeMap<Name, Channel>,
    teams: BTreeMap<Name, Vec<Name>>,
    people: BTreeMap<Name, Option<MailAddress>>,
    stakeholders: BTreeMap<Name, Stakeholder>,
    opt_ins: BTreeMap<(Name, Name), Vec<OptIn>>,
    bounces: BTreeMap<Recipient, Bounce>,
}

impl World {
    fn new() -> Self {
        let mut world = Self::default();
        for text in [
            r#"{"name":"post","by":{"mail":{"from":"a@b.example","server":"relay"}}}"#,
            r#"{"name":"other-post","by":{"mail":{"from":"c@d.example","server":"relay"}}}"#,
            r#"{"name":"pages","by":"in-app"}"#,
            r#"{"name":"room","by":{"chat":{"secret":"room"}}}"#,
        ] {
            let channel: Channel = serde_json::from_str(text).unwrap();
            world.channels.insert(channel.name.clone(), channel);
        }
        world
            .teams
            .insert(name("shop"), vec![name("ada"), name("ben")]);
        world
            .people
            .insert(name("ada"), Some(mail("ada@example.org")));
        world.people.insert(name("ben"), None);
        world
            .people
            .insert(name("cyd"), Some(mail("cyd@example.org")));
        world
    }

    fn stakeholder(&mut self, who: &str, answers: &[(&str, Option<Answer>)]) {
        let stakeholder = Stakeholder {
            name: name(who),
            title: String::new(),
            addresses: answers.iter().map(|(address, _)| mail(address)).collect(),
        };
        let said = answers.iter().filter_map(|(address, answer)| {
            let answer = (*answer)?;
            Some(OptIn {
                stakeholder: name(who),
                audience: name("customers"),
                address: mail(address),
                link: Digest::of(b""),
                answer,
            })
        });
        let key = (name(who), name("customers"));
        self.opt_ins.insert(key, said.collect());
        self.stakeholders.insert(name(who), stakeholder);
    }

    fn told(&self, audiences: &[&Audience]) -> Vec<String> {
        let known = Known {
            channels: &self.channels,
            teams: &self.teams,
            people: &self.people,
            stakeholders: &self.stakeholders,
            opt_ins: &self.opt_ins,
            bounces: &self.bounces,
        };
        let Recipients {
            addressed,
            left_out,
        } = Recipients::of(audiences, known);
        let addressed = addressed
            .iter()
            .map(|it| format!("{} of {} by {}", it.recipient, it.audience, it.channel));
        addressed
            .chain(left_out.iter().map(ToString::to_string))
            .collect()
    }
}

fn audience(text: &str) -> Audience {
    serde_json::from_str(text).unwrap()
}

#[test]
fn who_gets_it_is_told_and_who_does_not_with_the_reason() {
    let at = |second| Timestamp::from_second(second).unwrap();
    let mut world = World::new();
    world.stakeholder(
        "acme",
        &[
            ("yes@acme.example", Some(Answer::Confirmed { at: at(1) })),
            ("no@acme.example", Some(Answer::Withdrawn { at: at(2) })),
            ("maybe@acme.example", Some(Answer::Asked { at: at(3) })),
            ("new@acme.example", None),
            ("gone@acme.example", Some(Answer::Confirmed { at: at(4) })),
        ],
    );
    let gone = Recipient::Mailbox(mail("gone@acme.example"));
    world.bounces.insert(
        gone.clone(),
        Bounce {
            recipient: gone,
            at: at(5),
            reply: "550 5.1.1 no such user".to_owned(),
        },
    );
    let customers = audience(
        r#"{"name":"customers","notes":"customer","channels":["post"],"people":["ada","team:shop","zoe"],"stakeholders":["acme","ghost"]}"#,
    );
    let staff = audience(
        r#"{"name":"staff","notes":"operator","channels":["other-post","pages","room"],"people":["cyd","ada"]}"#,
    );
    assert_eq!(
        world.told(&[&customers, &staff]),
        [
            "ada@example.org of customers by post",
            "yes@acme.example of customers by post",
            "cyd@example.org of staff by other-post",
            "cyd of staff by pages",
            "ada of staff by pages",
            "channel room of staff by room",
            "ben of customers by post: their account has no mail address: they can add one",
            "zoe of customers by post: nobody of that name is there any more",
            "no@acme.example of customers by post: they do not want to be told since 1970-01-01T00:00:02Z: only they can change that",
            "maybe@acme.example of customers by post: they were asked at 1970-01-01T00:00:03Z and did not confirm",
            "new@acme.example of customers by post: they were not asked yet whether they want to be told",
            "gone@acme.example of customers by post: what went there at 1970-01-01T00:00:05Z came back (550 5.1.1 no such user): confirm the address, or change it",
            "ghost of customers by post: nobody of that name is there any more",
            "ada@example.org of staff by other-post: they get it as a member of customers",
        ]
    );
}

#[test]
fn an_opt_in_to_one_audience_is_none_to_another() {
    let mut world = World::new();
    let confirmed = Answer::Confirmed {
        at: Timestamp::UNIX_EPOCH,
    };
    world.stakeholder("acme", &[("yes@acme.example", Some(confirmed))]);
    let partners = audience(
        r#"{"name":"partners","notes":"customer","channels":["post","pages"],"stakeholders":["acme"]}"#,
    );
    assert_eq!(
        world.told(&[&partners]),
        [
            "yes@acme.example of partners by post: they were not asked yet whether they want to be told",
            "acme of partners by pages: they have no account to be notified in",
        ]
    );
}

/// Each is looked at once per channel: were it once per other recipient, this would not end in a test's time.
#[test]
fn ten_thousand_recipients_are_found_in_two_audiences() {
    let mut world = World::new();
    let names: Vec<Name> = (0..10_000).map(|i| name(&format!("p{i}"))).collect();
    for name in &names {
        let address = mail(&format!("{name}@example.org"));
        world.people.insert(name.clone(), Some(address));
    }
    world.teams.insert(name("all"), names);
    let all = audience(
        r#"{"name":"all","notes":"customer","channels":["post","pages"],"people":["team:all"]}"#,
    );
    let again = Audience {
        name: name("again"),
        ..all.clone()
    };
    let told = world.told(&[&all, &again]);
    assert_eq!(told.len(), 40_000);
    assert_eq!(told[0], "p0@example.org of all by post");
    assert_eq!(
        told[39_999],
        "p9999 of again by pages: they get it as a member of all"
    );
}
