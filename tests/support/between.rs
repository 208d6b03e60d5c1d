//! A backend that a test stands between: the embedded one behind HTTP, with a look at every request and every answer.
//!
//! For what a backend may do and ours does not, and for what happens between two requests of one operation.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use sealgate::embedded::Embedded;
use tokio::net::TcpListener;

use super::{Gateway, minio};

type Before = Arc<dyn Fn(&mut Parts) + Send + Sync>;
type After = Arc<dyn Fn(Parts, Response<Bytes>) -> BoxFuture<'static, Response<Bytes>> + Send + Sync>;

/// What is done between.
#[derive(Clone, Default)]
pub struct Between {
    before: Arc<Mutex<Option<Before>>>,
    after: Arc<Mutex<Option<After>>>,
}

impl Between {
    /// A gateway in front of such a backend. None where the tests are to use another backend.
    pub async fn gateway() -> Option<(Gateway, Self)> {
        if minio::binary().is_some() || std::env::var_os("SEALGATE_TEST_CONTROL").is_some() {
            return None;
        }
        let between = Self::default();
        let endpoint = format!("http://{}", between.clone().serve().await);
        let settings = [
            ("SEALGATE_BACKEND_ENDPOINT", endpoint.as_str()),
            ("SEALGATE_BACKEND_ACCESS_KEY", "between"),
            ("SEALGATE_BACKEND_SECRET_KEY", "between-secret"),
        ];
        Some((Gateway::start_with(&settings).await, between))
    }

    /// The embedded backend behind HTTP, with nothing done between.
    pub async fn embedded() -> SocketAddr {
        Self::default().serve().await
    }

    /// Sees each request before the backend does.
    pub fn before(&self, change: impl Fn(&mut Parts) + Send + Sync + 'static) {
        *self.before.lock().unwrap() = Some(Arc::new(change));
    }

    /// Sees each request with its answer before the gateway does.
    pub fn after<F>(&self, change: impl Fn(Parts, Response<Bytes>) -> F + Send + Sync + 'static)
    where
        F: Future<Output = Response<Bytes>> + Send + 'static,
    {
        *self.after.lock().unwrap() = Some(Arc::new(move |asked, answer| Box::pin(change(asked, answer))));
    }

    pub async fn serve(self) -> SocketAddr {
        let folder = tempfile::tempdir().unwrap();
        let backend = Arc::new(Embedded::open(folder.path()).await.unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let _folder = folder;
            while let Ok((stream, _)) = listener.accept().await {
                let (backend, between) = (backend.clone(), self.clone());
                let service = hyper::service::service_fn(move |request| {
                    let (backend, between) = (backend.clone(), between.clone());
                    async move { Ok::<_, std::convert::Infallible>(between.pass(&backend, request).await) }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
                );
            }
        });
        address
    }

    async fn pass(&self, backend: &Embedded, request: Request<hyper::body::Incoming>) -> Response<Full<Bytes>> {
        let (mut head, body) = request.into_parts();
        let before = self.before.lock().unwrap().clone();
        if let Some(before) = before {
            before(&mut head);
        }
        let body = body.map_err(Into::into).boxed_unsync();
        let Ok(answer) = backend.call(Request::from_parts(head.clone(), body)).await else {
            return Response::builder().status(500).body(Full::default()).unwrap();
        };
        let (parts, body) = answer.into_parts();
        let answer = Response::from_parts(parts, body.collect().await.unwrap().to_bytes());
        let after = self.after.lock().unwrap().clone();
        match after {
            Some(after) => {
                let is_head = head.method == http::Method::HEAD;
                let mut answer = after(head, answer).await;
                if !is_head {
                    // The length may be another now.
                    answer.headers_mut().remove(http::header::CONTENT_LENGTH);
                }
                answer.map(Full::new)
            }
            None => answer.map(Full::new),
        }
    }
}
