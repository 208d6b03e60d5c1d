//! ReEncrypt: the plaintext changes keys and never leaves. Two permissions: ReEncryptFrom on the source key, ReEncryptTo on
//! the destination key.

use crate::kms::resolve::Resolved;
use crate::kms::spec::{EncryptionAlgorithm, KeyUsage};
use crate::names::EncryptionContext;

use super::prelude::*;

pub struct ReEncrypt;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub ciphertext_blob: Option<Blob>,
    #[serde(default)]
    pub source_encryption_context: EncryptionContext,
    pub source_key_id: Option<String>,
    pub destination_key_id: String,
    #[serde(default)]
    pub destination_encryption_context: EncryptionContext,
    pub source_encryption_algorithm: Option<EncryptionAlgorithm>,
    pub destination_encryption_algorithm: Option<EncryptionAlgorithm>,
    #[serde(default)]
    pub grant_tokens: Vec<String>,
    #[serde(default)]
    pub dry_run: bool,
    #[serde(default)]
    pub dry_run_modifiers: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub ciphertext_blob: Blob,
    pub source_key_id: String,
    pub key_id: String,
    pub source_encryption_algorithm: EncryptionAlgorithm,
    pub destination_encryption_algorithm: EncryptionAlgorithm,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_key_material_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination_key_material_id: Option<String>,
}

impl Operation for ReEncrypt {
    const NAME: &'static str = "ReEncrypt";
    const READ_ONLY: bool = true;
    const TRACKED: bool = true;
    type Input = Input;
    type Output = Output;

    fn recorded(input: &Input) -> Value {
        json!({
            "sourceKeyId": input.source_key_id,
            "sourceEncryptionContext": input.source_encryption_context,
            "sourceEncryptionAlgorithm": source_algorithm(input),
            "destinationKeyId": input.destination_key_id,
            "destinationEncryptionContext": input.destination_encryption_context,
            "destinationEncryptionAlgorithm": destination_algorithm(input),
        })
    }

    async fn run(kms: &Kms, call: &Call, input: Input, trail: &mut Trail) -> Result<Output, Error> {
        let authorisation_only =
            wire::ignores_ciphertext(&input.dry_run_modifiers, input.dry_run, input.source_key_id.is_some())?;
        let source_algorithm = source_algorithm(&input);
        let source = kms
            .key_to_open(call, input.source_key_id.as_deref(), source_algorithm, input.ciphertext_blob.as_ref())
            .await?;
        trail.touch(&source.key.arn);
        let destination = kms.resolve(call, &input.destination_key_id, Aliases::Accepted).await?;
        trail.touch(&destination.key.arn);
        authorise(kms, call, &input, &source, &destination)?;
        for key in [&source.key, &destination.key] {
            key.check_usage(KeyUsage::EncryptDecrypt, "ReEncrypt")?;
            key.check_usable()?;
        }
        source.key.check_algorithm(source_algorithm)?;
        let algorithm = destination_algorithm(&input);
        destination.key.check_algorithm(algorithm)?;
        if authorisation_only {
            return Err(Error::dry_run());
        }
        let blob = input.ciphertext_blob.ok_or_else(|| Error::validation("CiphertextBlob is required."))?;
        let opened = kms.open_ciphertext(&source.key, source_algorithm, &input.source_encryption_context, blob).await?;
        if input.dry_run {
            return Err(Error::dry_run());
        }
        let context = &input.destination_encryption_context;
        let sealed = kms.seal_plaintext(&destination.key, algorithm, context, opened.plaintext).await?;
        Ok(Output {
            ciphertext_blob: Blob(sealed.ciphertext),
            source_key_id: source.key.arn.to_string(),
            key_id: destination.key.arn.to_string(),
            source_encryption_algorithm: source_algorithm,
            destination_encryption_algorithm: algorithm,
            source_key_material_id: opened.material_id,
            destination_key_material_id: sealed.material_id,
        })
    }
}

fn source_algorithm(input: &Input) -> EncryptionAlgorithm {
    input.source_encryption_algorithm.unwrap_or(EncryptionAlgorithm::SymmetricDefault)
}

fn destination_algorithm(input: &Input) -> EncryptionAlgorithm {
    input.destination_encryption_algorithm.unwrap_or(EncryptionAlgorithm::SymmetricDefault)
}

fn authorise(kms: &Kms, call: &Call, input: &Input, source: &Resolved, destination: &Resolved) -> Result<(), Error> {
    let same = if source.key.arn == destination.key.arn { "true" } else { "false" };
    let from = Facts::of(source)
        .context(&input.source_encryption_context)
        .tokens(&input.grant_tokens)
        .with("kms:encryptionalgorithm", source_algorithm(input).as_str())
        .with("kms:reencryptonsamekey", same);
    kms.authorise(call, "kms:ReEncryptFrom", &source.key, &from).map_err(|denied| match input.source_key_id {
        Some(_) => denied,
        None => Error::invisible_ciphertext(),
    })?;
    let to = Facts::of(destination)
        .context(&input.destination_encryption_context)
        .tokens(&input.grant_tokens)
        .with("kms:encryptionalgorithm", destination_algorithm(input).as_str())
        .with("kms:reencryptonsamekey", same);
    kms.authorise(call, "kms:ReEncryptTo", &destination.key, &to).map(drop)
}
