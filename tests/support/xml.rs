//! A small XML tree: enough to read S3's answers without the gateway's own types.

use quick_xml::Reader;
use quick_xml::events::Event;

/// An element: its local name, its text without its children's, and its children in order.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Xml {
    pub name: String,
    pub text: String,
    pub children: Vec<Xml>,
}

impl Xml {
    /// The root element of a document. Panics on anything that is not well formed.
    pub fn parse(document: &[u8]) -> Self {
        let text = std::str::from_utf8(document).expect("XML is UTF-8");
        let mut reader = Reader::from_str(text);
        let mut stack = vec![Self::default()];
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("not XML: {error}: {text}")) {
                Event::Start(start) => stack.push(Self::named(start.local_name().as_ref())),
                Event::Empty(empty) => {
                    let element = Self::named(empty.local_name().as_ref());
                    stack.last_mut().unwrap().children.push(element);
                }
                Event::End(_) => {
                    let element = stack.pop().unwrap();
                    stack.last_mut().expect("balanced").children.push(element);
                }
                Event::Text(piece) => stack.last_mut().unwrap().text.push_str(&piece.decode().unwrap()),
                Event::CData(piece) => stack.last_mut().unwrap().text.push_str(&piece.decode().unwrap()),
                Event::GeneralRef(reference) => {
                    let decoded = match reference.resolve_char_ref().unwrap() {
                        Some(character) => character,
                        None => entity(&reference.decode().unwrap()),
                    };
                    stack.last_mut().unwrap().text.push(decoded);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(stack.len(), 1, "XML ends early: {text}");
        stack.pop().unwrap().children.into_iter().next().unwrap_or_else(|| panic!("no root element: {text}"))
    }

    fn named(name: &[u8]) -> Self {
        Self { name: String::from_utf8(name.to_vec()).unwrap(), ..Self::default() }
    }

    /// The first child of this name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text at a path of names such as `Owner/ID`, or nothing.
    pub fn find(&self, path: &str) -> Option<&str> {
        let mut here = self;
        for name in path.split('/') {
            here = here.child(name)?;
        }
        Some(here.text.trim())
    }

    /// The text at a path that must be there.
    #[track_caller]
    pub fn at(&self, path: &str) -> &str {
        self.find(path).unwrap_or_else(|| panic!("no {path} in {self:?}"))
    }

    /// All children of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

fn entity(name: &str) -> char {
    match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        other => panic!("unknown entity {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Xml;

    #[test]
    fn reads_names_text_and_references() {
        let root = Xml::parse(b"<?xml version=\"1.0\"?><A xmlns=\"x\"><B>a&amp;b&#x21;</B><B/><C><D>1</D></C></A>");
        assert_eq!((root.name.as_str(), root.at("B"), root.at("C/D")), ("A", "a&b!", "1"));
        assert_eq!(root.all("B").count(), 2);
    }
}
