//! The key manager through its door, one file per action.

mod room;

mod audit;
mod create_key;
mod data_keys;
mod decrypt;
mod describe_key;
mod door;
mod durability;
mod encrypt;
mod generate_data_key;
mod list_aliases;
mod list_keys;
mod sts;
mod wire;
