//! Presigned URLs.

use http::request::Parts;

use super::Error;
use super::credential::Credential;
use super::query::query_pairs;
use super::request::{Stated, single};
use super::signed_headers;
use super::timestamp::parse_basic;

/// Seven days.
const MAX_EXPIRES_SECS: u64 = 604_800;

/// The signature's parameters in a query string.
#[derive(Debug, Default)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// None: the query holds no signature of version 4. An error where it holds one of version 2.
    pub fn find(raw: &str) -> Result<Option<Self>, Error> {
        // Where the query is not UTF-8, only a signature in it matters here; the router refuses the rest.
        let pairs = match query_pairs(raw) {
            Some(pairs) => pairs,
            None if raw.contains("X-Amz-") => {
                return Err(Error::QueryParameters("The query string is not UTF-8.".to_owned()));
            }
            None => return Ok(None),
        };
        let has = |wanted: &str| pairs.iter().any(|(name, _)| name == wanted);
        let version_4 = has("X-Amz-Algorithm") || has("X-Amz-Credential") || has("X-Amz-Signature");
        if !version_4 && (has("AWSAccessKeyId") || (has("Signature") && has("Expires"))) {
            return Err(Error::UnsupportedMechanism);
        }
        Ok(version_4.then_some(Self(pairs)))
    }

    /// The only value of a parameter.
    fn get(&self, wanted: &str) -> Result<Option<&str>, Error> {
        let mut values = self.0.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (first, None) => Ok(first),
            _ => malformed(&format!("There is more than one {wanted}.")),
        }
    }

    fn required(&self, wanted: &str) -> Result<&str, Error> {
        self.get(wanted)?.ok_or_else(|| {
            Error::QueryParameters(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, \
                 X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
                    .to_owned(),
            )
        })
    }

    pub fn read<'a>(&'a self, head: &'a Parts, service: &str) -> Result<Stated<'a>, Error> {
        if self.required("X-Amz-Algorithm")? != "AWS4-HMAC-SHA256" {
            return malformed("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
        }
        let credential = Credential::parse(self.required("X-Amz-Credential")?, service).map_err(|fault| {
            Error::QueryParameters(format!("Error parsing the X-Amz-Credential parameter; {fault}"))
        })?;
        let signature = self.required("X-Amz-Signature")?;
        let date_text = self.required("X-Amz-Date")?;
        let Some(date) = parse_basic(date_text) else {
            return malformed("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
        };
        if !date_text.starts_with(credential.scope.date) {
            let scope_date = credential.scope.date;
            return malformed(&format!(
                "Invalid credential date \"{scope_date}\". This date is not the same as X-Amz-Date: \"{date_text}\"."
            ));
        }
        let names = self.required("X-Amz-SignedHeaders")?;
        let Some(signed_headers) = signed_headers::parse(names, &head.headers) else {
            return malformed("The X-Amz-SignedHeaders are not lower-case header names.");
        };
        let expires_secs = Some(expires_secs(self.required("X-Amz-Expires")?)?);
        Ok(Stated {
            credential,
            signed_headers,
            signature,
            date,
            date_text: date_text.into(),
            expires_secs,
            payload_value: Some(self.payload_value(head)?),
            session_token: self.get("X-Amz-Security-Token")?,
        })
    }

    /// Where neither the query nor a header states a hash, the payload is not covered.
    fn payload_value<'a>(&'a self, head: &'a Parts) -> Result<&'a str, Error> {
        let invalid = |value: &str| Error::PayloadHashInvalid { value: value.to_owned() };
        let in_header = single(&head.headers, "x-amz-content-sha256").map_err(|()| invalid(""))?;
        match (self.get("X-Amz-Content-Sha256")?, in_header) {
            (Some(in_query), Some(in_header)) if in_query != in_header => Err(invalid(in_header)),
            (Some(value), _) | (None, Some(value)) => Ok(value),
            (None, None) => Ok("UNSIGNED-PAYLOAD"),
        }
    }
}

fn expires_secs(text: &str) -> Result<u64, Error> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return malformed("X-Amz-Expires should be a number");
    }
    if negative {
        return malformed("X-Amz-Expires must be non-negative");
    }
    match digits.parse() {
        Ok(secs) if secs <= MAX_EXPIRES_SECS => Ok(secs),
        _ => malformed(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
             604800 seconds",
        ),
    }
}

fn malformed<T>(message: &str) -> Result<T, Error> {
    Err(Error::QueryParameters(message.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_is_between_zero_and_seven_days() {
        assert_eq!(expires_secs("0"), Ok(0));
        assert_eq!(expires_secs("604800"), Ok(604_800));
        for (wrong, words) in [
            ("604801", "less than a week"),
            ("99999999999999999999999", "less than a week"),
            ("-1", "non-negative"),
            ("+1", "a number"),
            ("", "a number"),
            ("-", "a number"),
            ("1.5", "a number"),
        ] {
            assert!(expires_secs(wrong).unwrap_err().to_string().contains(words), "{wrong}");
        }
    }

    #[test]
    fn version_2_is_refused_and_no_signature_is_none() {
        assert!(Parameters::find("prefix=a&Expires=3").unwrap().is_none());
        assert!(Parameters::find("%ff").unwrap().is_none());
        assert!(Parameters::find("X-Amz-Signature=%ff").is_err());
        for raw in ["AWSAccessKeyId=a&Signature=b&Expires=1", "Signature=b&Expires=1"] {
            assert_eq!(Parameters::find(raw).unwrap_err(), Error::UnsupportedMechanism);
        }
    }
}
