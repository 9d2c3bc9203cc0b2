//! Runs a script as far as it is certain what bash would do.
//!
//! What may run or not is run, too, and what it leaves is joined with what was there before: a
//! variable that then has two values is not known. Commands in subshells change nothing.

use super::limits::{COMMAND, Lost, steps};
use super::state::State;
use super::syntax::{Arm, Chain, Command, CommandKind, Joint, List, Redirection, Step, Word};

/// How a command ended, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Succeeds,
    Fails,
    Unknown,
}

/// What is next after a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// The next one.
    Next(Status),
    /// The script has ended.
    Ended,
    /// The script has failed: no one will ask for its variables.
    Dead,
}

impl Status {
    pub(super) const fn of(succeeds: bool) -> Self {
        if succeeds { Self::Succeeds } else { Self::Fails }
    }

    pub(super) const fn negated(self) -> Self {
        match self {
            Self::Succeeds => Self::Fails,
            Self::Fails => Self::Succeeds,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// What is left behind by ways that may have been taken.
#[derive(Default)]
struct Ways<'a>(Option<(State<'a>, Flow)>);

/// Runs a script.
pub(super) struct Machine<'a> {
    pub(super) documents: &'a [Word],
    pub(super) state: State<'a>,
    /// Compares versions.
    pub(super) order: super::Order,
    /// The most steps, and those that are left.
    pub(super) most: usize,
    pub(super) left: usize,
    /// The command that is run.
    pub(super) at: usize,
}

impl<'a> Machine<'a> {
    /// For a script of so many bytes.
    pub(super) fn new(documents: &'a [Word], length: usize, order: super::Order) -> Self {
        let most = steps(length);
        Self { documents, state: State::default(), order, most, left: most, at: 0 }
    }

    pub(super) const fn lost<T>(&self) -> Result<T, Lost> {
        Err(Lost { at: self.at, limit: None })
    }

    /// The state as it is, to come back to.
    fn save(&mut self) -> Result<State<'a>, Lost> {
        self.spend(COMMAND)?;
        Ok(self.state.clone())
    }

    /// What is known where either this or `other` holds.
    fn merge(&mut self, other: State<'a>) -> Result<(), Lost> {
        self.spend(self.state.merge_costs(&other))?;
        self.state.merge(other);
        Ok(())
    }

    /// Does what may be done or not.
    pub(super) fn perhaps(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<(), Lost>,
    ) -> Result<(), Lost> {
        let before = self.save()?;
        work(self)?;
        self.merge(before)
    }

    pub(super) fn list(&mut self, list: &'a List) -> Result<Flow, Lost> {
        let mut status = Status::Succeeds;
        for chain in list {
            match self.chain(chain)? {
                Flow::Next(found) => status = found,
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next(status))
    }

    fn chain(&mut self, chain: &'a Chain) -> Result<Flow, Lost> {
        if chain.background {
            return Ok(Flow::Next(Status::Unknown));
        }
        let mut status = Status::Unknown;
        for step in &chain.steps {
            let runs = match (step.joint, status) {
                (Joint::First, _) | (Joint::And, Status::Succeeds) | (Joint::Or, Status::Fails) => {
                    Status::Succeeds
                }
                (Joint::And, Status::Fails) | (Joint::Or, Status::Succeeds) => continue,
                (_, Status::Unknown) => Status::Unknown,
            };
            if runs == Status::Succeeds {
                match self.step(step)? {
                    Flow::Next(found) => status = found,
                    flow => return Ok(flow),
                }
                continue;
            }
            let before = self.save()?;
            status = match self.step(step)? {
                Flow::Next(_) => {
                    self.merge(before)?;
                    Status::Unknown
                }
                // `… || die`: who comes further has not died.
                Flow::Dead => {
                    self.state = before;
                    Status::of(step.joint == Joint::Or)
                }
                Flow::Ended => return self.lost(),
            };
        }
        Ok(Flow::Next(status))
    }

    fn step(&mut self, step: &'a Step) -> Result<Flow, Lost> {
        self.spend(COMMAND)?;
        let [command] = step.commands.as_slice() else { return Ok(Flow::Next(Status::Unknown)) };
        self.at = step.at;
        Ok(match self.command(command)? {
            Flow::Next(status) if step.negated => Flow::Next(status.negated()),
            flow => flow,
        })
    }

    fn command(&mut self, command: &'a Command) -> Result<Flow, Lost> {
        self.at = command.at;
        if matches!(command.kind, CommandKind::Subshell) {
            return Ok(Flow::Next(Status::Unknown));
        }
        if self.redirect(&command.redirections)? {
            return self.kind(command);
        }
        // Where a file cannot be opened, the command does not run.
        let before = self.save()?;
        match self.kind(command)? {
            Flow::Next(_) => {
                self.merge(before)?;
                Ok(Flow::Next(Status::Unknown))
            }
            Flow::Ended | Flow::Dead => self.lost(),
        }
    }

    /// Expands what is redirected to; whether nothing of that can fail.
    fn redirect(&mut self, redirections: &'a [Redirection]) -> Result<bool, Lost> {
        let mut certain = true;
        for redirection in redirections {
            match redirection {
                Redirection::Word(operator, word) => {
                    let target = self.text_aside(word)?;
                    certain &= match *operator {
                        "<<<" => true,
                        "<&" | ">&" => {
                            matches!(target.as_deref(), Some("0" | "1" | "2" | "-"))
                        }
                        _ => matches!(target.as_deref(), Some("/dev/null")),
                    };
                }
                Redirection::Named(name, word) => {
                    self.text_aside(word)?;
                    self.unknown(name)?;
                    certain = false;
                }
                Redirection::Document(index) => {
                    let documents = self.documents;
                    if let Some(word) = documents.get(*index) {
                        self.text_aside(word)?;
                    }
                }
            }
        }
        Ok(certain)
    }

    /// What `word` is, which for a command that is another program is expanded by a child: what that sets
    /// may be set or not.
    fn text_aside(&mut self, word: &Word) -> Result<Option<String>, Lost> {
        // Most expand nothing, and then there is no state to keep.
        if word.literal().is_some() {
            return self.text_of(word);
        }
        let mut text = None;
        self.perhaps(|machine| {
            text = machine.text_of(word)?;
            Ok(())
        })?;
        Ok(text)
    }

    fn kind(&mut self, command: &'a Command) -> Result<Flow, Lost> {
        match &command.kind {
            CommandKind::Simple { assignments, words } => self.simple(assignments, words),
            CommandKind::Group(list) => self.list(list),
            CommandKind::Subshell => Ok(Flow::Next(Status::Unknown)),
            CommandKind::If { arms, otherwise } => self.conditional(arms, otherwise.as_ref()),
            CommandKind::Case { subject, arms } => {
                let subject = self.text_of(subject)?;
                self.case(subject.as_deref(), arms)
            }
            CommandKind::For { name, words, body } => self.each(name, words.as_deref(), body),
            CommandKind::Counted { header, body } => {
                let Some(name) = self.counter(header)? else { return self.lost() };
                self.any_times(&[body], None, false)?;
                self.unknown_text(&name)?;
                Ok(Flow::Next(Status::Unknown))
            }
            CommandKind::Select { .. } => self.lost(),
            CommandKind::Loop { condition, body } => {
                self.any_times(&[condition, body], None, false)?;
                Ok(Flow::Next(Status::Unknown))
            }
            CommandKind::Function { name, body } => {
                self.spend(self.state.functions_cost())?;
                self.state.functions_mut().insert(name, vec![body]);
                Ok(Flow::Next(Status::Succeeds))
            }
            CommandKind::Test(test) => Ok(Flow::Next(self.test(test)?)),
            CommandKind::Arithmetic(word) => {
                let number = self.number(word)?;
                Ok(Flow::Next(number.map_or(Status::Unknown, |n| Status::of(n != 0))))
            }
        }
    }

    fn conditional(
        &mut self,
        arms: &'a [(List, List)],
        otherwise: Option<&'a List>,
    ) -> Result<Flow, Lost> {
        let mut ways = Ways::default();
        for (condition, body) in arms {
            match self.list(condition)? {
                Flow::Next(Status::Succeeds) => {
                    let flow = self.list(body)?;
                    return self.last_way(ways, flow);
                }
                Flow::Next(Status::Fails) => {}
                Flow::Next(Status::Unknown) => self.one_way(&mut ways, body)?,
                flow => return self.last_way(ways, flow),
            }
        }
        let flow = match otherwise {
            Some(list) => self.list(list)?,
            None => Flow::Next(Status::Succeeds),
        };
        self.last_way(ways, flow)
    }

    /// Goes a way that is taken or not, and comes back.
    fn one_way(&mut self, ways: &mut Ways<'a>, list: &'a List) -> Result<(), Lost> {
        let before = self.save()?;
        let flow = self.list(list)?;
        let after = std::mem::replace(&mut self.state, before);
        ways.0 = match ways.0.take() {
            None => Some((after, flow)),
            Some(other) => Some(self.joined(other, (after, flow))?),
        };
        Ok(())
    }

    /// Joins the ways that may have been taken with the one that leads here.
    fn last_way(&mut self, ways: Ways<'a>, flow: Flow) -> Result<Flow, Lost> {
        let Some(others) = ways.0 else { return Ok(flow) };
        let here = std::mem::take(&mut self.state);
        let (state, flow) = self.joined(others, (here, flow))?;
        self.state = state;
        Ok(flow)
    }

    fn joined(
        &mut self,
        one: (State<'a>, Flow),
        (state, flow): (State<'a>, Flow),
    ) -> Result<(State<'a>, Flow), Lost> {
        match (one.1, flow) {
            (Flow::Dead, flow) => Ok((state, flow)),
            (_, Flow::Dead) => Ok(one),
            (Flow::Ended, Flow::Next(_)) | (Flow::Next(_), Flow::Ended) => self.lost(),
            (first, second) => {
                let before = std::mem::replace(&mut self.state, state);
                self.merge(one.0)?;
                let state = std::mem::replace(&mut self.state, before);
                let flow = if first == second { first } else { Flow::Next(Status::Unknown) };
                Ok((state, flow))
            }
        }
    }

    fn case(&mut self, subject: Option<&str>, arms: &'a [Arm]) -> Result<Flow, Lost> {
        let mut ways = Ways::default();
        for arm in arms {
            let mut matches = Status::Fails;
            for pattern in &arm.patterns {
                match self.fits(subject, pattern)? {
                    Status::Fails => {}
                    Status::Succeeds if matches == Status::Fails => {
                        matches = Status::Succeeds;
                        break;
                    }
                    _ => matches = Status::Unknown,
                }
            }
            if arm.goes_on && matches != Status::Fails {
                return self.lost();
            }
            match matches {
                Status::Succeeds => {
                    let flow = self.list(&arm.body)?;
                    return self.last_way(ways, flow);
                }
                Status::Fails => {}
                Status::Unknown => self.one_way(&mut ways, &arm.body)?,
            }
        }
        self.last_way(ways, Flow::Next(Status::Succeeds))
    }

    /// Whether `subject` fits a pattern.
    pub(super) fn fits(
        &mut self,
        subject: Option<&str>,
        pattern: &'a Word,
    ) -> Result<Status, Lost> {
        let pattern = self.pattern(pattern)?;
        let Some((subject, pattern)) = subject.zip(pattern) else { return Ok(Status::Unknown) };
        self.spend(subject.len())?;
        if !pattern.reads(subject) {
            return Ok(Status::Unknown);
        }
        let chars: Vec<char> = subject.chars().collect();
        self.spend(pattern.cost(chars.len()))?;
        Ok(Status::of(pattern.matches(&chars)))
    }
}
