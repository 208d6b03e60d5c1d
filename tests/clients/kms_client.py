"""The key manager through the newest AWS CLI: a tutorial's walk, then who may do what, directly and through S3."""

import json
import os
import pathlib
import sys

import kms_model
from harness import ACCESS_KEY, SECRET_KEY, Process, clean_environment, equal, expect, free_port, run

ACCOUNT = "000000000000"

IDENTITIES = """
[accounts.000000000000.users.admin]
access_keys = [{ id = "AKIAADMIN", secret = "secret-of-admin" }]
policies.nothing = '{"Version": "2012-10-17", "Statement": []}'

[accounts.000000000000.users.user]
access_keys = [{ id = "AKIAUSER", secret = "secret-of-user" }]
policies.s3 = '''{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'''

[accounts.000000000000.roles.reader]
trust = '''{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
  "Principal": {"AWS": "arn:aws:iam::000000000000:user/user"}}}'''
policies.kms = '''{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}}'''
"""


def principal(name):
    return f"arn:aws:iam::{ACCOUNT}:{name}"


def key_policy(use_condition=None):
    """Separate administrators and users, as the developer guide has it."""
    use = {
        "Sid": "Allow use of the key",
        "Effect": "Allow",
        "Principal": {"AWS": principal("user/user")},
        "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
        "Resource": "*",
    }
    if use_condition:
        use["Condition"] = use_condition
    administer = {
        "Sid": "Allow administration of the key",
        "Effect": "Allow",
        "Principal": {"AWS": [principal("user/admin"), principal("root")]},
        "Action": ["kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*",
                   "kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource", "kms:ScheduleKeyDeletion"],
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": "key-consolepolicy-3", "Statement": [administer, use]})


def run_all(stack, report):
    """Beside the stack's gateway, one with identities and the embedded backend."""
    folder = stack.scratch("kms")
    (folder / "identities.toml").write_text(IDENTITIES)
    (folder / "identities.toml").chmod(0o600)
    port, console_port = free_port(), free_port()
    settings = {
        "SEALGATE_LISTEN": f"127.0.0.1:{port}",
        "SEALGATE_CONSOLE_LISTEN": f"127.0.0.1:{console_port}",
        "SEALGATE_DATA_DIR": str(folder / "data"),
        "SEALGATE_ROOT_ACCESS_KEY": ACCESS_KEY,
        "SEALGATE_ROOT_SECRET_KEY": SECRET_KEY,
        "SEALGATE_IDENTITIES": str(folder / "identities.toml"),
    }
    health = f"http://127.0.0.1:{console_port}/health"
    environment = {**clean_environment(folder), **settings}
    gateway = Process("sealgate", [stack.gateway_binary, "serve"], environment, folder / "sealgate.log", health)
    stack.processes.append(gateway)
    aws = pathlib.Path(sys.executable).with_name("aws")

    def credentials(key=ACCESS_KEY, secret=SECRET_KEY, token=None):
        found = {
            **clean_environment(folder / "home"),
            "PATH": f"{aws.parent}{os.pathsep}{os.environ['PATH']}",
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
        }
        return {**found, "AWS_SESSION_TOKEN": token} if token else found

    root, admin, user = credentials(), credentials("AKIAADMIN", "secret-of-admin"), credentials("AKIAUSER", "secret-of-user")

    def call(who, *arguments, **options):
        return run([aws, *arguments, "--output", "json"], who, **options)

    with report.step("kms", "the shapes of requests are those of botocore's model"):
        for line in kms_model.check():
            print(f"      newer in the model: {line}")

    with report.step("kms", "the hands-on walk"):
        walk = folder / "walk"
        walk.mkdir()
        script = pathlib.Path(__file__).with_name("kms_walk.sh").resolve()
        run(["bash", "-c", f"cd '{walk}' && exec '{script}'"], root)

    with report.step("kms", "separate administrators and users"):
        made = json.loads(call(root, "kms", "create-key", "--policy", key_policy()))
        key = made["KeyMetadata"]["Arn"]
        call(admin, "kms", "disable-key", "--key-id", key)
        call(admin, "kms", "enable-key", "--key-id", key)
        call(user, "kms", "encrypt", "--key-id", key, "--plaintext", "c2VjcmV0")
        for who, *refused in [
            (admin, "kms", "encrypt", "--key-id", key, "--plaintext", "c2VjcmV0"),
            (user, "kms", "schedule-key-deletion", "--key-id", key),
            (user, "kms", "put-key-policy", "--key-id", key, "--policy-name", "default", "--policy", key_policy()),
        ]:
            expect("AccessDenied" in call(who, *refused, fails=True), f"{refused} was not refused as AccessDenied")

    with report.step("kms", "kms:ViaService: through S3, not directly"):
        via_s3 = {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
        put = ["kms", "put-key-policy", "--key-id", key, "--policy-name", "default", "--policy", key_policy(via_s3)]
        call(admin, *put)
        refused = call(user, "kms", "generate-data-key", "--key-id", key, "--key-spec", "AES_256", fails=True)
        expect("AccessDenied" in refused, "a direct call was not refused")
        (folder / "object").write_text("an object")
        call(user, "s3", "mb", "s3://via-service")
        sse = ["--sse", "aws:kms", "--sse-kms-key-id", key]
        call(user, "s3", "cp", folder / "object", "s3://via-service/object", *sse)
        call(user, "s3", "cp", "s3://via-service/object", folder / "back")
        equal((folder / "back").read_text(), "an object", "the object")
        head = json.loads(call(user, "s3api", "head-object", "--bucket", "via-service", "--key", "object"))
        equal(head["SSEKMSKeyId"], key, "the object's key")

    with report.step("kms", "temporary credentials of a role"):
        taken = json.loads(call(user, "sts", "assume-role", "--role-arn", principal("role/reader"), "--role-session-name", "one"))
        given = taken["Credentials"]
        session = credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
        identity = json.loads(call(session, "sts", "get-caller-identity"))
        equal(identity["Arn"], f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/one", "the session's ARN")
        expect(json.loads(call(session, "kms", "list-keys"))["Keys"], "the role lists no keys")
        expect("AccessDenied" in call(session, "kms", "describe-key", "--key-id", key, fails=True), "the role may do more")
        broken = credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"] + "x")
        expect("UnrecognizedClient" in call(broken, "kms", "list-keys", fails=True), "a broken token was taken")

    with report.step("kms", "a new user is known without a restart, a bad file changes nothing"):
        import time

        more = '\n[accounts.000000000000.users.late]\naccess_keys = [{ id = "AKIALATE", secret = "secret-of-late" }]\n'
        (folder / "identities.toml").write_text(IDENTITIES + more)
        late = credentials("AKIALATE", "secret-of-late")
        deadline = time.monotonic() + 30
        while True:
            try:
                call(late, "sts", "get-caller-identity")
                break
            except Exception:
                expect(time.monotonic() < deadline, "the new user is still unknown")
                time.sleep(0.5)
        (folder / "identities.toml").write_text("nonsense [")
        time.sleep(5)
        call(late, "sts", "get-caller-identity")
        expect("not taken over" in gateway.tail(20), "the gateway's log does not mention the bad file")

    with report.step("kms", "every call is in the audit trail, no secret is"):
        trail = (folder / "data" / "audit.jsonl").read_text()
        names = {json.loads(line)["eventName"] for line in trail.splitlines()}
        expect({"CreateKey", "Encrypt", "GenerateDataKey", "Decrypt", "AssumeRole"} <= names, f"only {names}")
        expect("top secret" not in trail and given["SessionToken"] not in trail, "a secret stands in the trail")
    gateway.stop()
