//! Accepts connections and ends them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::workers::Workers;

/// What serves a listener's connections.
pub trait Serve: Clone + Send + Sync + 'static {
    /// Serves one connection to its end; once `stop` says true, to the end of the request under way.
    fn serve(self, stream: Stream, peer: SocketAddr, stop: Stop) -> BoxFuture<'static, Result<(), hyper::Error>>;

    /// How long a TLS handshake may take.
    fn handshake_timeout(&self) -> Duration;
}

/// Says true when no further request is to be taken.
pub type Stop = watch::Receiver<bool>;

/// A client's connection.
pub enum Stream {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
}

/// A bound address and the task that accepts there.
pub struct Listener {
    stop: oneshot::Sender<Duration>,
    task: JoinHandle<()>,
}

impl Listener {
    /// Each connection is served on one of `workers`. While so many are open, new ones wait in the listen queue.
    pub fn spawn<S: Serve>(
        listener: TcpListener,
        acceptor: Option<TlsAcceptor>,
        service: S,
        (workers, most): (Arc<Workers>, usize),
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self { stop, task: tokio::spawn(accept(listener, acceptor, service, (workers, most), stopped)) }
    }

    /// Closes the address and idle connections, waits for `drain`, then breaks off what is left.
    pub async fn stop(self, drain: Duration) {
        if self.stop.send(drain).is_ok() {
            let _ = self.task.await;
        }
    }
}

async fn accept<S: Serve>(
    listener: TcpListener,
    acceptor: Option<TlsAcceptor>,
    service: S,
    (workers, most): (Arc<Workers>, usize),
    mut stopped: oneshot::Receiver<Duration>,
) {
    let (stopping, stop) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut was_full = false;
    let drain = loop {
        let full = connections.len() >= most;
        if full && !was_full {
            tracing::warn!(most, "as many connections are open as may be; new ones wait");
        }
        was_full = full;
        let accepted = tokio::select! {
            drain = &mut stopped => break drain.unwrap_or_default(),
            accepted = listener.accept(), if !full => accepted,
            Some(_) = connections.join_next() => continue,
        };
        match accepted {
            Ok((stream, peer)) => {
                let seat = workers.seat();
                let runtime = seat.runtime.clone();
                let served = connection(stream, peer, acceptor.clone(), service.clone(), stop.clone());
                connections.spawn_on(
                    async move {
                        served.await;
                        drop(seat);
                    },
                    &runtime,
                );
            }
            Err(error) => pause(&error).await,
        }
    };
    drop(listener);
    let _ = stopping.send(true);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(drain, ended).await.is_err() {
        tracing::warn!(left = connections.len(), "the drain time is over; open requests are broken off");
    }
    connections.shutdown().await;
}

async fn connection<S: Serve>(
    stream: TcpStream,
    peer: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    service: S,
    stop: Stop,
) {
    let Ok(stream) = here(stream) else { return };
    let stream = match acceptor {
        None => Stream::Plain(stream),
        Some(acceptor) => match tokio::time::timeout(service.handshake_timeout(), acceptor.accept(stream)).await {
            Ok(Ok(stream)) => Stream::Tls(Box::new(stream)),
            Ok(Err(error)) => return tracing::debug!(%peer, %error, "no TLS handshake"),
            Err(_) => return tracing::debug!(%peer, "the TLS handshake took too long"),
        },
    };
    if let Err(error) = service.serve(stream, peer, stop).await {
        tracing::debug!(%peer, error = &error as &dyn std::error::Error, "a connection broke");
    }
}

/// The stream as this thread's scheduler watches it: that of the accepting thread did so far.
fn here(stream: TcpStream) -> io::Result<TcpStream> {
    stream.set_nodelay(true)?;
    TcpStream::from_std(stream.into_std()?)
}

/// Out of file descriptors, accepting fails at once and again: wait for some to come back.
async fn pause(error: &io::Error) {
    tracing::warn!(%error, "cannot accept a connection");
    tokio::time::sleep(Duration::from_millis(100)).await;
}
