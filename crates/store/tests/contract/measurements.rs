//! What checks were answered.

use crate::samples::{name, time};
use tidegate_domain::{
    deployment::{Measurement, Reading},
    id::DeploymentId,
};
use tidegate_store::Store;

pub(crate) async fn the_first_answer_counts_and_waves_are_apart(store: &Store) {
    let answer = |number: u32, value: f64| Measurement {
        check: name("errors"),
        number,
        at: time(1),
        reading: Reading::Value { value },
    };
    let mut kept = Vec::new();
    for (wave, number, value) in [(0, 2, 0.2), (0, 1, 0.1), (0, 1, 0.9), (1, 1, 0.3)] {
        let input = (wave, answer(number, value));
        kept.push(commit!(store, input, |tx, input| {
            tx.record_measurement((DeploymentId(7), input.0), &input.1)
                .await?
        }));
    }
    assert_eq!(kept, [true, true, false, true]);
    let read = view!(store, (), |tx, ()| tx
        .measurements((DeploymentId(7), 0))
        .await?);
    assert_eq!(read, [answer(1, 0.1), answer(2, 0.2)]);
}
