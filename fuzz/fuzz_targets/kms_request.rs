//! Arbitrary bytes as a request of the key manager.
#![no_main]

use std::cell::RefCell;

#[allow(dead_code)]
#[path = "../door.rs"]
mod door;

thread_local!(static DOOR: RefCell<door::Door> = RefCell::new(door::Door::open()));

libfuzzer_sys::fuzz_target!(|input: &[u8]| DOOR.with_borrow_mut(|door| door.request(input)));
