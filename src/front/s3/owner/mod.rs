//! Owners as S3 shows them: accounts by their canonical user ids, whatever the backend calls its own user.
//!
//! All buckets, objects and uploads belong to the gateway's account. What the backend answers about its owner is put right
//! on the way out; an ACL that names the owner by its id names the backend's on the way in.

mod acl;

use std::sync::Arc;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method};

use super::list::first_owner;
use super::verbs::xml::Fragment;
use super::{Door, S3Error};
use crate::names::AccountId;
use crate::policy::canonical_user_id;
use crate::upstream::{self, Failure, Request};

pub use acl::of_answer as acl_of_answer;

/// AWS's id for who has no account, S3 user guide, "Access control list overview".
const ANONYMOUS: &str = "65a011a29cdf8ec533ec3d1ccaae921c";

/// The backend's list of buckets, which names its owner, in bytes.
const MAX_BUCKETS: usize = 16 << 20;

/// `<Owner>` of what belongs to `account`. Accounts have no name to display.
pub fn element(account: &AccountId) -> String {
    let mut owner = Fragment::new("Owner");
    owner.text("ID", canonical_user_id(account.as_str()));
    owner.finish("Owner")
}

/// `<Initiator>` of an upload, by the ARN of who began it: a root user is its account, others are their ARN and their
/// name. `None`: not known, so the owner.
pub fn initiator(arn: Option<&str>, owner: &AccountId) -> String {
    let mut initiator = Fragment::new("Initiator");
    match arn {
        None => initiator.text("ID", canonical_user_id(owner.as_str())),
        Some("*") => initiator.text("ID", ANONYMOUS),
        Some(arn) => match arn.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_suffix(":root")) {
            Some(account) => initiator.text("ID", canonical_user_id(account)),
            None => {
                initiator.text("ID", arn);
                initiator.text("DisplayName", arn.rsplit('/').next().unwrap_or(arn));
            }
        },
    }
    initiator.finish("Initiator")
}

/// A request's head whose grants to the owner name the backend's owner.
pub async fn head_to_backend(door: &Door, head: Arc<Parts>) -> Result<Arc<Parts>, S3Error> {
    match head.headers.keys().any(is_grant) {
        true => Box::pin(grants_to_backend(door, head)).await,
        false => Ok(head),
    }
}

fn is_grant(name: &HeaderName) -> bool {
    name.as_str().starts_with("x-amz-grant-")
}

async fn grants_to_backend(door: &Door, head: Arc<Parts>) -> Result<Arc<Parts>, S3Error> {
    let own = canonical_user_id(door.identities.account().as_str());
    let names_owner = |value: &HeaderValue| memchr::memmem::find(value.as_bytes(), own.as_bytes()).is_some();
    if !head.headers.iter().any(|(name, value)| is_grant(name) && names_owner(value)) {
        return Ok(head);
    }
    let backends = backend_owner(door).await?;
    let mut head = Parts::clone(&head);
    for (name, value) in &mut head.headers {
        if is_grant(name) {
            let replaced = replace_all(value.as_bytes(), own.as_bytes(), backends.as_bytes());
            *value = HeaderValue::from_bytes(&replaced).map_err(|_| S3Error::internal())?;
        }
    }
    Ok(Arc::new(head))
}

/// An ACL's document that names the backend's owner where it names ours.
pub async fn acl_to_backend(door: &Door, document: Bytes) -> Result<Bytes, S3Error> {
    let own = canonical_user_id(door.identities.account().as_str());
    match memchr::memmem::find(&document, own.as_bytes()) {
        None => Ok(document),
        Some(_) => Ok(replace_all(&document, own.as_bytes(), backend_owner(door).await?.as_bytes()).into()),
    }
}

/// `text` with every `from` replaced.
fn replace_all(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(text.len());
    let mut done = 0;
    for at in memchr::memmem::find_iter(text, from) {
        replaced.extend_from_slice(&text[done..at]);
        replaced.extend_from_slice(to);
        done = at + from.len();
    }
    replaced.extend_from_slice(&text[done..]);
    replaced
}

/// The id by which the backend knows the gateway as an owner; asked for once.
async fn backend_owner(door: &Door) -> Result<&str, S3Error> {
    let ask = async {
        let answer = door.upstream.send(Request::new(Method::GET)).await?;
        if !answer.status().is_success() {
            return Err(S3Error::from_failure(&Failure::read(answer).await?));
        }
        let buckets = upstream::collect(answer.into_body(), MAX_BUCKETS).await?;
        first_owner(&buckets).ok_or_else(|| {
            tracing::error!("the backend's list of buckets names no owner");
            S3Error::internal()
        })
    };
    Ok(door.backend_owner.get_or_try_init(|| ask).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_initiator_is_an_account_or_an_arn_with_a_name() {
        let owner = AccountId::new("000000000000").unwrap();
        let (own, other) = (canonical_user_id("000000000000"), canonical_user_id("111122223333"));
        for (arn, expected) in [
            (None, format!("<ID>{own}</ID>")),
            (Some("arn:aws:iam::000000000000:root"), format!("<ID>{own}</ID>")),
            (Some("arn:aws:iam::111122223333:root"), format!("<ID>{other}</ID>")),
            (Some("*"), format!("<ID>{ANONYMOUS}</ID>")),
            (
                Some("arn:aws:iam::111122223333:user/ann"),
                "<ID>arn:aws:iam::111122223333:user/ann</ID><DisplayName>ann</DisplayName>".to_owned(),
            ),
            (
                Some("arn:aws:sts::111122223333:assumed-role/app/one"),
                "<ID>arn:aws:sts::111122223333:assumed-role/app/one</ID><DisplayName>one</DisplayName>".to_owned(),
            ),
        ] {
            assert_eq!(initiator(arn, &owner), format!("<Initiator>{expected}</Initiator>"));
        }
    }
}
