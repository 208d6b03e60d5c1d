//! `<access key id>/<date>/<region>/<service>/aws4_request`.

use crate::names::Region;

/// What a signing key is derived for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scope<'a> {
    /// [`scope_text`] of the others.
    pub text: &'a str,
    /// `yyyymmdd`.
    pub date: &'a str,
    pub region: Region,
    pub service: &'a str,
}

/// `<date>/<region>/<service>/aws4_request`.
pub(super) fn scope_text(date: &str, region: &Region, service: &str) -> String {
    [date, region.as_str(), service, "aws4_request"].join("/")
}

/// An access key id and its scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credential<'a> {
    pub access_key_id: &'a str,
    pub scope: Scope<'a>,
}

impl<'a> Credential<'a> {
    /// Parses a credential whose service must be `service`. The error is the tail of AWS's sentence, the same for headers,
    /// queries and forms. An access key id may hold slashes, so the scope is read from the end.
    pub fn parse(text: &'a str, service: &str) -> Result<Self, String> {
        let malformed = || {
            "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".".to_owned()
        };
        let mut pieces = text.rsplitn(5, '/');
        let terminal = pieces.next().ok_or_else(malformed)?;
        let stated_service = pieces.next().ok_or_else(malformed)?;
        let region = pieces.next().ok_or_else(malformed)?;
        let date = pieces.next().ok_or_else(malformed)?;
        let access_key_id = pieces.next().filter(|id| !id.is_empty()).ok_or_else(malformed)?;
        if date.len() != 8 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!(
                "incorrect date format \"{date}\". This date in the credential must be in the format \"yyyyMMdd\"."
            ));
        }
        if terminal != "aws4_request" {
            return Err(format!("incorrect terminal \"{terminal}\". This endpoint uses \"aws4_request\"."));
        }
        if stated_service != service {
            return Err(format!("incorrect service \"{stated_service}\". This endpoint belongs to \"{service}\"."));
        }
        let region = Region::new(region).map_err(|_| format!("the region '{region}' is wrong"))?;
        let scope = Scope { text: &text[access_key_id.len() + 1..], date, region, service: stated_service };
        Ok(Self { access_key_id, scope })
    }
}
