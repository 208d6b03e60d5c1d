#!/usr/bin/env python3
"""Real clients against a real MinIO with sealgate in front of it.

    python tests/clients/run.py --minio PATH --sealgate PATH [--rclone PATH] [--control] [--large-mib N] [client ...]

Clients: aws, aws-debian, boto3, kms, rclone, s3cmd, restic. Without names all run; a client that is not installed fails.
`--control` talks to MinIO directly: a step that fails there as well says nothing about the gateway.
"""

import argparse
import pathlib

import aws_cli
import boto3_client
import kms_client
import rclone_client
import restic_client
import s3cmd_client
from harness import MIB, Report, Stack

CLIENTS = {
    "aws": aws_cli.newest,
    "aws-debian": aws_cli.debian,
    "boto3": boto3_client.run,
    "kms": kms_client.run_all,
    "rclone": rclone_client.run,
    "s3cmd": s3cmd_client.run,
    "restic": restic_client.run,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minio", type=pathlib.Path, required=True)
    parser.add_argument("--sealgate", type=pathlib.Path, required=True)
    parser.add_argument("--rclone", default="rclone")
    parser.add_argument("--control", action="store_true")
    parser.add_argument("--large-mib", type=int, default=300)
    parser.add_argument("clients", nargs="*", choices=[[], *CLIENTS])
    options = parser.parse_args()
    report = Report()
    with Stack(options.minio, options.sealgate, options.control) as stack:
        stack.rclone = options.rclone
        stack.large = options.large_mib * MIB + 12_345
        for name in options.clients or CLIENTS:
            if stack.scheme == "https":
                stack.restart_gateway(tls=False)
            with report.step(name, "all steps were reached"):
                CLIENTS[name](stack, report)
            with report.step(name, "no plaintext in the backend"):
                stack.assert_sealed()
        if report.failed and stack.gateway:
            print("---- the end of the gateway's log ----\n" + stack.gateway.tail(40))
    report.close()


if __name__ == "__main__":
    main()
