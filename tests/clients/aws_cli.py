"""The AWS CLI: the newest from PyPI, whose uploads carry a CRC by default, and Debian's version 2."""

import json
import pathlib
import ssl
import sys
import urllib.request

from harness import Failure, digest, equal, expect, MIB, run, tree, write_random

# Empty, tiny, one segment and its neighbours, and sizes whose multipart uploads end in odd parts.
SIZES = [0, 1, 65_479, 65_480, 65_481, 5 * MIB, 8 * MIB, 8 * MIB + 1, 16 * MIB - 1, 17_000_003]


def newest(stack, report):
    program = pathlib.Path(sys.executable).with_name("aws")
    _all(stack, report, program, "aws")
    stack.restart_gateway(tls=True)
    _all(stack, report, program, "aws over TLS" if stack.scheme == "https" else "aws again")


def debian(stack, report):
    program = pathlib.Path("/usr/bin/aws")
    expect(program.exists(), "Debian's awscli is not installed")
    _all(stack, report, program, "aws-debian")


def _all(stack, report, program, name):
    bucket = name.lower().replace(" ", "-")
    folder = stack.scratch(bucket)
    # Version 1 presigns with Signature Version 2 unless told otherwise, and sealgate refuses that.
    config = folder / "config"
    config.write_text("[default]\ns3 =\n    signature_version = s3v4\n")
    environment = {**stack.environment(), "AWS_CONFIG_FILE": str(config)}
    # Older versions do not know AWS_ENDPOINT_URL.
    command = [program, "--endpoint-url", stack.endpoint]

    def aws(*arguments, **options):
        return run([*command, *arguments], environment, **options)

    files = {size: write_random(folder / "up" / f"dir {size % 3}" / f"{size}.bin", size, size + 7) for size in SIZES}

    with report.step(name, "mb and ls"):
        aws("s3", "mb", f"s3://{bucket}")
        expect(bucket in aws("s3", "ls"), "the bucket is not listed")
        expect("system" not in aws("s3", "ls"), "the system bucket is listed")

    with report.step(name, "sync up, then nothing to do"):
        try:
            aws("s3", "sync", folder / "up", f"s3://{bucket}/tree")
        except Failure as failure:
            # botocore may mistake the answer behind a `100 Continue` for one without headers; so it does with MinIO alone.
            if "'ETag'" not in str(failure):
                raise
            aws("s3", "sync", folder / "up", f"s3://{bucket}/tree")
        equal(aws("s3", "sync", folder / "up", f"s3://{bucket}/tree").strip(), "", "a second sync up")

    with report.step(name, "sync down, equal, then nothing to do"):
        aws("s3", "sync", f"s3://{bucket}/tree", folder / "down")
        equal(tree(folder / "down"), tree(folder / "up"), "the tree")
        equal(aws("s3", "sync", f"s3://{bucket}/tree", folder / "down").strip(), "", "a second sync down")

    with report.step(name, "listed sizes are the files' own"):
        lines = aws("s3", "ls", "--recursive", f"s3://{bucket}/tree/").splitlines()
        listed = sorted(int(line.split()[2]) for line in lines)
        equal(listed, sorted(SIZES), "sizes")

    with report.step(name, f"{stack.large} bytes up and down"):
        large = write_random(folder / "large", stack.large, 99)
        aws("s3", "cp", "--no-progress", large, f"s3://{bucket}/large")
        aws("s3", "cp", "--no-progress", f"s3://{bucket}/large", folder / "large.back")
        equal(digest(folder / "large.back"), digest(large), "the large file")
        (folder / "large.back").unlink()

    with report.step(name, "server-side copy and move, whole and multipart"):
        source = f"s3://{bucket}/tree/dir {8 * MIB % 3}/{8 * MIB}.bin"
        aws("s3", "cp", source, f"s3://{bucket}/copied")
        aws("s3", "mv", f"s3://{bucket}/copied", f"s3://{bucket}/moved")
        aws("s3", "cp", f"s3://{bucket}/moved", folder / "moved")
        equal(digest(folder / "moved"), digest(files[8 * MIB]), "the copy")
        expect("copied" not in aws("s3", "ls", f"s3://{bucket}/"), "the source of a move is still there")

    with report.step(name, "SSE-KMS by header is reported back"):
        mode = [] if stack.control else ["--server-side-encryption", "aws:kms"]
        sent = json.loads(aws("s3api", "put-object", "--bucket", bucket, "--key", "kms", "--body", files[65_480],
                              *mode, "--metadata", "colour=blue"))
        seen = json.loads(aws("s3api", "head-object", "--bucket", bucket, "--key", "kms"))
        if not stack.control:
            equal(sent["ServerSideEncryption"], "aws:kms", "of put")
            equal(seen["ServerSideEncryption"], "aws:kms", "of head")
            expect(seen["SSEKMSKeyId"].startswith("arn:aws:kms:us-east-1:"), "no key ARN")
        equal(seen["ContentLength"], 65_480, "length")
        equal(seen["Metadata"], {"colour": "blue"}, "metadata")
        equal(seen["ETag"], sent["ETag"], "ETag")

    with report.step(name, "a range and a presigned URL"):
        aws("s3api", "get-object", "--bucket", bucket, "--key", "kms", "--range", "bytes=65470-65479", folder / "range")
        equal((folder / "range").read_bytes(), files[65_480].read_bytes()[-10:], "the range")
        url = aws("s3", "presign", f"s3://{bucket}/kms").strip()
        context = ssl.create_default_context(cafile=stack.cert) if stack.scheme == "https" else None
        with urllib.request.urlopen(url, context=context) as answer:
            equal(answer.read(), files[65_480].read_bytes(), "the presigned object")

    with report.step(name, "stdin to stdout"):
        aws("s3", "cp", "-", f"s3://{bucket}/piped", stdin=b"through a pipe")
        equal(aws("s3", "cp", f"s3://{bucket}/piped", "-"), "through a pipe", "the pipe")

    with report.step(name, "a missing key and a wrong secret are refused"):
        said = aws("s3api", "get-object", "--bucket", bucket, "--key", "none", folder / "none", fails=True)
        expect("NoSuchKey" in said, said)
        wrong = {**environment, "AWS_SECRET_ACCESS_KEY": "wrong"}
        said = run([*command, "s3", "ls", f"s3://{bucket}"], wrong, fails=True)
        expect("SignatureDoesNotMatch" in said, said)

    with report.step(name, "rm --recursive and rb"):
        aws("s3", "rm", "--recursive", f"s3://{bucket}")
        equal(aws("s3", "ls", "--recursive", f"s3://{bucket}").strip(), "", "what is left")
        aws("s3", "rb", f"s3://{bucket}")
