//! What a script is made of.

/// Commands, one after the other.
pub(super) type List = Vec<Chain>;

/// Pipelines joined by `&&` and `||`.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) steps: Vec<Step>,
    /// Whether it ends in `&`: it then runs in a subshell.
    pub(super) background: bool,
}

/// A pipeline, and how it is joined to the one before.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) joint: Joint,
    pub(super) negated: bool,
    /// The commands; each of several runs in a subshell.
    pub(super) commands: Vec<Command>,
    /// Where it begins, as a byte of the script.
    pub(super) at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    /// It is the first.
    First,
    And,
    Or,
}

/// A command and its redirections.
#[derive(Debug)]
pub(super) struct Command {
    pub(super) kind: CommandKind,
    pub(super) redirections: Vec<Redirection>,
    /// Where it begins, and how many bytes it has.
    pub(super) at: usize,
    pub(super) size: usize,
}

#[derive(Debug)]
pub(super) enum CommandKind {
    Simple {
        assignments: Vec<Assignment>,
        words: Vec<Argument>,
    },
    Group(List),
    /// What runs there changes nothing outside.
    Subshell,
    If {
        arms: Vec<(List, List)>,
        otherwise: Option<List>,
    },
    Case {
        subject: Word,
        arms: Vec<Arm>,
    },
    /// `for NAME in WORDS`; without words, over the positional parameters.
    For {
        name: String,
        words: Option<Vec<Word>>,
        body: List,
    },
    /// `for ((…))`.
    Counted {
        header: Word,
        body: List,
    },
    /// `select`.
    Select {
        body: List,
    },
    /// `while` and `until`.
    Loop {
        condition: List,
        body: List,
    },
    Function {
        name: String,
        body: Box<Command>,
    },
    Test(Test),
    Arithmetic(Word),
}

/// An arm of a `case`.
#[derive(Debug)]
pub(super) struct Arm {
    pub(super) patterns: Vec<Word>,
    pub(super) body: List,
    /// Whether it ends in `;&` or `;;&`.
    pub(super) goes_on: bool,
}

/// What is between `[[` and `]]`.
#[derive(Debug)]
pub(super) enum Test {
    Not(Box<Test>),
    /// Joined by `&&`, and by `||`.
    All(Vec<Test>),
    Any(Vec<Test>),
    Word(Word),
    Unary(String, Word),
    Binary(Word, String, Word),
}

/// A word behind the name of a command.
#[derive(Debug)]
pub(super) enum Argument {
    Word(Word),
    /// Of a command that declares variables.
    Assignment(Assignment),
}

#[derive(Debug)]
pub(super) struct Assignment {
    pub(super) name: String,
    pub(super) subscript: Option<Word>,
    pub(super) append: bool,
    pub(super) value: Assigned,
    /// Where it begins and ends in the script.
    pub(super) span: (usize, usize),
}

#[derive(Debug)]
pub(super) enum Assigned {
    Word(Word),
    Array(Vec<Word>),
}

#[derive(Debug)]
pub(super) enum Redirection {
    /// A file, a descriptor or a here-string, behind its operator.
    Word(&'static str, Word),
    /// A here-document: its place among the script's.
    Document(usize),
    /// `{NAME}>FILE`, which sets a variable.
    Named(String, Word),
}

/// A word: its parts are joined.
#[derive(Debug, Clone, Default)]
pub(super) struct Word {
    pub(super) parts: Vec<Part>,
    pub(super) at: usize,
}

#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Text without quotes.
    Plain(String),
    /// Text in quotes, or behind a backslash.
    Quoted(String),
    Parameter {
        quoted: bool,
        parameter: Box<Parameter>,
    },
    /// `$(…)`.
    Substitution {
        quoted: bool,
        list: std::rc::Rc<List>,
    },
    /// `$((…))`.
    Arithmetic {
        quoted: bool,
        expression: Box<Word>,
    },
    /// What has a value that is not looked for, and changes nothing: backquotes, `<(…)`, `$'…'`.
    Opaque,
    /// An extended pattern.
    Pattern,
}

/// `${NAME…}`.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) subscript: Option<Subscript>,
    pub(super) indirect: bool,
    pub(super) operator: Operator,
}

#[derive(Debug, Clone)]
pub(super) enum Subscript {
    /// `[@]`.
    Each,
    /// `[*]`.
    Joined,
    Index(Word),
}

/// What is done with a parameter's value.
#[derive(Debug, Clone)]
pub(super) enum Operator {
    None,
    Length,
    /// `-` and `:-`.
    Default {
        colon: bool,
        word: Word,
    },
    /// `=` and `:=`.
    Assign {
        colon: bool,
        word: Word,
    },
    /// `?` and `:?`.
    Required {
        word: Word,
    },
    /// `+` and `:+`.
    Alternative {
        colon: bool,
        word: Word,
    },
    /// `#`, `##`, `%` and `%%`.
    Trim {
        end: bool,
        longest: bool,
        pattern: Word,
    },
    Replace {
        which: Which,
        pattern: Word,
        replacement: Word,
    },
    Substring {
        offset: Word,
        length: Option<Word>,
    },
    /// `^`, `^^`, `,` and `,,`.
    Case {
        upper: bool,
        all: bool,
        pattern: Word,
    },
    /// Names of variables, quoting and the like: the value is not looked for.
    Other,
}

/// Which matches are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    First,
    All,
    Prefix,
    Suffix,
}

impl Word {
    /// The text, where it is in no quotes and nothing is expanded.
    pub(super) fn plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Plain(text)] => Some(text),
            _ => None,
        }
    }

    /// The text, where nothing is expanded.
    pub(super) fn literal(&self) -> Option<String> {
        let text = self.parts.iter().map(|part| match part {
            Part::Plain(text) | Part::Quoted(text) => Some(text.as_str()),
            _ => None,
        });
        text.collect()
    }
}
