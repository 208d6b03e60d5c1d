//! GetCallerIdentity: no permission is needed, and none can take it away.

use crate::identity::Caller;

use super::answer::Element;

pub fn run(caller: &Caller) -> Vec<Element> {
    vec![
        Element::Leaf("Arn", caller.arn().to_owned()),
        Element::Leaf("UserId", caller.principal_id().to_owned()),
        Element::Leaf("Account", caller.account().to_string()),
    ]
}
