//! Who asks in the table.

use std::io::Write;

use time::OffsetDateTime;

use super::{ACCOUNT, document};
use crate::identity::{Caller, Identities, RootUser, Session, SessionKey, SessionPrincipal};
use crate::names::AccountId;
use crate::sigv4::SecretKeyText;

/// - `root`, `ann` (with the scene's statements and the tag `dept=finance`) and `bob` (with none) of the bucket's account
/// - `app`, a session of a role with the scene's statements; `narrowed`, one that may only read
/// - `jane` of 444455556666, whose account allows everything; `jim`, whose account allows nothing; `stranger`, its root
/// - `anonymous`
pub fn caller(who: &str, statements: &str) -> Caller {
    if who == "anonymous" {
        return Caller::anonymous(AccountId::new(ACCOUNT).unwrap());
    }
    let root = RootUser {
        account: AccountId::new(ACCOUNT).unwrap(),
        access_key_id: "AKIAROOT".to_owned(),
        secret_key: SecretKeyText::new("root-secret"),
    };
    let identities = Identities::load(root, Some(file(statements).path())).unwrap();
    match who {
        "app" => session(&identities, &[]),
        "narrowed" => session(&identities, &[document(READING)]),
        who => identities.caller(&format!("AKIA{}", who.to_uppercase())).unwrap(),
    }
}

const READING: &str = r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#;

fn file(statements: &str) -> tempfile::NamedTempFile {
    let policies = match statements {
        "" => String::new(),
        statements => format!("policies.scene = '''{}'''", document(statements)),
    };
    let everything = document(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let text = format!(
        r#"
        [accounts.{ACCOUNT}.users.ann]
        access_keys = [{{ id = "AKIAANN", secret = "ann-secret" }}]
        tags = {{ dept = "finance" }}
        {policies}
        [accounts.{ACCOUNT}.users.bob]
        access_keys = [{{ id = "AKIABOB", secret = "bob-secret" }}]
        [accounts.{ACCOUNT}.roles.app]
        trust = '''{trust}'''
        {policies}
        [accounts.444455556666]
        access_keys = [{{ id = "AKIASTRANGER", secret = "stranger-secret" }}]
        [accounts.444455556666.users.jane]
        access_keys = [{{ id = "AKIAJANE", secret = "jane-secret" }}]
        policies.all = '''{everything}'''
        [accounts.444455556666.users.jim]
        access_keys = [{{ id = "AKIAJIM", secret = "jim-secret" }}]
        "#,
        trust = document(r#"{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}"#),
    );
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn session(identities: &Identities, policies: &[String]) -> Caller {
    let now = OffsetDateTime::now_utc();
    let session = Session {
        access_key_id: SessionKey::new_access_key_id(),
        account: ACCOUNT.to_owned(),
        principal: SessionPrincipal::Role { role: "app".to_owned(), session_name: "one".to_owned() },
        issued: now.unix_timestamp(),
        expires: now.unix_timestamp() + 3600,
        policies: policies.to_vec(),
        tags: std::collections::BTreeMap::new(),
    };
    let credentials = identities.issue(&session).unwrap();
    identities.authenticate(&credentials.access_key_id, Some(&credentials.token), now).unwrap()
}
