//! A table of decisions: documents, caller, request, verdict. Most documents are the examples of the S3 user guide ("bucket
//! policy examples", "condition key examples", "actions, resources and condition keys") and of the IAM user guide.
//!
//! A request is written as `who action resource`, then what it carries: `header=value`, `?parameter=value`, `@fact=value`.

mod callers;
mod encryption;
mod places;
mod principals;
mod tags;
mod writes;

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Query;
use super::facts::S3Facts;
use super::permission::{Signed, word_of};
use super::stated::{Stated, TagsOf};
use crate::bucket::{Access, BucketPolicy, PublicAccessBlock};
use crate::identity::{self, Denied, DeniedReason, Origin, Question, Target};
use crate::names::{AccountId, BucketName, ObjectKey, Region};

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Allow,
    /// A statement denies.
    Deny,
    /// Nothing allows.
    Silence,
}

use Verdict::{Allow, Deny, Silence};

/// Documents, and requests that they decide.
struct Scene {
    /// Statements of the user `ann` and the role `app`.
    identity: &'static str,
    /// Statements of the bucket `photos`.
    bucket: &'static str,
    public_access: PublicAccessBlock,
    requests: &'static [(&'static str, Verdict)],
}

const OPEN: PublicAccessBlock = PublicAccessBlock {
    block_public_acls: false,
    ignore_public_acls: false,
    block_public_policy: false,
    restrict_public_buckets: false,
};

const fn scene(identity: &'static str, bucket: &'static str, requests: &'static [(&'static str, Verdict)]) -> Scene {
    Scene { identity, bucket, public_access: OPEN, requests }
}

/// The bucket's account.
const ACCOUNT: &str = "111122223333";
const NOW: &str = "2026-06-15T12:00:00Z";

#[test]
fn the_table_is_decided_as_it_says() {
    let scenes = [principals::SCENES, encryption::SCENES, places::SCENES, tags::SCENES, writes::SCENES];
    let (mut count, mut wrong) = (0, Vec::new());
    for scene in scenes.into_iter().flatten() {
        for (request, expected) in scene.requests {
            count += 1;
            let decided = decide(scene, request);
            let found = match &decided {
                Ok(_) => Allow,
                Err(Denied { reason: DeniedReason::BucketDenies | DeniedReason::ExplicitDeny(_), .. }) => Deny,
                Err(_) => Silence,
            };
            if found != *expected {
                wrong.push(format!("{request}: {found:?}\nidentity: {}\nbucket: {}", scene.identity, scene.bucket));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(count >= 150, "the table has {count} cases");
}

fn document(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

fn decide(scene: &Scene, text: &str) -> Result<identity::Permit, Denied> {
    let request = Request::read(text);
    let now = OffsetDateTime::parse(request.at("time").unwrap_or(NOW), &Rfc3339).unwrap();
    let caller = callers::caller(request.who, scene.identity);
    let account = AccountId::new(ACCOUNT).unwrap();
    let bucket = BucketName::new("photos").unwrap();
    let policy = match scene.bucket {
        "" => None,
        statements if statements.starts_with('{') => {
            let checked = BucketPolicy::check(document(statements).as_bytes(), &bucket, &|_, _| true);
            Some(checked.unwrap_or_else(|malformed| panic!("{malformed}: {statements}")))
        }
        damaged => Some(BucketPolicy::load(damaged.to_owned())),
    };
    let access = Access { policy, public_access: Some(scene.public_access) };
    let tls_version = request.at("tls").map(|version| if version == "1.3" { "1.3" } else { "1.2" });
    let origin = Origin {
        request_id: "R".into(),
        source_ip: request.at("ip").unwrap_or("192.0.2.10").parse().unwrap(),
        user_agent: request.at("agent").unwrap_or("aws-cli/2").into(),
        secure: tls_version.is_some(),
        tls_version,
        region: Region::new("us-east-1").unwrap(),
    };
    let age = request.at("age").map_or(time::Duration::ZERO, |secs| time::Duration::seconds(secs.parse().unwrap()));
    let signed = match request.at("signed") {
        _ if request.who == "anonymous" => Signed::Not,
        Some("query") => Signed::InQuery(now - age),
        Some("form") => Signed::InForm(now - age),
        _ => Signed::InHeader(now - age),
    };
    let existing: Vec<_> = request
        .facts
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("tag:")?.to_owned(), (*value).to_owned())))
        .collect();
    let tags_of = match request.headers.contains_key("x-amz-copy-source") {
        true => TagsOf::copy(&request.headers),
        false => TagsOf::Request,
    };
    let mut stated = Stated::in_headers(&request.headers, tags_of).unwrap();
    stated.location = request.at("location").map(str::to_owned);
    let facts = S3Facts {
        account: (request.target != Target::Service).then_some(&account),
        request: &request.headers,
        written: &request.headers,
        query: Some(&request.query),
        version_id: request.query.get("versionId"),
        signed,
        tls_version,
        now,
        creates: request.at("creates").map(|creates| creates == "true"),
        existing_tags: &existing,
        stated: &stated,
    };
    let question = Question {
        caller: &caller,
        action: request.action,
        target: &request.target,
        origin: &origin,
        now,
        bucket: word_of(&access),
        facts: &facts,
    };
    identity::authorise(&question)
}

/// A request of the table.
struct Request {
    who: &'static str,
    action: &'static str,
    target: Target,
    headers: HeaderMap,
    query: Query,
    facts: BTreeMap<&'static str, &'static str>,
}

impl Request {
    fn read(text: &str) -> Self {
        // Actions are static, as the table of routes is.
        let text: &'static str = text.to_owned().leak();
        let mut words = text.split(' ');
        let mut word = || words.next().unwrap_or_else(|| panic!("{text}"));
        let (who, action, resource) = (word(), word(), word());
        let target = match resource.split_once('/') {
            None if resource == "-" => Target::Service,
            None => Target::Bucket(BucketName::new(resource).unwrap()),
            Some((bucket, key)) => Target::Object(BucketName::new(bucket).unwrap(), ObjectKey::new(key).unwrap()),
        };
        let (mut headers, mut facts, mut query) = (HeaderMap::new(), BTreeMap::new(), Vec::new());
        for word in words {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            if let Some(name) = name.strip_prefix('@') {
                facts.insert(name, value);
            } else if name.starts_with('?') {
                query.push(word.trim_start_matches('?'));
            } else {
                headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap());
            }
        }
        let query = Query::parse(Some(&query.join("&"))).unwrap();
        Self { who, action, target, headers, query, facts }
    }

    fn at(&self, name: &str) -> Option<&'static str> {
        self.facts.get(name).copied()
    }
}
