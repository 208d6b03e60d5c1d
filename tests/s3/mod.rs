//! The S3 door, one file per verb or theme.

mod put;
