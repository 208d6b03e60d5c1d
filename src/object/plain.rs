//! Objects that were in a bucket before the gateway: served as they are.

use http::{Method, Response};

use super::Objects;
use super::error::Error;
use super::get::changed;
use super::put::place;
use super::read::{Read, ReadReply, Section};
use super::stored::{Stored, content_range};
use crate::upstream::{self, OwnBody};

impl Objects {
    /// A range of an object that was there before: as the backend serves it.
    pub(super) async fn plain_range(&self, read: &Read, stored: Stored) -> Result<ReadReply, Error> {
        let (bucket, object_key) = place(&read.permit)?;
        let Section::Range(range) = read.section else { return Err(Error::Internal("a plain range without a range")) };
        let range = range.resolve(stored.stored_len)?;
        let request = self.ranged((&bucket, &object_key), &stored, range.clone())?;
        let answer = self.upstream.expect(request).await.map_err(changed)?;
        let len = stored.stored_len;
        Ok(Self::reply_without_keys(stored, len, Some(range), upstream::shared(answer.into_body())))
    }

    /// A part of an object that was there before: the backend knows its parts.
    pub(super) async fn plain_part(&self, read: &Read, method: Method) -> Result<ReadReply, Error> {
        let Section::Part(number) = read.section else { return Err(Error::Internal("a part without a number")) };
        let request = self.conditional(read, method).await?.query("partNumber", number.to_string());
        let answer: Response<OwnBody> = self.upstream.expect(request).await?;
        let (head, body) = answer.into_parts();
        let (bucket, _) = place(&read.permit)?;
        let range = content_range(&head.headers);
        let count = head.headers.get("x-amz-mp-parts-count").and_then(|value| value.to_str().ok()?.parse().ok());
        let stored = Stored::read(head.status, head.headers, self.buckets.state(&bucket))?;
        let len = stored.stored_len;
        let mut reply = Self::reply_without_keys(stored, len, range, upstream::shared(body));
        reply.parts_count = count;
        Ok(reply)
    }
}
