//! The table of S3 operations: every one of botocore's S3 model, and what becomes of it.

use super::Query;

/// An operation that the gateway carries out itself, because it meets ciphertext, lengths, ETags or bucket state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    ListBuckets,
    CreateBucket,
    DeleteBucket,
    ListObjects,
    ListObjectsV2,
    ListObjectVersions,
    ListMultipartUploads,
    PutObject,
    PostObject,
    GetObject,
    HeadObject,
    GetObjectAttributes,
    CopyObject,
    DeleteObject,
    DeleteObjects,
    CreateMultipartUpload,
    UploadPart,
    UploadPartCopy,
    CompleteMultipartUpload,
    AbortMultipartUpload,
    ListParts,
    GetBucketPolicy,
    PutBucketPolicy,
    DeleteBucketPolicy,
    GetBucketPolicyStatus,
    GetPublicAccessBlock,
    PutPublicAccessBlock,
    DeletePublicAccessBlock,
    GetBucketEncryption,
    PutBucketEncryption,
    DeleteBucketEncryption,
    UpdateObjectEncryption,
}

/// What a request addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Service,
    Bucket,
    Object,
}

/// What becomes of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Carried out here.
    Typed(Verb),
    /// Passed to the backend as it is, signed anew.
    Forwarded,
    /// Answered NotImplemented: the backend would meet ciphertext, or take plaintext, or the gateway owns the subject.
    Refused,
}

/// One row of the table.
#[derive(Debug)]
pub struct Route {
    /// AWS's name of the operation.
    pub operation: &'static str,
    /// The action that a policy must allow; empty for what is refused anyway.
    pub action: &'static str,
    /// The action instead, where the request names a version.
    pub version_action: Option<&'static str>,
    pub method: &'static str,
    pub level: Level,
    /// Query parameters that make the operation; `name=value` where the value matters too.
    pub needs: &'static [&'static str],
    /// Further query parameters that it knows.
    pub knows: &'static [&'static str],
    pub marker: Marker,
    pub kind: Kind,
}

/// A header that makes another operation of the same request line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    None,
    /// `x-amz-copy-source`.
    CopySource,
}

/// Why there is no route.
#[derive(Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// The sub-resource exists, but not for this method.
    MethodNotAllowed,
    /// No operation has these query parameters.
    Unknown,
}

/// The row for a request line. `has_copy_source`: whether `x-amz-copy-source` is present.
pub fn find(method: &str, level: Level, query: &Query, has_copy_source: bool) -> Result<&'static Route, NoRoute> {
    let marker = if has_copy_source && method == "PUT" { Marker::CopySource } else { Marker::None };
    let here = TABLE.iter().filter(|route| route.level == level);
    let asked = |route: &&Route| route.is_asked_by(query);
    let mine = |route: &&Route| route.method == method && (route.marker == marker || !route.has_copying_twin());
    // The row that needs most is the most particular one.
    let found = here.clone().filter(mine).filter(asked).max_by_key(|route| route.needs.len());
    found.filter(|route| query.iter().all(|(name, _)| route.takes(name))).ok_or_else(|| {
        let other_method = here.filter(asked).any(|route| query.iter().all(|(name, _)| route.takes(name)));
        if other_method && found.is_none() { NoRoute::MethodNotAllowed } else { NoRoute::Unknown }
    })
}

impl Route {
    fn is_asked_by(&self, query: &Query) -> bool {
        let has = |need: &&str| match need.split_once('=') {
            Some((name, value)) => query.get(name) == Some(value),
            None => query.has(need),
        };
        self.needs.len() <= query.iter().count() && self.needs.iter().all(has)
    }

    fn takes(&self, name: &str) -> bool {
        let needed = self.needs.iter().any(|need| need.split('=').next() == Some(name));
        needed || self.knows.contains(&name) || is_signature(name) || name == "x-id"
    }

    fn has_copying_twin(&self) -> bool {
        matches!(self.kind, Kind::Typed(Verb::PutObject | Verb::CopyObject | Verb::UploadPart | Verb::UploadPartCopy))
    }

    /// The action for a request with or without a version id.
    pub fn action_for(&self, query: &Query) -> &'static str {
        self.version_action.filter(|_| query.has("versionId")).unwrap_or(self.action)
    }
}

/// Whether a query parameter belongs to a presigned URL's signature.
pub fn is_signature(name: &str) -> bool {
    const NAMES: [&str; 8] = [
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-expires",
        "x-amz-signedheaders",
        "x-amz-signature",
        "x-amz-security-token",
        "x-amz-content-sha256",
    ];
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

const fn row(
    operation: &'static str,
    action: &'static str,
    method: &'static str,
    level: Level,
    needs: &'static [&'static str],
    knows: &'static [&'static str],
    kind: Kind,
) -> Route {
    Route { operation, action, version_action: None, method, level, needs, knows, marker: Marker::None, kind }
}

impl Route {
    const fn version(mut self, action: &'static str) -> Self {
        self.version_action = Some(action);
        self
    }

    const fn copying(mut self) -> Self {
        self.marker = Marker::CopySource;
        self
    }
}

use Kind::{Forwarded, Refused, Typed};
use Level::{Bucket, Object, Service};

const VERSION: &[&str] = &["versionId"];
const RESPONSE: &[&str] = &[
    "versionId",
    "partNumber",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
];

/// In the order of botocore's model, grouped by what is addressed.
#[rustfmt::skip]
pub const TABLE: &[Route] = &[
    // The service.
    row("ListBuckets", "s3:ListAllMyBuckets", "GET", Service, &[], &["max-buckets", "continuation-token", "prefix", "bucket-region"], Typed(Verb::ListBuckets)),
    row("ListDirectoryBuckets", "", "GET", Service, &["max-directory-buckets"], &["continuation-token"], Refused),
    row("WriteGetObjectResponse", "", "POST", Service, &[], &[], Refused),

    // Buckets and their objects' lists.
    row("CreateBucket", "s3:CreateBucket", "PUT", Bucket, &[], &[], Typed(Verb::CreateBucket)),
    row("DeleteBucket", "s3:DeleteBucket", "DELETE", Bucket, &[], &[], Typed(Verb::DeleteBucket)),
    row("HeadBucket", "s3:ListBucket", "HEAD", Bucket, &[], &[], Forwarded),
    row("ListObjects", "s3:ListBucket", "GET", Bucket, &[], &["delimiter", "encoding-type", "marker", "max-keys", "prefix"], Typed(Verb::ListObjects)),
    row("ListObjectsV2", "s3:ListBucket", "GET", Bucket, &["list-type=2"], &["delimiter", "encoding-type", "max-keys", "prefix", "continuation-token", "fetch-owner", "start-after"], Typed(Verb::ListObjectsV2)),
    row("ListObjectVersions", "s3:ListBucketVersions", "GET", Bucket, &["versions"], &["delimiter", "encoding-type", "key-marker", "max-keys", "prefix", "version-id-marker"], Typed(Verb::ListObjectVersions)),
    row("ListMultipartUploads", "s3:ListBucketMultipartUploads", "GET", Bucket, &["uploads"], &["delimiter", "encoding-type", "key-marker", "max-uploads", "prefix", "upload-id-marker"], Typed(Verb::ListMultipartUploads)),
    row("DeleteObjects", "s3:DeleteObject", "POST", Bucket, &["delete"], &[], Typed(Verb::DeleteObjects)),
    row("PostObject", "s3:PutObject", "POST", Bucket, &[], &[], Typed(Verb::PostObject)),
    row("CreateSession", "", "GET", Bucket, &["session"], &[], Refused),

    // Bucket configuration. What a backend does not route it takes for CreateBucket, DeleteBucket or ListObjects, which the
    // caller was not asked for: forwarded is only what all backends that are tested route, the rest is refused.
    row("GetBucketAbac", "s3:GetBucketAbac", "GET", Bucket, &["abac"], &[], Refused),
    row("PutBucketAbac", "s3:PutBucketAbac", "PUT", Bucket, &["abac"], &[], Refused),
    row("GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration", "GET", Bucket, &["accelerate"], &[], Forwarded),
    row("PutBucketAccelerateConfiguration", "s3:PutAccelerateConfiguration", "PUT", Bucket, &["accelerate"], &[], Refused),
    row("GetBucketAcl", "s3:GetBucketAcl", "GET", Bucket, &["acl"], &[], Forwarded),
    row("PutBucketAcl", "s3:PutBucketAcl", "PUT", Bucket, &["acl"], &[], Forwarded),
    row("ListBucketAnalyticsConfigurations", "s3:GetAnalyticsConfiguration", "GET", Bucket, &["analytics"], &["continuation-token"], Forwarded),
    row("GetBucketAnalyticsConfiguration", "s3:GetAnalyticsConfiguration", "GET", Bucket, &["analytics", "id"], &[], Forwarded),
    row("PutBucketAnalyticsConfiguration", "s3:PutAnalyticsConfiguration", "PUT", Bucket, &["analytics", "id"], &[], Refused),
    row("DeleteBucketAnalyticsConfiguration", "s3:PutAnalyticsConfiguration", "DELETE", Bucket, &["analytics", "id"], &[], Refused),
    row("GetBucketCors", "s3:GetBucketCORS", "GET", Bucket, &["cors"], &[], Forwarded),
    row("PutBucketCors", "s3:PutBucketCORS", "PUT", Bucket, &["cors"], &[], Forwarded),
    row("DeleteBucketCors", "s3:PutBucketCORS", "DELETE", Bucket, &["cors"], &[], Forwarded),
    row("GetBucketEncryption", "s3:GetEncryptionConfiguration", "GET", Bucket, &["encryption"], &[], Typed(Verb::GetBucketEncryption)),
    row("PutBucketEncryption", "s3:PutEncryptionConfiguration", "PUT", Bucket, &["encryption"], &[], Typed(Verb::PutBucketEncryption)),
    row("DeleteBucketEncryption", "s3:PutEncryptionConfiguration", "DELETE", Bucket, &["encryption"], &[], Typed(Verb::DeleteBucketEncryption)),
    row("ListBucketIntelligentTieringConfigurations", "s3:GetIntelligentTieringConfiguration", "GET", Bucket, &["intelligent-tiering"], &["continuation-token"], Forwarded),
    row("GetBucketIntelligentTieringConfiguration", "s3:GetIntelligentTieringConfiguration", "GET", Bucket, &["intelligent-tiering", "id"], &[], Forwarded),
    row("PutBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration", "PUT", Bucket, &["intelligent-tiering", "id"], &[], Refused),
    row("DeleteBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration", "DELETE", Bucket, &["intelligent-tiering", "id"], &[], Refused),
    row("ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration", "GET", Bucket, &["inventory"], &["continuation-token"], Forwarded),
    row("GetBucketInventoryConfiguration", "s3:GetInventoryConfiguration", "GET", Bucket, &["inventory", "id"], &[], Forwarded),
    row("PutBucketInventoryConfiguration", "s3:PutInventoryConfiguration", "PUT", Bucket, &["inventory", "id"], &[], Refused),
    row("DeleteBucketInventoryConfiguration", "s3:PutInventoryConfiguration", "DELETE", Bucket, &["inventory", "id"], &[], Refused),
    row("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", "GET", Bucket, &["lifecycle"], &[], Forwarded),
    row("PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration", "PUT", Bucket, &["lifecycle"], &[], Forwarded),
    row("DeleteBucketLifecycle", "s3:PutLifecycleConfiguration", "DELETE", Bucket, &["lifecycle"], &[], Forwarded),
    row("GetBucketLocation", "s3:GetBucketLocation", "GET", Bucket, &["location"], &[], Forwarded),
    row("GetBucketLogging", "s3:GetBucketLogging", "GET", Bucket, &["logging"], &[], Forwarded),
    row("PutBucketLogging", "s3:PutBucketLogging", "PUT", Bucket, &["logging"], &[], Refused),
    row("CreateBucketMetadataConfiguration", "s3:CreateBucketMetadataTableConfiguration", "POST", Bucket, &["metadataConfiguration"], &[], Refused),
    row("GetBucketMetadataConfiguration", "s3:GetBucketMetadataTableConfiguration", "GET", Bucket, &["metadataConfiguration"], &[], Refused),
    row("DeleteBucketMetadataConfiguration", "s3:DeleteBucketMetadataTableConfiguration", "DELETE", Bucket, &["metadataConfiguration"], &[], Refused),
    row("CreateBucketMetadataTableConfiguration", "s3:CreateBucketMetadataTableConfiguration", "POST", Bucket, &["metadataTable"], &[], Refused),
    row("GetBucketMetadataTableConfiguration", "s3:GetBucketMetadataTableConfiguration", "GET", Bucket, &["metadataTable"], &[], Refused),
    row("DeleteBucketMetadataTableConfiguration", "s3:DeleteBucketMetadataTableConfiguration", "DELETE", Bucket, &["metadataTable"], &[], Refused),
    row("UpdateBucketMetadataAnnotationTableConfiguration", "", "PUT", Bucket, &["metadataAnnotationTable"], &[], Refused),
    row("UpdateBucketMetadataInventoryTableConfiguration", "s3:UpdateBucketMetadataInventoryTableConfiguration", "PUT", Bucket, &["metadataInventoryTable"], &[], Refused),
    row("UpdateBucketMetadataJournalTableConfiguration", "s3:UpdateBucketMetadataJournalTableConfiguration", "PUT", Bucket, &["metadataJournalTable"], &[], Refused),
    row("ListBucketMetricsConfigurations", "s3:GetMetricsConfiguration", "GET", Bucket, &["metrics"], &["continuation-token"], Forwarded),
    row("GetBucketMetricsConfiguration", "s3:GetMetricsConfiguration", "GET", Bucket, &["metrics", "id"], &[], Forwarded),
    row("PutBucketMetricsConfiguration", "s3:PutMetricsConfiguration", "PUT", Bucket, &["metrics", "id"], &[], Refused),
    row("DeleteBucketMetricsConfiguration", "s3:PutMetricsConfiguration", "DELETE", Bucket, &["metrics", "id"], &[], Refused),
    row("GetBucketNotificationConfiguration", "s3:GetBucketNotification", "GET", Bucket, &["notification"], &[], Forwarded),
    row("PutBucketNotificationConfiguration", "s3:PutBucketNotification", "PUT", Bucket, &["notification"], &[], Forwarded),
    row("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", "GET", Bucket, &["object-lock"], &[], Forwarded),
    row("PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration", "PUT", Bucket, &["object-lock"], &[], Forwarded),
    row("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls", "GET", Bucket, &["ownershipControls"], &[], Forwarded),
    row("PutBucketOwnershipControls", "s3:PutBucketOwnershipControls", "PUT", Bucket, &["ownershipControls"], &[], Refused),
    row("DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls", "DELETE", Bucket, &["ownershipControls"], &[], Refused),
    row("GetBucketPolicy", "s3:GetBucketPolicy", "GET", Bucket, &["policy"], &[], Typed(Verb::GetBucketPolicy)),
    row("PutBucketPolicy", "s3:PutBucketPolicy", "PUT", Bucket, &["policy"], &[], Typed(Verb::PutBucketPolicy)),
    row("DeleteBucketPolicy", "s3:DeleteBucketPolicy", "DELETE", Bucket, &["policy"], &[], Typed(Verb::DeleteBucketPolicy)),
    row("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus", "GET", Bucket, &["policyStatus"], &[], Typed(Verb::GetBucketPolicyStatus)),
    row("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", "GET", Bucket, &["publicAccessBlock"], &[], Typed(Verb::GetPublicAccessBlock)),
    row("PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock", "PUT", Bucket, &["publicAccessBlock"], &[], Typed(Verb::PutPublicAccessBlock)),
    row("DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock", "DELETE", Bucket, &["publicAccessBlock"], &[], Typed(Verb::DeletePublicAccessBlock)),
    row("GetBucketReplication", "s3:GetReplicationConfiguration", "GET", Bucket, &["replication"], &[], Forwarded),
    row("PutBucketReplication", "s3:PutReplicationConfiguration", "PUT", Bucket, &["replication"], &[], Forwarded),
    row("DeleteBucketReplication", "s3:PutReplicationConfiguration", "DELETE", Bucket, &["replication"], &[], Forwarded),
    row("GetBucketRequestPayment", "s3:GetBucketRequestPayment", "GET", Bucket, &["requestPayment"], &[], Forwarded),
    row("PutBucketRequestPayment", "s3:PutBucketRequestPayment", "PUT", Bucket, &["requestPayment"], &[], Refused),
    row("GetBucketTagging", "s3:GetBucketTagging", "GET", Bucket, &["tagging"], &[], Forwarded),
    row("PutBucketTagging", "s3:PutBucketTagging", "PUT", Bucket, &["tagging"], &[], Forwarded),
    row("DeleteBucketTagging", "s3:PutBucketTagging", "DELETE", Bucket, &["tagging"], &[], Forwarded),
    row("GetBucketVersioning", "s3:GetBucketVersioning", "GET", Bucket, &["versioning"], &[], Forwarded),
    row("PutBucketVersioning", "s3:PutBucketVersioning", "PUT", Bucket, &["versioning"], &[], Forwarded),
    row("GetBucketWebsite", "s3:GetBucketWebsite", "GET", Bucket, &["website"], &[], Forwarded),
    row("PutBucketWebsite", "s3:PutBucketWebsite", "PUT", Bucket, &["website"], &[], Refused),
    row("DeleteBucketWebsite", "s3:DeleteBucketWebsite", "DELETE", Bucket, &["website"], &[], Forwarded),

    // Objects.
    row("PutObject", "s3:PutObject", "PUT", Object, &[], &[], Typed(Verb::PutObject)),
    row("CopyObject", "s3:PutObject", "PUT", Object, &[], &[], Typed(Verb::CopyObject)).copying(),
    row("GetObject", "s3:GetObject", "GET", Object, &[], RESPONSE, Typed(Verb::GetObject)).version("s3:GetObjectVersion"),
    row("HeadObject", "s3:GetObject", "HEAD", Object, &[], RESPONSE, Typed(Verb::HeadObject)).version("s3:GetObjectVersion"),
    row("GetObjectAttributes", "s3:GetObjectAttributes", "GET", Object, &["attributes"], VERSION, Typed(Verb::GetObjectAttributes)).version("s3:GetObjectVersionAttributes"),
    row("DeleteObject", "s3:DeleteObject", "DELETE", Object, &[], VERSION, Typed(Verb::DeleteObject)).version("s3:DeleteObjectVersion"),
    row("GetObjectAcl", "s3:GetObjectAcl", "GET", Object, &["acl"], VERSION, Forwarded).version("s3:GetObjectVersionAcl"),
    row("PutObjectAcl", "s3:PutObjectAcl", "PUT", Object, &["acl"], VERSION, Forwarded).version("s3:PutObjectVersionAcl"),
    row("GetObjectTagging", "s3:GetObjectTagging", "GET", Object, &["tagging"], VERSION, Forwarded).version("s3:GetObjectVersionTagging"),
    row("PutObjectTagging", "s3:PutObjectTagging", "PUT", Object, &["tagging"], VERSION, Forwarded).version("s3:PutObjectVersionTagging"),
    row("DeleteObjectTagging", "s3:DeleteObjectTagging", "DELETE", Object, &["tagging"], VERSION, Forwarded).version("s3:DeleteObjectVersionTagging"),
    row("GetObjectLegalHold", "s3:GetObjectLegalHold", "GET", Object, &["legal-hold"], VERSION, Forwarded),
    row("PutObjectLegalHold", "s3:PutObjectLegalHold", "PUT", Object, &["legal-hold"], VERSION, Forwarded),
    row("GetObjectRetention", "s3:GetObjectRetention", "GET", Object, &["retention"], VERSION, Forwarded),
    row("PutObjectRetention", "s3:PutObjectRetention", "PUT", Object, &["retention"], VERSION, Forwarded),
    row("RestoreObject", "s3:RestoreObject", "POST", Object, &["restore"], VERSION, Forwarded),
    row("GetObjectAnnotation", "", "GET", Object, &["annotation", "annotationName"], VERSION, Refused),
    row("ListObjectAnnotations", "", "GET", Object, &["annotation"], &["versionId", "max-annotation-results", "annotation-prefix", "continuation-token"], Refused),
    row("PutObjectAnnotation", "", "PUT", Object, &["annotation", "annotationName"], VERSION, Refused),
    row("DeleteObjectAnnotation", "", "DELETE", Object, &["annotation", "annotationName"], VERSION, Refused),
    row("GetObjectTorrent", "", "GET", Object, &["torrent"], &[], Refused),
    row("RenameObject", "", "PUT", Object, &["renameObject"], &[], Refused),
    row("SelectObjectContent", "", "POST", Object, &["select", "select-type=2"], &[], Refused),
    row("UpdateObjectEncryption", "s3:UpdateObjectEncryption", "PUT", Object, &["encryption"], VERSION, Typed(Verb::UpdateObjectEncryption)),

    // Multipart uploads.
    row("CreateMultipartUpload", "s3:PutObject", "POST", Object, &["uploads"], &[], Typed(Verb::CreateMultipartUpload)),
    row("UploadPart", "s3:PutObject", "PUT", Object, &["uploadId", "partNumber"], &[], Typed(Verb::UploadPart)),
    row("UploadPartCopy", "s3:PutObject", "PUT", Object, &["uploadId", "partNumber"], &[], Typed(Verb::UploadPartCopy)).copying(),
    row("CompleteMultipartUpload", "s3:PutObject", "POST", Object, &["uploadId"], &[], Typed(Verb::CompleteMultipartUpload)),
    row("AbortMultipartUpload", "s3:AbortMultipartUpload", "DELETE", Object, &["uploadId"], &[], Typed(Verb::AbortMultipartUpload)),
    row("ListParts", "s3:ListMultipartUploadParts", "GET", Object, &["uploadId"], &["max-parts", "part-number-marker"], Typed(Verb::ListParts)),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(method: &str, level: Level, query: &str, copy: bool) -> Result<&'static str, NoRoute> {
        find(method, level, &Query::parse(Some(query)).unwrap(), copy).map(|route| route.operation)
    }

    /// Each row is what its own request line finds: no row hides another.
    #[test]
    fn every_row_is_reachable() {
        for route in TABLE {
            let query = [route.needs, route.knows].concat().join("&");
            let copy = route.marker == Marker::CopySource;
            assert_eq!(operation(route.method, route.level, &query, copy), Ok(route.operation));
            assert_eq!(operation(route.method, route.level, &route.needs.join("&"), copy), Ok(route.operation));
            assert!(!route.action.is_empty() || route.kind == Refused, "{}", route.operation);
        }
    }

    /// In MinIO's router and s3s's, every other sub-resource of a bucket falls through to the plain method.
    #[test]
    fn only_what_backends_route_is_forwarded() {
        const ANY: [&str; 8] =
            ["acl", "cors", "lifecycle", "notification", "object-lock", "replication", "tagging", "versioning"];
        for route in TABLE.iter().filter(|route| route.level == Bucket && route.kind == Forwarded) {
            let Some(name) = route.needs.first() else { continue };
            let routed = match route.method {
                "GET" => !name.starts_with("metadata") && *name != "abac",
                "PUT" => ANY.contains(name),
                "DELETE" => ["cors", "lifecycle", "replication", "tagging", "website"].contains(name),
                _ => false,
            };
            assert!(routed, "{}", route.operation);
        }
    }

    /// A bucket policy can name whatever a request may be asked for.
    #[test]
    fn every_action_is_known_to_bucket_policies() {
        use crate::bucket::actions;
        for route in TABLE.iter().filter(|route| !route.action.is_empty() && route.level != Service) {
            for action in std::iter::once(route.action).chain(route.version_action) {
                // DeleteObjects and forms are addressed to the bucket and act on objects.
                let of_object = route.level == Object || matches!(route.operation, "DeleteObjects" | "PostObject");
                let known = if of_object { actions::OBJECT } else { actions::BUCKET };
                assert!(known.contains(&action), "{} {action}", route.operation);
            }
        }
    }

    #[test]
    fn the_copy_source_makes_a_copy_of_a_put_only() {
        assert_eq!(operation("PUT", Object, "", true), Ok("CopyObject"));
        assert_eq!(operation("PUT", Object, "partNumber=1&uploadId=u", true), Ok("UploadPartCopy"));
        assert_eq!(operation("PUT", Object, "tagging", true), Ok("PutObjectTagging"));
        assert_eq!(operation("GET", Object, "", true), Ok("GetObject"));
    }

    #[test]
    fn what_is_not_in_the_table_is_unknown() {
        for (method, level, query) in [
            ("PUT", Object, "newthing"),
            ("PUT", Object, "tagging&acl"),
            ("PUT", Object, "versionId=v"),
            ("PUT", Object, "partNumber=1"),
            ("GET", Bucket, "list-type=2&metadata=true"),
            ("GET", Bucket, "list-type=3"),
            ("GET", Bucket, "events=s3:ObjectCreated:*"),
            ("GET", Object, "lambdaArn=x"),
        ] {
            assert_eq!(operation(method, level, query, false), Err(NoRoute::Unknown), "{method} {query}");
        }
        assert_eq!(operation("POST", Object, "tagging", false), Err(NoRoute::MethodNotAllowed));
        assert_eq!(operation("PATCH", Object, "", false), Err(NoRoute::MethodNotAllowed));
    }

    #[test]
    fn signature_parameters_are_not_sub_resources() {
        let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00&x-id=GetObject&versionId=v";
        let query = Query::parse(Some(query)).unwrap();
        let route = find("GET", Object, &query, false).unwrap();
        assert_eq!((route.operation, route.action_for(&query)), ("GetObject", "s3:GetObjectVersion"));
    }
}
