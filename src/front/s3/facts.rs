//! The condition keys of S3, taken from the request as it was sent. Source: the service authorization reference of S3.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Query;
use super::permission::Signed;
use super::stated::Stated;
use crate::names::AccountId;
use crate::policy::{Facts, Values};

/// What S3 tells policies of one question.
pub struct S3Facts<'a> {
    /// The owner of what is asked for. `None`: the service itself.
    pub account: Option<&'a AccountId>,
    /// The request's own headers.
    pub request: &'a HeaderMap,
    /// The headers that describe what is written; those of a form are its fields, those of a part its upload's.
    pub written: &'a HeaderMap,
    pub query: Option<&'a Query>,
    pub version_id: Option<&'a str>,
    pub signed: Signed,
    /// Of a connection over TLS; a text that is no number where a proxy ended it.
    pub tls_version: Option<&'static str>,
    pub now: OffsetDateTime,
    /// Whether the request makes an object, as no part of one does. `None`: it writes none.
    pub creates: Option<bool>,
    /// The tags of the object that is there, if a policy asks for them.
    pub existing_tags: &'a [(String, String)],
    /// What the request's document or tagging header says, if a policy asks for it.
    pub stated: &'a Stated,
}

/// Keys that are headers of the same name, in lower case.
const HEADERS: &[&str] = &[
    "x-amz-acl",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-metadata-directive",
    "x-amz-object-ownership",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
    "if-match",
    "if-none-match",
];

impl Facts for S3Facts<'_> {
    fn get(&self, key: &str) -> Option<Values<'_>> {
        match key {
            "aws:resourceaccount" | "s3:resourceaccount" => return self.account.map(|id| one(id.as_str())),
            "aws:referer" => return header(self.request, "referer").map(one),
            _ => {}
        }
        let key = key.strip_prefix("s3:")?;
        if let Some(tag) = key.strip_prefix("existingobjecttag/") {
            return tag_values(self.existing_tags, tag);
        }
        if let Some(tag) = key.strip_prefix("requestobjecttag/") {
            return tag_values(&self.stated.tags, tag);
        }
        if HEADERS.contains(&key) {
            return header(self.written, key).map(one);
        }
        match key {
            "requestobjecttagkeys" if self.stated.tags.is_empty() => None,
            "requestobjecttagkeys" => Some(self.stated.tags.iter().map(|(name, _)| name.as_str().into()).collect()),
            "prefix" | "delimiter" | "max-keys" => self.query?.get(key).map(one),
            "versionid" => self.version_id.map(one),
            "x-amz-copy-source" => copy_source(self.written),
            "x-amz-content-sha256" => match (header(self.request, key), self.signed) {
                (None, Signed::InQuery(_) | Signed::InForm(_)) => Some(one("UNSIGNED-PAYLOAD")),
                (value, _) => value.map(one),
            },
            "authtype" => self.signed.auth_type().map(one),
            "tlsversion" => self.tls_version.map(one),
            "signatureversion" => self.signed.date().map(|_| one("AWS4-HMAC-SHA256")),
            "signatureage" => {
                let age = self.now - self.signed.date()?;
                Some(one(age.whole_milliseconds().max(0).to_string()))
            }
            "objectcreationoperation" => self.creates.map(|creates| one(if creates { "true" } else { "false" })),
            "locationconstraint" => self.stated.location.as_deref().map(one),
            "object-lock-mode" => self.stated.lock_mode.as_deref().map(one),
            "object-lock-retain-until-date" => self.stated.retain_until.as_deref().map(one),
            "object-lock-remaining-retention-days" => self.remaining_days().map(one),
            "object-lock-legal-hold" => self.stated.legal_hold.as_deref().map(one),
            _ => None,
        }
    }
}

impl S3Facts<'_> {
    /// Days that are begun count. What is no date stays a text, which no comparison of numbers understands.
    fn remaining_days(&self) -> Option<String> {
        let text = self.stated.retain_until.as_deref()?;
        let Ok(until) = OffsetDateTime::parse(text, &Rfc3339) else { return Some(text.to_owned()) };
        let secs = (until - self.now).whole_seconds();
        Some(secs.div_euclid(86_400).saturating_add(i64::from(secs.rem_euclid(86_400) > 0)).to_string())
    }
}

/// The headers that policies may look at, of those that begin an upload.
pub fn declared(headers: &HeaderMap) -> HeaderMap {
    const MORE: [&str; 4] = [
        "x-amz-tagging",
        "x-amz-object-lock-mode",
        "x-amz-object-lock-retain-until-date",
        "x-amz-object-lock-legal-hold",
    ];
    let kept = |name: &&HeaderName| HEADERS.contains(&name.as_str()) || MORE.contains(&name.as_str());
    let names = headers.keys().filter(kept);
    names.flat_map(|name| headers.get_all(name).iter().map(|value| (name.clone(), value.clone()))).collect()
}

fn one<'a>(value: impl Into<Cow<'a, str>>) -> Values<'a> {
    vec![value.into()]
}

/// A header's value. Several are one text with commas, which equals none of them.
pub fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<Cow<'a, str>> {
    let mut values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let first = values.next()?;
    let rest: Vec<_> = values.collect();
    if rest.is_empty() {
        return Some(match first {
            Cow::Borrowed(text) => text.trim().into(),
            Cow::Owned(text) => text.trim().to_owned().into(),
        });
    }
    let all: Vec<&str> = std::iter::once(&first).chain(&rest).map(|value| value.trim()).collect();
    Some(all.join(",").into())
}

/// Tag names are compared in any case, as all condition keys are.
fn tag_values<'a>(tags: &'a [(String, String)], wanted: &str) -> Option<Values<'a>> {
    let values: Values<'_> =
        tags.iter().filter(|(name, _)| name.to_lowercase() == wanted).map(|(_, value)| value.as_str().into()).collect();
    (!values.is_empty()).then_some(values)
}

/// Decoded, with a leading slash and without: policies are written either way. A version is not part of it.
fn copy_source(headers: &HeaderMap) -> Option<Values<'_>> {
    let value = headers.get("x-amz-copy-source")?;
    match super::target::copy_source(value) {
        Ok(source) => {
            let text = format!("{}/{}", source.bucket, source.object_key);
            Some(vec![format!("/{text}").into(), text.into()])
        }
        Err(_) => Some(vec![String::from_utf8_lossy(value.as_bytes())]),
    }
}
