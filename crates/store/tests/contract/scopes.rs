//! What people decide and write of a release's scope, and work items.

use crate::samples::{adjustments, name, wordings, work_item};
use tidegate_domain::{
    scope::{Adjustment, Wording, WorkItem},
    version::Version,
};
use tidegate_store::Store;

pub(crate) async fn what_people_decide_and_write_of_a_release_stays_in_its_order(store: &Store) {
    let of = (name("storefront"), "1.1.0".parse::<Version>().unwrap());
    let read =
        async |of: (tidegate_domain::name::Name, Version)| -> (Vec<Adjustment>, Vec<Wording>) {
            view!(store, of, |tx, of| {
                let of = (&of.0, &of.1);
                (tx.adjustments_of(of).await?, tx.wordings_of(of).await?)
            })
        };
    assert_eq!(read(of.clone()).await, (Vec::new(), Vec::new()));
    let input = (of.clone(), adjustments(), wordings());
    commit!(store, input, |tx, (of, adjustments, wordings)| {
        for adjustment in adjustments {
            tx.record_adjustment((&of.0, &of.1), adjustment).await?;
        }
        for wording in wordings {
            tx.record_wording((&of.0, &of.1), wording).await?;
        }
    });
    assert_eq!(read(of.clone()).await, (adjustments(), wordings()));
    let other = (name("shop"), of.1);
    assert_eq!(read(other).await, (Vec::new(), Vec::new()));
}

pub(crate) async fn a_work_item_is_kept_once_and_found_by_key(store: &Store) {
    let put = async |item: WorkItem| {
        commit!(store, item, |tx, item| tx.record_work_item(item).await?);
    };
    let (first, second) = (work_item("SHOP-1"), work_item("SHOP-2"));
    put(first.clone()).await;
    put(second.clone()).await;
    let done = WorkItem {
        state: "Done".to_owned(),
        ..first
    };
    put(done.clone()).await;
    let all = view!(store, (), |tx, ()| tx
        .work_items(&name("tickets"), "", 10)
        .await?);
    assert_eq!(all, [done, second.clone()]);
    let rest = view!(store, (), |tx, ()| tx
        .work_items(&name("tickets"), "SHOP-1", 10)
        .await?);
    assert_eq!(rest, std::slice::from_ref(&second));
    let keys = [second.item_key(), work_item("SHOP-9").item_key()];
    let among = view!(store, keys, |tx, keys| tx.work_items_among(keys).await?);
    assert_eq!(among, [second]);
}
