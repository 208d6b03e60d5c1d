//! The encryption context of a KMS call for an object: the client's pairs, and the place. Source: S3 user guide, "using
//! server-side encryption with KMS keys", encryption context.

use crate::names::{BucketName, EncryptionContext, ObjectKey};

use super::Error;

const PLACE: &str = "aws:s3:arn";

/// Without bucket keys the place is the object's.
pub fn of_object(
    client: &EncryptionContext,
    (bucket, key): (&BucketName, &ObjectKey),
) -> Result<EncryptionContext, Error> {
    with_place(client, key.arn(bucket))
}

/// With bucket keys the place is the bucket's, since one key serves many objects.
pub fn of_bucket(client: &EncryptionContext, bucket: &BucketName) -> Result<EncryptionContext, Error> {
    with_place(client, bucket.arn())
}

fn with_place(client: &EncryptionContext, place: String) -> Result<EncryptionContext, Error> {
    if client.get(PLACE).is_some_and(|claimed| claimed != place) {
        return Err(Error::ContextContradicts);
    }
    let mut context = client.clone();
    context.insert(PLACE, place);
    Ok(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (BucketName, ObjectKey) {
        (BucketName::new("bucket").unwrap(), ObjectKey::new("folder/key").unwrap())
    }

    #[test]
    fn the_place_is_added() {
        let (bucket, key) = place();
        let client: EncryptionContext = [("team".to_owned(), "blue".to_owned())].into_iter().collect();
        let context = of_object(&client, (&bucket, &key)).unwrap();
        assert_eq!(context.get("aws:s3:arn"), Some("arn:aws:s3:::bucket/folder/key"));
        assert_eq!(context.get("team"), Some("blue"));
        assert_eq!(of_bucket(&client, &bucket).unwrap().get("aws:s3:arn"), Some("arn:aws:s3:::bucket"));
    }

    #[test]
    fn a_client_may_repeat_the_place_but_not_deny_it() {
        let (bucket, key) = place();
        let claim = |arn: &str| [("aws:s3:arn".to_owned(), arn.to_owned())].into_iter().collect::<EncryptionContext>();
        assert!(of_object(&claim("arn:aws:s3:::bucket/folder/key"), (&bucket, &key)).is_ok());
        assert!(of_object(&claim("arn:aws:s3:::bucket"), (&bucket, &key)).is_err());
        assert!(of_bucket(&claim("arn:aws:s3:::bucket/folder/key"), &bucket).is_err());
    }
}
