"""boto3, the newest from PyPI: default CRC uploads in headers and trailers, transfers, forms, streams."""

import io
import json
import ssl
import urllib.request
import uuid

import boto3
import botocore.exceptions
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from harness import digest, equal, expect, MIB, write_random

ALGORITHMS = ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"]


def run(stack, report):
    _all(stack, report, "boto3")
    if not stack.control:
        stack.restart_gateway(tls=True)
        _all(stack, report, "boto3 over TLS")


def _client(stack, service="s3", **config):
    return boto3.client(
        service,
        endpoint_url=stack.endpoint,
        aws_access_key_id=stack.access_key,
        aws_secret_access_key=stack.secret_key,
        region_name="us-east-1",
        verify=str(stack.cert) if stack.scheme == "https" else None,
        config=Config(signature_version="s3v4" if service == "s3" else None, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **config),
    )


def _all(stack, report, name):
    s3 = _client(stack)
    bucket = name.replace(" ", "-").lower()
    folder = stack.scratch(bucket)
    s3.create_bucket(Bucket=bucket)
    body = write_random(folder / "body", 300_000, 3).read_bytes()

    with report.step(name, "put and get with the default checksum"):
        s3.put_object(Bucket=bucket, Key="default", Body=body)
        answer = s3.get_object(Bucket=bucket, Key="default")
        equal(answer["Body"].read(), body, "the body")

    with report.step(name, "a body without a length, in a trailer where TLS allows it"):
        s3.upload_fileobj(io.BytesIO(body), bucket, "stream")
        equal(s3.get_object(Bucket=bucket, Key="stream")["Body"].read(), body, "the stream")

    for algorithm in ALGORITHMS:
        with report.step(name, f"{algorithm} verified, kept, returned"):
            if algorithm in ("CRC32C", "CRC64NVME"):
                _needs_crt(algorithm)
            sent = s3.put_object(Bucket=bucket, Key=algorithm, Body=body, ChecksumAlgorithm=algorithm)
            field = f"Checksum{algorithm}"
            seen = s3.head_object(Bucket=bucket, Key=algorithm, ChecksumMode="ENABLED")
            equal(seen[field], sent[field], field)
            answer = s3.get_object(Bucket=bucket, Key=algorithm, ChecksumMode="ENABLED")
            equal(answer[field], sent[field], field)
            equal(answer["Body"].read(), body, "the body")

    with report.step(name, "a multipart transfer in odd parts, with default checksums"):
        config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=4)
        for size in (5 * MIB + 1, 10 * MIB, 12_345_678):
            path = write_random(folder / str(size), size, size)
            s3.upload_file(str(path), bucket, f"multi/{size}", Config=config)
            head = s3.head_object(Bucket=bucket, Key=f"multi/{size}")
            equal(head["ContentLength"], size, "length")
            s3.download_file(bucket, f"multi/{size}", str(folder / "back"), Config=config)
            equal(digest(folder / "back"), digest(path), "the file")

    with report.step(name, f"{stack.large} bytes up and down"):
        path = write_random(folder / "large", stack.large, 41)
        s3.upload_file(str(path), bucket, "large")
        s3.download_file(bucket, "large", str(folder / "large.back"))
        equal(digest(folder / "large.back"), digest(path), "the file")
        (folder / "large.back").unlink()

    with report.step(name, "get_object_attributes and a part by its number"):
        seen = s3.get_object_attributes(Bucket=bucket, Key="multi/12345678",
                                        ObjectAttributes=["ETag", "ObjectSize", "ObjectParts", "Checksum"])
        equal(seen["ObjectSize"], 12_345_678, "size")
        equal(seen["ObjectParts"]["TotalPartsCount"], 3, "parts")
        part = s3.get_object(Bucket=bucket, Key="multi/12345678", PartNumber=3)
        equal(part["Body"].read(), (folder / "12345678").read_bytes()[10 * MIB:], "part 3")

    with report.step(name, "copy, whole and in parts"):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "default"})
        equal(s3.get_object(Bucket=bucket, Key="copy")["Body"].read(), body, "the copy")
        config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
        s3.copy({"Bucket": bucket, "Key": "multi/12345678"}, bucket, "copied", Config=config)
        s3.download_file(bucket, "copied", str(folder / "back"))
        equal(digest(folder / "back"), digest(folder / "12345678"), "the copy in parts")

    with report.step(name, "presigned PUT, GET and POST form"):
        context = ssl.create_default_context(cafile=stack.cert) if stack.scheme == "https" else None
        url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "signed"}, ExpiresIn=60)
        urllib.request.urlopen(urllib.request.Request(url, data=body, method="PUT"), context=context).read()
        url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "signed"}, ExpiresIn=60)
        equal(urllib.request.urlopen(url, context=context).read(), body, "the presigned object")
        form = s3.generate_presigned_post(bucket, "posted", Conditions=[["content-length-range", 1, 1_000_000]])
        request = _form(form["url"], form["fields"], body)
        with urllib.request.urlopen(request, context=context) as answer:
            equal(answer.status, 204, "status of the form")
        equal(s3.get_object(Bucket=bucket, Key="posted")["Body"].read(), body, "the posted object")

    with report.step(name, "list pages, versions, delete many"):
        for number in range(25):
            s3.put_object(Bucket=bucket, Key=f"many/{number:02}", Body=b"x" * number)
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="many/", PaginationConfig={"PageSize": 10})
        listed = [(line["Key"], line["Size"]) for page in pages for line in page["Contents"]]
        equal(listed, [(f"many/{number:02}", number) for number in range(25)], "the listing")
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        first = s3.put_object(Bucket=bucket, Key="many/00", Body=b"first")
        s3.put_object(Bucket=bucket, Key="many/00", Body=b"second")
        old = s3.get_object(Bucket=bucket, Key="many/00", VersionId=first["VersionId"])
        equal(old["Body"].read(), b"first", "the older version")
        gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key, _ in listed]})
        equal(len(gone["Deleted"]), 25, "deleted")
        equal(s3.list_objects_v2(Bucket=bucket, Prefix="many/")["KeyCount"], 0, "what is left")

    with report.step(name, "conditional put and get"):
        try:
            s3.put_object(Bucket=bucket, Key="default", Body=b"", IfNoneMatch="*")
            expect(False, "If-None-Match: * replaced an object")
        except botocore.exceptions.ClientError as error:
            equal(error.response["Error"]["Code"], "PreconditionFailed", "code")
        etag = s3.head_object(Bucket=bucket, Key="default")["ETag"]
        s3.put_object(Bucket=bucket, Key="default", Body=b"new", IfMatch=etag)
        try:
            s3.get_object(Bucket=bucket, Key="default", IfMatch=etag)
            expect(False, "a stale If-Match was served")
        except botocore.exceptions.ClientError as error:
            equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 412, "status")

    with report.step(name, "tags and metadata"):
        s3.put_object(Bucket=bucket, Key="tagged", Body=b"t", Tagging="a=1&b=2", Metadata={"k": "v"}, ContentType="text/x")
        tags = s3.get_object_tagging(Bucket=bucket, Key="tagged")["TagSet"]
        equal(sorted((tag["Key"], tag["Value"]) for tag in tags), [("a", "1"), ("b", "2")], "tags")
        head = s3.head_object(Bucket=bucket, Key="tagged")
        equal((head["Metadata"], head["ContentType"]), ({"k": "v"}, "text/x"), "metadata")

    if not stack.control:
        _key_manager(stack, report, name, bucket)


def _key_manager(stack, report, name, bucket):
    s3 = _client(stack)
    kms = _client(stack, "kms")
    with report.step(name, "KMS: a key of one's own, encrypt, decrypt, SSE-KMS with it"):
        key = kms.create_key(Description="of a test")["KeyMetadata"]
        sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"little secret", EncryptionContext={"a": "b"})
        opened = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext={"a": "b"})
        equal((opened["Plaintext"], opened["KeyId"]), (b"little secret", key["Arn"]), "decrypted")
        try:
            kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext={"a": "c"})
            expect(False, "decrypted under another context")
        except botocore.exceptions.ClientError as error:
            equal(error.response["Error"]["Code"], "InvalidCiphertextException", "code")
        put = s3.put_object(Bucket=bucket, Key="own", Body=b"sealed", ServerSideEncryption="aws:kms",
                            SSEKMSKeyId=key["KeyId"], BucketKeyEnabled=True)
        equal((put["SSEKMSKeyId"], put["BucketKeyEnabled"]), (key["Arn"], True), "put")
        get = s3.get_object(Bucket=bucket, Key="own")
        equal((get["Body"].read(), get["SSEKMSKeyId"]), (b"sealed", key["Arn"]), "get")
        try:
            s3.put_object(Bucket=bucket, Key="none", Body=b"", ServerSideEncryption="aws:kms", SSEKMSKeyId=str(uuid.uuid4()))
            expect(False, "an unknown KMS key was accepted")
        except botocore.exceptions.ClientError as error:
            equal(error.response["Error"]["Code"], "KMS.NotFoundException", "code")
    with report.step(name, "STS: who am I"):
        seen = _client(stack, "sts").get_caller_identity()
        expect(seen["Arn"].endswith(":root"), json.dumps(seen, default=str))


def _needs_crt(algorithm):
    try:
        import awscrt  # noqa: F401
    except ImportError:
        raise RuntimeError(f"{algorithm} needs the package awscrt") from None


def _form(url, fields, body):
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'.encode())
    parts.append(body)
    parts.append(f"\r\n--{boundary}--\r\n".encode())
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return urllib.request.Request(url, data=b"".join(parts), headers=headers, method="POST")
