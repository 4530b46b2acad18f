//! Messages, the outbox, and what recipients said.

use crate::samples::{bounce, deliveries, delivery, left_out, message, messages, name, opt_ins};
use tidegate_domain::{
    communication::{
        Delivery, DeliveryState, OptIn, Tells,
        message::{About, Message, Tally},
    },
    digest::Digest,
    id::{DeliveryId, MessageId},
    version::Version,
};
use tidegate_store::Store;

/// Below which all are.
const END: u64 = 1 << 40;

async fn keep(store: &Store, message: Message) {
    commit!(store, message, |tx, message| tx
        .record_message(message)
        .await?);
}

pub(crate) async fn a_message_is_kept_as_it_is_now_and_found_by_what_it_is_about(store: &Store) {
    let numbers = commit!(store, (), |tx, ()| [
        tx.next_message().await?,
        tx.next_message().await?
    ]);
    assert_eq!(numbers, [MessageId(1), MessageId(2)]);
    for (_, message) in messages() {
        keep(store, message.clone()).await;
        let read = view!(store, (), |tx, ()| tx.message(MessageId(1)).await?);
        assert_eq!(read, Some(message));
    }
    let mut second = message(2);
    second.about = About::Product(name("storefront"));
    keep(store, second.clone()).await;
    keep(store, message(3)).await;
    let about = async |version: Option<&str>, before: u64, limit: u64| {
        let version = version.map(|it| it.parse::<Version>().unwrap());
        let asked = (version, (MessageId(before), limit));
        let found = view!(store, asked, |tx, (version, part)| {
            let of = (&name("storefront"), version.as_ref());
            tx.messages_about(of, *part).await?
        });
        let ids: Vec<u64> = found.iter().map(|it| it.id.0).collect();
        ids
    };
    assert_eq!(about(None, END, 9).await, [3, 2, 1]);
    assert_eq!(about(None, 3, 1).await, [2]);
    assert_eq!(about(Some("1.1.0"), END, 9).await, [3, 1]);
    assert_eq!(about(Some("1.0.0"), END, 9).await, [0; 0]);
    let running = async |after| {
        let found = view!(store, MessageId(after), |tx, after| tx
            .running_messages((*after, 9))
            .await?);
        found.iter().map(|it| it.id.0).collect::<Vec<u64>>()
    };
    // The first was cancelled.
    assert_eq!(running(0).await, [2, 3]);
    assert_eq!(running(2).await, [3]);
    for _ in 0..2 {
        commit!(store, left_out(), |tx, all| tx
            .record_left_out(MessageId(1), all)
            .await?);
    }
    let kept = view!(store, (), |tx, ()| tx.left_out_of(MessageId(1), 99).await?);
    assert_eq!(kept, left_out());
}

pub(crate) async fn a_delivery_is_one_of_a_message_and_a_recipient(store: &Store) {
    let numbers = commit!(store, (), |tx, ()| (
        tx.next_deliveries(3).await?,
        tx.next_deliveries(2).await?,
        tx.next_deliveries(1).await?
    ));
    assert_eq!(numbers, (DeliveryId(1), DeliveryId(4), DeliveryId(6)));
    let begun = async |id, message| {
        let mut one = delivery(id, "ops@acme.example");
        one.message = MessageId(message);
        let put = store.write(one, |tx, one| {
            Box::pin(async move { tx.record_deliveries_begun(std::slice::from_ref(one)).await })
        });
        put.await.is_ok()
    };
    assert!(begun(1, 1).await);
    assert!(!begun(2, 1).await);
    assert!(begun(2, 2).await);
    // Somebody may be invited again.
    assert!(begun(3, 0).await && begun(4, 0).await);
    for (_, mut state) in deliveries() {
        state.recipient = delivery(1, "ops@acme.example").recipient;
        commit!(store, state.clone(), |tx, state| tx
            .record_delivery(state)
            .await?);
        let read = view!(store, (), |tx, ()| tx.delivery(DeliveryId(1)).await?);
        assert_eq!(read, Some(state));
    }
}

pub(crate) async fn deliveries_are_found_by_their_turn_and_counted_by_what_they_came_to(
    store: &Store,
) {
    let all: Vec<_> = (1..=500)
        .map(|id| delivery(id, &format!("r{id}@acme.example")))
        .collect();
    let mut late = delivery(501, "late@acme.example");
    let then: jiff::Timestamp = "2100-01-01T00:00:00Z".parse().unwrap();
    late.state = DeliveryState::queued(then);
    late.channel = name("other");
    let news = Delivery {
        message: MessageId(0),
        tells: Tells::News,
        ..delivery(502, "ben@example.org")
    };
    let more = [late, news];
    commit!(store, (all, more), |tx, (all, more)| {
        tx.record_deliveries_begun(all).await?;
        tx.record_deliveries_begun(more).await?;
    });
    let due = async |limit| {
        view!(store, limit, |tx, limit| tx
            .deliveries_due(&name("post"), *limit)
            .await?)
    };
    assert_eq!(due(2).await, [DeliveryId(1), DeliveryId(2)]);
    assert_eq!(due(900).await.len(), 500);
    let channels = view!(store, (), |tx, ()| tx.channels_due().await?);
    assert_eq!(channels, (vec![name("post")], Some(then)));
    for (place, (_, mut one)) in (1..).zip(deliveries()) {
        one.id = DeliveryId(place);
        commit!(store, one, |tx, one| tx.record_delivery(one).await?);
    }
    let tally = view!(store, (), |tx, ()| tx.tally_of(MessageId(1)).await?);
    let expected = Tally {
        pending: 495,
        delivered: 2,
        refused: 1,
        gave_up: 1,
        unknown: 1,
        cancelled: 1,
    };
    assert_eq!(tally, expected);
    let unknown = view!(store, (), |tx, ()| tx
        .deliveries_of((MessageId(1), Some("unknown")), (DeliveryId(0), 9))
        .await?);
    assert_eq!(unknown.len(), 1);
    let page = view!(store, (), |tx, ()| tx
        .deliveries_of((MessageId(1), None), (DeliveryId(100), 50))
        .await?);
    assert_eq!((page[0].id, page.len()), (DeliveryId(101), 50));
    let attempted = view!(store, (), |tx, ()| tx.deliveries_attempted(9).await?);
    assert_eq!(attempted.len(), 1);
    // Quiet hours, and their end by a cancellation.
    commit!(store, then, |tx, then| tx
        .record_audience_waits((MessageId(1), &name("customers")), *then)
        .await?);
    // What belongs to no message waited for those.
    assert_eq!(due(900).await, [DeliveryId(502)]);
    commit!(store, (), |tx, ()| tx
        .record_deliveries_called(MessageId(1))
        .await?);
    assert_eq!(due(900).await.len(), 493);
    let to = delivery(7, "r7@acme.example").recipient;
    let got = view!(store, to, |tx, to| tx
        .delivered_to(to, (DeliveryId(END), 9))
        .await?);
    assert_eq!(got.len(), 1);
}

pub(crate) async fn what_stakeholders_said_is_found_by_the_link_that_only_they_have(store: &Store) {
    let by_link = async |secret: &'static [u8]| -> Option<OptIn> {
        view!(store, Digest::of(secret), |tx, link| tx
            .opt_in_by_link(link)
            .await?)
    };
    assert_eq!(by_link(b"secret").await, None);
    for (_, said) in opt_ins() {
        commit!(store, said.clone(), |tx, said| tx
            .record_opt_in(said)
            .await?);
        assert_eq!(by_link(b"secret").await, Some(said.clone()));
        let of = view!(store, said.clone(), |tx, said| tx
            .opt_ins_of((&said.audience, &said.address))
            .await?);
        assert_eq!(of, std::slice::from_ref(&said));
        let all = view!(store, (), |tx, ()| tx
            .opt_ins_for(&name("customers"))
            .await?);
        assert_eq!(all, [said]);
    }
    assert_eq!(by_link(b"guess").await, None);
    let others = view!(store, (), |tx, ()| tx.opt_ins_for(&name("staff")).await?);
    assert_eq!(others, []);
}

pub(crate) async fn a_recipient_bounces_until_somebody_confirms_it(store: &Store) {
    let one = bounce("ops@acme.example");
    for _ in 0..2 {
        commit!(store, one.clone(), |tx, one| tx.record_bounce(one).await?);
    }
    let all = view!(store, (), |tx, ()| tx.bounces().await?);
    assert_eq!(all, std::slice::from_ref(&one));
    let confirmed = async || {
        commit!(store, one.clone(), |tx, one| tx
            .record_bounce_confirmed(&one.recipient)
            .await?)
    };
    assert!(confirmed().await);
    assert!(!confirmed().await);
}
