//! The actions, one file each, named as AWS names them.

pub mod create_key;
pub mod decrypt;
pub mod describe_key;
pub mod encrypt;
pub mod generate_data_key;
pub mod list_aliases;
pub mod list_keys;
