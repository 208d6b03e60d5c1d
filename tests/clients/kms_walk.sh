#!/usr/bin/env bash
# A hands-on walk through AWS KMS as its tutorials have it, with nothing changed but the endpoint (AWS_ENDPOINT_URL): a key with
# an alias, a small secret, envelope encryption of a file with openssl, an encryption context, rotation, and the clean-up.
# Works in the current folder. Ends non-zero at the first step that is not as on AWS.
set -euo pipefail

say() { printf '%s\n' "-- $*"; }
must_be() { [ "$1" = "$2" ] || { echo "expected: $2" >&2; echo "found:    $1" >&2; exit 1; }; }

say "a customer-managed symmetric key"
KEY_ID=$(aws kms create-key \
    --description "kv-lab envelope encryption demo" \
    --key-usage ENCRYPT_DECRYPT \
    --key-spec SYMMETRIC_DEFAULT \
    --query 'KeyMetadata.KeyId' --output text)

say "a friendly alias"
aws kms create-alias --alias-name alias/kv-lab --target-key-id "$KEY_ID"

say "direct encryption of a small secret"
aws kms encrypt --key-id alias/kv-lab \
    --plaintext fileb://<(echo -n "top secret string") \
    --query CiphertextBlob --output text > secret.b64
must_be "$(aws kms decrypt --ciphertext-blob fileb://<(base64 --decode secret.b64) \
    --key-id alias/kv-lab \
    --query Plaintext --output text | base64 --decode)" "top secret string"

say "envelope encryption of a file"
head -c 1M /dev/urandom > bigfile.bin
aws kms generate-data-key --key-id alias/kv-lab --key-spec AES_256 \
    --query '[Plaintext,CiphertextBlob]' --output text > dk.txt
PLAIN_DK=$(cut -f1 dk.txt); WRAPPED_DK=$(cut -f2 dk.txt)
echo "$PLAIN_DK" | base64 --decode > dk.bin
openssl enc -aes-256-cbc -pbkdf2 -in bigfile.bin -out bigfile.enc -pass file:dk.bin
shred -u dk.bin 2>/dev/null || rm -f dk.bin
echo "$WRAPPED_DK" > bigfile.key

say "and back"
aws kms decrypt --ciphertext-blob fileb://<(base64 --decode bigfile.key) \
    --key-id alias/kv-lab --query Plaintext --output text | base64 --decode > dk.bin
openssl enc -d -aes-256-cbc -pbkdf2 -in bigfile.enc -out bigfile.dec -pass file:dk.bin
cmp bigfile.bin bigfile.dec
rm -f dk.bin

say "an encryption context that must match"
aws kms encrypt --key-id alias/kv-lab \
    --plaintext fileb://<(echo -n "tenant data") \
    --encryption-context tenant=acme,app=billing \
    --query CiphertextBlob --output text > ctx.b64
if aws kms decrypt --ciphertext-blob fileb://<(base64 --decode ctx.b64) \
    --encryption-context tenant=globex > refused.txt 2>&1; then exit 1; fi
grep -q InvalidCiphertextException refused.txt
must_be "$(aws kms decrypt --ciphertext-blob fileb://<(base64 --decode ctx.b64) \
    --encryption-context tenant=acme,app=billing \
    --query Plaintext --output text | base64 --decode)" "tenant data"

say "automatic rotation every 90 days"
aws kms enable-key-rotation --key-id "$KEY_ID" --rotation-period-in-days 90
must_be "$(aws kms get-key-rotation-status --key-id "$KEY_ID" \
    --query '[KeyRotationEnabled,RotationPeriodInDays]' --output text)" "$(printf 'True\t90')"

say "disabled and enabled again"
aws kms disable-key --key-id "$KEY_ID"
if aws kms decrypt --ciphertext-blob fileb://<(base64 --decode secret.b64) > refused.txt 2>&1; then exit 1; fi
grep -q DisabledException refused.txt
aws kms enable-key --key-id "$KEY_ID"
aws kms decrypt --ciphertext-blob fileb://<(base64 --decode secret.b64) --query KeyId --output text > /dev/null

say "what there is now"
must_be "$(aws kms describe-key --key-id alias/kv-lab --query 'KeyMetadata.[KeyId,KeyState,KeySpec,KeyUsage]' --output text)" \
    "$(printf '%s\tEnabled\tSYMMETRIC_DEFAULT\tENCRYPT_DECRYPT' "$KEY_ID")"
must_be "$(aws kms list-aliases --key-id "$KEY_ID" --query 'Aliases[].AliasName' --output text)" "alias/kv-lab"

say "clean-up"
aws kms delete-alias --alias-name alias/kv-lab
must_be "$(aws kms schedule-key-deletion --key-id "$KEY_ID" --pending-window-in-days 7 --query KeyState --output text)" \
    "PendingDeletion"
rm -f secret.b64 bigfile.bin bigfile.enc bigfile.dec bigfile.key dk.txt ctx.b64 refused.txt
say "done"
