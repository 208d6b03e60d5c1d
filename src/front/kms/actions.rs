//! The one table of actions: name, shape of the request, handler. What is not in it does not exist.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use serde_json::Value;

use crate::kms::{Call, Code, Error, Kms, Operation, ops};

use super::model;
use super::shape::Shape;

pub struct Action {
    pub name: &'static str,
    pub read_only: bool,
    pub request: &'static Shape,
    pub run: for<'a> fn(&'a Kms, &'a Call, Value) -> Answer<'a>,
}

type Answer<'a> = Pin<Box<dyn Future<Output = Result<Bytes, Error>> + Send + 'a>>;

pub const ACTIONS: &[Action] = &[
    action::<ops::create_key::CreateKey>(&model::CREATE_KEY_REQUEST),
    action::<ops::decrypt::Decrypt>(&model::DECRYPT_REQUEST),
    action::<ops::describe_key::DescribeKey>(&model::DESCRIBE_KEY_REQUEST),
    action::<ops::encrypt::Encrypt>(&model::ENCRYPT_REQUEST),
    action::<ops::generate_data_key::GenerateDataKey>(&model::GENERATE_DATA_KEY_REQUEST),
    action::<ops::list_aliases::ListAliases>(&model::LIST_ALIASES_REQUEST),
    action::<ops::list_keys::ListKeys>(&model::LIST_KEYS_REQUEST),
];

pub fn find(name: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.name == name)
}

const fn action<O: Operation + 'static>(request: &'static Shape) -> Action {
    Action { name: O::NAME, read_only: O::READ_ONLY, request, run: run::<O> }
}

fn run<'a, O: Operation + 'static>(kms: &'a Kms, call: &'a Call, request: Value) -> Answer<'a> {
    Box::pin(async move {
        let input = match serde_json::from_value::<O::Input>(request) {
            Ok(input) => input,
            Err(_) => {
                let error = Error::bare(Code::Serialization);
                kms.record_refused(call, O::NAME, O::READ_ONLY, &error).await?;
                return Err(error);
            }
        };
        let output = kms.perform::<O>(call, input).await?;
        let body = serde_json::to_vec(&output).map_err(|_| Error::bare(Code::Internal))?;
        // An action without an answer has an empty body.
        Ok(if body == b"null" { Bytes::new() } else { body.into() })
    })
}
