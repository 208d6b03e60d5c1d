#!/usr/bin/env python3
"""Runs the README's commands, in their order, as a reader would: every block of language `sh`.

    python tests/clients/documentation.py --sealgate PATH --aws PATH

`cargo run --release --` starts the binary that is there already, ports become free ones, and a block that starts the gateway
goes on in the background. The credentials are those that the gateway prints.
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

from harness import Failure, Report, clean_environment, expect, free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]


def blocks(document):
    """The `sh` blocks of a Markdown text."""
    return re.findall(r"^ *```sh\n(.*?)^ *```", document, re.MULTILINE | re.DOTALL)


class Reader:
    """A person with two terminals in a fresh clone."""

    def __init__(self, folder, sealgate, aws):
        self.clone = folder / "clone"
        shutil.copytree(ROOT, self.clone, ignore=shutil.ignore_patterns("target", ".git", "sealgate-data"))
        tools = folder / "bin"
        tools.mkdir()
        (tools / "cargo").write_text(
            f'#!/bin/sh\n[ "$1 $2 $3" = "run --release --" ] || exit 2\nshift 3\nexec "{sealgate}" "$@"\n'
        )
        (tools / "cargo").chmod(0o755)
        (tools / "aws").symlink_to(aws)
        self.ports = {"8484": str(free_port()), "8485": str(free_port()), "9000": str(free_port())}
        self.environment = clean_environment(folder / "home")
        self.environment["PATH"] = f"{tools}:{self.environment['PATH']}"
        self.environment["SEALGATE_LISTEN"] = f"127.0.0.1:{self.ports['8484']}"
        self.environment["SEALGATE_CONSOLE_LISTEN"] = f"127.0.0.1:{self.ports['8485']}"
        self.server = None

    def run(self, block):
        for port, free in self.ports.items():
            block = block.replace(f"127.0.0.1:{port}", f"127.0.0.1:{free}")
        if " serve" in block:
            return self.serve(block)
        done = subprocess.run(["sh", "-euc", block], cwd=self.clone, env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        expect(done.returncode == 0, f"{block}\nended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def serve(self, block):
        """Starts the gateway and takes over what it prints for the reader."""
        self.stop()
        log = self.clone.parent / "gateway.log"
        with open(log, "wb") as output:
            self.server = subprocess.Popen(["sh", "-euc", block], cwd=self.clone, env=self.environment, stdout=output,
                                           stderr=output, stdin=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 30
        while "Three commands to try" not in log.read_text():
            if self.server.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"{block}\ndid not start:\n{log.read_text()}")
            time.sleep(0.1)
        printed = log.read_text()
        for name, value in re.findall(r"export (AWS_\w+)=(\S+)", printed):
            self.environment[name] = value
        return printed

    def stop(self):
        if self.server and self.server.poll() is None:
            os.killpg(self.server.pid, signal.SIGTERM)
            self.server.wait(timeout=40)
        self.server = None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sealgate", type=pathlib.Path, required=True)
    parser.add_argument("--aws", type=pathlib.Path, required=True)
    options = parser.parse_args()
    report = Report()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sealgate-docs-"))
    reader = Reader(folder, options.sealgate.resolve(), options.aws.absolute())
    try:
        readme = (ROOT / "README.md").read_text()
        backend = [block for block in blocks(readme) if "SEALGATE_BACKEND_ENDPOINT" in block]
        for block in (block for block in blocks(readme) if block not in backend):
            with report.step("README", block.splitlines()[0][:70]):
                reader.run(block)
        with report.step("README", "the commands that the start prints work"):
            printed = (folder / "gateway.log").read_text().replace("my-bucket", "printed-bucket")
            commands = re.findall(r"^  (aws .*)$", printed, re.MULTILINE)
            expect(len(commands) == 3, f"three commands: {commands}")
            reader.run("\n".join(commands))
        with report.step("README", "a second start makes no new credentials"):
            printed = reader.serve("cargo run --release -- serve")
            expect("AWS_SECRET_ACCESS_KEY" not in printed, "the secret was printed again")
            reader.run("aws s3 cp s3://my-bucket/README.md again --endpoint-url http://127.0.0.1:8484\ncmp again README.md")
        with report.step("README", "the configuration names what is not reached"):
            for block in backend:
                try:
                    reader.run(block)
                except Failure as failure:
                    expect("backend" in str(failure), str(failure))
                else:
                    raise Failure("a backend that is not there was reached")
    finally:
        reader.stop()
        shutil.rmtree(folder, ignore_errors=True)
    report.close()


if __name__ == "__main__":
    main()
