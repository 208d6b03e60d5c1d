"""Starts what the client tests need, and ends it: a MinIO, a gateway in front of it, and a folder for their data.

Nothing here is specific to one client. Every process listens on loopback, on a port that was free.
"""

import contextlib
import hashlib
import os
import pathlib
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ACCESS_KEY = "SEALGATETESTROOT"
SECRET_KEY = "a-secret-for-tests-only"
BACKEND_ACCESS_KEY = "backendroot"
BACKEND_SECRET_KEY = "backendsecret"
MIB = 1 << 20
# What must never be seen below the gateway.
MARKER = b"plaintext of sealgate's client tests"


class Failure(Exception):
    """A client did not do what the test expects of it."""


def expect(condition, message):
    if not condition:
        raise Failure(message)


def equal(got, expected, what):
    expect(got == expected, f"{what}: expected {expected!r}, got {got!r}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_random(path, size, seed):
    """A file of `size` bytes that `seed` determines, with the marker in every 64 KiB that hold it."""
    source = random.Random(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        while size > 0:
            piece = min(size, 65_536)
            marker = MARKER if piece >= len(MARKER) else b""
            file.write(marker + source.randbytes(piece - len(marker)))
            size -= piece
    return path


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tree(folder):
    """{relative name: SHA-256} of all files in a folder."""
    folder = pathlib.Path(folder)
    return {str(path.relative_to(folder)): digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}


class Process:
    """A server that is ended with the block it serves."""

    def __init__(self, name, command, environment, log, health, ca=None, seconds=60):
        self.name = name
        self.log = log
        with open(log, "ab") as output:
            self.child = subprocess.Popen(
                [str(part) for part in command], env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self.await_health(health, ca, seconds)

    def await_health(self, url, ca, seconds):
        import ssl

        context = ssl.create_default_context(cafile=ca) if ca else None
        deadline = time.monotonic() + seconds
        while True:
            if self.child.poll() is not None:
                raise Failure(f"{self.name} ended with {self.child.returncode}:\n{self.tail()}")
            try:
                with urllib.request.urlopen(url, timeout=2, context=context) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            if time.monotonic() > deadline:
                self.stop()
                raise Failure(f"{self.name} is not healthy after {seconds} s:\n{self.tail()}")
            time.sleep(0.1)

    def tail(self, lines=30):
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return "(no log)"

    def stop(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
                raise Failure(f"{self.name} did not stop within 30 s of SIGTERM") from None
        return self.child.returncode


class Stack:
    """A MinIO and a gateway in front of it. `control`: no gateway, clients talk to MinIO."""

    def __init__(self, minio, gateway, control=False):
        self.minio_binary, self.gateway_binary, self.control = minio, gateway, control
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sealgate-clients-"))
        self.minio_data = self.folder / "minio"
        self.minio_data.mkdir()
        self.processes = []
        self.gateway = None
        self.cert, self.key = self.folder / "cert.pem", self.folder / "key.pem"
        self.port, self.console_port = free_port(), free_port()
        self.scheme = "http"

    def __enter__(self):
        try:
            self.start_minio()
            if self.control:
                self.access_key, self.secret_key = BACKEND_ACCESS_KEY, BACKEND_SECRET_KEY
                self.port = self.minio_port
            else:
                self.access_key, self.secret_key = ACCESS_KEY, SECRET_KEY
                self.make_certificate()
                self.start_gateway()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            with contextlib.suppress(Failure):
                process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def endpoint(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def backend_endpoint(self):
        return f"http://127.0.0.1:{self.minio_port}"

    def start_minio(self):
        self.minio_port = free_port()
        environment = {
            **clean_environment(self.folder),
            "MINIO_ROOT_USER": BACKEND_ACCESS_KEY,
            "MINIO_ROOT_PASSWORD": BACKEND_SECRET_KEY,
            "MINIO_API_DELETE_CLEANUP_INTERVAL": "1s",
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",
        }
        command = [self.minio_binary, "server", "--quiet", "--address", f"127.0.0.1:{self.minio_port}", self.minio_data]
        health = f"{self.backend_endpoint}/minio/health/ready"
        self.processes.append(Process("MinIO", command, environment, self.folder / "minio.log", health))

    def make_certificate(self):
        """A self-signed certificate for 127.0.0.1 and localhost."""
        run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
             "-keyout", self.key, "-out", self.cert],
        )

    def start_gateway(self, tls=False):
        self.scheme = "https" if tls else "http"
        environment = {
            **clean_environment(self.folder),
            "SEALGATE_LISTEN": f"127.0.0.1:{self.port}",
            "SEALGATE_CONSOLE_LISTEN": f"127.0.0.1:{self.console_port}",
            "SEALGATE_DATA_DIR": str(self.folder / "sealgate"),
            "SEALGATE_ROOT_ACCESS_KEY": ACCESS_KEY,
            "SEALGATE_ROOT_SECRET_KEY": SECRET_KEY,
            "SEALGATE_BACKEND_ENDPOINT": self.backend_endpoint,
            "SEALGATE_BACKEND_ACCESS_KEY": BACKEND_ACCESS_KEY,
            "SEALGATE_BACKEND_SECRET_KEY": BACKEND_SECRET_KEY,
        }
        if tls:
            environment |= {"SEALGATE_TLS_CERT": str(self.cert), "SEALGATE_TLS_KEY": str(self.key)}
        health = f"http://127.0.0.1:{self.console_port}/health"
        log = self.folder / "sealgate.log"
        self.gateway = Process("sealgate", [self.gateway_binary, "serve"], environment, log, health)
        self.processes.append(self.gateway)

    def restart_gateway(self, tls):
        """Stops the gateway and starts it on the same data, as an operator does."""
        if self.control:
            return
        equal(self.gateway.stop(), 0, "the gateway's exit status after SIGTERM")
        self.processes.remove(self.gateway)
        self.start_gateway(tls)

    def scratch(self, name):
        """A new, empty folder for a client."""
        folder = self.folder / "scratch" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def assert_sealed(self):
        """The marker that every test file carries stands in no file of MinIO."""
        if self.control:
            return
        # MinIO removes its temporary files and folders meanwhile; os.walk passes over what is gone.
        for folder, _, names in os.walk(self.minio_data):
            for name in names:
                with contextlib.suppress(FileNotFoundError):
                    content = pathlib.Path(folder, name).read_bytes()
                    expect(MARKER not in content, f"plaintext in {folder}/{name}")

    def environment(self):
        """What an AWS client finds in its environment."""
        environment = {
            **clean_environment(self.folder / "home"),
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
        }
        if self.scheme == "https":
            environment["AWS_CA_BUNDLE"] = str(self.cert)
        return environment


def clean_environment(home):
    """The environment without what could steer a client or a server from outside."""
    pathlib.Path(home).mkdir(parents=True, exist_ok=True)
    steering = ("AWS_", "SEALGATE_", "MINIO_", "RCLONE_", "RESTIC_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(steering)}
    kept = {name: value for name, value in kept.items() if not name.lower().endswith("_proxy")}
    return {**kept, "HOME": str(home), "LC_ALL": "C.UTF-8"}


def run(command, environment=None, stdin=None, fails=False, seconds=600):
    """Runs a command to its end and returns its standard output. `fails`: it must not succeed."""
    command = [str(part) for part in command]
    done = subprocess.run(
        command,
        env=environment,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        timeout=seconds,
    )
    output, errors = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    if (done.returncode != 0) != fails:
        raise Failure(f"{' '.join(command)}\nended with {done.returncode}:\n{output[-3000:]}\n{errors[-3000:]}")
    return output if not fails else output + errors


class Report:
    """Counts and prints the steps of all clients."""

    def __init__(self):
        self.passed, self.failed = 0, []

    @contextlib.contextmanager
    def step(self, client, what):
        started = time.monotonic()
        try:
            yield
        except Exception as error:  # a test's step may fail in any way, and the others go on
            self.failed.append(f"{client}: {what}")
            print(f"FAIL  {client}: {what}\n      " + str(error).replace("\n", "\n      "), flush=True)
        else:
            self.passed += 1
            print(f"ok    {client}: {what} ({time.monotonic() - started:.1f} s)", flush=True)

    def close(self):
        for line in self.failed:
            print(f"failed: {line}")
        print(f"{self.passed} passed, {len(self.failed)} failed", flush=True)
        sys.exit(1 if self.failed else 0)
