//! The condition keys that every request has: who asks, from where, when.

use std::borrow::Cow;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::policy::{Facts, Values};

use super::{Caller, CallerKind, Origin};

/// Whether the caller speaks for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    Itself,
    /// A service of this gateway calls in its name: where the client sits is then not known to policies.
    Service,
}

/// The global keys, and behind them those of the service.
pub struct RequestFacts<'a> {
    pub caller: &'a Caller,
    pub origin: &'a Origin,
    pub through: Through,
    pub now: OffsetDateTime,
    pub service: &'a dyn Facts,
}

impl Facts for RequestFacts<'_> {
    fn get(&self, key: &str) -> Option<Values<'_>> {
        let own = match key.strip_prefix("aws:principaltag/") {
            Some(tag) => self.caller.tag(tag).map(Cow::Borrowed),
            None => self.global(key),
        };
        own.map(|value| vec![value]).or_else(|| self.service.get(key))
    }
}

impl RequestFacts<'_> {
    fn global(&self, key: &str) -> Option<Cow<'_, str>> {
        let caller = self.caller;
        let named = caller.kind() != CallerKind::Anonymous;
        let direct = self.through == Through::Itself;
        let flag = |value: bool| Cow::Borrowed(if value { "true" } else { "false" });
        Some(match key {
            "aws:principalarn" if named => caller.principal_arn().into(),
            "aws:principalaccount" if named => caller.account().as_str().into(),
            "aws:principaltype" => match caller.kind() {
                CallerKind::Root => "Account",
                CallerKind::User => "User",
                CallerKind::AssumedRole => "AssumedRole",
                CallerKind::Anonymous => "Anonymous",
            }
            .into(),
            "aws:userid" if named => caller.principal_id().into(),
            "aws:userid" => "anonymous".into(),
            "aws:username" => caller.user_name()?.into(),
            "aws:principalisawsservice" => flag(false),
            "aws:viaawsservice" => flag(!direct),
            "aws:sourceip" if direct => self.origin.source_ip.to_canonical().to_string().into(),
            "aws:useragent" if direct => (&*self.origin.user_agent).into(),
            "aws:securetransport" => flag(!direct || self.origin.secure),
            "aws:requestedregion" => self.origin.region.as_str().into(),
            "aws:currenttime" => self.now.format(&Rfc3339).ok()?.into(),
            "aws:epochtime" => self.now.unix_timestamp().to_string().into(),
            "aws:tokenissuetime" => caller.session_issued()?.format(&Rfc3339).ok()?.into(),
            // Temporary credentials carry it on AWS; no second factor is known here.
            "aws:multifactorauthpresent" if caller.session_issued().is_some() => flag(false),
            _ => return None,
        })
    }
}
