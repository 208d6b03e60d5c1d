"""rclone, as provider Other, and as provider Minio with use_multipart_etag=false."""

from harness import digest, equal, expect, MIB, run as run_command, tree, write_random

SIZES = [0, 1, 65_480, 65_481, 5 * MIB, 5 * MIB + 1, 11_000_017]


def run(stack, report):
    _all(stack, report, "rclone (Other)", {"RCLONE_CONFIG_GATE_PROVIDER": "Other"})
    minio = {"RCLONE_CONFIG_GATE_PROVIDER": "Minio", "RCLONE_CONFIG_GATE_USE_MULTIPART_ETAG": "false"}
    _all(stack, report, "rclone (Minio)", minio)


def _all(stack, report, name, provider):
    environment = {
        **stack.environment(),
        "RCLONE_CONFIG_GATE_TYPE": "s3",
        "RCLONE_CONFIG_GATE_ENDPOINT": stack.endpoint,
        "RCLONE_CONFIG_GATE_ACCESS_KEY_ID": stack.access_key,
        "RCLONE_CONFIG_GATE_SECRET_ACCESS_KEY": stack.secret_key,
        "RCLONE_CONFIG_GATE_REGION": "us-east-1",
        "RCLONE_CONFIG_GATE_UPLOAD_CUTOFF": "5M",
        "RCLONE_CONFIG_GATE_CHUNK_SIZE": "5M",
        **provider,
    }
    bucket = "rclone-" + provider["RCLONE_CONFIG_GATE_PROVIDER"].lower()
    remote = f"gate:{bucket}"
    folder = stack.scratch(bucket)

    def rclone(*arguments, **options):
        return run_command([stack.rclone, "--config", "/dev/null", "--retries", "1", "-v", *arguments], environment, **options)

    def logged(*arguments):
        """What rclone says it did: its log goes to standard error."""
        log = folder / "log"
        log.unlink(missing_ok=True)
        rclone("--log-file", log, *arguments)
        return log.read_text()

    for size in SIZES:
        write_random(folder / "up" / f"d{size % 2}" / f"{size}.bin", size, size + 11)

    with report.step(name, "copy up and check"):
        rclone("mkdir", remote)
        rclone("copy", folder / "up", f"{remote}/tree")
        expect("differences found" in logged("check", folder / "up", f"{remote}/tree"), "check said nothing")
        rclone("check", "--download", folder / "up", f"{remote}/tree")

    with report.step(name, "sync again finds nothing to do"):
        said = logged("sync", folder / "up", f"{remote}/tree")
        expect("Copied" not in said and "Updated" not in said, said)
        expect("There was nothing to transfer" in said, said)

    with report.step(name, "copy down, equal, and nothing to do again"):
        rclone("copy", f"{remote}/tree", folder / "down")
        equal(tree(folder / "down"), tree(folder / "up"), "the tree")
        expect("There was nothing to transfer" in logged("sync", f"{remote}/tree", folder / "down"), "a second sync down")

    with report.step(name, "listed sizes, a range, a server-side move"):
        lines = rclone("lsf", "--recursive", "--files-only", "--format", "s", f"{remote}/tree").split()
        equal(sorted(map(int, lines)), sorted(SIZES), "sizes")
        rclone("moveto", f"{remote}/tree/d1/1.bin", f"{remote}/tree/d1/moved")
        equal(rclone("cat", f"{remote}/tree/d1/moved").encode(errors="replace")[:1] != b"", True, "the moved object")
        rclone("check", "--one-way", "--download", folder / "up" / "d0", f"{remote}/tree/d0")

    with report.step(name, f"{stack.large} bytes up and down"):
        large = write_random(folder / "large", stack.large, 77)
        rclone("copyto", large, f"{remote}/large")
        rclone("copyto", f"{remote}/large", folder / "back")
        equal(digest(folder / "back"), digest(large), "the file")
        (folder / "back").unlink()

    with report.step(name, "stream of unknown length"):
        rclone("rcat", f"{remote}/piped", stdin=b"through a pipe" * 1000)
        equal(rclone("cat", f"{remote}/piped"), "through a pipe" * 1000, "the pipe")

    with report.step(name, "purge"):
        rclone("purge", remote)
