//! What eclasses do to an ebuild's variables, as far as it is known without reading them.

use super::limits::{COMMAND, Lost, VALUE};
use super::run::Machine;
use super::state::{Arguments, Unknown, Value, Variable, Why};

/// Functions of eclasses that are called where an ebuild is read, and do not set SRC_URI.
const OF_ECLASSES: [&str; 10] = [
    "distutils_enable_tests",
    "distutils_enable_sphinx",
    "python_gen_any_dep",
    "python_gen_cond_dep",
    "python_gen_impl_dep",
    "python_gen_useflags",
    "llvm_gen_dep",
    "optfeature",
    "append-flags",
    "strip-linguas",
];

/// What package managers read, and eclasses set as well.
const METADATA: [&str; 15] = [
    "SRC_URI",
    "S",
    "IUSE",
    "HOMEPAGE",
    "DESCRIPTION",
    "LICENSE",
    "KEYWORDS",
    "RESTRICT",
    "PROPERTIES",
    "REQUIRED_USE",
    "DEPEND",
    "RDEPEND",
    "BDEPEND",
    "PDEPEND",
    "IDEPEND",
];

/// Whether a function of an eclass leaves what package managers read as it is.
pub(super) fn leaves_metadata(function: &str) -> bool {
    OF_ECLASSES.contains(&function)
}

impl Machine<'_> {
    /// `inherit`.
    pub(super) fn inherit(&mut self, eclasses: &Arguments) -> Result<(), Lost> {
        self.spend(self.state.inherits() + eclasses.len() * COMMAND)?;
        self.state.inherit(eclasses.iter().flatten().cloned());
        self.forget_metadata()?;
        if eclasses.iter().flatten().any(|eclass| eclass == "cargo")
            && self.state.variable("GIT_CRATES").is_none()
        {
            let value = match self.state.value("CRATES") {
                None | Some(Value::Unset) => Some(String::new()),
                Some(Value::Text(crates)) => crate_uris(crates),
                Some(Value::Array(_) | Value::Unknown(_)) => None,
            };
            if let Some(value) = value {
                self.spend(value.len())?;
                let variable = Variable {
                    value: Value::text(value),
                    readonly: false,
                    associative: false,
                    at: self.at,
                };
                self.put("CARGO_CRATE_URIS", variable)?;
            }
        }
        Ok(())
    }

    /// An eclass may have set what package managers read.
    pub(super) fn forget_metadata(&mut self) -> Result<(), Lost> {
        let span = (self.at, self.at);
        let unknown = Value::Unknown(Unknown { why: Why::Place, span, array: false });
        for name in METADATA {
            let Some(variable) = self.state.variable(name) else { continue };
            self.put(name, Variable { value: unknown.clone(), ..variable.clone() })?;
        }
        Ok(())
    }

    /// What `cargo_crate_uris` of cargo.eclass prints.
    pub(super) fn cargo_crate_uris(&self, arguments: &[String]) -> Option<String> {
        if self.state.variable("GIT_CRATES").is_some() {
            return None;
        }
        match arguments {
            [] => crate_uris(self.state.text("CRATES")?),
            _ => crate_uris(&arguments.join(" ")),
        }
    }
}

/// The most bytes of a crate's name and version together.
const LONG: usize = 200;

/// Where cargo.eclass fetches crates from: `NAME@VERSION`, or `NAME-VERSION` as it was.
fn crate_uris(crates: &str) -> Option<String> {
    let mut uris = String::new();
    for word in crates.split_ascii_whitespace() {
        if word.len() > LONG || uris.len() > VALUE {
            return None;
        }
        let (name, version) = match word.split_once('@') {
            Some((name, version)) => (name, version),
            None => word.rmatch_indices('-').find_map(|(at, _)| {
                let (name, version) = (word.get(..at)?, word.get(at + 1..)?);
                let numbers: Vec<&str> = version.splitn(3, '.').collect();
                let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
                let plain = |c: char| c.is_ascii_alphanumeric() || "_-\\".contains(c);
                let third = numbers.get(2)?;
                let fits = numbers.iter().take(2).all(|n| !n.is_empty() && digits(n))
                    && third.starts_with(|c: char| c.is_ascii_digit())
                    && !name.is_empty()
                    && name.chars().all(plain);
                fits.then_some((name, version))
            })?,
        };
        uris.push_str(&format!("https://static.crates.io/crates/{name}/{name}-{version}.crate "));
    }
    Some(uris)
}

#[cfg(test)]
mod tests {
    use super::crate_uris;

    #[test]
    fn crates() {
        let uri = |name: &str, version: &str| {
            format!("https://static.crates.io/crates/{name}/{name}-{version}.crate ")
        };
        for (crates, expected) in [
            ("", Some(String::new())),
            ("a@1.2.3\n\tb-c@0.1.0+x-1", Some(uri("a", "1.2.3") + &uri("b-c", "0.1.0+x-1"))),
            ("a-b-1.2.3-rc.1", Some(uri("a-b", "1.2.3-rc.1"))),
            ("a", None),
        ] {
            assert_eq!(crate_uris(crates), expected, "{crates}");
        }
    }
}
