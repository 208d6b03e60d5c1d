#!/usr/bin/env python3
"""Makes the known answers beside it: a second implementation of the format, from its specification alone.

The specification is the module documentation of `seal` and of `envelope`. Needs PyPI's `cryptography`. Known answers
are append only: a file that exists is compared, never replaced, so a run that ends with "0 changed" also shows that
this implementation and the stored answers still agree. `README.md` says what the files mean.
"""

import base64
import hashlib
import hmac
import json
import pathlib
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

HERE = pathlib.Path(__file__).resolve().parent
MIB = 1024 * 1024
ZERO_NONCE = bytes(12)
ALGORITHMS = {"CRC32": 1, "CRC32C": 2, "CRC64NVME": 3, "SHA1": 4, "SHA256": 5}
KINDS = {"COMPOSITE": 1, "FULL_OBJECT": 2}


def fields(*parts):
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def derive(ikm, label, *parts, salt=b"", length=32):
    return HKDF(SHA256(), length, salt, fields(label.encode(), *parts)).derive(ikm)


def commitment(dek):
    return derive(dek, "sealgate/v1/commit")


def plaintext(length):
    state, text = 0x9E3779B97F4A7C15, bytearray()
    for _ in range(length):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        text.append(state >> 56)
    return bytes(text)


# The body.


def layer_stream(dek, layer, number, attempt, plain):
    part = number.to_bytes(2, "big")
    drawn = derive(dek, "sealgate/v1/stream", bytes([layer]), part, attempt, length=39)
    salt, prefix = drawn[:32], drawn[32:]
    key = AESGCM(HKDF(SHA256(), 32, salt, bytes([1, layer]) + part).derive(dek))
    segments = [plain[:65480]] + [plain[at : at + 65520] for at in range(65480, len(plain), 65520)]
    stream = b"\x28" + salt + prefix
    for index, segment in enumerate(segments):
        last = bytes([index == len(segments) - 1])
        stream += key.encrypt(prefix + index.to_bytes(4, "big") + last, segment, None)
    return stream


def stream(deks, number, attempt, plain):
    for layer, dek in enumerate(deks, 1):
        plain = layer_stream(dek, layer, number, attempt, plain)
    return plain


def allowance(p):
    return p + 32 * (p // 65520) + 256 * (p // (5 * MIB))


def checksum_bytes(checksum):
    if checksum is None:
        return b"\x00"
    return bytes([ALGORITHMS[checksum["algorithm"]], KINDS[checksum["kind"]]]) + bytes.fromhex(checksum["value"])


def manifest_bytes(deks, parts, checksum):
    text = bytes([len(deks)]) + sum(part["plain_len"] for part in parts).to_bytes(8, "big")
    text += checksum_bytes(checksum) + len(parts).to_bytes(2, "big")
    for part in parts:
        attempt, value = bytes.fromhex(part["attempt"]), bytes.fromhex(part["checksum"])
        flags = (1 if attempt else 0) | (2 if value else 0) | (4 if part["staged"] else 0)
        text += part["number"].to_bytes(2, "big") + bytes([flags]) + part["plain_len"].to_bytes(8, "big") + attempt
        text += bytes([len(value)]) + value if value else b""
    return text


def sealed_manifest(deks, parts, checksum):
    text = manifest_bytes(deks, parts, checksum)
    commitments = b"".join(map(commitment, deks))
    for layer, dek in enumerate(deks, 1):
        code = bytes([layer])
        nonce = hmac.digest(derive(dek, "sealgate/v1/manifest-nonce", code), text, "sha256")[:12]
        associated = bytes([1, len(deks), layer]) + commitments
        text = nonce + AESGCM(derive(dek, "sealgate/v1/manifest", code)).encrypt(nonce, text, associated)
    return text


def sealed_object(deks, parts, checksum=None):
    total = sum(part["plain_len"] for part in parts)
    plain, body, start = plaintext(total), b"", 0
    for part in parts:
        text = plain[start : start + part["plain_len"]]
        start += len(text)
        piece = stream(deks, part["number"], bytes.fromhex(part["attempt"]), text)
        body += piece if part["staged"] else piece.ljust(allowance(len(text)) - 96, b"\0")
    manifest = sealed_manifest(deks, parts, checksum)
    tail = manifest + len(manifest).to_bytes(4, "big") + b"\x01"
    return body + bytes(allowance(total) + 512 - len(body) - len(tail)) + tail


# The envelope.


def number(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def counted(data):
    return number(len(data)) + data


def key_arn(arn):
    region, account, key_id = arn.removeprefix("arn:aws:kms:").split(":")
    key_id = key_id.removeprefix("key/")
    if key_id.startswith("mrk-"):
        tail = b"\x01" + bytes.fromhex(key_id[4:])
    else:
        tail = b"\x00" + bytes.fromhex(key_id.replace("-", ""))
    return int(account).to_bytes(5, "big") + counted(region.encode()) + tail


MODES = {"SSE-S3": 0, "SSE-KMS": 1, "DSSE-KMS": 2, "SSE-C": 3}


def envelope(e):
    """The record before its binding, and the binding."""
    mode = MODES[e["mode"]]
    deks, keks = [[bytes.fromhex(key) for key in e[name]] for name in ("deks", "keks")]
    bucket, object_key = e["bucket"].encode(), e["object_key"].encode()
    flags = mode | (4 if e["bucket_key"] else 0) | (8 if e["kms_key"] else 0) | (16 if e["context"] else 0)
    flags |= (32 if e["plain_len"] is None else 0) | (64 if e["checksum"] else 0)
    record = bytes([1, flags])
    record += key_arn(e["kms_key"]) if e["kms_key"] else b""
    if e["context"]:
        pairs = sorted((name.encode(), value.encode()) for name, value in e["context"].items())
        record += number(len(pairs)) + b"".join(counted(name) + counted(value) for name, value in pairs)
    record += b"" if e["plain_len"] is None else number(e["plain_len"])
    salts = [hashlib.sha256(bytes([layer])).digest() for layer in range(len(deks))]
    for layer, (kek, dek, salt) in enumerate(zip(keks, deks, salts), 1):
        key = derive(kek, "sealgate/v1/wrap", bytes([layer]), bytes([mode]), bucket, object_key, salt=salt)
        wrapped = AESGCM(key).encrypt(ZERO_NONCE, dek, None)
        record += counted(bytes.fromhex(e["blob"])) + salt + wrapped + commitment(dek)
    if e["checksum"]:
        text = checksum_bytes(e["checksum"])
        for layer, (dek, salt) in enumerate(zip(deks, salts), 1):
            key = derive(dek, "sealgate/v1/checksum", bytes([layer]), salt=salt)
            text = AESGCM(key).encrypt(ZERO_NONCE, text, None)
        record += counted(text)
    bound = fields(bucket, object_key, record)
    for name, value in sorted(e["metadata"].items()):
        bound += fields(name.encode(), value.encode())
    return record, hmac.digest(derive(b"".join(deks), "sealgate/v1/envelope"), bound, "sha256")


def text(record):
    return base64.urlsafe_b64encode(record).rstrip(b"=").decode()


# The known answers.

changed = 0
written = 0


def write(folder, name, vector):
    global changed, written
    path = HERE / folder / f"{name}.json"
    path.parent.mkdir(exist_ok=True)
    content = json.dumps(vector, indent=2) + "\n"
    if not path.exists():
        path.write_text(content)
        written += 1
    elif path.read_text() != content:
        print(f"{folder}/{name} differs")
        changed += 1


DEK, OTHER = "11" * 32, "22" * 32


def part(number, plain_len, staged=False, checksum=""):
    attempt = "" if number == 0 else f"{number:04x}" * 8
    return {"number": number, "plain_len": plain_len, "attempt": attempt, "checksum": checksum, "staged": staged}


def edited(stored, edits):
    stored = bytearray(stored)
    for edit in edits:
        (name, value), = edit.items()
        if name == "truncate":
            del stored[-value:]
        elif name == "remove":
            del stored[value[0] : value[0] + value[1]]
        elif name == "copy":
            stored[value[1] : value[1] + value[2]] = stored[value[0] : value[0] + value[2]]
        elif name == "insert":
            stored[value[0] : value[0]] = bytes.fromhex(value[1])
        elif name == "write":
            stored[value[0] : value[0] + len(value[1]) // 2] = bytes.fromhex(value[1])
        elif name == "flip":
            stored[value] ^= 1
        elif name == "swap":
            a, b, length = value
            stored[a : a + length], stored[b : b + length] = stored[b : b + length], stored[a : a + length]
    return bytes(stored)


def body(name, about, parts, edits=(), deks=(DEK,), checksum=None, expect="refused", **read_as):
    good = sealed_object([bytes.fromhex(dek) for dek in deks], parts, checksum)
    stored = edited(good, edits)
    vector = {"about": about, "deks": list(deks), "parts": parts, "checksum": checksum}
    vector["sealed_sha256"] = hashlib.sha256(good).hexdigest()
    vector["edits"] = list(edits)
    vector["stored_sha256"] = hashlib.sha256(stored).hexdigest()
    if len(stored) < 2048:
        vector["stored"] = stored.hex()
    write("seal", name, {**vector, **read_as, "expect": expect})


def bodies():
    small, segments = [part(0, 20, staged=True)], [part(0, 200_000, staged=True)]
    two = (DEK, OTHER)
    crc = {"algorithm": "CRC64NVME", "kind": "FULL_OBJECT", "value": "0102030405060708"}
    composite = {"algorithm": "CRC32", "kind": "COMPOSITE", "value": "01020304"}
    upload = [part(1, 5 * MIB + 1, checksum="0a0b0c0d"), part(7, 5 * MIB, checksum="0a0b0c0e"),
              part(9, 100, staged=True, checksum="0a0b0c0f")]
    equal = [part(1, 5 * MIB), part(2, 5 * MIB)]
    small_len, small_stream = 532, 76
    manifest_at = small_len - 5 - len(sealed_manifest([bytes.fromhex(DEK)], small, None))
    foreign = sealed_object([bytes.fromhex(OTHER)], small)

    body("good-empty", "an empty object", [part(0, 0, staged=True)], expect="opens")
    body("good-small", "one short segment", small, checksum=crc, expect="opens")
    body("good-small-two-layers", "one short segment, sealed twice", small, deks=two, checksum=crc, expect="opens")
    body("good-segments", "four segments", segments, expect="opens")
    body("good-segments-two-layers", "four segments, sealed twice", segments, deks=two, expect="opens")
    body("good-full-last-segment", "the last segment is full", [part(0, 131_000, staged=True)], expect="opens")
    body("good-parts", "padded parts and a staged last one", upload, checksum=composite, expect="opens")
    body("good-parts-two-layers", "the same, sealed twice", upload, deks=two, checksum=composite, expect="opens")

    body("truncated-by-a-byte", "the last byte is missing", small, [{"truncate": 1}])
    body("truncated-to-nothing", "shorter than any sealed object", small, [{"truncate": small_len - 100}])
    body("truncated-padding", "one byte of padding is missing: the length is lawful, and another one's",
         small, [{"remove": [small_stream, 1]}])
    body("extended-at-the-end", "a byte follows the version", small, [{"insert": [small_len, "01"]}])
    body("extended-padding", "one byte of padding too many: the length is lawful, and another one's",
         small, [{"insert": [small_stream, "00"]}])
    body("reordered-segments", "two full segments changed places", segments, [{"swap": [65_536, 131_072, 65_536]}])
    body("reordered-parts", "two parts of one length changed places", equal,
         [{"swap": [0, allowance(5 * MIB) - 96, allowance(5 * MIB) - 96]}])
    body("repeated-segment", "a full segment stands twice, the second time in the place of its successor", segments,
         [{"copy": [65_536, 131_072, 65_536]}])
    body("spliced-stream", "the stream of another object", small, [{"write": [0, foreign[:small_stream].hex()]}])
    body("spliced-tail", "the tail of another object", small,
         [{"write": [small_stream, foreign[small_stream:].hex()]}])
    body("altered-header-length", "the stream's first byte", small, [{"flip": 0}])
    body("altered-salt", "a byte of the stream's salt", small, [{"flip": 1}])
    body("altered-nonce-prefix", "a byte of the stream's nonce prefix", small, [{"flip": 39}])
    body("altered-ciphertext", "a bit of the ciphertext", small, [{"flip": 40}])
    body("altered-tag", "a bit of the last tag", small, [{"flip": small_stream - 1}])
    body("altered-manifest-nonce", "a bit of the manifest's nonce", small, [{"flip": manifest_at}])
    body("altered-manifest", "a bit of the manifest", small, [{"flip": manifest_at + 12}])
    body("manifest-length-zero", "a manifest of no bytes", small, [{"write": [small_len - 5, "00000000"]}])
    body("manifest-length-huge", "a manifest of 4 GiB", small, [{"write": [small_len - 5, "ffffffff"]}])
    body("manifest-length-over-object", "a manifest longer than the object", small,
         [{"write": [small_len - 5, f"{small_len:08x}"]}])
    body("version-2", "a version that does not exist yet", small, [{"write": [small_len - 1, "02"]}])
    body("wrong-key", "another data key", small, read_deks=[OTHER])
    body("wrong-layer", "the data keys of the layers exchanged", small, deks=two, read_deks=[OTHER, DEK])
    body("wrong-layer-count", "an object of two layers, read as one of one", small, deks=two, read_deks=[DEK])
    body("wrong-commitment", "the right data key under another key's commitment", small,
         read_commitments=[commitment(bytes.fromhex(OTHER)).hex()])
    body("wrong-part-number", "the stream read as that of part 1", small, read_part=1)
    body("wrong-attempt", "the stream read as that of another attempt", [part(1, 20, staged=True)],
         read_attempt="ff" * 16)


BLOB = bytes(range(120)).hex()


def record(name, about, expect="opens", edit=None, read=None, **changes):
    e = {"mode": "SSE-KMS", "bucket": "bucket", "object_key": "folder/key", "bucket_key": False,
         "kms_key": "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab", "context": {},
         "plain_len": 1_000_000, "checksum": None, "blob": BLOB, "keks": ["aa" * 32], "deks": [DEK],
         "metadata": {"content-type": "text/plain", "x-amz-meta-colour": "blue"}, **changes}
    bare, binding = envelope(e)
    stored = edit(bare, binding) if edit else bare + binding
    vector = {"about": about, **e, **(read or {})}
    vector["text"] = stored if isinstance(stored, str) else text(stored)
    write("envelope", name, {**vector, "expect": expect})


def records():
    sha = {"algorithm": "SHA256", "kind": "FULL_OBJECT", "value": "5a" * 32}
    twice = {"mode": "DSSE-KMS", "keks": ["aa" * 32, "bb" * 32], "deks": [DEK, OTHER]}
    first = 2 + 5 + 10 + 17 + 3  # Where the first layer starts in the usual record.
    layer_len = 121 + 112

    record("good-sse-s3", "the gateway's key, which only the blob names", mode="SSE-S3", kms_key=None)
    record("good-sse-kms", "a KMS key, its bucket key, a context, a checksum", bucket_key=True,
           context={"team": "red", "Team": "α", "": "empty"}, checksum=sha)
    record("good-multi-region-key", "a multi-Region key", kms_key="arn:aws:kms:eu-west-3:123456789012:key/mrk-" + "0f" * 16)
    record("good-dsse-kms", "two layers and a checksum", checksum=sha, **twice)
    record("good-sse-c", "the customer's key", mode="SSE-C", kms_key=None, blob="")
    record("good-multipart", "what the manifest says", plain_len=None)
    record("good-empty-object", "no plaintext, no metadata", plain_len=0, metadata={})

    record("wrong-place-object-key", "moved to another object key", "unwrap", read={"object_key": "folder/other"})
    record("wrong-place-bucket", "moved to another bucket", "unwrap", read={"bucket": "bucket2"})
    record("wrong-place-split", "the same bytes, split elsewhere", "unwrap",
           bucket="bucket", object_key="xkey", read={"bucket": "bucketx", "object_key": "key"})
    record("wrong-key", "another key encryption key", "unwrap", read={"keks": ["ab" * 32]})
    record("wrong-mode", "SSE-KMS shown as SSE-S3", "unwrap", edit=lambda bare, binding: bytes([1, bare[1] & ~3]) + bare[2:] + binding)
    record("wrong-layer", "the layers exchanged, their keys too", "unwrap", **twice, read={"keks": ["bb" * 32, "aa" * 32]},
           edit=lambda bare, binding: bare[:first] + bare[first + layer_len :] + bare[first : first + layer_len] + binding)
    record("wrong-commitment", "the commitment to another data key", "unwrap",
           edit=lambda bare, binding: bare[:-32] + commitment(bytes.fromhex(OTHER)) + binding)
    record("altered-wrap", "a bit of the wrapped key", "unwrap",
           edit=lambda bare, binding: bare[:-33] + bytes([bare[-33] ^ 1]) + bare[-32:] + binding)
    record("altered-salt", "a bit of the wrap's salt", "unwrap",
           edit=lambda bare, binding: bare[:-112] + bytes([bare[-112] ^ 1]) + bare[-111:] + binding)

    record("stripped-binding", "no binding at all", "decode", edit=lambda bare, binding: bare)
    record("zeroed-binding", "a binding of zeros", "binding", edit=lambda bare, binding: bare + bytes(32))
    record("altered-blob", "a bit of the KMS's ciphertext", "binding",
           edit=lambda bare, binding: bare[: first + 1] + bytes([bare[first + 1] ^ 1]) + bare[first + 2 :] + binding)
    record("altered-length", "another plaintext length", "binding",
           edit=lambda bare, binding: bare[: first - 3] + number(1_000_001) + bare[first:] + binding)
    record("altered-bucket-key", "the bucket key flag set", "binding",
           edit=lambda bare, binding: bytes([1, bare[1] | 4]) + bare[2:] + binding)
    record("altered-kms-key", "another KMS key", "binding",
           edit=lambda bare, binding: bare[:20] + bytes([bare[20] ^ 1]) + bare[21:] + binding)
    record("stripped-checksum", "the checksum taken out", "binding", checksum=sha,
           edit=lambda bare, binding: bytes([1, bare[1] & ~64]) + bare[2 : -51] + binding)
    record("altered-metadata", "another value of the client's metadata", "binding",
           read={"metadata": {"content-type": "text/plain", "x-amz-meta-colour": "red"}})
    record("added-metadata", "one header more", "binding",
           read={"metadata": {"content-type": "text/plain", "x-amz-meta-colour": "blue", "x-amz-meta-z": ""}})
    record("stripped-metadata", "one header less", "binding", read={"metadata": {"x-amz-meta-colour": "blue"}})

    record("truncated", "the last byte missing", "decode", edit=lambda bare, binding: bare + binding[:-1])
    record("extended", "a byte too many", "decode", edit=lambda bare, binding: bare + binding + b"\0")
    record("padded-text", "base64 with padding", "decode", edit=lambda bare, binding: text(bare + binding) + "=")
    record("overlong-number", "a length in more bytes than it needs", "decode",
           edit=lambda bare, binding: bare[: first - 1] + bytes([bare[first - 1] | 0x80, 0]) + bare[first:] + binding)
    record("absurd-length", "a plaintext longer than the longest", "decode",
           edit=lambda bare, binding: bare[: first - 3] + number(2**62) + bare[first:] + binding)
    record("blob-length-over-record", "a KMS ciphertext longer than the record", "decode",
           edit=lambda bare, binding: bare[:first] + number(2**40) + bare[first + 1 :] + binding)
    record("unknown-flag", "a flag that does not exist yet", "decode",
           edit=lambda bare, binding: bytes([1, bare[1] | 128]) + bare[2:] + binding)
    record("version-2", "a version that does not exist yet", "decode",
           edit=lambda bare, binding: b"\2" + bare[1:] + binding)


if __name__ == "__main__":
    bodies()
    records()
    print(f"{written} written, {changed} changed")
    sys.exit(1 if changed else 0)
