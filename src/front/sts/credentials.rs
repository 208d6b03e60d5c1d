//! Temporary credentials as STS answers them.

use time::format_description::well_known::Rfc3339;

use crate::identity::{Credentials, NotAssumed};

use super::answer::Element;
use super::form::Form;

/// Here the secret leaves: it is the answer.
pub fn element(credentials: &Credentials) -> Element {
    let expires = credentials.expires.format(&Rfc3339).unwrap_or_default();
    Element::Branch(
        "Credentials",
        vec![
            Element::Leaf("AccessKeyId", credentials.access_key_id.clone()),
            Element::Leaf("SecretAccessKey", credentials.secret.expose().to_owned()),
            Element::Leaf("SessionToken", credentials.token.clone()),
            Element::Leaf("Expiration", expires),
        ],
    )
}

pub fn duration(form: &Form) -> Result<Option<u32>, NotAssumed> {
    let read =
        |text: &str| text.parse().map_err(|_| NotAssumed::Validation("DurationSeconds is no number.".to_owned()));
    form.get("DurationSeconds").map(read).transpose()
}
