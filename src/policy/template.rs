//! Texts with policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, and `${*}`, `${?}`, `${$}` for the
//! characters themselves. Source: the IAM user guide, "policy variables".

use super::Facts;
use super::facts::is_known;
use super::glob::{Token, literal, matches, wild};
use super::truth::Truth;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// A character that would mean something else if it stood alone.
    Literal(char),
    /// `key` in lower case.
    Variable {
        key: String,
        default: Option<String>,
    },
}

/// Whether `${` begins a variable: since version 2012-10-17 of the policy language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variables {
    Understood,
    PlainText,
}

impl Template {
    /// `None`: a variable that is not known or not closed.
    pub fn parse(text: &str, variables: Variables) -> Option<Self> {
        let mut pieces = Vec::new();
        let mut rest = text;
        if variables == Variables::Understood {
            while let Some((before, after)) = rest.split_once("${") {
                let (name, behind) = after.split_once('}')?;
                if !before.is_empty() {
                    pieces.push(Piece::Text(before.to_owned()));
                }
                pieces.push(variable(name)?);
                rest = behind;
            }
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Some(Self(pieces))
    }

    /// The text with its variables filled in. `None`: one has no single value.
    pub fn fill(&self, facts: &dyn Facts) -> Option<String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Literal(char) => text.push(*char),
                Piece::Variable { key, default } => text.push_str(&value(facts, key, default.as_deref())?),
            }
        }
        Some(text)
    }

    /// Whether the text has a variable whose key begins with `prefix`, in lower case.
    pub fn asks(&self, prefix: &str) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Variable { key, .. } if key.starts_with(prefix)))
    }

    /// The text where it is the same for every request: neither variables nor wildcards.
    pub fn fixed(&self) -> Option<String> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(piece) if !piece.contains(['*', '?']) => text.push_str(piece),
                Piece::Literal(char) => text.push(*char),
                Piece::Text(_) | Piece::Variable { .. } => return None,
            }
        }
        Some(text)
    }

    /// Matches with wildcards; those in a variable's value are none.
    pub fn glob_matches(&self, text: &str, facts: &dyn Facts) -> Truth {
        match self.tokens(facts) {
            Some(tokens) => matches(&tokens, text).into(),
            None => Truth::Unclear,
        }
    }

    /// The patterns between the text's colons, at most `count`. Colons and wildcards in a variable's value are none.
    pub fn segments(&self, count: usize, facts: &dyn Facts) -> Option<Vec<Vec<Token>>> {
        let (mut segments, mut last) = (Vec::new(), Vec::new());
        for piece in &self.0 {
            match piece {
                Piece::Text(piece) => {
                    let mut rest = piece.as_str();
                    while segments.len() + 1 < count
                        && let Some((before, behind)) = rest.split_once(':')
                    {
                        last.extend(wild(before));
                        segments.push(std::mem::take(&mut last));
                        rest = behind;
                    }
                    last.extend(wild(rest));
                }
                Piece::Literal(char) => last.push(Token::Char(*char)),
                Piece::Variable { key, default } => last.extend(literal(&value(facts, key, default.as_deref())?)),
            }
        }
        segments.push(last);
        Some(segments)
    }

    fn tokens(&self, facts: &dyn Facts) -> Option<Vec<Token>> {
        let mut tokens = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(piece) => tokens.extend(wild(piece)),
                Piece::Literal(char) => tokens.push(Token::Char(*char)),
                Piece::Variable { key, default } => tokens.extend(literal(&value(facts, key, default.as_deref())?)),
            }
        }
        Some(tokens)
    }

    /// At the colons that stand outside variables; at most `count` pieces.
    pub fn split_at_colons(text: &str, count: usize) -> Vec<&str> {
        let (mut pieces, mut start, mut depth) = (Vec::new(), 0, 0_usize);
        for (index, char) in text.char_indices() {
            match char {
                '{' if text[..index].ends_with('$') => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                ':' if depth == 0 && pieces.len() + 1 < count => {
                    pieces.push(&text[start..index]);
                    start = index + 1;
                }
                _ => {}
            }
        }
        pieces.push(&text[start..]);
        pieces
    }
}

fn variable(name: &str) -> Option<Piece> {
    if let "*" | "?" | "$" = name {
        return name.chars().next().map(Piece::Literal);
    }
    let (key, default) = match name.split_once(',') {
        None => (name, None),
        Some((key, default)) => {
            let quoted = default.trim().strip_prefix('\'')?.strip_suffix('\'')?;
            (key, Some(quoted.to_owned()))
        }
    };
    let key = key.trim().to_ascii_lowercase();
    is_known(&key).then_some(Piece::Variable { key, default })
}

fn value(facts: &dyn Facts, key: &str, default: Option<&str>) -> Option<String> {
    match facts.get(key) {
        Some(values) => match <[_; 1]>::try_from(values) {
            Ok([value]) => Some(value.into_owned()),
            Err(_) => None,
        },
        None => default.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::policy::Values;

    struct User(&'static str);

    impl Facts for User {
        fn get(&self, key: &str) -> Option<Values<'_>> {
            (key == "aws:username").then(|| vec![Cow::Borrowed(self.0)])
        }
    }

    #[test]
    fn variables_are_filled_in() {
        let fill = |text: &str, user| Template::parse(text, Variables::Understood).unwrap().fill(&User(user));
        assert_eq!(fill("home/${aws:username}/x", "ann").unwrap(), "home/ann/x");
        assert_eq!(fill("${AWS:UserName}", "ann").unwrap(), "ann");
        assert_eq!(fill("${aws:PrincipalTag/team, 'none'}", "ann").unwrap(), "none");
        assert_eq!(fill("${aws:PrincipalTag/team}", "ann"), None);
        assert_eq!(fill("${*}${?}${$}", "ann").unwrap(), "*?$");
        assert_eq!(Template::parse("${aws:Unheard}", Variables::Understood), None);
        assert_eq!(Template::parse("${aws:username", Variables::Understood), None);
        let plain = Template::parse("${aws:username}", Variables::PlainText).unwrap();
        assert_eq!(plain.fill(&User("ann")).unwrap(), "${aws:username}");
    }

    #[test]
    fn wildcards_in_values_are_characters() {
        let template = Template::parse("${aws:username}/*", Variables::Understood).unwrap();
        assert_eq!(template.glob_matches("*/x", &User("*")), Truth::Yes);
        assert_eq!(template.glob_matches("ann/x", &User("*")), Truth::No);
        let star = Template::parse("a${*}", Variables::Understood).unwrap();
        assert_eq!(star.glob_matches("ab", &User("")), Truth::No);
    }
}
