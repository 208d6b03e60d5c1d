#!/usr/bin/env python3
"""Stock Tink opens sealed bodies: the format is Tink's AES-GCM-HKDF streaming AEAD, and this keeps it so.

Run it from anywhere: `python3 tests/clients/tink_opens.py`. It makes a virtual environment below target/ with the
`tink` package when this interpreter has none, lets the crate's tests seal objects with known data keys, and opens each
with nothing but Tink, the data key as its initial key material, and the associated data of the format.
"""

import hashlib
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
TINK = "tink==1.16.1"


def run_in_venv_with_tink():
    """Starts this script again where `tink` can be imported."""
    folder = ROOT / "target" / "tink-venv"
    python = folder / "bin" / "python"
    if os.environ.get("SEALGATE_TINK_VENV"):
        sys.exit("tink cannot be imported, though it was installed")
    if not python.exists():
        venv.create(folder, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", TINK], check=True)
    os.environ["SEALGATE_TINK_VENV"] = str(folder)
    os.execv(python, [str(python), __file__, *sys.argv[1:]])


try:
    import tink
    from tink import streaming_aead
    from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2
    from tink import secret_key_access
except ImportError:
    run_in_venv_with_tink()


def primitive(dek):
    """Tink's primitive with the parameters of the format's streams and `dek` as the initial key material."""
    key = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(
        version=0,
        params=aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
            ciphertext_segment_size=65536,
            derived_key_size=32,
            hkdf_hash_type=common_pb2.SHA256,
        ),
        key_value=dek,
    )
    keyset = tink_pb2.Keyset(primary_key_id=1)
    entry = keyset.key.add(key_id=1, status=tink_pb2.ENABLED, output_prefix_type=tink_pb2.RAW)
    entry.key_data.type_url = "type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey"
    entry.key_data.key_material_type = tink_pb2.KeyData.SYMMETRIC
    entry.key_data.value = key.SerializeToString()
    handle = tink.proto_keyset_format.parse(keyset.SerializeToString(), secret_key_access.TOKEN)
    return handle.primitive(streaming_aead.StreamingAead)


def opened(layer, sealed):
    """The plaintext of `sealed`, one layer of one stream."""
    source = primitive(bytes.fromhex(layer["dek"])).new_decrypting_stream(
        io.BytesIO(sealed), bytes.fromhex(layer["associated_data"])
    )
    with source:
        return source.read()


def seal_streams(folder):
    command = ["cargo", "test", "--quiet", "--lib", "writes_streams_for_tink", "--", "--ignored", "--exact",
               "seal::tink_streams::writes_streams_for_tink"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "SEALGATE_TINK_DIR": folder}, check=True)
    return json.loads(pathlib.Path(folder, "streams.json").read_text())


def check(folder, stream):
    text = pathlib.Path(folder, stream["file"]).read_bytes()[: stream["stream_len"]]
    for layer in stream["layers"]:
        text = opened(layer, text)
    assert hashlib.sha256(text).hexdigest() == stream["plain_sha256"], "Tink opens other plaintext"


def check_that_tink_refuses(folder, stream):
    """The test itself must be able to fail: one bit more, and Tink must not open."""
    text = bytearray(pathlib.Path(folder, stream["file"]).read_bytes()[: stream["stream_len"]])
    text[-1] ^= 1
    try:
        opened(stream["layers"][0], bytes(text))
    except Exception:
        return
    raise AssertionError("Tink opened an altered stream")


def main():
    streaming_aead.register()
    passed, failed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for stream in seal_streams(folder):
            try:
                check(folder, stream)
                check_that_tink_refuses(folder, stream)
                passed += 1
            except Exception as error:
                print(f"{stream['file']}: {error!r}")
                failed += 1
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
