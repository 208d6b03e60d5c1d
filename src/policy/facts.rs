//! The facts of a request: the values of its condition keys.

use std::borrow::Cow;

/// The values of one condition key. Most keys have one.
pub type Values<'a> = Vec<Cow<'a, str>>;

/// Where condition keys get their values. A key that is absent from the request is `None`.
pub trait Facts {
    /// `key` is in lower case.
    fn get(&self, key: &str) -> Option<Values<'_>>;
}

/// A request that is known by principal, action and resource alone.
pub struct NoFacts;

impl Facts for NoFacts {
    fn get(&self, _: &str) -> Option<Values<'_>> {
        None
    }
}

/// Whether a condition key is one whose presence or absence the doors tell truly. Another key in a statement makes the
/// statement unclear: its absence here would prove nothing.
pub(super) fn is_known(key: &str) -> bool {
    KEYS.contains(&key) || PREFIXES.iter().any(|prefix| key.len() > prefix.len() && key.starts_with(prefix))
}

/// In lower case. Source: the IAM user guide's "global condition context keys" and the KMS developer guide's "condition
/// keys". Those of networks, organisations and federation are here too: such requests do not exist, so they are absent.
const KEYS: &[&str] = &[
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:currenttime",
    "aws:epochtime",
    "aws:federatedprovider",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:principaltype",
    "aws:referer",
    "aws:requestedregion",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
    "aws:securetransport",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:tagkeys",
    "aws:tokenissuetime",
    "aws:useragent",
    "aws:userid",
    "aws:username",
    "aws:viaawsservice",
    "aws:vpcsourceip",
    "kms:bypasspolicylockoutsafetycheck",
    "kms:calleraccount",
    "kms:customermasterkeyspec",
    "kms:customermasterkeyusage",
    "kms:datakeypairspec",
    "kms:encryptionalgorithm",
    "kms:encryptioncontextkeys",
    "kms:expirationmodel",
    "kms:grantconstrainttype",
    "kms:granteeprincipal",
    "kms:grantisforawsresource",
    "kms:grantoperations",
    "kms:keyagreementalgorithm",
    "kms:keyorigin",
    "kms:keyspec",
    "kms:keyusage",
    "kms:macalgorithm",
    "kms:messagetype",
    "kms:multiregion",
    "kms:multiregionkeytype",
    "kms:policyname",
    "kms:primaryregion",
    "kms:reencryptonsamekey",
    "kms:replicaregion",
    "kms:requestalias",
    "kms:resourcealiases",
    "kms:retiringprincipal",
    "kms:rotationperiodindays",
    "kms:schedulekeydeletionpendingwindowindays",
    "kms:signingalgorithm",
    "kms:validto",
    "kms:viaservice",
    "kms:wrappingalgorithm",
    "kms:wrappingkeyspec",
    "sts:externalid",
    "sts:rolesessionname",
    "sts:sourceidentity",
];

const PREFIXES: &[&str] = &[
    "aws:principaltag/",
    "aws:requesttag/",
    "aws:resourcetag/",
    "kms:encryptioncontext:",
    "kms:recipientattestation:",
    "sts:transitivetagkeys",
];
