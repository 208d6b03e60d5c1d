//! Three values, so that doubt is not lost on its way to a decision.

/// Whether something holds. `Unclear` must end as a deny: it satisfies no Allow, and every Deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    Unclear,
}

impl Truth {
    pub fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            Self::Unclear => {
                if other() == Self::No {
                    Self::No
                } else {
                    Self::Unclear
                }
            }
        }
    }

    pub fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unclear => Self::Unclear,
        }
    }

    pub fn any(values: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::No;
        for value in values {
            match value {
                Self::Yes => return Self::Yes,
                Self::Unclear => result = Self::Unclear,
                Self::No => {}
            }
        }
        result
    }

    pub fn all(values: impl IntoIterator<Item = Self>) -> Self {
        Self::any(values.into_iter().map(Self::not)).not()
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}
