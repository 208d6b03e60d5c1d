//! The ten checksum algorithms of S3 (`x-amz-checksum-*`), computed over plaintext while it streams.

mod algorithm;

pub use algorithm::Algorithm;
