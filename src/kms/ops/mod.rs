//! The actions, one file each, named as AWS names them.
