//! Commands: lists, pipelines, and what has an end word.

use super::cursor::Parser;
use super::limits::Lost;
use super::syntax::{Argument, Chain, Command, CommandKind, Joint, List, Step, Word};
use super::words::Place;

/// The words that end a list.
const ENDS: [&str; 8] = ["then", "elif", "else", "fi", "do", "done", "esac", "}"];

/// The words that begin or end something where a command may stand.
const RESERVED: [&str; 22] = [
    "if", "then", "elif", "else", "fi", "for", "while", "until", "select", "do", "done", "case",
    "esac", "in", "function", "{", "}", "[[", "]]", "!", "time", "coproc",
];

/// Commands whose arguments may be assignments.
const DECLARING: [&str; 5] = ["export", "declare", "typeset", "local", "readonly"];

impl Parser<'_> {
    /// The whole script.
    pub(super) fn script(&mut self) -> Result<List, Lost> {
        let list = self.list(false)?;
        match self.peek() {
            None if self.announced.is_empty() => Ok(list),
            _ => self.lost(),
        }
    }

    /// What follows `$(` or `<(`, up to `)`.
    pub(super) fn substituted(&mut self) -> Result<List, Lost> {
        // The documents of the line outside begin behind it; those inside end inside.
        let outer = std::mem::take(&mut self.announced);
        let start = self.at;
        let list = self.nested(|parser| parser.list(false))?;
        let lines = self.text.get(start..self.at).unwrap_or_default().contains('\n');
        if !self.announced.is_empty() || (lines && !outer.is_empty()) {
            return self.lost();
        }
        self.expect(")")?;
        self.announced = outer;
        Ok(list)
    }

    /// A list of commands that has to hold one.
    fn body(&mut self) -> Result<List, Lost> {
        self.nested(|parser| parser.list(true))
    }

    pub(super) fn list(&mut self, some: bool) -> Result<List, Lost> {
        let mut chains = Vec::new();
        loop {
            self.newlines()?;
            if self.ends_list() {
                break;
            }
            let mut chain = self.chain()?;
            self.blanks();
            match self.peek() {
                Some(b'&') => {
                    self.at += 1;
                    chain.background = true;
                }
                Some(b';') if !self.is_at(";;") && !self.is_at(";&") => self.at += 1,
                Some(b'\n' | b')' | b';') | None => {}
                // `fi done`: what has an end word needs nothing behind it.
                Some(_) if self.ends_list() => {}
                Some(_) => return self.lost(),
            }
            chains.push(chain);
        }
        match chains.is_empty() && some {
            true => self.lost(),
            false => Ok(chains),
        }
    }

    fn ends_list(&mut self) -> bool {
        match self.peek() {
            None | Some(b')') => true,
            Some(b';') => self.is_at(";;") || self.is_at(";&"),
            _ => self.reserved().is_some_and(|word| ENDS.contains(&word)),
        }
    }

    /// The reserved word that is next, which is not taken.
    pub(super) fn reserved(&mut self) -> Option<&'static str> {
        let start = self.at;
        let mut word = String::new();
        while let Some(byte) = self.peek() {
            if !(byte.is_ascii_lowercase() || b"{}![]".contains(&byte)) || word.len() > 8 {
                break;
            }
            word.push(char::from(byte));
            self.at += 1;
        }
        let ends = match self.peek() {
            None => true,
            Some(byte) => b" \t\n;&|<>()".contains(&byte),
        };
        self.at = start;
        RESERVED.into_iter().find(|reserved| ends && *reserved == word)
    }

    pub(super) fn keyword(&mut self, expected: &str) -> Result<(), Lost> {
        self.newlines()?;
        match self.reserved() == Some(expected) {
            true => self.expect(expected),
            false => self.lost(),
        }
    }

    /// Pipelines joined by `&&` and `||`.
    fn chain(&mut self) -> Result<Chain, Lost> {
        let mut steps = Vec::new();
        let mut joint = Joint::First;
        loop {
            steps.push(self.step(joint)?);
            self.blanks();
            joint = if self.takes("&&") {
                Joint::And
            } else if self.takes("||") {
                Joint::Or
            } else {
                return Ok(Chain { steps, background: false });
            };
            self.newlines()?;
        }
    }

    fn step(&mut self, joint: Joint) -> Result<Step, Lost> {
        let at = self.at;
        let mut negated = false;
        loop {
            self.blanks();
            match self.reserved() {
                Some("!") => {
                    self.expect("!")?;
                    negated = !negated;
                }
                Some("time") => {
                    self.expect("time")?;
                    self.blanks();
                    if self.is_at("-p ") {
                        self.at += 2;
                        self.blanks();
                    }
                    // `time --`, and what else it may take.
                    if self.peek() == Some(b'-') {
                        return self.lost();
                    }
                }
                _ => break,
            }
        }
        let mut commands = vec![self.command()?];
        loop {
            self.blanks();
            if self.is_at("||") || self.peek() != Some(b'|') {
                return Ok(Step { joint, negated, commands, at });
            }
            self.at += 1;
            if self.peek() == Some(b'&') {
                self.at += 1;
            }
            self.newlines()?;
            commands.push(self.command()?);
        }
    }

    fn command(&mut self) -> Result<Command, Lost> {
        self.nested(|parser| {
            parser.blanks();
            let at = parser.at;
            let kind = match parser.compound()? {
                Some(kind) => kind,
                None => return parser.simple(at),
            };
            let mut redirections = Vec::new();
            // Those of a function belong to its body, which has taken them.
            while parser.redirection(&mut redirections)? {}
            Ok(Command { kind, redirections, at, size: parser.at.saturating_sub(at) })
        })
    }

    /// A command that has an end word of its own, if one begins here.
    fn compound(&mut self) -> Result<Option<CommandKind>, Lost> {
        if self.takes("((") {
            return Ok(Some(CommandKind::Arithmetic(self.arithmetic()?)));
        }
        if self.takes("(") {
            self.body()?;
            self.expect(")")?;
            return Ok(Some(CommandKind::Subshell));
        }
        let Some(word) = self.reserved() else { return Ok(None) };
        self.expect(word)?;
        Ok(Some(match word {
            "{" => {
                let list = self.body()?;
                self.keyword("}")?;
                CommandKind::Group(list)
            }
            "if" => self.conditional()?,
            "while" | "until" => {
                let condition = self.body()?;
                let body = self.loop_body()?;
                CommandKind::Loop { condition, body }
            }
            "for" => self.for_each()?,
            "select" => {
                self.loop_head()?;
                CommandKind::Select { body: self.loop_body()? }
            }
            "case" => self.case()?,
            "[[" => CommandKind::Test(self.test()?),
            "function" => {
                self.blanks();
                let name = self.word(Place::Command)?;
                self.blanks();
                if self.takes("(") {
                    self.blanks();
                    self.expect(")")?;
                }
                self.function(&name)?
            }
            _ => return self.lost(),
        }))
    }

    fn function(&mut self, name: &Word) -> Result<CommandKind, Lost> {
        let Some(name) = name.plain().map(str::to_owned) else { return self.lost() };
        self.newlines()?;
        let begins = matches!(
            self.reserved(),
            Some("{" | "[[" | "if" | "case" | "for" | "while" | "until" | "select")
        );
        match begins || self.peek() == Some(b'(') {
            true => Ok(CommandKind::Function { name, body: Box::new(self.command()?) }),
            false => self.lost(),
        }
    }

    fn conditional(&mut self) -> Result<CommandKind, Lost> {
        let mut arms = Vec::new();
        let mut otherwise = None;
        loop {
            let condition = self.body()?;
            self.keyword("then")?;
            arms.push((condition, self.body()?));
            match self.reserved() {
                Some("elif") => self.expect("elif")?,
                Some("else") => {
                    self.expect("else")?;
                    otherwise = Some(self.body()?);
                    self.keyword("fi")?;
                    return Ok(CommandKind::If { arms, otherwise });
                }
                _ => {
                    self.keyword("fi")?;
                    return Ok(CommandKind::If { arms, otherwise });
                }
            }
        }
    }

    /// `NAME [in WORD …]` and its end.
    fn loop_head(&mut self) -> Result<(String, Option<Vec<Word>>), Lost> {
        self.blanks();
        let name = self.name();
        if name.is_empty() || !matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b';')) {
            return self.lost();
        }
        self.newlines()?;
        if self.reserved() != Some("in") {
            if self.peek() == Some(b';') {
                self.at += 1;
            }
            return Ok((name, None));
        }
        self.expect("in")?;
        let mut words = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                Some(b';') => {
                    self.at += 1;
                    return Ok((name, Some(words)));
                }
                Some(b'\n') => return Ok((name, Some(words))),
                _ => words.push(self.some_word(Place::Command)?),
            }
        }
    }

    fn for_each(&mut self) -> Result<CommandKind, Lost> {
        self.blanks();
        if self.takes("((") {
            let header = self.arithmetic()?;
            self.blanks();
            if self.peek() == Some(b';') {
                self.at += 1;
            }
            return Ok(CommandKind::Counted { header, body: self.loop_body()? });
        }
        let (name, words) = self.loop_head()?;
        Ok(CommandKind::For { name, words, body: self.loop_body()? })
    }

    fn loop_body(&mut self) -> Result<List, Lost> {
        self.keyword("do")?;
        let body = self.body()?;
        self.keyword("done")?;
        Ok(body)
    }

    /// A word that is not empty.
    pub(super) fn some_word(&mut self, place: Place) -> Result<Word, Lost> {
        let word = self.word(place)?;
        if word.parts.is_empty() { self.lost() } else { Ok(word) }
    }

    fn simple(&mut self, at: usize) -> Result<Command, Lost> {
        let mut assignments = Vec::new();
        let mut words: Vec<Argument> = Vec::new();
        let mut redirections = Vec::new();
        let mut declaring = false;
        loop {
            self.blanks();
            if self.redirection(&mut redirections)? {
                continue;
            }
            let assigned = match words.is_empty() || declaring {
                true => self.assignment()?,
                false => None,
            };
            if let Some(assignment) = assigned {
                match declaring {
                    true => words.push(Argument::Assignment(assignment)),
                    false => assignments.push(assignment),
                }
                continue;
            }
            let word = self.word(Place::Command)?;
            if word.parts.is_empty() {
                break;
            }
            if words.is_empty() {
                declaring = word.plain().is_some_and(|name| DECLARING.contains(&name));
                let alone = assignments.is_empty() && redirections.is_empty();
                self.blanks();
                if alone && self.takes("(") {
                    self.blanks();
                    self.expect(")")?;
                    let kind = self.function(&word)?;
                    let size = self.at.saturating_sub(at);
                    return Ok(Command { kind, redirections, at, size });
                }
            }
            words.push(Argument::Word(word));
        }
        if assignments.is_empty() && words.is_empty() && redirections.is_empty() {
            return self.lost();
        }
        let kind = CommandKind::Simple { assignments, words };
        Ok(Command { kind, redirections, at, size: self.at.saturating_sub(at) })
    }
}
