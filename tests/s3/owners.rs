//! Owners: accounts by their canonical user ids wherever S3 shows them, and in bucket policies.

use crate::support::{Between, Form, Gateway, S3, World, Xml, world::OTHERS};

/// Of 000000000000, the gateway's own account, and of 111122223333. Clients keep these: they never change.
const OWNER: &str = "8e9145113d2a5a9ff0a078b2782a263dd31af35f3705458605f1c0b171523a85";
const OTHER: &str = "411ec3afc495fc381188aab324a2bb1d117373eec6b2d438f69390092292a89b";

const FILE: &str = r#"
[accounts.000000000000.users.ann.policies]
all = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
[[accounts.000000000000.users.ann.access_keys]]
id = "ANNANNANNANNANNANN01"
secret = "ann-secret"

[accounts.111122223333]
access_keys = [{ id = "OTHEROTHEROTHEROTH01", secret = "other-secret" }]
"#;

async fn start() -> World {
    World::start("owners", &[FILE, OTHERS].concat(), &[]).await
}

async fn list(s3: &S3, bucket: &str, query: &[(&str, &str)]) -> Xml {
    let call = query.iter().fold(s3.get(bucket, ""), |call, (name, value)| call.query(name, value));
    call.send().await.xml()
}

#[tokio::test]
async fn every_owner_is_the_gateways_account() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("owners").await;
    let versioned = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    s3.put(&bucket, "", versioned).flag("versioning").send().await.ok();
    s3.put(&bucket, "a b", "x").send().await.ok();
    s3.put(&bucket, "gone", "x").send().await.ok();
    s3.delete(&bucket, "gone").send().await.status(204);
    assert_eq!(list(&s3, "", &[]).await.at("Owner/ID"), OWNER);
    let url = ("encoding-type", "url");
    for (query, element) in [
        (&[url][..], "Contents"),
        (&[("list-type", "2"), ("fetch-owner", "true")], "Contents"),
        (&[("versions", ""), url], "Version"),
        (&[("versions", "")], "DeleteMarker"),
    ] {
        let listed = list(&s3, &bucket, query).await;
        assert!(listed.all(element).count() > 0, "{query:?}: {listed:?}");
        for entry in listed.all(element) {
            assert_eq!((entry.at("Owner/ID"), entry.find("Owner/DisplayName")), (OWNER, None), "{query:?}");
        }
    }
    let without = list(&s3, &bucket, &[("list-type", "2")]).await;
    assert!(without.all("Contents").all(|entry| entry.child("Owner").is_none()), "{without:?}");
    for key in ["", "a b"] {
        let acl = s3.get(&bucket, key).flag("acl").send().await.xml();
        assert_eq!(acl.at("Owner/ID"), OWNER);
        assert_eq!(acl.at("AccessControlList/Grant/Grantee/ID"), OWNER);
        assert_eq!(acl.at("AccessControlList/Grant/Permission"), "FULL_CONTROL");
    }
}

#[tokio::test]
async fn an_upload_shows_who_began_it_and_whose_it_is() {
    let world = start().await;
    let (root, bucket) = (&world.root, &world.bucket);
    let (by_root, by_ann) = ("a root+", "by ann");
    root.start_upload(bucket, by_root, &[]).await;
    world.user("ann").start_upload(bucket, by_ann, &[]).await;
    let ann = "arn:aws:iam::000000000000:user/ann";
    // Whoever asks.
    for s3 in [root, &world.user("ann")] {
        for encoding in [&[][..], &[("encoding-type", "url")]] {
            // MinIO lists the uploads of one key only.
            for (key, initiator, name) in [(by_root, OWNER, None), (by_ann, ann, Some("ann"))] {
                let query = [&[("uploads", ""), ("prefix", key)], encoding].concat();
                let listed = list(s3, bucket, &query).await;
                let upload = listed.child("Upload").unwrap_or_else(|| panic!("no upload in {listed:?}"));
                assert_eq!((upload.at("Initiator/ID"), upload.find("Initiator/DisplayName")), (initiator, name));
                assert_eq!((upload.at("Owner/ID"), upload.find("Owner/DisplayName")), (OWNER, None));
                let parts = s3.get(bucket, key).query("uploadId", upload.at("UploadId")).send().await.xml();
                assert_eq!((parts.at("Initiator/ID"), parts.find("Initiator/DisplayName")), (initiator, name));
                assert_eq!((parts.at("Owner/ID"), parts.find("Owner/DisplayName")), (OWNER, None));
            }
        }
    }
}

/// Who has no buckets is their owner, by his own id.
#[tokio::test]
async fn another_account_has_an_id_of_its_own() {
    let world = start().await;
    for name in ["other", "jane"] {
        let buckets = list(&world.user(name), "", &[]).await;
        assert_eq!((buckets.at("Owner/ID"), buckets.at("Buckets")), (OTHER, ""), "{name}");
    }
    assert_eq!(list(&world.user("ann"), "", &[]).await.at("Owner/ID"), OWNER);
}

#[tokio::test]
async fn an_acl_that_was_read_can_be_put() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("owners").await;
    s3.put(&bucket, "key", "x").send().await.ok();
    for key in ["", "key"] {
        let read = s3.get(&bucket, key).flag("acl").send().await.ok();
        s3.put(&bucket, key, read.body.clone()).flag("acl").send().await.ok();
        let granted = format!(
            "<AccessControlPolicy><Owner><ID>{OWNER}</ID></Owner><AccessControlList><Grant>\
             <Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"><ID>{OWNER}</ID>\
             </Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>"
        );
        s3.put(&bucket, key, granted.clone()).flag("acl").send().await.ok();
        // MinIO takes every id.
        if !gateway.is_minio() {
            let other = granted.replace(OWNER, OTHER);
            let refused = s3.put(&bucket, key, other).flag("acl").send().await;
            refused.error(400, "AccessControlListNotSupported");
        }
        assert_eq!(s3.get(&bucket, key).flag("acl").send().await.ok().body, read.body);
    }
}

/// The backend knows its owner by another id than clients do.
#[tokio::test]
async fn a_grant_to_the_owner_is_one_to_the_backends() {
    let Some((gateway, between)) = Between::gateway().await else { return };
    let s3 = gateway.s3();
    let bucket = s3.bucket("owners").await;
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let noted = seen.clone();
    between.before(move |head| {
        // The embedded backend takes no such header.
        noted.lock().unwrap().extend(head.headers.remove("x-amz-grant-full-control"));
    });
    let value = format!("id=\"{OWNER}\", id={OTHER}");
    for call in [s3.put(&bucket, "key", "x"), s3.put(&bucket, "key", "").flag("acl")] {
        call.header("x-amz-grant-full-control", &value).send().await.ok();
        let sent = seen.lock().unwrap().pop().unwrap();
        let backends = "7365616c676174650000000000000000000000000000000000000000embedded";
        assert_eq!(sent, value.replace(OWNER, backends).as_str());
    }
}

#[tokio::test]
async fn a_policy_means_an_account_by_its_id() {
    let world = start().await;
    let (root, bucket) = (&world.root, &world.bucket);
    root.put(bucket, "a", "x").send().await.ok();
    let put = async |statement: String| {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#).replace("BUCKET", bucket);
        root.put(bucket, "", text.clone()).flag("policy").send().await.status(204);
        // As it was sent, with the id and not the account.
        assert_eq!(root.get(bucket, "").flag("policy").send().await.ok().body, text.into_bytes());
        let status = root.get(bucket, "").flag("policyStatus").send().await.xml();
        assert_eq!(status.at("IsPublic"), "false");
    };
    let read = async |who: &str| world.user(who).get(bucket, "a").send().await;
    for principal in [format!("\"{OTHER}\""), format!("[\"{OWNER}\",\"{OTHER}\"]")] {
        put(format!(
            r#"{{"Effect":"Allow","Principal":{{"CanonicalUser":{principal}}},"Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*"}}"#
        ))
        .await;
        read("jane").await.ok();
        read("other").await.ok();
        // What an account may, it still has to give to its users.
        read("jim").await.error(403, "AccessDenied");
        root.get(bucket, "a").form(Form::Anonymous).send().await.error(403, "AccessDenied");
    }
    put(format!(
        r#"{{"Effect":"Deny","Principal":{{"CanonicalUser":"{OWNER}"}},"Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*"}}"#
    ))
    .await;
    read("ann").await.error(403, "AccessDenied");
    root.get(bucket, "a").send().await.error(403, "AccessDenied");
    put(format!(
        r#"{{"Effect":"Deny","NotPrincipal":{{"CanonicalUser":"{OWNER}","AWS":"arn:aws:iam::000000000000:user/ann"}},"Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*"}},
           {{"Effect":"Allow","Principal":{{"CanonicalUser":"{OTHER}"}},"Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*"}}"#
    ))
    .await;
    read("ann").await.ok();
    root.get(bucket, "a").send().await.ok();
    read("jane").await.error(403, "AccessDenied");
}

#[tokio::test]
async fn a_policy_for_nobodys_id_is_refused() {
    let world = start().await;
    let (root, bucket) = (&world.root, &world.bucket);
    let (unknown, upper) = ("0".repeat(64), OWNER.to_uppercase());
    for id in ["*", "", "000000000000", &OWNER[1..], upper.as_str(), unknown.as_str()] {
        for (effect, element) in [("Allow", "Principal"), ("Deny", "Principal"), ("Deny", "NotPrincipal")] {
            for named in [format!("\"{id}\""), format!("[\"{OWNER}\",\"{id}\"]")] {
                let text = format!(
                    r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"{effect}","{element}":{{"CanonicalUser":{named}}},
                       "Action":"s3:GetObject","Resource":"arn:aws:s3:::{bucket}/*"}}]}}"#
                );
                let answer = root.put(bucket, "", text).flag("policy").send().await;
                assert!(String::from_utf8_lossy(&answer.body).contains("Invalid principal in policy"), "{answer:?}");
                answer.error(400, "MalformedPolicy");
            }
        }
    }
    root.get(bucket, "").flag("policy").send().await.error(404, "NoSuchBucketPolicy");
}
