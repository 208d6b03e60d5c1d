use super::support::Backend;

#[tokio::test]
async fn an_object_comes_back_after_a_restart() {
    let backend = Backend::with_bucket().await;
    let put = backend.send("PUT", "/bkt/..//a%20b", &[("x-amz-meta-x", "=?UTF-8?Q?y?=")], "hello").await;
    assert_eq!(put.status, 200, "{put:?}");
    let backend = backend.reopen().await;
    let got = backend.send("GET", "/bkt/..//a%20b", &[], "").await;
    assert_eq!((got.status.as_u16(), got.text()), (200, "hello"));
    assert_eq!(got.header("x-amz-meta-x"), "=?UTF-8?Q?y?=");
    assert_eq!(got.header("etag"), put.header("etag"));
    assert_eq!(got.header("content-length"), "5");
}
