//! The `Authorization` header.

use std::borrow::Cow;

use http::HeaderMap;
use http::request::Parts;
use time::OffsetDateTime;

use super::Error;
use super::credential::Credential;
use super::request::{Stated, single};
use super::signed_headers;
use super::timestamp::{basic, parse_basic, parse_http};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Reads the header form; `authorization` is the header's value.
pub(super) fn read<'a>(head: &'a Parts, authorization: &'a str, service: &str) -> Result<Stated<'a>, Error> {
    let rest = fields_of(authorization)?;
    let [credential, names, signature] = three_fields(rest)?;
    let credential = Credential::parse(credential, service).map_err(Error::HeaderMalformed)?;
    let signed_headers = signed_headers::parse(names, &head.headers)
        .ok_or_else(|| Error::HeaderMalformed("the SignedHeaders are not lower-case header names.".to_owned()))?;
    let (date, date_text) = date(&head.headers)?;
    if !date_text.starts_with(credential.scope.date) {
        return Err(Error::HeaderMalformed(format!(
            "Invalid credential date \"{}\". This date is not the same as X-Amz-Date: \"{date_text}\".",
            credential.scope.date,
        )));
    }
    let payload_value = single(&head.headers, "x-amz-content-sha256")
        .map_err(|()| Error::PayloadHashInvalid { value: String::new() })?;
    let session_token = single(&head.headers, "x-amz-security-token")
        .map_err(|()| Error::HeaderMalformed("there is more than one X-Amz-Security-Token.".to_owned()))?;
    Ok(Stated {
        credential,
        signed_headers,
        signature,
        date,
        date_text,
        expires_secs: None,
        payload_value,
        session_token,
    })
}

/// What follows the algorithm's name.
fn fields_of(authorization: &str) -> Result<&str, Error> {
    let (scheme, rest) = authorization.trim().split_once(' ').unwrap_or((authorization.trim(), ""));
    match scheme {
        ALGORITHM => Ok(rest),
        // Signature Version 2, and 4A.
        "AWS" | "AWS4-ECDSA-P256-SHA256" => Err(Error::UnsupportedMechanism),
        // The rest may be a password or token, and stays out of errors.
        _ => Err(Error::UnsupportedAuthorization { value: scheme.to_owned() }),
    }
}

/// Credential, SignedHeaders and Signature, each exactly once, in any order.
fn three_fields(text: &str) -> Result<[&str; 3], Error> {
    const NAMES: [&str; 3] = ["Credential", "SignedHeaders", "Signature"];
    let malformed = |fault: String| Error::HeaderMalformed(fault);
    let mut found = [None; 3];
    for piece in text.split(',') {
        let (name, value) =
            piece.trim().split_once('=').ok_or_else(|| malformed("a field has no equal-sign.".to_owned()))?;
        let (_, slot) = NAMES
            .iter()
            .zip(&mut found)
            .find(|(known, _)| **known == name)
            .ok_or_else(|| malformed("there is an unknown field.".to_owned()))?;
        if slot.replace(value).is_some() {
            return Err(malformed(format!("there is more than one {name}.")));
        }
    }
    let missing = |name: &str| malformed(format!("missing {name}."));
    let [credential, signed_headers, signature] = found;
    Ok([
        credential.ok_or_else(|| missing("Credential"))?,
        signed_headers.ok_or_else(|| missing("SignedHeaders"))?,
        signature.ok_or_else(|| missing("Signature"))?,
    ])
}

/// `x-amz-date` where it stands, else `Date`; and the same in the basic form.
fn date(headers: &HeaderMap) -> Result<(OffsetDateTime, Cow<'_, str>), Error> {
    let single = |name| single(headers, name).map_err(|()| Error::DateMissing);
    let in_basic = |text| Some((parse_basic(text)?, Cow::Borrowed(text)));
    let in_http = |text| parse_http(text).map(|date| (date, Cow::Owned(basic(date))));
    let date = match single("x-amz-date")? {
        Some(text) => in_basic(text),
        None => single("date")?.and_then(|text| in_http(text).or_else(|| in_basic(text))),
    };
    date.ok_or(Error::DateMissing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_fields_in_any_order() {
        assert_eq!(three_fields("Signature=s, Credential=a=b,SignedHeaders=h"), Ok(["a=b", "h", "s"]));
        for wrong in [
            "",
            "Credential=a",
            "Credential=a,Credential=a,SignedHeaders=h,Signature=s",
            "Credential=a,SignedHeaders=h,Signature=s,x=y",
            "Credential=a,SignedHeaders=h,Signature",
        ] {
            assert_eq!(three_fields(wrong).unwrap_err().code(), "AuthorizationHeaderMalformed", "{wrong}");
        }
    }

    #[test]
    fn other_schemes() {
        assert_eq!(fields_of("AWS AKID:sig"), Err(Error::UnsupportedMechanism));
        assert_eq!(fields_of("AWS4-ECDSA-P256-SHA256 x"), Err(Error::UnsupportedMechanism));
        assert_eq!(fields_of("Bearer secret"), Err(Error::UnsupportedAuthorization { value: "Bearer".into() }));
        assert_eq!(fields_of("").unwrap_err().code(), "InvalidArgument");
    }
}
