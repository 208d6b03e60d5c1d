//! What the gateway demands of its backend: the same scenarios on the embedded backend and, with `SEALGATE_TEST_MINIO` set,
//! on a real MinIO. A scenario asserts what S3 does; where MinIO is known to differ, it says so.

mod buckets;
mod copy;
mod listing;
mod multipart;
mod objects;
mod port;
mod tagging;
mod versions;

/// Makes two tests of each scenario.
macro_rules! scenarios {
    ($($scenario:ident)*) => {
        mod on_embedded {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $scenario() {
                super::$scenario(&crate::backend::port::Port::embedded().await).await;
            })*
        }
        mod on_minio {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $scenario() {
                if let Some(port) = crate::backend::port::Port::minio() {
                    super::$scenario(&port).await;
                }
            })*
        }
    };
}
use scenarios;
