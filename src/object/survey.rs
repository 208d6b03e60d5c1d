//! Which objects of a bucket are not sealed: asked before a bucket is marked sealed.

use futures::{StreamExt, TryStreamExt};
use http::Method;
use serde::Deserialize;

use super::Objects;
use super::error::Error;
use crate::envelope;
use crate::names::{BucketName, ObjectKey};
use crate::upstream::Request;

/// How many objects are asked for at a time.
const AT_ONCE: usize = 16;

/// What a survey found.
#[derive(Debug, Default)]
pub struct Survey {
    pub sealed: u64,
    /// The first of them, in the order of their keys.
    pub plain: Vec<String>,
    pub plain_count: u64,
}

/// How many plain objects a survey names.
const NAMED: usize = 10;

impl Objects {
    /// Looks at every current object of `bucket`, one HEAD each. `progress` hears how many were seen after each page.
    pub async fn survey(&self, bucket: &BucketName, mut progress: impl FnMut(u64)) -> Result<Survey, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Page {
            #[serde(default)]
            is_truncated: bool,
            #[serde(default)]
            contents: Vec<Entry>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Entry {
            key: String,
        }
        let mut survey = Survey::default();
        let mut after: Option<String> = None;
        loop {
            let mut request =
                Request::new(Method::GET).bucket(bucket).query("list-type", "2").query("encoding-type", "url");
            if let Some(after) = &after {
                request = request.query("start-after", after.as_str());
            }
            let page: Page = self.document(request).await?;
            let decode = |entry: Entry| {
                let text = entry.key.replace('+', " ");
                let key = percent_encoding::percent_decode_str(&text).decode_utf8().ok()?.into_owned();
                ObjectKey::new(&key).ok()
            };
            let keys: Option<Vec<ObjectKey>> = page.contents.into_iter().map(decode).collect();
            let keys = keys.ok_or(Error::Damaged("a listing of the backend"))?;
            after = keys.last().map(|key| key.as_str().to_owned());
            let looks =
                keys.into_iter().map(|key| async move { Ok::<_, Error>((self.is_sealed(bucket, &key).await?, key)) });
            let seen: Vec<(bool, ObjectKey)> = futures::stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
            for (sealed, key) in seen {
                if sealed {
                    survey.sealed += 1;
                } else {
                    survey.plain_count += 1;
                    if survey.plain.len() < NAMED {
                        survey.plain.push(key.as_str().to_owned());
                    }
                }
            }
            progress(survey.sealed + survey.plain_count);
            if !page.is_truncated || after.is_none() {
                return Ok(survey);
            }
        }
    }

    /// The backend's buckets without the gateway's own.
    pub async fn bucket_names(&self) -> Result<Vec<BucketName>, Error> {
        #[derive(Deserialize)]
        struct All {
            #[serde(rename = "Buckets")]
            buckets: Buckets,
        }
        #[derive(Deserialize)]
        struct Buckets {
            #[serde(rename = "Bucket", default)]
            buckets: Vec<Bucket>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Bucket {
            name: String,
        }
        let all: All = self.document(Request::new(Method::GET)).await?;
        let names = all.buckets.buckets.into_iter().filter_map(|bucket| BucketName::new(&bucket.name).ok());
        Ok(names.filter(|name| *name != self.settings.system_bucket).collect())
    }

    async fn is_sealed(&self, bucket: &BucketName, object_key: &ObjectKey) -> Result<bool, Error> {
        match self.upstream.expect(Request::new(Method::HEAD).object(bucket, object_key)).await {
            // Deleted since it was listed.
            Err(error) if error.status() == Some(http::StatusCode::NOT_FOUND) => Ok(true),
            answer => Ok(answer?.headers().contains_key(envelope::HEADER)),
        }
    }
}
