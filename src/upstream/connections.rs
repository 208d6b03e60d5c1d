//! Connections to the backend: opened when one is wanted, and kept for the next request.
//!
//! A connection stays with the runtime that watches its socket: taken from another, every byte would wake two threads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version, header::CONNECTION};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::runtime;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tower_service::Service as _;

use super::link::{self, Answer, Link, SizedAnswer};
use super::sized::LEAST_SIZED;
use super::{BoxBody, BoxError, Gathered, OwnBody};

/// How long an idle connection is kept: below the minute after which backends commonly close theirs.
const IDLE: Duration = Duration::from_secs(50);

pub(super) struct Connections {
    connector: HttpsConnector<HttpConnector>,
    scheme: Scheme,
    shelf: Arc<Shelf>,
}

impl Connections {
    /// Keeps at most `most_idle` idle connections for each host and runtime.
    pub fn new(connector: HttpsConnector<HttpConnector>, scheme: Scheme, most_idle: usize) -> Self {
        Self { connector, scheme, shelf: Arc::new(Shelf { most_idle, state: Mutex::default() }) }
    }

    /// Sends a request whose target is a path to `host`. One that an idle connection did not begin, since the backend had
    /// closed it, goes out again on the next. One that it began and that came to nothing, since the backend closed it just
    /// then, goes out again on a fresh one, if `again` makes it once more.
    pub async fn send(
        &self,
        host: &Authority,
        mut request: Request<BoxBody>,
        again: Option<impl Fn() -> Request<BoxBody>>,
    ) -> Result<Response<OwnBody>, BoxError> {
        let place = (runtime::Handle::current().id(), host.clone());
        let method = request.method().clone();
        while let Some(mut link) = self.shelf.take(&place) {
            let mut failed = match (link.send(request).await, &again) {
                // Said to the idle connection, before the request came: RFC 9110, 15.5.9.
                (Ok(answer), Some(again)) if answer.status() == StatusCode::REQUEST_TIMEOUT => {
                    request = again();
                    break;
                }
                (Ok(answer), _) => return Ok(self.reply(answer, &method, link, place)),
                (Err(failed), _) => failed,
            };
            match (failed.take_message(), &again) {
                (Some(not_begun), _) => request = not_begun.map(Gathered::into_inner),
                (None, Some(again)) if link::broke(failed.error()) => {
                    request = again();
                    break;
                }
                (None, _) => return Err(failed.into_error().into()),
            }
        }
        let mut link = Box::pin(self.open(host)).await?;
        match link.send(request).await {
            Ok(answer) => Ok(self.reply(answer, &method, link, place)),
            Err(error) => Err(error.into_error().into()),
        }
    }

    async fn open(&self, host: &Authority) -> Result<Link, BoxError> {
        let mut address = http::uri::Parts::default();
        address.scheme = Some(self.scheme.clone());
        address.authority = Some(host.clone());
        address.path_and_query = Some(PathAndQuery::from_static("/"));
        let socket = self.connector.clone().call(Uri::from_parts(address)?).await?;
        Ok(Link::over(socket).await?)
    }

    /// `method`: the request's. A GET has no body, and so was sent whole.
    fn reply(&self, answer: Response<Incoming>, method: &Method, link: Link, place: Place) -> Response<OwnBody> {
        let shelf = self.shelf.clone();
        let give_back = move |link| shelf.put(place, link);
        let (head, body) = answer.into_parts();
        let stays = head.version == Version::HTTP_11 && !head.headers.get_all(CONNECTION).iter().any(closes);
        let past = *method == Method::GET && stays;
        let body = match body.size_hint().exact().filter(|len| past && *len >= LEAST_SIZED) {
            None => Answer::new(body, link, give_back).boxed_unsync(),
            Some(len) => match SizedAnswer::new(body, len, link, give_back) {
                Ok(sized) => sized.boxed_unsync(),
                Err(ended) => ended.boxed_unsync(),
            },
        };
        Response::from_parts(head, body)
    }
}

fn closes(connection: &HeaderValue) -> bool {
    let options = connection.as_bytes().split(|byte| *byte == b',');
    options.map(<[u8]>::trim_ascii).any(|option| option.eq_ignore_ascii_case(b"close"))
}

/// The runtime that watches the socket, and the host at its other end.
type Place = (runtime::Id, Authority);

struct Shelf {
    most_idle: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// For each place, the one that was used last at the end.
    idle: HashMap<Place, Vec<(Instant, Link)>>,
    /// Closes connections that nobody asked for again.
    sweeper: Option<JoinHandle<()>>,
}

impl Shelf {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection that was used last, if the backend has not closed it.
    fn take(&self, place: &Place) -> Option<Link> {
        loop {
            let (since, mut link) = self.state().idle.get_mut(place)?.pop()?;
            if since.elapsed() < IDLE && link.is_idle() {
                return Some(link);
            }
        }
    }

    fn put(self: &Arc<Self>, place: Place, link: Link) {
        let mut state = self.state();
        let links = state.idle.entry(place).or_default();
        if links.len() < self.most_idle {
            links.push((Instant::now(), link));
        }
        if state.sweeper.as_ref().is_none_or(JoinHandle::is_finished)
            && let Ok(runtime) = runtime::Handle::try_current()
        {
            state.sweeper = Some(runtime.spawn(sweep(Arc::downgrade(self))));
        }
    }
}

/// Goes on as long as there are idle connections.
async fn sweep(shelf: Weak<Shelf>) {
    loop {
        tokio::time::sleep(IDLE / 2).await;
        let Some(shelf) = shelf.upgrade() else { return };
        let mut state = shelf.state();
        state.idle.retain(|_, links| {
            links.retain(|(since, _)| since.elapsed() < IDLE);
            !links.is_empty()
        });
        if state.idle.is_empty() {
            state.sweeper = None;
            return;
        }
    }
}
