//! A package as git has it, which what cargo wrote is compared with.

use crate::release::source::context::Context;
use std::cell::RefCell;
use toml::{Table, Value};

/// A package, as git has it.
pub(super) struct Package<'a> {
    pub(super) original: &'a Table,
    pub(super) workspace: Option<&'a Table>,
    pub(super) context: &'a Context<'a>,
    /// What it leaves out or says otherwise, and cargo may have: compared with nothing.
    pub(super) rest: RefCell<Vec<String>>,
}

impl<'a> Package<'a> {
    pub(super) fn new(
        original: &'a Table,
        workspace: Option<&'a Table>,
        context: &'a Context<'a>,
    ) -> Self {
        Self { original, workspace, context, rest: RefCell::default() }
    }

    /// Notes what was compared with nothing.
    pub(super) fn leave(&self, rest: String) {
        self.rest.borrow_mut().push(rest);
    }
}

/// The table of that name.
pub(super) fn table<'a>(parent: &'a Table, key: &str) -> Option<&'a Table> {
    parent.get(key).and_then(Value::as_table)
}
