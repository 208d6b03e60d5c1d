"""restic, from Debian: trusts listed sizes, sends Content-MD5, reads by ranges."""

import shutil

from harness import equal, expect, MIB, run as run_command, tree, write_random


def run(stack, report):
    expect(shutil.which("restic"), "restic is not installed")
    folder = stack.scratch("restic")
    environment = {
        **stack.environment(),
        "RESTIC_REPOSITORY": f"s3:{stack.endpoint}/restic/repo",
        "RESTIC_PASSWORD": "of a test",
        "RESTIC_CACHE_DIR": str(folder / "cache"),
    }

    def restic(*arguments):
        return run_command(["restic", *arguments], environment)

    for number, size in enumerate([0, 10, 65_481, 3 * MIB, 20 * MIB + 3]):
        write_random(folder / "up" / f"{number}.bin", size, size + 31)

    with report.step("restic", "init, backup, check every byte"):
        restic("init")
        restic("backup", folder / "up")
        restic("check", "--read-data")

    with report.step("restic", "restore, equal"):
        restic("restore", "latest", "--target", folder / "down")
        equal(tree(folder / "down" / str(folder / "up").lstrip("/")), tree(folder / "up"), "the tree")

    with report.step("restic", "forget and prune"):
        restic("forget", "--keep-last", "1", "--prune")
        expect("no errors" in restic("check"), "check found errors")
