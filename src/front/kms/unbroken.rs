//! Work that goes on when nobody waits for it any more.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::{BoxFuture, CatchUnwind};
use tokio::runtime::Handle;

/// Runs where it is waited for, as long as it is; dropped before its end, it becomes a task of its own. A panic is its
/// error.
pub struct Unbroken<T>(Option<Work<T>>)
where
    T: Send + 'static;

type Work<T> = CatchUnwind<AssertUnwindSafe<BoxFuture<'static, T>>>;

impl<T: Send + 'static> Unbroken<T> {
    pub fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Some(AssertUnwindSafe(work.boxed()).catch_unwind()))
    }
}

impl<T: Send + 'static> Future for Unbroken<T> {
    type Output = Result<T, Box<dyn Any + Send>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(work) = &mut self.0 else { return Poll::Pending };
        let polled = work.poll_unpin(context);
        if polled.is_ready() {
            self.0 = None;
        }
        polled
    }
}

impl<T: Send + 'static> Drop for Unbroken<T> {
    fn drop(&mut self) {
        if let (Some(work), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn it_goes_on_when_nobody_waits() {
        let (begin, begun) = oneshot::channel::<()>();
        let (end, ended) = oneshot::channel();
        let mut work = Unbroken::new(async move {
            begun.await.unwrap();
            end.send(7).unwrap();
        });
        assert!((&mut work).now_or_never().is_none());
        drop(work);
        begin.send(()).unwrap();
        assert_eq!(ended.await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_panic_is_its_error() {
        assert_eq!(Unbroken::new(async { 7 }).await.unwrap(), 7);
        let failed: Result<(), _> = Unbroken::new(async { panic!("on purpose") }).await;
        failed.unwrap_err();
    }
}
