//! Virtual-hosted style: the bucket in the host's name, for the domains that the settings name and for no other.

use crate::support::{Gateway, bytes};

#[tokio::test]
async fn the_bucket_stands_in_the_host_s_name() {
    let gateway = Gateway::start_with(&[("SEALGATE_DOMAINS", "localhost,s3.example.org")]).await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("virtual").await;
    for (domain, key) in [("localhost", "a/b c"), ("s3.example.org", "other"), ("S3.Example.org:8484", "upper")] {
        let host = format!("{bucket}.{domain}");
        let path = format!("/{}", key.replace(' ', "%20"));
        s3.put(&bucket, key, bytes(1, 70_000)).host(&host).path(&path).send().await.ok();
        assert!(s3.get(&bucket, key).send().await.ok().body == bytes(1, 70_000), "{host}");
        assert!(s3.get(&bucket, key).host(&host).path(&path).send().await.ok().body == bytes(1, 70_000), "{host}");
        let listing = s3.get("", "").host(&host).path("/").query("list-type", "2").send().await.xml();
        assert!(listing.all("Contents").any(|object| object.at("Key") == key), "{host}");
    }
}

#[tokio::test]
async fn any_other_host_means_path_style() {
    let gateway = Gateway::start().await;
    let s3 = gateway.s3();
    let bucket = s3.bucket("virtual").await;
    s3.put(&bucket, "k", "data").send().await.ok();
    for host in ["gateway.example.org", "localhost", "localhost:9999", "127.0.0.1", &format!("{bucket}.example.org")] {
        let path = format!("/{bucket}/k");
        assert_eq!(s3.get(&bucket, "k").host(host).path(&path).send().await.ok().body, b"data", "{host}");
    }
}
