//! KMS and STS over the wire, beside S3 on one port.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::support::kms::Kms;
use crate::support::{Form, Gateway};

#[tokio::test]
async fn a_key_is_made_described_and_listed() {
    let gateway = Gateway::start().await;
    let kms = Kms::of(&gateway.s3());
    let made = kms.call("CreateKey", r#"{"Description":"of a test"}"#).await.json();
    let (id, arn) = (made["KeyMetadata"]["KeyId"].as_str().unwrap(), made["KeyMetadata"]["Arn"].as_str().unwrap());
    assert_eq!(arn, format!("arn:aws:kms:us-east-1:000000000000:key/{id}"));
    for name in [id, arn] {
        let seen = kms.call("DescribeKey", &json!({"KeyId": name}).to_string()).await.json();
        assert_eq!(seen["KeyMetadata"]["Description"], "of a test");
        assert_eq!(seen["KeyMetadata"]["KeyState"], "Enabled");
    }
    let listed = kms.call("ListKeys", "{}").await.json();
    assert!(listed["Keys"].as_array().unwrap().iter().any(|key| key["KeyArn"] == arn), "{listed}");
    let aliases = kms.call("ListAliases", "{}").await.json();
    assert!(
        aliases["Aliases"].as_array().unwrap().iter().any(|alias| alias["AliasName"] == "alias/aws/s3"),
        "{aliases}"
    );
}

#[tokio::test]
async fn what_was_encrypted_is_decrypted_under_its_context_only() {
    let gateway = Gateway::start().await;
    let kms = Kms::of(&gateway.s3());
    let key = kms.call("CreateKey", "{}").await.json()["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    for plain in [&b"x"[..], &[7; 4096]] {
        let input = json!({"KeyId": key, "Plaintext": STANDARD.encode(plain), "EncryptionContext": {"a": "b"}});
        let sealed = kms.call("Encrypt", &input.to_string()).await.json();
        let blob = sealed["CiphertextBlob"].as_str().unwrap();
        let open =
            |context: serde_json::Value| json!({"CiphertextBlob": blob, "EncryptionContext": context}).to_string();
        let opened = kms.call("Decrypt", &open(json!({"a": "b"}))).await.json();
        assert_eq!(opened["Plaintext"], STANDARD.encode(plain));
        assert_eq!(opened["KeyId"], key);
        for wrong in [json!({}), json!({"a": "c"}), json!({"A": "b"}), json!({"a": "b", "c": "d"})] {
            kms.call("Decrypt", &open(wrong)).await.kms_error(400, "InvalidCiphertextException");
        }
        let mut bytes = STANDARD.decode(blob).unwrap();
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            bytes[at] ^= 1;
            let input = json!({"CiphertextBlob": STANDARD.encode(&bytes), "EncryptionContext": {"a": "b"}});
            kms.call("Decrypt", &input.to_string()).await.kms_error(400, "InvalidCiphertextException");
            bytes[at] ^= 1;
        }
    }
    let input = json!({"KeyId": key, "Plaintext": STANDARD.encode([0; 4097])});
    kms.call("Encrypt", &input.to_string()).await.kms_error(400, "ValidationException");
}

#[tokio::test]
async fn a_data_key_opens_again() {
    let gateway = Gateway::start().await;
    let kms = Kms::of(&gateway.s3());
    let key = kms.call("CreateKey", "{}").await.json()["KeyMetadata"]["KeyId"].as_str().unwrap().to_owned();
    let made = kms.call("GenerateDataKey", &json!({"KeyId": key, "KeySpec": "AES_256"}).to_string()).await.json();
    let plain = made["Plaintext"].as_str().unwrap();
    assert_eq!(STANDARD.decode(plain).unwrap().len(), 32);
    let opened = kms.call("Decrypt", &json!({"CiphertextBlob": made["CiphertextBlob"]}).to_string()).await.json();
    assert_eq!(opened["Plaintext"], plain);
}

#[tokio::test]
async fn keys_outlive_a_restart_and_what_they_sealed_too() {
    let gateway = Gateway::start().await;
    let (s3, kms) = (gateway.s3(), Kms::of(&gateway.s3()));
    let bucket = s3.bucket("kms").await;
    let key = kms.call("CreateKey", "{}").await.json()["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
    s3.put(&bucket, "k", "sealed")
        .header("x-amz-server-side-encryption", "aws:kms")
        .header("x-amz-server-side-encryption-aws-kms-key-id", &key)
        .send()
        .await
        .ok();
    s3.put(&bucket, "s3", "sealed too").send().await.ok();
    drop((s3, kms));
    let gateway = gateway.restart().await;
    let s3 = gateway.s3();
    let get = s3.get(&bucket, "k").send().await.ok();
    assert_eq!((&*get.body, get.must("x-amz-server-side-encryption-aws-kms-key-id")), (&b"sealed"[..], &*key));
    assert_eq!(s3.get(&bucket, "s3").send().await.ok().body, b"sealed too");
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let gateway = Gateway::start().await;
    let kms = Kms::of(&gateway.s3());
    kms.call("NoSuchAction", "{}").await.kms_error(400, "UnknownOperationException");
    let deep = format!(r#"{{"KeyId":{}"#, "[".repeat(200_000));
    let long = format!(r#"{{"KeyId":"k","New":"{}"}}"#, "x".repeat(1 << 20));
    for input in ["", "not json", "[]", r#"{"KeyId":3}"#, &deep, &long] {
        kms.call("DescribeKey", input).await.kms_error(400, "SerializationException");
    }
    let no_base64 = r#"{"KeyId":"k","Plaintext":"%%%"}"#;
    kms.call("Encrypt", no_base64).await.kms_error(400, "SerializationException");
    let blob = |len| json!({ "CiphertextBlob": STANDARD.encode(vec![9; len]), "New": [{}] }).to_string();
    kms.call("Decrypt", &blob(6144)).await.kms_error(400, "InvalidCiphertextException");
    kms.call("Decrypt", &blob(6145)).await.kms_error(400, "ValidationException");
    kms.call("DescribeKey", r#"{"KeyId":"alias/none"}"#).await.kms_error(400, "NotFoundException");
    let mut wrong = gateway.s3();
    wrong.signer.secret_key = "wrong".into();
    Kms::of(&wrong).call("ListKeys", "{}").await.kms_error(400, "InvalidSignatureException");
    let anonymous =
        gateway.s3().post("", "", "{}").form(Form::Anonymous).header("x-amz-target", "TrentService.ListKeys");
    anonymous.send().await.kms_error(400, "MissingAuthenticationTokenException");
}

#[tokio::test]
async fn sts_says_who_one_is() {
    let gateway = Gateway::start().await;
    let mut s3 = gateway.s3();
    s3.signer.service = "sts";
    let call = s3.post("", "", "Action=GetCallerIdentity&Version=2011-06-15");
    let seen = call.header("content-type", "application/x-www-form-urlencoded; charset=utf-8").send().await.xml();
    assert_eq!(seen.at("GetCallerIdentityResult/Arn"), "arn:aws:iam::000000000000:root");
    assert_eq!(seen.at("GetCallerIdentityResult/Account"), "000000000000");
}
