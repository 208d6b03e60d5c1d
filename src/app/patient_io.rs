//! A connection whose writes may wait only so long: a client that stops reading, or as good as that, must not hold a
//! backend's answer forever.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use crate::front::{Pace, Patience};

/// Fails a write that does not keep pace.
pub struct PatientIo<T> {
    inner: T,
    patience: Patience,
    lingering: Option<Pin<Box<Sleep>>>,
    /// Whether the client has sent something since the connection was closed on this side.
    sending: bool,
}

/// How long a client may go on sending once its connection has been closed on this side.
const LINGER: Duration = Duration::from_secs(2);
/// How long a client that sends nothing just then may take to go on, or to close.
const PAUSE: Duration = Duration::from_millis(250);

impl<T> PatientIo<T> {
    pub fn new(inner: T, pace: Pace) -> Self {
        Self { inner, patience: Patience::new(pace), lingering: None, sending: false }
    }

    /// `moved` tells how many bytes a result stands for.
    fn limit<R>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<R>>,
        moved: impl FnOnce(&R) -> usize,
    ) -> Poll<io::Result<R>> {
        match &polled {
            Poll::Ready(done) => {
                self.patience.moved(done.as_ref().map_or(0, moved));
                polled
            }
            Poll::Pending => self.patience.poll_end(context).map(|()| Err(io::ErrorKind::TimedOut.into())),
        }
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
        self.limit(context, polled, |written| *written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write_vectored(context, bufs);
        self.limit(context, polled, |written| *written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_flush(context);
        self.limit(context, polled, |()| 0)
    }

    /// Takes for a moment what the client still sends: closed at once, the connection would be reset, and an answer that
    /// the client has not yet read would be lost.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.inner).poll_shutdown(context);
        ready!(self.limit(context, polled, |()| 0))?;
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

    fn pace(silence_ms: u64, least_rate: u32) -> Pace {
        Pace { silence: Duration::from_millis(silence_ms), least_rate }
    }

    #[tokio::test]
    async fn a_reader_that_takes_a_byte_now_and_then_ends_the_write() {
        let (near, mut far) = tokio::io::duplex(16);
        let mut io = PatientIo::new(near, pace(200, 10_000));
        let read = async {
            loop {
                tokio::time::sleep(Duration::from_millis(50)).await;
                let _ = far.read(&mut [0; 10]).await;
            }
        };
        tokio::select! {
            written = io.write_all(&[0; 4096]) => assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut),
            () = read => {}
            () = tokio::time::sleep(Duration::from_secs(5)) => panic!("it may go on"),
        }
    }

    #[tokio::test]
    async fn a_reader_that_stops_ends_the_write() {
        let (near, _far) = tokio::io::duplex(16);
        let mut io = PatientIo::new(near, pace(50, 0));
        let error = io.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_client_that_is_still_sending_reads_its_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let mut io = PatientIo::new(listener.accept().await.unwrap().0, pace(5000, 0));
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
        let mut io = PatientIo::new(listener.accept().await.unwrap().0, pace(5000, 0));
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
