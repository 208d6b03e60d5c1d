//! The fields of a POST form that came before its file.

/// (name, value) pairs in the order of the form. Names are matched in any case; the file itself is not among them.
#[derive(Clone, Debug, Default)]
pub struct PostFields(Vec<(String, String)>);

impl PostFields {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// The first value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A field that occurs more than once, if one does; what is to be ignored may.
    pub(super) fn repeated(&self) -> Option<(&str, &str)> {
        let ignored = |name: &str| name.to_ascii_lowercase().starts_with("x-ignore-");
        self.iter().enumerate().find_map(|(index, (name, value))| {
            let again = self.iter().skip(index + 1).any(|(other, _)| other.eq_ignore_ascii_case(name));
            (again && !ignored(name)).then_some((name, value))
        })
    }

    /// Puts the uploaded file's name for `${filename}`. AWS does so before it validates the policy.
    pub fn expand_filename(&mut self, filename: &str) {
        for (_, value) in &mut self.0 {
            *value = value.replace("${filename}", filename);
        }
    }
}
