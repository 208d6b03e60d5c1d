#!/usr/bin/env python3
"""The exercise after the hands-on walk (kms_walk.sh): administrators and users of one key, told apart by its policy.

    python tests/clients/kms_exercise.py --sealgate PATH --aws PATH

Every command is as for AWS with `--endpoint-url` added, and every refusal is looked at. Needs bash and the AWS CLI, and no other
backend than the embedded one.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from harness import (ACCESS_KEY, SECRET_KEY, Failure, Process, Report, clean_environment, equal, expect, free_port)

ACCOUNT = "000000000000"

# Who takes part in the exercise. What `keeper` and `worker` may do with the key is said by its policy alone; the alias, which
# has no policy, needs an IAM policy as on AWS.
IDENTITIES = """
[accounts.000000000000.users.keeper]
access_keys = [{ id = "keeper-access", secret = "secret-of-the-keeper" }]
policies.alias = '''{"Statement": {"Effect": "Allow", "Action": "kms:*Alias",
  "Resource": "arn:aws:kms:us-east-1:000000000000:alias/kv-exercise"}}'''

[accounts.000000000000.users.worker]
access_keys = [{ id = "worker-access", secret = "secret-of-the-worker" }]

[accounts.000000000000.users.uploader]
access_keys = [{ id = "uploader-access", secret = "secret-of-the-uploader" }]
policies.objects = '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
policies.keys = '''{"Statement": {"Effect": "Allow", "Action": ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"],
  "Resource": "*", "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}}}'''
"""

# (who, what, commands, what the output must hold). `root` is the account's root user, the other names are users.
EXERCISE = [
    ("root", "a key whose policy separates administrators from users", r"""
KEY_ID=$(aws kms create-key --policy file://policy.json --query KeyMetadata.KeyId --output text)
aws kms create-alias --alias-name alias/kv-exercise --target-key-id "$KEY_ID"
echo "Key: $KEY_ID"
""", r"^Key: \S{36}$"),
    ("keeper", "the administrator sets rotation to 180 days", r"""
aws kms enable-key-rotation --key-id "$KEY_ID" --rotation-period-in-days 180
aws kms get-key-rotation-status --key-id "$KEY_ID" --query RotationPeriodInDays
""", r"^180$"),
    ("keeper", "the administrator cannot encrypt", r"""
! aws kms encrypt --key-id "$KEY_ID" --plaintext fileb://<(echo -n data) 2>&1
""", r"\(AccessDeniedException\)"),
    ("worker", "the user encrypts under a context", r"""
aws kms encrypt --key-id alias/kv-exercise --plaintext fileb://<(echo -n "exercise data") \
--encryption-context project=kv-exercise --query CiphertextBlob --output text > exercise.b64
""", r"^$"),
    ("worker", "another context fails", r"""
! aws kms decrypt --ciphertext-blob fileb://<(base64 --decode exercise.b64) --encryption-context project=other 2>&1
""", r"\(InvalidCiphertextException\)"),
    ("worker", "the same context succeeds", r"""
aws kms decrypt --ciphertext-blob fileb://<(base64 --decode exercise.b64) --encryption-context project=kv-exercise \
--query Plaintext --output text | base64 --decode; echo
""", r"^exercise data$"),
    ("worker", "the user cannot change the policy", r"""
! aws kms put-key-policy --key-id "$KEY_ID" --policy-name default --policy file://policy.json 2>&1
! aws kms disable-key --key-id "$KEY_ID" 2>&1
""", r"(?s)\(AccessDeniedException\).*PutKeyPolicy.*\(AccessDeniedException\).*DisableKey"),
    ("keeper", "the administrator cannot decrypt", r"""
! aws kms decrypt --ciphertext-blob fileb://<(base64 --decode exercise.b64) --encryption-context project=kv-exercise 2>&1
""", r"\(AccessDeniedException\)"),
    ("root", "a bucket", "aws s3 mb s3://kv-exercise", r"make_bucket"),
    ("uploader", "kms:ViaService lets the key be used through S3", r"""
echo "by way of S3" > object.txt
aws s3 cp object.txt s3://kv-exercise/object.txt --sse aws:kms --sse-kms-key-id "$KEY_ID"
aws s3 cp s3://kv-exercise/object.txt -
""", r"by way of S3\s*$"),
    ("uploader", "and not directly", r"""
! aws kms decrypt --ciphertext-blob fileb://<(base64 --decode exercise.b64) --encryption-context project=kv-exercise 2>&1
! aws kms generate-data-key --key-id "$KEY_ID" --key-spec AES_256 2>&1
""", r"(?s)\(AccessDeniedException\).*\(AccessDeniedException\)"),
    ("keeper", "a disabled key", 'aws kms disable-key --key-id "$KEY_ID"', r"^$"),
    ("worker", "is of no use", r"""
! aws kms encrypt --key-id "$KEY_ID" --plaintext fileb://<(echo -n data) 2>&1
""", r"\(DisabledException\)"),
    ("keeper", "until it is enabled", 'aws kms enable-key --key-id "$KEY_ID"', r"^$"),
    ("worker", "again", r"""
aws kms encrypt --key-id "$KEY_ID" --plaintext fileb://<(echo -n data) --query KeyId --output text
""", r":key/"),
    ("keeper", "deletion in 7 days, and the alias at once", r"""
aws kms schedule-key-deletion --key-id "$KEY_ID" --pending-window-in-days 7 --query KeyState --output text
aws kms delete-alias --alias-name alias/kv-exercise
""", r"^PendingDeletion$"),
    ("worker", "until then the key is of no use", r"""
! aws kms generate-data-key --key-id "$KEY_ID" --key-spec AES_256 2>&1
""", r"\(KMSInvalidStateException\).*is pending deletion"),
    ("keeper", "and can be had back", r"""
aws kms cancel-key-deletion --key-id "$KEY_ID" --query KeyId --output text
aws kms describe-key --key-id "$KEY_ID" --query KeyMetadata.KeyState --output text
""", r":key/\S+\s+Disabled$"),
]


def key_policy():
    def statement(name, principal, *actions):
        return {"Sid": name, "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:{principal}"},
                "Action": list(actions), "Resource": "*"}

    administer = ["Create", "Describe", "Enable", "List", "Put", "Update", "Revoke", "Disable", "Get", "Delete",
                  "ScheduleKeyDeletion", "CancelKeyDeletion", "TagResource", "UntagResource"]
    actions = [f"kms:{verb}*" if len(verb) < 9 else f"kms:{verb}" for verb in administer]
    return {"Version": "2012-10-17", "Statement": [
        statement("EnableIamPolicies", "root", "kms:*"),
        statement("AllowAdministration", "user/keeper", *actions),
        statement("AllowUse", "user/worker", "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*",
                  "kms:DescribeKey"),
    ]}


class Learner:
    """Somebody with a shell, who keeps $KEY_ID from step to step."""

    def __init__(self, folder, aws, endpoint):
        self.folder = folder
        tools = folder / "bin"
        tools.mkdir()
        wrapper = tools / "aws"
        wrapper.write_text(f'#!/bin/sh\nexec "{aws}" --endpoint-url "{endpoint}" "$@"\n')
        wrapper.chmod(0o755)
        self.environment = clean_environment(folder / "home")
        self.environment |= {
            "PATH": f"{tools}:{os.environ['PATH']}", "AWS_DEFAULT_REGION": "us-east-1", "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def run(self, who, commands, expected):
        keys = (ACCESS_KEY, SECRET_KEY) if who == "root" else (f"{who}-access", f"secret-of-the-{who}")
        self.environment["AWS_ACCESS_KEY_ID"], self.environment["AWS_SECRET_ACCESS_KEY"] = keys
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=self.folder, env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        said = f"{done.stdout}\n{done.stderr}"
        expect(done.returncode == 0, f"ended with {done.returncode}:\n{said}")
        output = done.stdout.strip()
        expect(re.search(expected, output), f"expected {expected!r}, got {output!r}\n{done.stderr}")
        for key_id in re.findall(r"^Key: (\S+)$", output, re.MULTILINE):
            self.environment["KEY_ID"] = key_id


def audited(trail):
    """The names of the calls in the audit trail, in their order."""
    return [json.loads(line)["eventName"] for line in trail.read_text().splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sealgate", type=pathlib.Path, required=True)
    parser.add_argument("--aws", type=pathlib.Path, required=True)
    options = parser.parse_args()
    report = Report()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sealgate-kms-"))
    port, console = free_port(), free_port()
    identities = folder / "identities.toml"
    identities.write_text(IDENTITIES)
    (folder / "policy.json").write_text(json.dumps(key_policy()))
    environment = clean_environment(folder / "home") | {
        "SEALGATE_LISTEN": f"127.0.0.1:{port}",
        "SEALGATE_CONSOLE_LISTEN": f"127.0.0.1:{console}",
        "SEALGATE_DATA_DIR": str(folder / "data"),
        "SEALGATE_ROOT_ACCESS_KEY": ACCESS_KEY,
        "SEALGATE_ROOT_SECRET_KEY": SECRET_KEY,
        "SEALGATE_IDENTITIES": str(identities),
    }
    gateway = Process("sealgate", [options.sealgate.resolve(), "serve"], environment, folder / "sealgate.log",
                      f"http://127.0.0.1:{console}/health")
    try:
        learner = Learner(folder, options.aws.absolute(), f"http://127.0.0.1:{port}")
        for who, what, commands, expected in EXERCISE:
            with report.step("exercise", f"{who}: {what}"):
                learner.run(who, commands, expected)
        with report.step("exercise", "every call stands in the audit trail, no plaintext in it"):
            trail = folder / "data" / "audit.jsonl"
            names = audited(trail)
            equal(names[:3], ["CreateKey", "CreateAlias", "EnableKeyRotation"], "the first records")
            expect("ScheduleKeyDeletion" in names and "PutKeyPolicy" in names, f"records: {names}")
            for secret in (b"exercise data", b"by way of S3"):
                expect(secret not in trail.read_bytes(), f"{secret} stands in the audit trail")
    finally:
        try:
            gateway.stop()
        except Failure as failure:
            print(failure)
        shutil.rmtree(folder, ignore_errors=True)
    report.close()


if __name__ == "__main__":
    main()
