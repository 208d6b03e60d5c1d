//! A body of known length, read past the HTTP library: into buffers that nobody else has a share in, so that segments are
//! sealed or opened where they arrived, and in longer reads than the library makes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::{BufMut as _, Bytes, BytesMut};
use http_body::Body;
use tokio::io::AsyncRead;
use tokio_util::io::poll_read_buf;

/// Shorter bodies, in bytes, are left to the HTTP library: they come in a few reads, and going round it costs some
/// microseconds.
pub const LEAST_SIZED: u64 = 64 * 1024;

/// The most that is read before it is handed on, in bytes.
pub(super) const READ: usize = 768 * 1024;

/// What the HTTP library has read of a body that nobody asked it for: the pieces at hand, and `read` behind them.
pub fn begun<B: Body<Data = Bytes> + Unpin>(mut body: B, read: Bytes) -> Vec<Bytes> {
    let mut begun = Vec::new();
    // The pieces are there at once; nobody brings more.
    let mut nobody = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(&mut nobody) {
        begun.extend(frame.into_data());
    }
    begun.push(read);
    begun
}

/// What is left of a body.
pub struct SizedReader {
    /// What the HTTP library has read of it, until the first is asked for: who is refused before takes up no room.
    begun: BytesMut,
    /// What was read and not yet handed on, and room for more. The room of pieces that are gone is used again.
    buffer: BytesMut,
    unread: u64,
    /// Whether a piece was handed on that may not be gone yet.
    rests: bool,
}

impl SizedReader {
    /// A body of `len` bytes, of which the HTTP library has read `begun` already. What it read beyond comes back.
    pub fn new(len: u64, begun: impl IntoIterator<Item = Bytes>) -> (Self, BytesMut) {
        let mut read = BytesMut::new();
        begun.into_iter().for_each(|piece| read.extend_from_slice(&piece));
        let beyond = read.split_off(read.len().min(usize::try_from(len).unwrap_or(usize::MAX)));
        (Self { unread: len - read.len() as u64, begun: read, buffer: BytesMut::new(), rests: false }, beyond)
    }

    /// Bytes that are still to be handed on.
    pub fn left(&self) -> u64 {
        self.unread + (self.begun.len() + self.buffer.len()) as u64
    }

    /// The next piece; `None` at the end. A socket that ends before the body is an error. Pending once between two pieces,
    /// so that what became of the one is sent before the other takes up room.
    pub fn poll_next<T: AsyncRead + Unpin>(
        &mut self,
        socket: &mut T,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<Option<BytesMut>>> {
        if self.rests && self.unread > 0 {
            self.rests = false;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            let room = self.make_room();
            if room == 0 {
                return Poll::Ready(Ok(self.take()));
            }
            match poll_read_buf(Pin::new(socket), context, &mut (&mut self.buffer).limit(room)) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
                Poll::Ready(Ok(read)) => self.unread -= read as u64,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending if self.buffer.is_empty() => return Poll::Pending,
                Poll::Pending => return Poll::Ready(Ok(self.take())),
            }
        }
    }

    /// Sees to the buffer, and tells for how many bytes there is room in it, and use.
    fn make_room(&mut self) -> usize {
        let wanted = usize::try_from(self.unread).unwrap_or(READ).min(READ);
        let begun = std::mem::take(&mut self.begun);
        if !begun.is_empty() {
            self.buffer.reserve(begun.len() + wanted.min(READ.saturating_sub(begun.len())));
            self.buffer.extend_from_slice(&begun);
        }
        // A buffer that has little room left is begun anew, in its own memory if nobody has a share in that any more.
        if self.buffer.is_empty() && self.buffer.capacity() < wanted.min(READ / 2) {
            self.buffer.reserve(wanted);
        }
        wanted.min(self.buffer.capacity() - self.buffer.len())
    }

    fn take(&mut self) -> Option<BytesMut> {
        self.rests = true;
        Some(self.buffer.split()).filter(|piece| !piece.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::io::AsyncWriteExt;

    async fn next(reader: &mut SizedReader, socket: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<BytesMut>> {
        poll_fn(|context| reader.poll_next(socket, context)).await
    }

    #[tokio::test]
    async fn exactly_the_body_is_taken() {
        let text: Vec<u8> = (0..3 * READ + 100).map(|at| (at % 251) as u8).collect();
        for (begun, len) in [(0, 3 * READ), (1, 3 * READ), (1000, READ), (2000, 2000), (2000, 1999), (50, READ + 1)] {
            let (head, rest) = text.split_at(begun);
            let mut socket = io::Cursor::new(rest);
            let pieces = head.chunks(700).map(Bytes::copy_from_slice);
            let (mut reader, beyond) = SizedReader::new(len as u64, pieces);
            assert_eq!(beyond, text[len.min(begun)..begun]);
            let mut read = Vec::new();
            while let Some(piece) = next(&mut reader, &mut socket).await.unwrap() {
                assert!(piece.len() <= READ);
                read.extend_from_slice(&piece);
                assert_eq!(reader.left(), (len - read.len()) as u64);
            }
            assert!(read == text[..len]);
            assert_eq!(socket.position(), len.saturating_sub(begun) as u64);
        }
    }

    #[tokio::test]
    async fn a_socket_that_ends_early_is_an_error() {
        let (mut reader, _) = SizedReader::new(100_000, []);
        let mut socket = io::Cursor::new(vec![7; 99_999]);
        let error = next(&mut reader, &mut socket).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn what_has_come_is_not_waited_on_for_more() {
        let (mut near, mut far) = tokio::io::duplex(1 << 20);
        let (mut reader, _) = SizedReader::new(1 << 20, []);
        far.write_all(&[7; 10]).await.unwrap();
        assert_eq!(next(&mut reader, &mut near).await.unwrap().unwrap(), [7; 10].as_slice());
    }

    #[tokio::test]
    async fn memory_is_used_again_when_its_pieces_are_gone() {
        let mut socket = io::Cursor::new(vec![7; 4 * READ]);
        let (mut reader, _) = SizedReader::new(4 * READ as u64, []);
        let first = next(&mut reader, &mut socket).await.unwrap().unwrap();
        let memory = first.as_ptr();
        let held = next(&mut reader, &mut socket).await.unwrap().unwrap();
        assert_ne!(held.as_ptr(), memory, "it has an owner");
        let held_memory = held.as_ptr();
        drop((first, held.freeze().slice(5..10)));
        let third = next(&mut reader, &mut socket).await.unwrap().unwrap();
        assert_eq!(third.as_ptr(), held_memory);
    }
}
