//! The kinds of reason to read a change first, and which of them weigh more.

/// The kinds of reason, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum HazardKind {
    /// Directional or invisible characters in code: what is shown is not what is run.
    HiddenUnicode,
    /// Letters of another script that look like those of a name in code.
    Homoglyph,
    /// Fetches or decodes something and runs it.
    RunsData,
    /// Named like a picture, a text or one of the system's own files, and something else.
    Disguised,
    /// Runs before `main`, or when a library is loaded.
    Constructor,
    /// A command, a script or a hook that runs at build or install time.
    Hook,
    /// Runs text as a program.
    Eval,
    /// Starts a process.
    Process,
    /// Opens a network connection.
    Network,
    /// Loads code while it runs, or makes memory executable.
    DynamicLoading,
    /// Makes objects of data, which can run code.
    Deserialising,
    /// Turns a protection off, or does without one.
    Weakened,
    /// A file brings in what starts processes, opens connections, loads code or makes objects of data.
    Import,
    /// A condition, a limit or an address became another, or a line that checked is gone.
    CheckChanged,
    /// A file brings in a module with which a program may do so, among much else.
    Module,
    /// Touches credentials, or files that run at login.
    Credentials,
    /// Written so that no one can read it.
    Obfuscated,
    /// Named like a standard build file, and none of its known versions.
    Altered,
    /// Another package or crate is needed, or from elsewhere.
    Dependency,
    /// Turns text into data.
    Decoding,
    /// The build is configured otherwise.
    Configuration,
    /// Runs while the package is configured, built or installed.
    BuildScript,
    /// Runs by itself when an interpreter or a test run starts.
    StartupCode,
    /// Few lines of a file that a program writes: someone may have edited it.
    Generated,
    /// Too large to be looked into here.
    Unread,
    /// Code that no one can read.
    MachineCode,
    /// An archive or compressed data, whose contents no one sees.
    PackedData,
    /// A line too long to be read in a diff.
    LongLine,
    /// Text that looks encoded.
    HighEntropy,
    /// A shell script, or another file that begins with `#!`.
    Script,
    /// A file became executable, or set-user-id.
    ExecutableBit,
    /// A symbolic or hard link, or what was one.
    Link,
    /// Binary data among the tests.
    BinaryTestData,
    /// Other binary data.
    Binary,
    /// Tells upstream's machines how to build and publish.
    Workflow,
    /// A name that directory listings leave out.
    Dotfile,
}

impl HazardKind {
    /// The name for JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::HiddenUnicode => "hidden-unicode",
            Self::Homoglyph => "homoglyph",
            Self::RunsData => "runs-data",
            Self::Disguised => "disguised",
            Self::Constructor => "constructor",
            Self::Hook => "hook",
            Self::Eval => "eval",
            Self::Process => "process",
            Self::Network => "network",
            Self::DynamicLoading => "dynamic-loading",
            Self::Deserialising => "deserialising",
            Self::Weakened => "weakened",
            Self::Import => "import",
            Self::CheckChanged => "check-changed",
            Self::Module => "module",
            Self::Credentials => "credentials",
            Self::Obfuscated => "obfuscated",
            Self::Altered => "known-file-altered",
            Self::Dependency => "dependency",
            Self::Decoding => "decoding",
            Self::Configuration => "configuration",
            Self::BuildScript => "build-script",
            Self::StartupCode => "startup-code",
            Self::Generated => "generated",
            Self::Unread => "unread",
            Self::MachineCode => "machine-code",
            Self::PackedData => "packed-data",
            Self::LongLine => "long-line",
            Self::HighEntropy => "high-entropy",
            Self::Script => "script",
            Self::ExecutableBit => "executable-bit",
            Self::Link => "link",
            Self::BinaryTestData => "binary-test-data",
            Self::Binary => "binary",
            Self::Workflow => "ci-workflow",
            Self::Dotfile => "dotfile",
        }
    }

    /// How much it says among the reasons of one file.
    pub(crate) const fn weight(self) -> u32 {
        match self {
            Self::HiddenUnicode | Self::Homoglyph | Self::RunsData | Self::Disguised => 100,
            Self::Constructor => 60,
            Self::Eval | Self::Hook | Self::Altered => 30,
            Self::Process | Self::Obfuscated => 25,
            Self::Credentials | Self::Network => 20,
            Self::Weakened | Self::DynamicLoading | Self::Deserialising | Self::Dependency => 15,
            Self::HighEntropy | Self::Import => 12,
            Self::Decoding | Self::Generated | Self::Unread => 10,
            Self::Configuration | Self::MachineCode => 8,
            Self::CheckChanged => 6,
            Self::StartupCode | Self::LongLine | Self::PackedData | Self::Module => 5,
            Self::ExecutableBit | Self::Link | Self::Script => 3,
            Self::BuildScript | Self::BinaryTestData | Self::Binary => 2,
            Self::Workflow | Self::Dotfile => 1,
        }
    }

    /// Whether it is about what new lines do.
    pub(crate) const fn acts(self) -> bool {
        matches!(
            self,
            Self::Constructor
                | Self::Eval
                | Self::Process
                | Self::Network
                | Self::DynamicLoading
                | Self::Deserialising
                | Self::Weakened
                | Self::Import
                | Self::Credentials
                | Self::Obfuscated
                | Self::Decoding
                | Self::HighEntropy
        )
    }

    /// Whether what a person sees is not what is run.
    pub(crate) const fn deceives(self) -> bool {
        matches!(self, Self::HiddenUnicode | Self::Homoglyph | Self::RunsData | Self::Disguised)
    }
}
