//! Every access key the gateway knows, with its secret and its principal.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::names::AccountId;
use crate::sigv4::SecretKeyText;

use super::file::{AccessKey, File, Status};
use super::{Caller, Error, principals};

/// The gateway's account and its root user's access key.
#[derive(Debug)]
pub struct RootUser {
    pub account: AccountId,
    pub access_key_id: String,
    pub secret_key: SecretKeyText,
}

/// Whether a principal belongs to the gateway's own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Membership {
    Own,
    Foreign,
}

/// A signature that holds, by credentials that do not. Both are 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// `InvalidAccessKeyId`: the key went between the signature's check and now.
    #[error("The AWS Access Key Id you provided does not exist in our records.")]
    UnknownAccessKey,
    /// `InvalidToken`: a session token that nobody issued for this key.
    #[error("The provided token is malformed or otherwise invalid.")]
    InvalidToken,
}

impl Unauthenticated {
    /// AWS's error code.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownAccessKey => "InvalidAccessKeyId",
            Self::InvalidToken => "InvalidToken",
        }
    }
}

/// Loaded once, and again on reload; never changed in between.
pub struct Identities {
    account: AccountId,
    root: Caller,
    keys: BTreeMap<String, Key>,
}

/// An active access key.
struct Key {
    secret: Arc<SecretKeyText>,
    caller: Caller,
}

impl Identities {
    /// The root user, and the users and groups of a TOML file (config/identities.example.toml).
    pub fn load(root: RootUser, file: Option<&Path>) -> Result<Self, Error> {
        let caller = principals::root(&root.account, Membership::Own);
        let mut identities = Self { account: root.account, root: caller.clone(), keys: BTreeMap::new() };
        let key = (root.access_key_id, root.secret_key);
        identities.insert("the root user", key, Status::Active, &caller)?;
        identities.root = caller;
        if let Some(path) = file {
            identities.add(File::read(path)?)?;
        }
        Ok(identities)
    }

    /// The secret of an active access key; the `lookup` of `sigv4::verify`.
    pub fn secret(&self, access_key_id: &str) -> Option<Arc<SecretKeyText>> {
        self.keys.get(access_key_id).map(|key| key.secret.clone())
    }

    /// The principal of an active access key.
    pub fn caller(&self, access_key_id: &str) -> Option<Caller> {
        self.keys.get(access_key_id).map(|key| key.caller.clone())
    }

    /// The principal of a verified signature. Long-term keys have no session token, so one with a token is not theirs.
    pub fn authenticate(&self, access_key_id: &str, session_token: Option<&str>) -> Result<Caller, Unauthenticated> {
        let caller = self.caller(access_key_id).ok_or(Unauthenticated::UnknownAccessKey)?;
        match session_token {
            None => Ok(caller),
            Some(_) => Err(Unauthenticated::InvalidToken),
        }
    }

    /// The gateway's own account.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The gateway's root user, for what the gateway does on its own behalf.
    pub fn root(&self) -> Caller {
        self.root.clone()
    }

    fn add(&mut self, file: File) -> Result<(), Error> {
        for (id, entry) in file.accounts {
            let account =
                AccountId::new(&id).map_err(|error| Error::content(format!("accounts.{id}"), error.to_string()))?;
            let membership = if account == self.account { Membership::Own } else { Membership::Foreign };
            let groups = principals::groups(&account, &entry)?;
            let root = principals::root(&account, membership);
            self.insert_all(&format!("accounts.{account}"), entry.access_keys, &root)?;
            for (name, mut user) in entry.users {
                let keys = std::mem::take(&mut user.access_keys);
                let caller = principals::user(&account, membership, &name, &user, &groups)?;
                self.insert_all(&format!("accounts.{account}.users.{name}"), keys, &caller)?;
            }
        }
        Ok(())
    }

    fn insert_all(&mut self, place: &str, keys: Vec<AccessKey>, caller: &Caller) -> Result<(), Error> {
        keys.into_iter().try_for_each(|key| self.insert(place, (key.id, key.secret.0), key.status, caller))
    }

    /// Inactive keys are checked like the others, and then unknown.
    fn insert(
        &mut self,
        place: &str,
        (id, secret): (String, SecretKeyText),
        status: Status,
        caller: &Caller,
    ) -> Result<(), Error> {
        // What a Credential cannot carry unambiguously is not an id.
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !(3..=128).contains(&id.len()) || !id.bytes().all(legal) {
            return Err(Error::content(place, "an access key id has 3 to 128 letters, digits and characters of -_."));
        }
        if secret.expose().len() < 8 {
            return Err(Error::content(place, format!("the secret of {id} has fewer than 8 characters")));
        }
        if self.keys.contains_key(&id) {
            return Err(Error::content(place, format!("the access key id {id} is already taken")));
        }
        if status == Status::Active {
            let caller = caller.with_access_key(&id);
            self.keys.insert(id, Key { secret: Arc::new(secret), caller });
        }
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write as _;
    use std::net::Ipv4Addr;

    use super::*;
    use crate::identity::{CallerKind, Origin};
    use crate::names::Region;

    pub fn origin() -> Origin {
        Origin {
            request_id: "R".into(),
            source_ip: Ipv4Addr::LOCALHOST.into(),
            user_agent: "test".into(),
            secure: false,
            region: Region::new("us-east-1").unwrap(),
        }
    }

    pub fn load(file: &str) -> Result<Identities, Error> {
        let mut temporary = tempfile::NamedTempFile::new().unwrap();
        temporary.write_all(file.as_bytes()).unwrap();
        let root = RootUser {
            account: AccountId::new("000000000000").unwrap(),
            access_key_id: "AKIAROOT".to_owned(),
            secret_key: SecretKeyText::new("root-secret"),
        };
        Identities::load(root, Some(temporary.path()))
    }

    pub fn read_only() -> &'static str {
        r#"
        [accounts.000000000000.groups.readers.policies.read.Statement]
        Effect = "Allow"
        Action = ["s3:GetObject", "s3:ListBucket"]
        Resource = ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]

        [accounts.000000000000.users.alice]
        groups = ["readers"]
        access_keys = [
            { id = "AKIAALICE", secret = "alice-secret" },
            { id = "AKIAOLD", secret = "alice-secret", status = "Inactive" },
        ]
        policies.keep = '{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::reports/secret/*"}}'

        [accounts.111122223333]
        access_keys = [{ id = "AKIAFOREIGN", secret = "foreign-secret" }]
        "#
    }

    #[test]
    fn principals_of_the_file() {
        let identities = load(read_only()).unwrap();
        let alice = identities.caller("AKIAALICE").unwrap();
        assert_eq!(alice.arn(), "arn:aws:iam::000000000000:user/alice");
        assert_eq!((alice.kind(), alice.user_name()), (CallerKind::User, Some("alice")));
        assert_eq!(alice.access_key_id(), Some("AKIAALICE"));
        assert_eq!((alice.principal_id().len(), &alice.principal_id()[..4]), (21, "AIDA"));
        assert_eq!(alice.policies().len(), 2);
        assert_eq!(identities.secret("AKIAALICE").unwrap().expose(), "alice-secret");
        let foreign = identities.caller("AKIAFOREIGN").unwrap();
        assert_eq!((foreign.kind(), foreign.arn()), (CallerKind::Root, "arn:aws:iam::111122223333:root"));
        assert_eq!(identities.root().arn(), "arn:aws:iam::000000000000:root");
        assert!(identities.secret("AKIAOLD").is_none() && identities.caller("AKIAOLD").is_none());
        assert!(identities.secret("").is_none());
    }

    #[test]
    fn tokens_that_nobody_issued() {
        let identities = load(read_only()).unwrap();
        assert!(identities.authenticate("AKIAALICE", None).is_ok());
        let code = |id, token| identities.authenticate(id, token).unwrap_err().code();
        assert_eq!(code("AKIAALICE", Some("")), "InvalidToken");
        assert_eq!(code("AKIAOLD", None), "InvalidAccessKeyId");
    }

    #[test]
    fn the_example_loads() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/identities.example.toml");
        let identities = load(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(identities.keys.len(), 4);
        assert_eq!(identities.caller("AKIAALICEEXAMPLE0001").unwrap().policies().len(), 1);
    }

    #[test]
    fn what_is_wrong_is_said_without_secrets() {
        const USER: &str = "accounts.000000000000.users.bob";
        for (file, words) in [
            ("accounts.12.users = {}".to_owned(), "twelve digits"),
            (format!("{USER}.groups = ['none']"), "there is no group \"none\""),
            (format!("{USER}.colour = 'red'"), "unknown field `colour`"),
            (format!("{USER}.policies.p = '{{}}'"), "accounts.000000000000.users.bob.policies.p: malformed policy"),
            (format!("{USER}.policies.p.Statement = 1"), "malformed policy"),
            ("accounts.000000000000.users.'a b' = {}".to_owned(), "a name has 1 to 64"),
            (format!("{USER}.access_keys = [{{ id = 'AKIAROOT', secret = 'hunter2hunter2' }}]"), "already taken"),
            (format!("{USER}.access_keys = [{{ id = 'A/B,C', secret = 'hunter2hunter2' }}]"), "access key id"),
            (format!("{USER}.access_keys = [{{ id = 'AKIABOB', secret = 'hunter2' }}]"), "fewer than 8"),
            (format!("{USER}.access_keys = [{{ id = 'AKIABOB', secret = 5319009 }}]"), "a secret is a string"),
            (format!("{USER}.access_keys = [{{ id = 'AKIABOB', secret = 'hunter2hunter2', status = 'off' }}]"), "off"),
            (format!("\n{USER}.access_keys = [{{ id = 'AKIABOB', secret = 'hunter2hunter2' ]"), "line 2"),
        ] {
            let error = load(&file).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(words), "{file}: {error}");
            assert!(!error.contains("hunter2") && !error.contains("5319009"), "{error}");
        }
        let root = RootUser {
            account: AccountId::new("000000000000").unwrap(),
            access_key_id: "AKIAROOT".to_owned(),
            secret_key: SecretKeyText::new("root-secret"),
        };
        let missing = Identities::load(root, Some(Path::new("/nonexistent/identities.toml")));
        assert!(matches!(missing, Err(Error::Read { .. })));
    }
}
