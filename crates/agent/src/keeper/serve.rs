//! The keeper's ear: reads requests from its Unix socket and answers them.

use super::{
    machine::Order,
    protocol::{Request, Status},
};
use std::io;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::{mpsc, oneshot, watch},
};

/// Serves until the process ends.
pub(super) async fn serve(
    listener: UnixListener,
    orders: mpsc::UnboundedSender<Order>,
    status: watch::Receiver<Status>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, orders.clone(), status.clone()));
    }
}

async fn converse(
    mut stream: UnixStream,
    orders: mpsc::UnboundedSender<Order>,
    mut status: watch::Receiver<Status>,
) -> io::Result<()> {
    let (reader, mut writer) = stream.split();
    let mut lines = BufReader::new(reader).lines();
    while let Some(line) = lines.next_line().await? {
        let request: Request = serde_json::from_str(&line)?;
        let Some(answer) = answer(request, &orders, &mut status).await else {
            break;
        };
        let mut answer = serde_json::to_vec(&answer)?;
        answer.push(b'\n');
        writer.write_all(&answer).await?;
    }
    Ok(())
}

/// None when the keeper is ending.
async fn answer(
    request: Request,
    orders: &mpsc::UnboundedSender<Order>,
    status: &mut watch::Receiver<Status>,
) -> Option<Status> {
    match request {
        Request::Start(spec) => {
            let (done, is_done) = oneshot::channel();
            orders.send(Order::Start(spec, done)).ok()?;
            is_done.await.ok()?;
            Some(status.borrow().clone())
        }
        Request::Stop => {
            let (done, is_done) = oneshot::channel();
            orders.send(Order::Stop(done)).ok()?;
            is_done.await.ok()?;
            Some(status.borrow().clone())
        }
        Request::Watch { after } => status
            .wait_for(|s| s.sequence > after)
            .await
            .ok()
            .map(|s| s.clone()),
    }
}
