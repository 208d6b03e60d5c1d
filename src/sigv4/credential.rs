//! `<access key id>/<date>/<region>/<service>/aws4_request`.

use crate::names::Region;

/// What a signing key is derived for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    /// `yyyymmdd`.
    pub date: String,
    pub region: Region,
    pub service: String,
}

impl Scope {
    pub fn text(&self) -> String {
        [&self.date, self.region.as_str(), &self.service, "aws4_request"].join("/")
    }
}

/// An access key id and its scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credential {
    pub access_key_id: String,
    pub scope: Scope,
}

impl Credential {
    /// Parses a credential whose service must be `service`. The error is the tail of AWS's sentence, the same for headers,
    /// queries and forms. An access key id may hold slashes, so the scope is read from the end.
    pub fn parse(text: &str, service: &str) -> Result<Self, String> {
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
        let scope = Scope { date: date.to_owned(), region, service: stated_service.to_owned() };
        Ok(Self { access_key_id: access_key_id.to_owned(), scope })
    }
}
