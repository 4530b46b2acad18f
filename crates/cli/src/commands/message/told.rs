//! Messages and deliveries in words.

use crate::ui::table;
use tidegate_protocol::api::{
    AddressedView, DeliveriesView, DeliveryView, LeftOutView, MessagePreviewView, MessageView,
    TallyView,
};

pub(super) fn listed(messages: &[MessageView]) -> String {
    if messages.is_empty() {
        return "nobody was told anything yet; `tidegate message write` begins a message"
            .to_owned();
    }
    let row = |it: &MessageView| {
        vec![
            it.id.to_string(),
            about(it),
            it.subject.clone(),
            it.state.clone(),
            it.audiences.join(", "),
            it.waits_for.clone().unwrap_or_else(|| tally(it.tally)),
        ]
    };
    let header = ["message", "about", "subject", "state", "to", ""];
    table(&header, messages.iter().map(row))
}

pub(super) fn told(message: &MessageView) -> String {
    let mut lines = vec![
        format!("message {}: {}", message.id, message.subject),
        format!("about {}, for {}", about(message), audiences(message)),
        format!("it is {}", message.told),
    ];
    lines.extend(message.waits_for.clone());
    lines.extend(
        message
            .unbound
            .as_ref()
            .map(|why| format!("it could not be sent: {why}")),
    );
    lines.push(format!("sent: {}", message.on));
    if message.tally != TallyView::default() {
        lines.push(tally(message.tally));
    }
    lines.push(format!("written by {}", message.writers.join(", ")));
    lines.extend(message.hash.as_ref().map(|hash| format!("hash {hash}")));
    lines.push(format!("base {}", message.base));
    lines.push(format!("\n{}", message.body.trim_end()));
    lines.join("\n")
}

pub(super) fn previewed(message: &MessageView, previews: &[MessagePreviewView]) -> String {
    let mut lines = Vec::new();
    for it in previews {
        lines.push(format!(
            "to {}: {} recipients; {}",
            it.audience, it.recipients, it.opens
        ));
        lines.push(format!("\n{}\n\n{}\n", it.subject, it.text.trim_end()));
        lines.extend(it.addressed.iter().map(addressed));
        lines.extend(it.left_out.iter().map(left_out));
        lines.push(String::new());
    }
    if previews.is_empty() {
        lines.push("it is for no audience yet".to_owned());
    }
    match (&message.hash, &message.unbound) {
        (Some(hash), _) => lines.push(format!("hash {hash}")),
        (None, Some(why)) => lines.push(format!("it could not be sent: {why}")),
        (None, None) => {}
    }
    lines.join("\n")
}

pub(super) fn deliveries(view: &DeliveriesView) -> String {
    let mut lines = vec![tally(view.tally)];
    if !view.deliveries.is_empty() {
        let row = |it: &DeliveryView| {
            vec![
                it.id.to_string(),
                it.recipient.clone(),
                it.channel.clone(),
                it.told.clone(),
            ]
        };
        let header = ["delivery", "to", "by", "state"];
        lines.push(format!(
            "\n{}",
            table(&header, view.deliveries.iter().map(row))
        ));
    }
    lines.extend(view.left_out.iter().map(left_out));
    lines.join("\n")
}

pub(in crate::commands) fn addressed(it: &AddressedView) -> String {
    format!("  {} by {}", it.recipient, it.channel)
}

pub(in crate::commands) fn left_out(it: &LeftOutView) -> String {
    format!("  not {} by {}: {}", it.who, it.channel, it.why)
}

fn about(message: &MessageView) -> String {
    match &message.version {
        Some(version) => format!("{} {version}", message.product),
        None => message.product.clone(),
    }
}

fn audiences(message: &MessageView) -> String {
    match message.audiences.is_empty() {
        true => "nobody yet".to_owned(),
        false => message.audiences.join(", "),
    }
}

/// `3 delivered, 1 refused`; those that are none are left out.
fn tally(tally: TallyView) -> String {
    let counts = [
        (tally.delivered, "delivered"),
        (tally.pending, "under way"),
        (tally.unknown, "unknown"),
        (tally.refused, "refused"),
        (tally.gave_up, "gave up"),
        (tally.cancelled, "cancelled"),
    ];
    let told = counts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<String> = told
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    match told.is_empty() {
        true => "no deliveries".to_owned(),
        false => told.join(", "),
    }
}
