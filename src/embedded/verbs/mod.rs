//! One file for each group of S3 calls; their methods carry the names that `service` lists.

mod acl;
mod buckets;
mod copy;
mod delete;
mod get;
mod list;
mod multipart;
mod parts;
mod put;
mod tagging;
mod unset;
