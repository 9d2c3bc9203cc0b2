//! `[[ … ]]`.

use super::cursor::Parser;
use super::limits::Lost;
use super::syntax::{Test, Word};
use super::words::Place;

const BINARY: [&str; 15] = [
    "==", "=~", "=", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef",
];

/// The letters of the operators before one word.
const UNARY: &str = "abcdefghknoprstuvwxzGLNORS";

impl Parser<'_> {
    /// What follows `[[`, up to `]]`.
    pub(super) fn test(&mut self) -> Result<Test, Lost> {
        let test = self.disjunction()?;
        self.newlines()?;
        match self.is_end() {
            true => {
                self.expect("]]")?;
                Ok(test)
            }
            false => self.lost(),
        }
    }

    fn is_end(&mut self) -> bool {
        let start = self.at;
        let found = self.takes("]]")
            && match self.peek() {
                None => true,
                Some(byte) => b" \t\n;&|<>()".contains(&byte),
            };
        self.at = start;
        found
    }

    fn disjunction(&mut self) -> Result<Test, Lost> {
        self.nested(|parser| {
            let mut tests = vec![parser.conjunction()?];
            loop {
                parser.newlines()?;
                if !parser.takes("||") {
                    return Ok(one_or(tests, Test::Any));
                }
                tests.push(parser.conjunction()?);
            }
        })
    }

    fn conjunction(&mut self) -> Result<Test, Lost> {
        let mut tests = vec![self.condition()?];
        loop {
            self.newlines()?;
            if !self.takes("&&") {
                return Ok(one_or(tests, Test::All));
            }
            tests.push(self.condition()?);
        }
    }

    fn condition(&mut self) -> Result<Test, Lost> {
        self.newlines()?;
        if self.takes("(") {
            let test = self.disjunction()?;
            self.newlines()?;
            self.expect(")")?;
            return Ok(test);
        }
        let word = self.operand()?;
        match word.plain() {
            Some("!") => {
                return Ok(Test::Not(Box::new(self.nested(Self::condition)?)));
            }
            Some(text) if is_unary(text) => {
                let operator = text.to_owned();
                self.blanks();
                let operand = self.operand()?;
                return Ok(Test::Unary(operator, operand));
            }
            Some("]]") => return self.lost(),
            _ => {}
        }
        self.blanks();
        if self.is_end() || matches!(self.peek(), Some(b')' | b'&' | b'|' | b'\n')) {
            return Ok(Test::Word(word));
        }
        let operator = self.binary()?;
        self.blanks();
        let place = match operator {
            "=~" => Place::Regex,
            _ => Place::Pattern,
        };
        let other = self.some_word(place)?;
        Ok(Test::Binary(word, operator.to_owned(), other))
    }

    fn operand(&mut self) -> Result<Word, Lost> {
        self.blanks();
        self.some_word(Place::Command)
    }

    fn binary(&mut self) -> Result<&'static str, Lost> {
        for arrow in ["<", ">"] {
            if self.takes(arrow) {
                return Ok(arrow);
            }
        }
        let word = self.operand()?;
        let found = word.plain().and_then(|text| BINARY.into_iter().find(|known| *known == text));
        found.map_or_else(|| self.lost(), Ok)
    }
}

/// The only one of them, or all of them joined.
fn one_or(mut tests: Vec<Test>, join: fn(Vec<Test>) -> Test) -> Test {
    match tests.pop() {
        Some(only) if tests.is_empty() => only,
        last => {
            tests.extend(last);
            join(tests)
        }
    }
}

fn is_unary(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next() == Some('-')
        && chars.next().is_some_and(|c| UNARY.contains(c))
        && chars.next().is_none()
}
