//! A connection whose writes may wait only so long: a client that stops reading must not hold a backend's answer forever.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// Fails a write that makes no progress for `patience`.
pub struct PatientIo<T> {
    inner: T,
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    lingering: Option<Pin<Box<Sleep>>>,
    /// Whether the client has sent something since the connection was closed on this side.
    sending: bool,
}

/// How long a client may go on sending once its connection has been closed on this side.
const LINGER: Duration = Duration::from_secs(2);
/// How long a client that sends nothing just then may take to go on, or to close.
const PAUSE: Duration = Duration::from_millis(250);

impl<T> PatientIo<T> {
    pub fn new(inner: T, patience: Duration) -> Self {
        Self { inner, patience, waiting: None, lingering: None, sending: false }
    }

    fn limit<R>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if polled.is_ready() {
            self.waiting = None;
            return polled;
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        waiting.as_mut().poll(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for PatientIo<T> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buf)
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for PatientIo<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(context, buf);
        self.limit(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write_vectored(context, bufs);
        self.limit(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_flush(context);
        self.limit(context, polled)
    }

    /// Takes for a moment what the client still sends: closed at once, the connection would be reset, and an answer that
    /// the client has not yet read would be lost.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_shutdown(context);
        ready!(self.limit(context, polled))?;
        let mut dropped = [0; 8 * 1024];
        loop {
            let mut buf = ReadBuf::new(&mut dropped);
            match Pin::new(&mut self.inner).poll_read(context, &mut buf) {
                Poll::Ready(Ok(())) if !buf.filled().is_empty() && !self.sending => {
                    self.sending = true;
                    self.lingering = Some(Box::pin(tokio::time::sleep(LINGER)));
                }
                Poll::Ready(Ok(())) if !buf.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => break,
            }
        }
        let end = self.lingering.get_or_insert_with(|| Box::pin(tokio::time::sleep(PAUSE)));
        end.as_mut().poll(context).map(Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    #[tokio::test]
    async fn a_reader_that_stops_ends_the_write() {
        let (near, _far) = tokio::io::duplex(16);
        let mut io = PatientIo::new(near, Duration::from_millis(50));
        let error = io.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_client_that_is_still_sending_reads_its_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut io = PatientIo::new(listener.accept().await.unwrap().0, Duration::from_secs(5));
        let ask = async {
            client.write_all(&vec![0; 8 << 20]).await.unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).await.unwrap();
            assert_eq!(answer, "no");
        };
        let refuse = async {
            io.write_all(b"no").await.unwrap();
            io.shutdown().await.unwrap();
            drop(io);
        };
        tokio::join!(ask, refuse);
    }

    #[tokio::test]
    async fn a_client_that_pauses_while_it_sends_reads_its_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut io = PatientIo::new(listener.accept().await.unwrap().0, Duration::from_secs(5));
        let ask = async {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_millis(100)).await;
                client.write_all(&[0; 1000]).await.unwrap();
            }
            let mut answer = String::new();
            client.read_to_string(&mut answer).await.unwrap();
            assert_eq!(answer, "no");
            client.shutdown().await.unwrap();
        };
        let refuse = async {
            io.write_all(b"no").await.unwrap();
            io.shutdown().await.unwrap();
            drop(io);
        };
        tokio::join!(ask, refuse);
    }
}
