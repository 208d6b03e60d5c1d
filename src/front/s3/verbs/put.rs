//! PutObject.

use http::StatusCode;

use super::{body, request, sse};
use crate::front::s3::{Door, Incoming, Reply, S3Error};
use crate::object::{self, Conditions, Write};

/// Seals a new object.
pub async fn put(door: &Door, mut incoming: Incoming) -> Result<Reply, S3Error> {
    let asked = sse::asked(door, &request::bucket(&incoming)?, &incoming.origin, &incoming.head.headers)?;
    let customer = asked.customer_key();
    let upload = body::upload(&mut incoming)?;
    let write = Write {
        attributes: object::from_client(&incoming.head.headers),
        conditions: Conditions::from_request(&incoming.head.headers),
        permit: incoming.permit,
        protection: asked.protection,
        declared_checksum: upload.declared,
        body: upload.body,
    };
    let written = door.objects.put(write).await?;
    let mut headers = written.headers;
    request::show_etag(&written.etag, &mut headers);
    sse::show(&written.protected, customer.as_ref(), &mut headers);
    sse::show_context(&written.protected, &mut headers);
    if let Some(checksum) = &written.checksum {
        request::show_checksum(checksum, None, &mut headers);
    }
    Ok(request::bare(StatusCode::OK, headers))
}
