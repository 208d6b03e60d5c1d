//! The key manager through its door, one file per action or group of actions.

mod room;

mod aliases;
mod audit;
mod create_key;
mod data_key_pairs;
mod data_keys;
mod declared_errors;
mod decrypt;
mod describe_key;
mod door;
mod durability;
mod encrypt;
mod fuzz;
mod generate_data_key;
mod grants;
mod key_policy;
mod last_usage;
mod list_aliases;
mod list_keys;
mod replicas;
mod not_built;
mod policy_cases;
mod quotas;
mod re_encrypt;
mod rotation;
mod signing;
mod states;
mod sts;
mod tags;
mod valid;
mod who_may;
mod wire;
