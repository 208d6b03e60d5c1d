//! Secrets in this process's memory: no other process of the user reads them, no core dump holds them, and where the system
//! lets us no swap file does.

use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};

/// Called once, before the first secret is read. What cannot be had is said, not fatal: a container may forbid any of it.
pub fn keep_memory_private() {
    forbid_core_dumps();
    lock_memory();
}

fn forbid_core_dumps() {
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "core dumps of this process could not be forbidden");
    }
    if let Err(error) = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) }) {
        tracing::warn!(%error, "the limit for core dumps could not be set to zero");
    }
}

fn lock_memory() {
    // With a limit, locking what comes later would make allocations fail; secrets stand among everything else.
    if getrlimit(Resource::Memlock).current.is_none() {
        let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
        if let Err(error) = mlockall(flags) {
            tracing::warn!(%error, "memory could not be locked; secrets may reach a swap file");
        }
    } else {
        tracing::info!("memory is not locked: the limit for locked memory is not unlimited (ulimit -l)");
    }
}

#[cfg(test)]
mod tests {
    use rustix::process::dumpable_behavior;

    use super::*;

    #[test]
    fn no_core_dump_is_made() {
        forbid_core_dumps();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(getrlimit(Resource::Core), Rlimit { current: Some(0), maximum: Some(0) });
    }
}
