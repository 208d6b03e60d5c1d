//! ACLs: the owner has full control and nobody else any, always.

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result};

use crate::embedded::headers::{is_private, refuse_unsupported, refused_acl};
use crate::embedded::service::{Service, owner};

fn grants() -> Vec<Grant> {
    let Owner { display_name, id } = owner();
    let grantee =
        Grantee { display_name, id, email_address: None, type_: Type::from_static(Type::CANONICAL_USER), uri: None };
    vec![Grant { grantee: Some(grantee), permission: Some(Permission::from_static(Permission::FULL_CONTROL)) }]
}

/// Only an ACL that changes nothing is accepted. What a grantee is called does not matter.
fn accept(canned: Option<&str>, policy: Option<&AccessControlPolicy>) -> S3Result<()> {
    let granted = |grants: &[Grant]| -> Vec<_> {
        let of = |grant: &Grant| {
            let grantee = grant.grantee.as_ref().map(|grantee| (grantee.type_.clone(), grantee.id.clone()));
            (grantee, grant.permission.clone())
        };
        grants.iter().map(of).collect()
    };
    let given = policy.and_then(|policy| policy.grants.as_ref());
    let same = given.is_none_or(|given| granted(given) == granted(&grants()));
    if canned.is_none_or(|acl| is_private(acl.as_bytes())) && same { Ok(()) } else { Err(refused_acl()) }
}

impl Service {
    pub(in crate::embedded) async fn get_bucket_acl(
        &self,
        request: S3Request<GetBucketAclInput>,
    ) -> S3Result<S3Response<GetBucketAclOutput>> {
        self.expect_bucket(&request.input.bucket).await?;
        Ok(S3Response::new(GetBucketAclOutput { grants: Some(grants()), owner: Some(owner()) }))
    }

    pub(in crate::embedded) async fn put_bucket_acl(
        &self,
        request: S3Request<PutBucketAclInput>,
    ) -> S3Result<S3Response<PutBucketAclOutput>> {
        refuse_unsupported(&request.headers)?;
        self.expect_bucket(&request.input.bucket).await?;
        accept(request.input.acl.as_ref().map(BucketCannedACL::as_str), request.input.access_control_policy.as_ref())?;
        Ok(S3Response::new(PutBucketAclOutput::default()))
    }

    pub(in crate::embedded) async fn get_object_acl(
        &self,
        request: S3Request<GetObjectAclInput>,
    ) -> S3Result<S3Response<GetObjectAclOutput>> {
        let input = request.input;
        self.expect_object(&input.bucket, &input.key, input.version_id.as_deref()).await?;
        Ok(S3Response::new(GetObjectAclOutput { grants: Some(grants()), owner: Some(owner()), request_charged: None }))
    }

    pub(in crate::embedded) async fn put_object_acl(
        &self,
        request: S3Request<PutObjectAclInput>,
    ) -> S3Result<S3Response<PutObjectAclOutput>> {
        refuse_unsupported(&request.headers)?;
        let input = request.input;
        self.expect_object(&input.bucket, &input.key, input.version_id.as_deref()).await?;
        accept(input.acl.as_ref().map(ObjectCannedACL::as_str), input.access_control_policy.as_ref())?;
        Ok(S3Response::new(PutObjectAclOutput::default()))
    }

    async fn expect_object(&self, bucket: &str, key: &str, version_id: Option<&str>) -> S3Result<()> {
        let mut snapshot = self.index.snapshot().await?;
        let bucket = Self::bucket(&mut snapshot, bucket).await?;
        Self::object(&mut snapshot, &bucket, key, version_id.into()).await?;
        Ok(())
    }
}
