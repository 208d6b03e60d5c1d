//! The object store against a byte vector.
