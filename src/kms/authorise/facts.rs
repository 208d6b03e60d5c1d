//! What an action knows of its request, and the condition keys that come of it. Source: the KMS developer guide, "condition
//! keys for KMS".

use std::borrow::Cow;

use crate::kms::Call;
use crate::kms::key::Key;
use crate::kms::resolve::Resolved;
use crate::kms::spec::Family;
use crate::kms::tags::Tag;
use crate::names::EncryptionContext;
use crate::policy::{self, Values};

/// What an action knows of its request beyond caller and key.
#[derive(Default)]
pub struct Facts<'a> {
    pub context: Option<&'a EncryptionContext>,
    /// The alias by which the request named the key.
    pub alias: Option<&'a str>,
    pub grant_tokens: &'a [String],
    /// Further condition keys in lower case, such as `kms:encryptionalgorithm`. A name may stand more than once.
    pub conditions: Vec<(&'static str, Cow<'a, str>)>,
    pub request_tags: Option<Vec<(&'a str, Option<&'a str>)>>,
}

impl<'a> Facts<'a> {
    pub fn of(named: &'a Resolved) -> Self {
        Self { alias: named.alias.as_deref(), ..Self::default() }
    }

    pub fn context(mut self, context: &'a EncryptionContext) -> Self {
        self.context = Some(context);
        self
    }

    pub fn tokens(mut self, grant_tokens: &'a [String]) -> Self {
        self.grant_tokens = grant_tokens;
        self
    }

    pub fn request_tags(mut self, tags: &'a [Tag]) -> Self {
        let pairs = tags.iter().map(|tag| (tag.tag_key.as_str(), Some(tag.tag_value.as_str())));
        self.request_tags = Some(pairs.collect());
        self
    }

    /// Of UntagResource: names without values.
    pub fn request_tag_keys(mut self, names: &'a [String]) -> Self {
        self.request_tags = Some(names.iter().map(|name| (name.as_str(), None)).collect());
        self
    }

    /// A further condition key, in lower case, and a value of it.
    pub fn with(mut self, name: &'static str, value: impl Into<Cow<'a, str>>) -> Self {
        self.conditions.push((name, value.into()));
        self
    }

    pub fn with_all(mut self, name: &'static str, values: impl IntoIterator<Item = &'a str>) -> Self {
        self.conditions.extend(values.into_iter().map(|value| (name, Cow::Borrowed(value))));
        self
    }
}

/// The condition keys of KMS for one call.
pub(super) struct KmsFacts<'a> {
    pub call: &'a Call,
    pub key: Option<&'a Key>,
    pub facts: &'a Facts<'a>,
    /// The aliases of the key, with their prefix.
    pub aliases: &'a dyn Fn() -> Vec<String>,
}

impl policy::Facts for KmsFacts<'_> {
    fn get(&self, key: &str) -> Option<Values<'_>> {
        if let Some(name) = key.strip_prefix("kms:encryptioncontext:") {
            return self.context_values(name);
        }
        if let Some(name) = key.strip_prefix("aws:resourcetag/") {
            let mut tags = self.key?.tags.iter();
            return tags.find(|(tag, _)| tag.eq_ignore_ascii_case(name)).map(|(_, value)| one(value));
        }
        if let Some(name) = key.strip_prefix("aws:requesttag/") {
            let mut tags = self.facts.request_tags.as_ref()?.iter();
            return tags.find(|(tag, _)| tag.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.map(one));
        }
        self.of_the_call(key).or_else(|| self.of_the_request(key)).or_else(|| self.of_the_key(key))
    }
}

impl KmsFacts<'_> {
    /// Names in conditions ignore case. Two pairs that differ only so are two values.
    fn context_values(&self, name: &str) -> Option<Values<'_>> {
        let pairs = self.facts.context?.iter().filter(|(present, _)| present.eq_ignore_ascii_case(name));
        let values: Vec<_> = pairs.map(|(_, value)| Cow::Borrowed(value)).collect();
        (!values.is_empty()).then_some(values)
    }

    fn of_the_call(&self, key: &str) -> Option<Values<'_>> {
        let via = self.call.via.as_ref();
        Some(match key {
            "kms:calleraccount" => one(self.call.caller.account().as_str()),
            "kms:viaservice" => one(&via?.service),
            "aws:sourcearn" => one(&via?.source_arn),
            "aws:sourceaccount" => one(via?.source_account.as_str()),
            "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" if via.is_some() => one("s3.amazonaws.com"),
            _ => return None,
        })
    }

    fn of_the_request(&self, key: &str) -> Option<Values<'_>> {
        match key {
            "kms:requestalias" => return self.facts.alias.map(one),
            "kms:encryptioncontextkeys" => {
                let names: Vec<_> = self.facts.context?.iter().map(|(name, _)| Cow::Borrowed(name)).collect();
                return (!names.is_empty()).then_some(names);
            }
            "aws:tagkeys" => {
                let tags = self.facts.request_tags.as_ref()?;
                return Some(tags.iter().map(|(name, _)| Cow::Borrowed(*name)).collect());
            }
            _ => {}
        }
        let given = self.facts.conditions.iter().filter(|(name, _)| *name == key);
        let values: Vec<_> = given.map(|(_, value)| Cow::Borrowed(&**value)).collect();
        (!values.is_empty()).then_some(values)
    }

    fn of_the_key(&self, name: &str) -> Option<Values<'_>> {
        let key = self.key?;
        Some(match name {
            "kms:keyspec" | "kms:customermasterkeyspec" => one(key.spec.as_str()),
            "kms:keyusage" | "kms:customermasterkeyusage" => one(key.usage.as_str()),
            "kms:keyorigin" => one(key.origin.as_str()),
            "kms:multiregion" => one(if key.is_multi_region() { "true" } else { "false" }),
            "kms:multiregionkeytype" if key.is_multi_region() => one("PRIMARY"),
            "kms:resourcealiases" => {
                let aliases = (self.aliases)();
                if aliases.is_empty() {
                    return None;
                }
                aliases.into_iter().map(Cow::Owned).collect()
            }
            "aws:resourceaccount" => one(key.account().as_str()),
            _ => return None,
        })
    }

    /// The context against which a grant's constraints are held: symmetric cryptography only.
    pub fn constrained_context(&self) -> Option<&EncryptionContext> {
        let symmetric = self.key.is_some_and(|key| key.spec.family() == Family::Symmetric);
        self.facts.context.filter(|_| symmetric)
    }
}

fn one(value: &str) -> Values<'_> {
    vec![Cow::Borrowed(value)]
}
