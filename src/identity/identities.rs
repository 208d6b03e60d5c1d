//! Every access key the gateway knows, with its secret and its principal.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use time::OffsetDateTime;

use crate::crypto::Secret;
use crate::names::AccountId;
use crate::sigv4::SecretKeyText;

use super::file::File;
use super::session::{self, Credentials, Session, SessionKey};
use super::table::Table;
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

/// A signature that holds, by credentials that do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// The key went between the signature's check and now.
    #[error("The AWS Access Key Id you provided does not exist in our records.")]
    UnknownAccessKey,
    /// A session token that nobody issued for this key, or none where one must be.
    #[error("The provided token is malformed or otherwise invalid.")]
    InvalidToken,
    #[error("The provided token has expired.")]
    ExpiredToken,
}

impl Unauthenticated {
    /// S3's error code.
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownAccessKey => "InvalidAccessKeyId",
            Self::InvalidToken => "InvalidToken",
            Self::ExpiredToken => "ExpiredToken",
        }
    }
}

/// The identities in force. A reload changes all of them at once, or none.
pub struct Identities {
    root: RootUser,
    file: Option<PathBuf>,
    table: ArcSwap<Table>,
    sessions: SessionKey,
}

impl Identities {
    /// The root user, and the users, groups and roles of a TOML file (config/identities.example.toml). Temporary
    /// credentials end with this process.
    pub fn load(root: RootUser, file: Option<&Path>) -> Result<Self, Error> {
        Self::load_with(root, file, SessionKey::new(Secret::random()))
    }

    /// Temporary credentials hold wherever the same session key does.
    pub fn load_with(root: RootUser, file: Option<&Path>, sessions: SessionKey) -> Result<Self, Error> {
        let table = read(&root, file)?;
        Ok(Self { root, file: file.map(Path::to_owned), table: ArcSwap::from_pointee(table), sessions })
    }

    /// Reads the file again. Where it is not what it should be, everything stays as it was.
    pub fn reload(&self) -> Result<(), Error> {
        let mut table = read(&self.root, self.file.as_deref())?;
        table.follow(&self.table.load(), OffsetDateTime::now_utc());
        self.table.store(Arc::new(table));
        Ok(())
    }

    /// The file that `reload` reads.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The secret of an active access key, or of a temporary one; the `lookup` of `sigv4::verify`.
    pub fn secret(&self, access_key_id: &str) -> Option<Arc<SecretKeyText>> {
        if let Some(secret) = self.table.load().secret(access_key_id) {
            return Some(secret);
        }
        access_key_id.starts_with(session::PREFIX).then(|| Arc::new(self.sessions.secret(access_key_id)))
    }

    /// The principal of an active access key that is not temporary.
    pub fn caller(&self, access_key_id: &str) -> Option<Caller> {
        self.table.load().caller(access_key_id)
    }

    /// The principal of a verified signature. Long-term keys have no session token, so one with a token is not theirs;
    /// a temporary key is nobody's without its token.
    pub fn authenticate(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now: OffsetDateTime,
    ) -> Result<Caller, Unauthenticated> {
        let table = self.table.load();
        match (table.caller(access_key_id), session_token) {
            (Some(caller), None) => Ok(caller),
            (Some(_), Some(_)) => Err(Unauthenticated::InvalidToken),
            (None, None) if access_key_id.starts_with(session::PREFIX) => Err(Unauthenticated::InvalidToken),
            (None, None) => Err(Unauthenticated::UnknownAccessKey),
            (None, Some(token)) => {
                let session = self.sessions.open(token).ok_or(Unauthenticated::InvalidToken)?;
                if session.access_key_id != access_key_id {
                    return Err(Unauthenticated::InvalidToken);
                }
                if session.expires <= now.unix_timestamp() {
                    return Err(Unauthenticated::ExpiredToken);
                }
                table.session_caller(&session).ok_or(Unauthenticated::InvalidToken)
            }
        }
    }

    /// Temporary credentials for a session that was granted.
    pub fn issue(&self, session: &Session) -> Option<Credentials> {
        self.sessions.issue(session)
    }

    /// A role by its ARN, for who wants to take it.
    pub(super) fn with_role<T>(&self, arn: &str, use_it: impl FnOnce(&principals::RoleEntry) -> T) -> Option<T> {
        self.table.load().role(arn).map(use_it)
    }

    /// Whether a user or role of this ARN exists.
    pub fn exists(&self, arn: &str) -> bool {
        self.table.load().exists(arn)
    }

    /// Whether an account is known here.
    pub fn has_account(&self, account: &AccountId) -> bool {
        self.table.load().has_account(account)
    }

    /// Whether a canonical user id is that of an account that is known here.
    pub fn has_canonical_user(&self, id: &str) -> bool {
        self.table.load().has_canonical_user(id)
    }

    /// The gateway's own account.
    pub fn account(&self) -> &AccountId {
        &self.root.account
    }

    /// The gateway's root user, for what the gateway does on its own behalf.
    pub fn root(&self) -> Caller {
        principals::root(&self.root.account, Membership::Own)
    }
}

fn read(root: &RootUser, file: Option<&Path>) -> Result<Table, Error> {
    let file = file.map(File::read).transpose()?;
    Table::build(root, file)
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
            tls_version: None,
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
        assert!(identities.authenticate("AKIAALICE", None, OffsetDateTime::UNIX_EPOCH).is_ok());
        let code = |id, token| identities.authenticate(id, token, OffsetDateTime::UNIX_EPOCH).unwrap_err().code();
        assert_eq!(code("AKIAALICE", Some("")), "InvalidToken");
        assert_eq!(code("AKIAOLD", None), "InvalidAccessKeyId");
    }

    /// A name that was free in between is another's.
    #[test]
    fn a_session_ends_with_the_user_that_it_was_made_for() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut write = |text: &str| {
            file.as_file_mut().set_len(0).unwrap();
            std::io::Seek::rewind(file.as_file_mut()).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.path().to_owned()
        };
        const FILE: &str = "[accounts.000000000000.users.ann]\n[accounts.000000000000.users.bob]\n";
        let path = write(FILE);
        let root = RootUser {
            account: AccountId::new("000000000000").unwrap(),
            access_key_id: "AKIAROOT".to_owned(),
            secret_key: SecretKeyText::new("root-secret"),
        };
        let identities = Identities::load(root, Some(&path)).unwrap();
        let now = OffsetDateTime::now_utc();
        let session = |name: &str, issued: i64| Session {
            access_key_id: SessionKey::new_access_key_id(),
            account: "000000000000".to_owned(),
            principal: super::super::SessionPrincipal::User { name: name.to_owned() },
            issued,
            expires: now.unix_timestamp() + 3600,
            policies: Vec::new(),
            tags: Default::default(),
        };
        let holds = |session: &Session| {
            let issued = identities.issue(session).unwrap();
            identities.authenticate(&session.access_key_id, Some(&issued.token), now).is_ok()
        };
        let (ann, bob) = (session("ann", now.unix_timestamp() - 60), session("bob", now.unix_timestamp() - 60));
        assert!(holds(&ann) && holds(&bob));
        write("[accounts.000000000000.users.bob]\n");
        identities.reload().unwrap();
        assert!(!holds(&ann) && holds(&bob));
        write(FILE);
        identities.reload().unwrap();
        identities.reload().unwrap();
        assert!(!holds(&ann) && holds(&bob));
        assert!(holds(&session("ann", now.unix_timestamp() + 60)));
    }

    #[test]
    fn the_example_loads() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/identities.example.toml");
        let identities = load(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert_eq!(identities.table.load().keys.len(), 4);
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
