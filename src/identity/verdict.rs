//! What a caller's own policies say.

/// Which of the caller's policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Those of the user, its groups, or the role.
    Identity,
    /// Those that a session was narrowed with when it was taken.
    Session,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allow,
    /// A statement denies.
    ExplicitDeny(Layer),
    /// No statement allows.
    NoMatch(Layer),
}

impl Verdict {
    /// AWS's words for why not.
    pub fn because(self, action: &str) -> String {
        let name = |layer| match layer {
            Layer::Identity => "identity-based",
            Layer::Session => "session",
        };
        match self {
            Self::Allow => String::new(),
            Self::ExplicitDeny(Layer::Identity) => "with an explicit deny in an identity-based policy".to_owned(),
            Self::ExplicitDeny(Layer::Session) => "with an explicit deny in a session policy".to_owned(),
            Self::NoMatch(layer) => format!("because no {} policy allows the {action} action", name(layer)),
        }
    }
}
