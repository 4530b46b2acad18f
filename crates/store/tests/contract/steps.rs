//! The two words that test bodies are written in: `commit!` and `view!`, a transaction that must end well.

/// Runs the body in a transaction and answers its value: `commit!(store, input, |tx, input| …)`.
macro_rules! commit {
    ($store:expr, $input:expr, |$tx:ident, $name:pat_param| $body:expr) => {
        $store
            .write($input, |$tx, $name| {
                futures::FutureExt::boxed(async move { Ok::<_, tidegate_store::StoreError>($body) })
            })
            .await
            .expect("the transaction commits")
    };
}

/// Runs the body on a consistent view and answers its value.
macro_rules! view {
    ($store:expr, $input:expr, |$tx:ident, $name:pat_param| $body:expr) => {
        $store
            .read($input, |$tx, $name| {
                futures::FutureExt::boxed(async move { Ok::<_, tidegate_store::StoreError>($body) })
            })
            .await
            .expect("the view can be read")
    };
}
