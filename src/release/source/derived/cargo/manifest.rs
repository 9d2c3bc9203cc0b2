//! The `Cargo.toml` that cargo writes, against the one that it was made from.
//!
//! cargo resolves what is inherited from the workspace, names the targets that it found by their
//! places, and leaves out paths of dependencies. Whatever else differs decides what is built, and was
//! not cargo's doing.

use super::dependencies;
use super::package::{Package, table};
use super::targets;
use toml::{Table, Value};

/// What says something of the package and does nothing.
const SAYS: [&str; 14] = [
    "readme",
    "keywords",
    "categories",
    "license-file",
    "rust-version",
    "exclude",
    "include",
    "publish",
    "autobins",
    "autoexamples",
    "autotests",
    "autobenches",
    "autolib",
    "badges",
];

/// What has to be as it was. cargo tells build scripts what is said of a package, and installers make addresses of it.
const SAME: [&str; 16] = [
    "name",
    "version",
    "authors",
    "description",
    "homepage",
    "documentation",
    "license",
    "repository",
    "links",
    "default-run",
    "metadata",
    "im-a-teapot",
    "forced-target",
    "default-target",
    "metabuild",
    "edition",
];

/// What a manifest says of its whole that has to be as it was.
const SECTIONS: [&str; 4] = ["profile", "patch", "replace", "cargo-features"];

impl Package<'_> {
    /// Says how `written` differs by something that is not cargo's doing, or else what was not compared.
    pub(super) fn compare(self, written: &Table) -> Result<Vec<String>, String> {
        let nothing = Table::new();
        let written_package = table(written, "package").unwrap_or(&nothing);
        let original_package = table(self.original, "package")
            .or_else(|| table(self.original, "project"))
            .ok_or("git's Cargo.toml there has no [package]")?;
        self.package(written_package, original_package)?;
        for (key, value) in written {
            match key.as_str() {
                "package" | "lints" | "badges" | "hints" => {}
                "lib" | "bin" | "example" | "test" | "bench" => {}
                "dependencies" | "dev-dependencies" | "dev_dependencies" | "build-dependencies"
                | "build_dependencies" | "target" => {}
                "features" => self.features(value)?,
                key if SECTIONS.contains(&key) => {
                    if self.original.get(key).map(plain) != Some(plain(value)) {
                        return Err(format!("[{key}] is not as git has it"));
                    }
                }
                key => return Err(format!("it has [{key}], which git's has not")),
            }
        }
        for key in ["profile", "cargo-features"] {
            if self.original.contains_key(key) && !written.contains_key(key) {
                self.leave(format!("why it leaves out git's [{key}]"));
            }
        }
        self.features_left_out(written);
        targets::compare(&self, written, original_package)?;
        dependencies::compare(&self, written)?;
        Ok(self.rest.into_inner())
    }

    fn package(&self, written: &Table, original: &Table) -> Result<(), String> {
        for key in written.keys().map(String::as_str) {
            let judged = ["build", "resolver", "workspace"].contains(&key);
            if !SAYS.contains(&key) && !SAME.contains(&key) && !judged {
                return Err(format!("package.{key} is not something that cargo writes"));
            }
        }
        for key in SAME {
            let (new, old) = (written.get(key), self.resolved(original.get(key), key));
            // cargo writes the edition that it takes where none is given.
            let default = key == "edition" && old.is_none() && new == Some(&Value::from("2015"));
            let zero = key == "version" && old.is_none() && new == Some(&Value::from("0.0.0"));
            if new != old && !default && !zero {
                return Err(format!("package.{key} is not as git has it"));
            }
        }
        for key in ["resolver", "workspace"] {
            let Some(new) = written.get(key) else { continue };
            let above = self.workspace.and_then(|table| table.get("workspace")?.get(key));
            if Some(new) != original.get(key) && Some(new) != above {
                self.leave(format!("package.{key}, which git does not say"));
            }
        }
        let (new, old) = (self.build(written.get("build")), self.build(original.get("build")));
        // One that nothing names and that was left out of the package is not built.
        let left_out = new.is_none()
            && original.get("build").is_none()
            && !self.context.members.contains_key(&b"build.rs"[..]);
        if new != old && !left_out {
            let said = |build: &Option<String>| build.clone().unwrap_or_else(|| "none".to_owned());
            return Err(format!("its build script is {}, and git's is {}", said(&new), said(&old)));
        }
        Ok(())
    }

    /// A field's value, which may be inherited from the workspace.
    fn resolved<'v>(&'v self, value: Option<&'v Value>, key: &str) -> Option<&'v Value> {
        let inherited =
            value.and_then(|value| value.get("workspace")) == Some(&Value::Boolean(true));
        match inherited {
            true => self.workspace?.get("workspace")?.get("package")?.get(key),
            false => value,
        }
    }

    /// The build script: the one that is named, or `build.rs` where git has it.
    fn build(&self, value: Option<&Value>) -> Option<String> {
        let usual = || self.context.view.has_file("build.rs").then(|| "build.rs".to_owned());
        match value {
            Some(Value::String(path)) => Some(path.strip_prefix("./").unwrap_or(path).to_owned()),
            Some(Value::Boolean(false)) => None,
            Some(Value::Boolean(true)) | None => usual(),
            Some(other) => Some(format!("{other:?}")),
        }
    }

    /// Features of git's, and what is in them, that the package lacks.
    fn features_left_out(&self, written: &Table) {
        let new = table(written, "features");
        for (name, list) in table(self.original, "features").into_iter().flatten() {
            let Some(there) = new.and_then(|new| new.get(name)).and_then(Value::as_array) else {
                self.leave(format!("why it leaves out the feature {name}"));
                continue;
            };
            let mut lacks = list.as_array().into_iter().flatten().filter(|i| !there.contains(i));
            if let Some(lacks) = lacks.next() {
                self.leave(format!("why its feature {name} leaves out {lacks:?}"));
            }
        }
    }

    fn features(&self, written: &Value) -> Result<(), String> {
        let original = self.original.get("features");
        for (name, list) in written.as_table().ok_or("[features] is not a table")? {
            let known = original.and_then(|features| features.get(name)).and_then(Value::as_array);
            let known = known.ok_or(format!("it has a feature {name}, which git's has not"))?;
            let list = list.as_array().ok_or(format!("the feature {name} is not a list"))?;
            if let Some(more) = list.iter().find(|item| !known.contains(item)) {
                return Err(format!("its feature {name} has {more:?}, which git's has not"));
            }
        }
        Ok(())
    }
}

/// A value with the levels of `debug` as the numbers that cargo writes for them.
fn plain(value: &Value) -> Value {
    let Value::Table(table) = value else { return value.clone() };
    let pairs = table.iter().map(|(key, value)| {
        let level = match (key.as_str(), value) {
            ("debug", Value::Boolean(true)) => Value::Integer(2),
            ("debug", Value::Boolean(false)) => Value::Integer(0),
            ("debug", Value::String(word)) => match word.as_str() {
                "full" => Value::Integer(2),
                "limited" => Value::Integer(1),
                "none" => Value::Integer(0),
                _ => value.clone(),
            },
            _ => plain(value),
        };
        (key.clone(), level)
    });
    Value::Table(pairs.collect())
}
