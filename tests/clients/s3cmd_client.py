"""s3cmd, from Debian: compares MD5 sums with ETags, so it shows whether ours ever look like one."""

import shutil

from harness import digest, equal, expect, MIB, run as run_command, tree, write_random

SIZES = [0, 3, 65_481, 6 * MIB + 5, 16 * MIB + 1]


def run(stack, report):
    expect(shutil.which("s3cmd"), "s3cmd is not installed")
    folder = stack.scratch("s3cmd")
    config = folder / "s3cfg"
    host = stack.endpoint.split("//")[1]
    config.write_text(
        f"[default]\naccess_key = {stack.access_key}\nsecret_key = {stack.secret_key}\nhost_base = {host}\n"
        f"host_bucket = {host}\nuse_https = False\nmultipart_chunk_size_mb = 5\nbucket_location = us-east-1\n"
    )

    def s3cmd(*arguments, **options):
        return run_command(["s3cmd", "-c", config, "--no-progress", *arguments], stack.environment(), **options)

    for size in SIZES:
        write_random(folder / "up" / f"{size}.bin", size, size + 21)

    with report.step("s3cmd", "sync up, then nothing to do"):
        s3cmd("mb", "s3://s3cmd")
        s3cmd("sync", f"{folder}/up/", "s3://s3cmd/tree/")
        said = s3cmd("sync", f"{folder}/up/", "s3://s3cmd/tree/")
        expect("upload:" not in said, said)

    with report.step("s3cmd", "sync down, equal"):
        s3cmd("sync", "s3://s3cmd/tree/", f"{folder}/down/")
        equal(tree(folder / "down"), tree(folder / "up"), "the tree")

    with report.step("s3cmd", "listed sizes, copy, delete"):
        listed = sorted(int(line.split()[2]) for line in s3cmd("ls", "--recursive", "s3://s3cmd/tree/").splitlines())
        equal(listed, SIZES, "sizes")
        s3cmd("cp", "s3://s3cmd/tree/65481.bin", "s3://s3cmd/copy")
        s3cmd("get", "s3://s3cmd/copy", folder / "copy")
        equal(digest(folder / "copy"), digest(folder / "up" / "65481.bin"), "the copy")
        s3cmd("del", "--recursive", "--force", "s3://s3cmd")
        s3cmd("rb", "s3://s3cmd")
