//! A runbook on paper, as Markdown in which nothing that people wrote means anything: boxes to tick, times, owners.

use super::{Contact, Kind, Risk, Runbook, Span, Step, Timeline, Way, deadline::spelled};
use crate::{
    markdown::{write_inline, write_text},
    plan::Reversible,
};
use jiff::Timestamp;
use std::fmt::Write as _;

/// What belongs to a step stands below it, however many digits its number has.
const INDENTATION: &str = "     ";

impl Runbook {
    /// The runbook as a page to print, with times where there is a timeline.
    pub fn markdown(&self, timeline: Option<&Timeline>) -> String {
        let mut page = Page {
            runbook: self,
            timeline,
            text: String::new(),
        };
        page.head();
        page.contacts();
        page.risks();
        page.deviations();
        page.steps();
        page.text.truncate(page.text.trim_end().len());
        page.text.push('\n');
        page.text
    }
}

struct Page<'a> {
    runbook: &'a Runbook,
    timeline: Option<&'a Timeline>,
    text: String,
}

impl Page<'_> {
    fn say(&mut self, arguments: std::fmt::Arguments<'_>) {
        self.text
            .write_fmt(arguments)
            .expect("a string takes everything");
    }

    fn heading(&mut self, title: &str) {
        self.say(format_args!("## {title}\n\n"));
    }

    fn head(&mut self) {
        self.text.push_str(match self.runbook.way {
            Way::Forward => "# Deployment plan",
            Way::Back => "# Backout plan",
        });
        if !self.runbook.title.trim().is_empty() {
            self.text.push_str(": ");
            write_inline(&mut self.text, &self.runbook.title);
        }
        self.text.push_str("\n\n");
        if let Some(timeline) = self.timeline {
            let (day, zone) = (
                self.local(timeline.begins, "%A %-d %B %Y"),
                self.runbook.time_zone.name(),
            );
            let (begins, ends) = (self.time(timeline.begins), self.time(timeline.ends));
            self.say(format_args!(
                "{day}, {begins} to {ends}. Times are those of "
            ));
            write_inline(&mut self.text, zone);
            self.text.push('.');
            if let Some(at) = timeline.no_return {
                let at = self.time(at);
                self.say(format_args!(" The point of no return is at {at}."));
            }
            self.text.push_str("\n\n");
        }
        let hash = self.runbook.hash();
        self.say(format_args!("What is approved: `{hash}`\n\n"));
    }

    fn contacts(&mut self) {
        if self.runbook.contacts.is_empty() {
            return;
        }
        self.heading("Contacts");
        for Contact {
            name,
            about,
            reached,
        } in &self.runbook.contacts
        {
            self.text.push_str("- **");
            write_inline(&mut self.text, name);
            self.text.push_str("**: ");
            write_inline(&mut self.text, reached);
            if !about.trim().is_empty() {
                self.text.push_str(" (");
                write_inline(&mut self.text, about);
                self.text.push(')');
            }
            self.text.push('\n');
        }
        self.text.push('\n');
    }

    fn risks(&mut self) {
        if self.runbook.risks.is_empty() {
            return;
        }
        self.heading("Risks");
        for Risk {
            what,
            likelihood,
            impact,
            answer,
            ..
        } in &self.runbook.risks
        {
            self.text.push_str("- ");
            write_text(&mut self.text, what, "  ");
            self.say(format_args!(" ({likelihood}, {impact})\n"));
            self.paragraph(answer, "  ");
        }
        self.text.push('\n');
    }

    fn deviations(&mut self) {
        let deviations = &self.runbook.deviations;
        if deviations.is_empty() {
            return;
        }
        self.heading("When something goes otherwise");
        write_text(&mut self.text, &deviations.text, "");
        self.text.push_str("\n\n");
        if let Some(decides) = &deviations.decides {
            self.say(format_args!("Who decides: {decides}.\n\n"));
        }
    }

    fn steps(&mut self) {
        self.heading("Steps");
        let mut steps: Vec<(usize, &Step)> = self.runbook.steps.iter().enumerate().collect();
        if let Some(timeline) = self.timeline {
            steps.sort_by_key(|(place, _)| timeline.steps.get(*place).map(|span| span.begins));
        }
        for (number, (place, step)) in (1..).zip(steps) {
            let span = self.timeline.and_then(|timeline| timeline.steps.get(place));
            self.step(number, step, span);
        }
    }

    fn step(&mut self, number: u32, step: &Step, span: Option<&Span>) {
        self.say(format_args!("{number}. [{}] ", tick(span)));
        if let Some(span) = span {
            let (begins, ends) = (self.time(span.begins), self.time(span.ends));
            self.say(format_args!("{begins} to {ends} "));
        }
        self.text.push_str("**");
        write_inline(&mut self.text, step.title());
        self.text.push_str("** (");
        self.words(step);
        self.text.push_str(")\n");
        let about = match &step.kind {
            Kind::Decision(decision) => {
                let due = span.and_then(|span| span.due).map(|at| self.time(at));
                let due = due.unwrap_or_else(|| decision.by.to_string());
                Some(format!(
                    "Go or no-go by {due}, else {}.",
                    decision.otherwise.words()
                ))
            }
            Kind::Automatic(it) if it.reversible == Reversible::No => {
                Some("It cannot be undone.".to_owned())
            }
            Kind::Manual(_) | Kind::Automatic(_) | Kind::Message(_) => None,
        };
        if let Some(about) = about {
            self.say(format_args!("\n{INDENTATION}{about}\n"));
        }
        if let Some(procedure) = &step.procedure {
            self.say(format_args!("\n{INDENTATION}By procedure {procedure}.\n"));
        }
        self.paragraph(&step.document, INDENTATION);
        if let Kind::Manual(manual) = &step.kind {
            self.paragraph(manual.question.as_deref().unwrap_or_default(), INDENTATION);
            let evidence = if manual.evidence { "What you saw:" } else { "" };
            self.paragraph(evidence, INDENTATION);
        }
        self.text.push('\n');
    }

    /// Who does it, how long it takes, and where it stands.
    fn words(&mut self, step: &Step) {
        match (&step.kind, &step.owner) {
            (Kind::Message(message), _) => self.say(format_args!("message {message}")),
            (_, Some(owner)) => self.say(format_args!("{owner}")),
            (_, None) => self.text.push_str("the engine"),
        }
        self.say(format_args!(", {}", spelled(step.takes)));
        if step.phase().is_none() {
            self.say(format_args!(", {}", step.place()));
        }
    }

    /// A paragraph within a list, if it says anything.
    fn paragraph(&mut self, text: &str, indentation: &str) {
        if text.trim().is_empty() {
            return;
        }
        self.say(format_args!("\n{indentation}"));
        write_text(&mut self.text, text, indentation);
        self.text.push('\n');
    }

    fn time(&self, at: Timestamp) -> String {
        let local = |at: Timestamp| self.runbook.time_zone.local(at);
        let first = self.timeline.map_or(at, |timeline| timeline.begins);
        match local(first).date() == local(at).date() {
            true => self.local(at, "%H:%M"),
            false => self.local(at, "%-d %b %H:%M"),
        }
    }

    fn local(&self, at: Timestamp, format: &str) -> String {
        self.runbook
            .time_zone
            .local(at)
            .strftime(format)
            .to_string()
    }
}

/// What is in the box: nothing, until it is settled.
const fn tick(span: Option<&Span>) -> &'static str {
    match span {
        Some(span) if span.is_settled => "x",
        Some(_) | None => " ",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Deviations,
        sample::{forward, migrating, planned, step},
    };
    use super::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};
    use serde_json::json;

    fn runbook() -> Runbook {
        let mut runbook = forward(&migrating());
        runbook.contacts.push(Contact {
            name: "Ada".to_owned(),
            about: "the database".to_owned(),
            reached: "extension 7".to_owned(),
        });
        runbook.deviations = Deviations {
            text: "Stop and call.\n\nNobody improvises.".to_owned(),
            decides: Some("team:ops".parse().unwrap()),
        };
        let call = json!({"name": "call", "title": "Call support", "owner": "ada", "takes": "5m", "before": "wave-2",
            "document": "Ask for the one on duty.\nWait.", "question": "Do they know?", "evidence": true});
        runbook.steps.truncate(5);
        runbook.steps.push(step(
            json!({"name": "wave-2", "takes": "1m", "needs": ["bake-1"], "automatic": "wave 2"}),
        ));
        runbook.steps.push(step(call));
        runbook
    }

    #[test]
    fn a_runbook_is_a_page_with_boxes_to_tick() {
        let runbook = runbook();
        let page = runbook.markdown(Some(&planned(&runbook)));
        let page = page.replace(&runbook.hash().to_string(), "HASH");
        assert_eq!(page, include_str!("printed.md"));
        let plain = runbook.markdown(None);
        assert!(plain.contains("\n2. [ ] **Go or no-go before job web/migrate** (team:shop, 10m, before the point of no return)\n"), "{plain}");
        assert!(
            plain.contains("Go or no-go by 30m, else roll back."),
            "{plain}"
        );
    }

    #[test]
    fn nothing_that_people_wrote_means_anything() {
        let foul = "<script>x</script>\n# [a](http://evil.example) ![b](c) *d* `e`\n\n    f\n- g";
        let mut runbook = runbook();
        runbook.title = foul.to_owned();
        runbook.deviations.text = foul.to_owned();
        runbook.risks[0].what = foul.to_owned();
        runbook.risks[0].answer = foul.to_owned();
        runbook.contacts[0] = Contact {
            name: foul.to_owned(),
            about: foul.to_owned(),
            reached: foul.to_owned(),
        };
        for step in &mut runbook.steps {
            step.title = foul.to_owned();
            step.document = foul.to_owned();
        }
        let page = runbook.markdown(Some(&planned(&runbook)));
        let is_ours = |event: &Event<'_>| {
            matches!(
                event,
                Event::Start(
                    Tag::Heading { .. } | Tag::Paragraph | Tag::List(_) | Tag::Item | Tag::Strong
                ) | Event::End(_)
                    | Event::Text(_)
                    | Event::Code(_)
                    | Event::SoftBreak
                    | Event::TaskListMarker(_)
            )
        };
        let events = || Parser::new_ext(&page, Options::all());
        assert_eq!(events().find(|event| !is_ours(event)), None, "{page}");
        let is_heading = |event: &Event<'_>| matches!(event, Event::Start(Tag::Heading { .. }));
        let headings = events().filter(is_heading).count();
        assert_eq!(headings, 5);
    }
}
