//! Bucket policies and Block Public Access with real requests.

use super::post_form::Post;
use crate::support::{Answer, Form, World, bytes, world::OTHERS};

const FILE: &str = r#"
[accounts.000000000000.users.ann]
[[accounts.000000000000.users.ann.access_keys]]
id = "ANNANNANNANNANNANN01"
secret = "ann-secret"

[accounts.000000000000.users.maker.policies]
here = '''{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:CreateBucket","Resource":"*",
  "Condition":{"StringEquals":{"s3:LocationConstraint":"us-west-2"}}}]}'''
[[accounts.000000000000.users.maker.access_keys]]
id = "MAKERMAKERMAKERMAK01"
secret = "maker-secret"

[accounts.000000000000.users.bob.policies]
all = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
[[accounts.000000000000.users.bob.access_keys]]
id = "BOBBOBBOBBOBBOBBOB01"
secret = "bob-secret"
"#;

async fn start() -> World {
    World::start("policy", &[FILE, OTHERS].concat(), &[("SEALGATE_TRUSTED_PROXIES", "127.0.0.1")]).await
}

impl World {
    /// Puts a policy of these statements, in which BUCKET is the bucket.
    async fn put(&self, statements: &str) -> Answer {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
        self.root.put(&self.bucket, "", text.replace("BUCKET", &self.bucket)).flag("policy").send().await
    }

    /// The same, with nothing of Block Public Access.
    async fn open(&self, statements: &str) {
        self.root.delete(&self.bucket, "").flag("publicAccessBlock").send().await.status(204);
        self.put(statements).await.status(204);
    }

    async fn anonymous(&self, method: &str, key: &str) -> Answer {
        self.root.call(method, &self.bucket, key).form(Form::Anonymous).send().await
    }
}

const READ: &str =
    r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/public/*"}"#;

#[tokio::test]
async fn a_policy_is_kept_as_it_was_put_until_its_bucket_goes() {
    let world = start().await;
    let (root, bucket) = (&world.root, &world.bucket);
    root.get(bucket, "").flag("policy").send().await.error(404, "NoSuchBucketPolicy");
    root.get(bucket, "").flag("policyStatus").send().await.error(404, "NoSuchBucketPolicy");
    root.delete(bucket, "").flag("policy").send().await.status(204);
    root.get("no-such-bucket-anywhere", "").flag("policy").send().await.error(404, "NoSuchBucket");

    let statement = r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*"}"#;
    world.put(statement).await.status(204);
    let kept = root.get(bucket, "").flag("policy").send().await.ok();
    assert_eq!(kept.must("content-type"), "application/json");
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statement.replace("BUCKET", bucket));
    assert_eq!(String::from_utf8(kept.body).unwrap(), text);
    let status = root.get(bucket, "").flag("policyStatus").send().await.xml();
    assert_eq!(status.at("IsPublic"), "false");
    world.open(READ).await;
    assert_eq!(root.get(bucket, "").flag("policyStatus").send().await.xml().at("IsPublic"), "true");

    let World { gateway, bucket, folder: _folder, .. } = world;
    let gateway = gateway.restart().await;
    let root = gateway.s3();
    assert!(root.get(&bucket, "").flag("policy").send().await.ok().body.starts_with(b"{\"Version\""));
    root.delete(&bucket, "").send().await.status(204);
    root.call("PUT", &bucket, "").send().await.ok();
    root.get(&bucket, "").flag("policy").send().await.error(404, "NoSuchBucketPolicy");
}

#[tokio::test]
async fn what_is_no_policy_is_malformed() {
    let world = start().await;
    for (statements, message) in [
        ("1", "Could not parse the policy"),
        (
            r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*"}"#,
            "Missing required field Principal",
        ),
        (
            r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::other/*"}"#,
            "Policy has invalid resource",
        ),
        (
            r#"{"Effect":"Allow","Principal":"*","Action":"s3:Get","Resource":"arn:aws:s3:::BUCKET/*"}"#,
            "Policy has invalid action",
        ),
        (
            r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/nobody"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*"}"#,
            "Invalid principal in policy",
        ),
        (
            r#"{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::BUCKET/*"}"#,
            "Action does not apply to any resource(s) in statement",
        ),
    ] {
        let answer = world.put(statements).await;
        assert!(String::from_utf8_lossy(&answer.body).contains(message), "{}", answer.described());
        answer.error(400, "MalformedPolicy");
    }
    let long = format!(
        r#"{{"Sid":"{}","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::BUCKET"}}"#,
        "a".repeat(20480)
    );
    world.put(&long).await.error(400, "MalformedPolicy");
    world.root.get(&world.bucket, "").flag("policy").send().await.error(404, "NoSuchBucketPolicy");
}

#[tokio::test]
async fn anonymous_readers_as_the_policy_says() {
    let world = start().await;
    world.root.put(&world.bucket, "public/a", bytes(3, 1000)).send().await.ok();
    world.root.put(&world.bucket, "private/a", "x").send().await.ok();
    world.anonymous("GET", "public/a").await.error(403, "AccessDenied");
    world.open(READ).await;
    assert!(world.anonymous("GET", "public/a").await.ok().body == bytes(3, 1000));
    world.anonymous("HEAD", "public/a").await.ok();
    world.anonymous("GET", "private/a").await.error(403, "AccessDenied");
    world.anonymous("GET", "").await.error(403, "AccessDenied");
    world.anonymous("PUT", "public/a").await.error(403, "AccessDenied");
    world.anonymous("DELETE", "public/a").await.error(403, "AccessDenied");
    world.root.get(&world.bucket, "").flag("policy").form(Form::Anonymous).send().await.error(403, "AccessDenied");
    // Who may not list is not told what is missing.
    world.anonymous("GET", "public/missing").await.error(403, "AccessDenied");
    world.root.get(&world.bucket, "public/missing").send().await.error(404, "NoSuchKey");
    world.root.delete(&world.bucket, "").flag("policy").send().await.status(204);
    world.anonymous("GET", "public/a").await.error(403, "AccessDenied");
}

#[tokio::test]
async fn anonymous_writers_as_the_policy_says() {
    let world = start().await;
    world
        .open(
            r#"{"Effect":"Allow","Principal":"*","Action":["s3:PutObject","s3:GetObject"],"Resource":"arn:aws:s3:::BUCKET/drop/*"},
               {"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::BUCKET","Condition":{"StringEquals":{"s3:prefix":"drop/"}}}"#,
        )
        .await;
    let put = world.root.put(&world.bucket, "drop/a", "hello").form(Form::Anonymous);
    put.send().await.ok();
    assert_eq!(world.anonymous("GET", "drop/a").await.ok().body, b"hello");
    let list = world.root.get(&world.bucket, "").query("list-type", "2").form(Form::Anonymous);
    list.clone().query("prefix", "drop/").send().await.ok();
    list.clone().query("prefix", "drop").send().await.error(403, "AccessDenied");
    list.send().await.error(403, "AccessDenied");
    world.root.put(&world.bucket, "other/a", "x").form(Form::Anonymous).send().await.error(403, "AccessDenied");
}

#[tokio::test]
async fn within_the_account_either_side_allows_and_a_deny_goes_first() {
    let world = start().await;
    let (ann, bob, root) = (world.user("ann"), world.user("bob"), &world.root);
    root.put(&world.bucket, "a", "x").send().await.ok();
    ann.get(&world.bucket, "a").send().await.error(403, "AccessDenied");
    bob.get(&world.bucket, "a").send().await.ok();
    world
        .put(
            r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/ann"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*"},
               {"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::BUCKET/*"}"#,
        )
        .await
        .status(204);
    ann.get(&world.bucket, "a").send().await.ok();
    ann.put(&world.bucket, "a", "y").send().await.error(403, "AccessDenied");
    let denied = bob.delete(&world.bucket, "a").send().await;
    assert!(String::from_utf8_lossy(&denied.body).contains("with an explicit deny in a resource-based policy"));
    denied.error(403, "AccessDenied");
    root.delete(&world.bucket, "a").send().await.error(403, "AccessDenied");
    root.get(&world.bucket, "a").send().await.ok();
}

#[tokio::test]
async fn another_account_needs_both_sides() {
    let world = start().await;
    let (jane, jim) = (world.user("jane"), world.user("jim"));
    world.root.put(&world.bucket, "a", "x").send().await.ok();
    jane.get(&world.bucket, "a").send().await.error(403, "AccessDenied");
    world
        .put(
            r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":["s3:GetObject","s3:*BucketPolicy"],
                "Resource":["arn:aws:s3:::BUCKET","arn:aws:s3:::BUCKET/*"]}"#,
        )
        .await
        .status(204);
    jane.get(&world.bucket, "a").send().await.ok();
    jim.get(&world.bucket, "a").send().await.error(403, "AccessDenied");
    jane.put(&world.bucket, "a", "y").send().await.error(403, "AccessDenied");
    // The policy is the owner's own matter, even where it says otherwise.
    jane.get(&world.bucket, "").flag("policy").send().await.error(405, "MethodNotAllowed");
    jane.delete(&world.bucket, "").flag("policy").send().await.error(405, "MethodNotAllowed");
    jim.get(&world.bucket, "").flag("policy").send().await.error(403, "AccessDenied");
    // All buckets are the gateway's account's.
    let listed = jane.get("", "").send().await.ok();
    assert!(!String::from_utf8_lossy(&listed.body).contains("<Name>"), "{}", listed.described());
    jim.get("", "").send().await.error(403, "AccessDenied");
}

#[tokio::test]
async fn nobody_locks_the_root_user_out() {
    let world = start().await;
    world
        .put(r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::BUCKET","arn:aws:s3:::BUCKET/*"]}"#)
        .await
        .status(204);
    let (root, bucket) = (&world.root, &world.bucket);
    root.get(bucket, "").query("list-type", "2").send().await.error(403, "AccessDenied");
    world.user("bob").delete(bucket, "").flag("policy").send().await.error(403, "AccessDenied");
    root.get(bucket, "").flag("policy").send().await.ok();
    root.delete(bucket, "").flag("policy").send().await.status(204);
    root.get(bucket, "").query("list-type", "2").send().await.ok();
}

#[tokio::test]
async fn deny_unencrypted_does_not_break_uploads_in_parts() {
    let world = start().await;
    world
        .put(
            r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::BUCKET/*","Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}}},
               {"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::BUCKET/*","Condition":{"Null":{"s3:x-amz-server-side-encryption":"true"}}}"#,
        )
        .await
        .status(204);
    let (bob, root, bucket) = (world.user("bob"), &world.root, &world.bucket);
    const SSE: &str = "x-amz-server-side-encryption";
    for s3 in [&bob, root] {
        s3.put(bucket, "a", "x").send().await.error(403, "AccessDenied");
        s3.put(bucket, "a", "x").header(SSE, "aws:kms").send().await.error(403, "AccessDenied");
        s3.put(bucket, "a", "x").header(SSE, "AES256").send().await.ok();
        s3.copy((bucket, "a"), bucket, "b").send().await.error(403, "AccessDenied");
        s3.copy((bucket, "a"), bucket, "b").header(SSE, "AES256").send().await.ok();
        s3.start_upload_status(bucket, "m").await.error(403, "AccessDenied");
    }
    let parts = [bytes(1, 5 << 20), bytes(2, 1000)];
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    bob.put_parts(bucket, "m", &[(SSE, "AES256")], &parts).await;
    let upload = bob.start_upload(bucket, "c", &[(SSE, "AES256")]).await;
    let part = bob.part(bucket, "c", &upload, 1, "").copy_source((bucket, "a"));
    let part = part.send().await.ok().xml().at("ETag").to_owned();
    bob.complete(bucket, "c", &upload, &[(1, part)]).send().await.ok();
    assert_eq!(bob.get(bucket, "c").send().await.ok().body, b"x");
    // An upload that was begun before the policy, without the header, takes no more parts.
    root.delete(bucket, "").flag("policy").send().await.status(204);
    let upload = bob.start_upload(bucket, "late", &[]).await;
    bob.part(bucket, "late", &upload, 1, "x").send().await.ok();
    world
        .put(r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::BUCKET/*","Condition":{"Null":{"s3:x-amz-server-side-encryption":"true"}}}"#)
        .await
        .status(204);
    bob.part(bucket, "late", &upload, 2, "x").send().await.error(403, "AccessDenied");
}

#[tokio::test]
async fn addresses_and_transport() {
    let world = start().await;
    world.root.put(&world.bucket, "a", "x").send().await.ok();
    world
        .put(
            r#"{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*","Condition":{"NotIpAddress":{"aws:SourceIp":["192.0.2.0/24","2001:db8::/32"]}}},
               {"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#,
        )
        .await
        .status(204);
    let from = async |address: &str, proto: &str| {
        let call = world.user("bob").get(&world.bucket, "a");
        call.unsigned_header("x-forwarded-for", address).unsigned_header("x-forwarded-proto", proto).send().await
    };
    from("192.0.2.7", "https").await.ok();
    from("2001:db8::1", "https").await.ok();
    from("192.0.2.7", "http").await.error(403, "AccessDenied");
    from("198.51.100.1", "https").await.error(403, "AccessDenied");
    world.user("bob").get(&world.bucket, "a").send().await.error(403, "AccessDenied");
}

#[tokio::test]
async fn deletions_and_copies_are_decided_object_by_object() {
    let world = start().await;
    let (bob, bucket) = (world.user("bob"), &world.bucket);
    for key in ["keep/a", "go/a", "go/b"] {
        world.root.put(bucket, key, "x").send().await.ok();
    }
    world
        .put(
            r#"{"Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::BUCKET/keep/*"},
               {"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/go/b"},
               {"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::BUCKET/*",
                "Condition":{"StringLike":{"s3:x-amz-copy-source":"BUCKET/keep/*"}}}"#,
        )
        .await
        .status(204);
    let document = "<Delete><Object><Key>keep/a</Key></Object><Object><Key>go/a</Key></Object></Delete>";
    let md5 = crate::support::sums::content_md5(document.as_bytes());
    let answer = bob.post(bucket, "", document).flag("delete").header("content-md5", &md5).send().await.ok();
    let text = String::from_utf8_lossy(&answer.body);
    assert!(text.contains("<Deleted><Key>go/a</Key></Deleted>"), "{text}");
    assert!(text.contains("<Error><Key>keep/a</Key><Code>AccessDenied</Code>"), "{text}");
    world.root.head(bucket, "keep/a").send().await.ok();
    world.root.head(bucket, "go/a").send().await.status(404);
    bob.copy((bucket, "go/b"), bucket, "c").send().await.error(403, "AccessDenied");
    bob.copy((bucket, "keep/a"), bucket, "c").send().await.error(403, "AccessDenied");
    bob.copy((bucket, "keep/a"), bucket, "c")
        .header("x-amz-metadata-directive", "REPLACE")
        .send()
        .await
        .error(403, "AccessDenied");
    let upload = bob.start_upload(bucket, "m", &[]).await;
    for source in ["go/b", "keep/a"] {
        bob.part(bucket, "m", &upload, 1, "").copy_source((bucket, source)).send().await.error(403, "AccessDenied");
    }
    world.root.head(bucket, "c").send().await.status(404);
}

#[tokio::test]
async fn tags_that_are_there_and_tags_that_are_sent() {
    let world = start().await;
    let (ann, root, bucket) = (world.user("ann"), &world.root, &world.bucket);
    world
        .put(
            r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/ann"},"Action":["s3:GetObject","s3:DeleteObject"],"Resource":"arn:aws:s3:::BUCKET/*",
                "Condition":{"StringEquals":{"s3:ExistingObjectTag/stage":"public"}}},
               {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/ann"},"Action":["s3:PutObject","s3:PutObjectTagging"],"Resource":"arn:aws:s3:::BUCKET/*",
                "Condition":{"ForAllValues:StringEquals":{"s3:RequestObjectTagKeys":["stage"]},"StringEquals":{"s3:RequestObjectTag/stage":["draft","review"]}}}"#,
        )
        .await
        .status(204);
    root.put(bucket, "a", "x").header("x-amz-tagging", "stage=public").send().await.ok();
    root.put(bucket, "b", "x").header("x-amz-tagging", "stage=draft").send().await.ok();
    root.put(bucket, "c", "x").send().await.ok();
    ann.get(bucket, "a").send().await.ok();
    ann.get(bucket, "b").send().await.error(403, "AccessDenied");
    ann.get(bucket, "c").send().await.error(403, "AccessDenied");
    ann.get(bucket, "missing").send().await.error(403, "AccessDenied");

    ann.put(bucket, "d", "x").header("x-amz-tagging", "stage=draft").send().await.ok();
    ann.put(bucket, "d", "x").header("x-amz-tagging", "stage=public").send().await.error(403, "AccessDenied");
    ann.put(bucket, "d", "x").header("x-amz-tagging", "stage=draft&x=y").send().await.error(403, "AccessDenied");
    ann.put(bucket, "d", "x").send().await.error(403, "AccessDenied");
    let tagging = async |stage: &str| {
        let document = format!("<Tagging><TagSet><Tag><Key>stage</Key><Value>{stage}</Value></Tag></TagSet></Tagging>");
        ann.put(bucket, "d", document).flag("tagging").send().await
    };
    tagging("review").await.ok();
    tagging("public").await.error(403, "AccessDenied");
    let now = root.get(bucket, "d").flag("tagging").send().await.ok();
    assert!(String::from_utf8_lossy(&now.body).contains("<Value>review</Value>"), "{}", now.described());
}

#[tokio::test]
async fn block_public_access() {
    let world = start().await;
    let (root, bucket) = (&world.root, &world.bucket);
    // A new bucket begins with all of it.
    let block = root.get(bucket, "").flag("publicAccessBlock").send().await.xml();
    for name in ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"] {
        assert_eq!(block.at(name), "true", "{name}");
    }
    world.put(READ).await.error(403, "AccessDenied");
    root.put(bucket, "public/a", "x").header("x-amz-acl", "public-read").send().await.error(403, "AccessDenied");
    root.put(bucket, "", "").flag("acl").header("x-amz-acl", "public-read").send().await.error(403, "AccessDenied");
    let grant = "<AccessControlPolicy><AccessControlList><Grant><Grantee><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI>\
                 </Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>";
    root.put(bucket, "", grant).flag("acl").send().await.error(403, "AccessDenied");
    let new = root.call("PUT", &format!("{bucket}-new"), "").header("x-amz-acl", "public-read").send().await;
    new.error(400, "InvalidBucketAclWithBlockPublicAccessError");

    // Without it a public policy opens the bucket; with RestrictPublicBuckets it does so to the account alone.
    root.put(bucket, "public/a", "x").send().await.ok();
    world.open(READ).await;
    root.get(bucket, "").flag("publicAccessBlock").send().await.error(404, "NoSuchPublicAccessBlockConfiguration");
    world.anonymous("GET", "public/a").await.ok();
    world.user("jane").get(bucket, "public/a").send().await.ok();
    let restrict = "<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>";
    root.put(bucket, "", restrict).flag("publicAccessBlock").send().await.ok();
    world.anonymous("GET", "public/a").await.error(403, "AccessDenied");
    world.user("jane").get(bucket, "public/a").send().await.error(403, "AccessDenied");
    world.user("ann").get(bucket, "public/a").send().await.ok();
    root.put(bucket, "", "<a/>").flag("publicAccessBlock").send().await.ok();
    world.anonymous("GET", "public/a").await.ok();
    root.put(bucket, "", "<a>").flag("publicAccessBlock").send().await.error(400, "MalformedXML");
}

#[tokio::test]
async fn presigned_urls_are_told_apart() {
    let world = start().await;
    world.root.put(&world.bucket, "a", "x").send().await.ok();
    world
        .put(
            r#"{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::BUCKET/*","Condition":{"NumericGreaterThan":{"s3:signatureAge":"60000"}}},
               {"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::BUCKET/*","Condition":{"StringEquals":{"s3:authType":"REST-QUERY-STRING"}}}"#,
        )
        .await
        .status(204);
    let (bob, bucket) = (world.user("bob"), &world.bucket);
    bob.get(bucket, "a").form(Form::Presigned(600)).send().await.ok();
    bob.get(bucket, "a").form(Form::Presigned(600)).skew(-120).send().await.error(403, "AccessDenied");
    bob.put(bucket, "a", "y").form(Form::Presigned(600)).send().await.error(403, "AccessDenied");
    bob.put(bucket, "a", "y").send().await.ok();
}

#[tokio::test]
async fn forms_are_decided_by_their_fields() {
    let world = start().await;
    let (bob, bucket) = (world.user("bob"), &world.bucket);
    world
        .put(
            r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::BUCKET/sealed/*","Condition":{"Null":{"s3:x-amz-server-side-encryption":"true"}}},
               {"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::BUCKET/no-forms/*","Condition":{"StringEquals":{"s3:authType":"POST"}}},
               {"Effect":"Deny","Principal":"*","Action":"s3:PutObjectTagging","Resource":"arn:aws:s3:::BUCKET/*","Condition":{"StringEquals":{"s3:RequestObjectTag/secret":"no"}}}"#,
        )
        .await
        .status(204);
    Post::new("plain/a").send(&bob, bucket, b"x").await.ok();
    Post::new("sealed/a").send(&bob, bucket, b"x").await.error(403, "AccessDenied");
    Post::new("sealed/a").field("x-amz-server-side-encryption", "AES256").send(&bob, bucket, b"x").await.ok();
    Post::new("no-forms/a").send(&bob, bucket, b"x").await.error(403, "AccessDenied");
    bob.put(bucket, "no-forms/a", "x").send().await.ok();
    let tagging = "<Tagging><TagSet><Tag><Key>secret</Key><Value>no</Value></Tag></TagSet></Tagging>";
    Post::new("plain/b").field("tagging", tagging).send(&bob, bucket, b"x").await.error(403, "AccessDenied");
    // Block Public Access, which a new bucket begins with.
    Post::new("plain/b").field("acl", "public-read").send(&bob, bucket, b"x").await.error(403, "AccessDenied");
    Post::new("plain/b").send(&world.user("ann"), bucket, b"x").await.error(403, "AccessDenied");
}

#[tokio::test]
async fn documents_that_policies_decide_by() {
    let world = start().await;
    let (bob, bucket) = (world.user("bob"), &world.bucket);
    bob.put(bucket, "a", "x").send().await.ok();
    world
        .put(
            r#"{"Effect":"Deny","Principal":"*","Action":"s3:PutObjectTagging","Resource":"arn:aws:s3:::BUCKET/*","Condition":{"ForAnyValue:StringNotEquals":{"s3:RequestObjectTagKeys":["stage"]}}},
               {"Effect":"Deny","Principal":"*","Action":"s3:PutObjectRetention","Resource":"arn:aws:s3:::BUCKET/*","Condition":{"NumericGreaterThan":{"s3:object-lock-remaining-retention-days":"10"}}},
               {"Effect":"Deny","Principal":"*","Action":"s3:PutObjectLegalHold","Resource":"arn:aws:s3:::BUCKET/*","Condition":{"StringEquals":{"s3:object-lock-legal-hold":"OFF"}}}"#,
        )
        .await
        .status(204);
    let tagging =
        |name: &str| format!("<Tagging><TagSet><Tag><Key>{name}</Key><Value>v</Value></Tag></TagSet></Tagging>");
    // In every form in which a body comes.
    for form in [Form::Header, Form::Unsigned, Form::Chunked(8192)] {
        let put = |name: &str| bob.put(bucket, "a", tagging(name)).flag("tagging").form(form.clone());
        put("stage").send().await.ok();
        put("other").send().await.error(403, "AccessDenied");
    }
    bob.put(bucket, "a", "<Tagging>").flag("tagging").send().await.error(400, "MalformedXML");
    let retention =
        "<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2999-01-01T00:00:00Z</RetainUntilDate></Retention>";
    bob.put(bucket, "a", retention).flag("retention").send().await.error(403, "AccessDenied");
    let hold = "<LegalHold><Status>OFF</Status></LegalHold>";
    bob.put(bucket, "a", hold).flag("legal-hold").send().await.error(403, "AccessDenied");
}

#[tokio::test]
async fn upload_in_parts_is_decided_by_what_began_it() {
    let world = start().await;
    let (jane, root, bucket) = (world.user("jane"), &world.root, &world.bucket);
    world
        .put(
            r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["s3:PutObject","s3:PutObjectTagging"],"Resource":"arn:aws:s3:::BUCKET/*",
                "Condition":{"StringEquals":{"s3:RequestObjectTag/from":"jane","s3:x-amz-storage-class":"STANDARD"}}}"#,
        )
        .await
        .status(204);
    let headers = [("x-amz-tagging", "from=jane"), ("x-amz-storage-class", "STANDARD")];
    jane.start_upload_status(bucket, "m").await.error(403, "AccessDenied");
    jane.put_parts(bucket, "m", &headers, &[b"one"]).await;
    assert_eq!(root.get(bucket, "m").send().await.ok().body, b"one");
    // Somebody else's upload was begun otherwise.
    let upload = root.start_upload(bucket, "m", &[]).await;
    jane.part(bucket, "m", &upload, 1, "x").send().await.error(403, "AccessDenied");
    let forged = jane.part(bucket, "m", "no-such-upload", 1, "x");
    forged.send().await.error(403, "AccessDenied");
}

#[tokio::test]
async fn a_bucket_is_made_where_the_callers_policy_says() {
    let world = start().await;
    let maker = world.user("maker");
    let new = format!("{}-new", world.bucket);
    let place = |region: &str| {
        format!(
            "<CreateBucketConfiguration><LocationConstraint>{region}</LocationConstraint></CreateBucketConfiguration>"
        )
    };
    maker.put(&new, "", "").send().await.error(403, "AccessDenied");
    maker.put(&new, "", place("eu-west-1")).send().await.error(403, "AccessDenied");
    // Allowed; whether the backend has such a Region is its own matter.
    let made = maker.put(&new, "", place("us-west-2")).send().await;
    assert_ne!(made.status, 403, "{}", made.described());
}

#[tokio::test]
async fn a_public_policy_opens_no_kms_key() {
    let world = start().await;
    let kms = [("x-amz-server-side-encryption", "aws:kms")];
    let put = world.root.put(&world.bucket, "public/kms", "x").header(kms[0].0, kms[0].1);
    put.send().await.ok();
    world.root.put(&world.bucket, "public/s3", "x").send().await.ok();
    world.open(READ).await;
    world.anonymous("GET", "public/s3").await.ok();
    world.anonymous("GET", "public/kms").await.error(403, "AccessDenied");
    world.root.get(&world.bucket, "public/kms").send().await.ok();
}
