//! In which order changes are read: by what can happen because of them.

use super::hazard::{Hazard, HazardKind};
use super::place::{Place, Role};
use super::{Change, ChangeKind};
use std::cmp::Reverse;

/// How far a change reaches, farthest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Tier {
    /// What is shown is not what is run, or something is fetched or decoded and run.
    Deceives,
    /// What runs at build, install or start does something new, or needs something new.
    BuildActs,
    /// Code does something new.
    Acts,
    /// What runs at build, install or start changed.
    Build,
    /// Code that no one can read here.
    Opaque,
    /// Other code.
    Source,
    /// What code may open.
    Data,
    /// Tests and examples.
    Test,
    /// Documentation, translations, pictures, what upstream's machines read.
    Inert,
    /// It is gone.
    Gone,
}

impl Tier {
    /// The name for JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Deceives => "deceives",
            Self::BuildActs => "build-acts",
            Self::Acts => "acts",
            Self::Build => "build",
            Self::Opaque => "opaque",
            Self::Source => "source",
            Self::Data => "data",
            Self::Test => "test",
            Self::Inert => "inert",
            Self::Gone => "gone",
        }
    }
}

/// The tier of a change of `kind` at `place` with these reasons.
pub(crate) fn tier(kind: ChangeKind, place: Place, hazards: &[Hazard]) -> Tier {
    let has = |wanted: &dyn Fn(HazardKind) -> bool| hazards.iter().any(|h| wanted(h.kind));
    let deceives = has(&HazardKind::deceives);
    let acts = has(&HazardKind::acts);
    let asks = has(&|kind| {
        matches!(kind, HazardKind::Hook | HazardKind::Dependency | HazardKind::Altered)
    });
    let opaque = has(&|kind| matches!(kind, HazardKind::MachineCode | HazardKind::Unread));
    let edited = has(&|kind| kind == HazardKind::Generated);
    let early = has(&|kind| kind == HazardKind::Constructor) && {
        use HazardKind::{DynamicLoading, Eval, Network, Process};
        has(&|kind| matches!(kind, DynamicLoading | Eval | Network | Process))
    };
    // Data that opens something by itself: a template, a policy, saved objects.
    let weakened = has(&|kind| {
        use HazardKind::{Deserialising, DynamicLoading, Weakened};
        matches!(kind, Weakened | Deserialising | DynamicLoading)
    });
    let unasked = hazards.iter().any(|hazard| hazard.unasked);
    match place.role {
        _ if kind == ChangeKind::Removed => Tier::Gone,
        Role::Build | Role::Startup if deceives => Tier::Deceives,
        Role::Build | Role::Startup if asks || acts => match place.aside {
            true => Tier::Acts,
            false => Tier::BuildActs,
        },
        Role::Startup if place.aside => Tier::Test,
        Role::Build if place.aside => Tier::Build,
        Role::Build | Role::Startup => Tier::Build,
        // Of the code that is installed along with tests, what acts.
        Role::Source if place.aside && !deceives && !unasked && !acts => Tier::Test,
        Role::Source if deceives || early => Tier::Deceives,
        Role::Source if unasked || edited => Tier::BuildActs,
        Role::Source if acts => Tier::Acts,
        Role::Source | Role::Data if opaque => Tier::Opaque,
        Role::Source => Tier::Source,
        Role::Data if has(&|kind| kind == HazardKind::Disguised) => Tier::Deceives,
        Role::Data if deceives || weakened => Tier::Acts,
        Role::Data => Tier::Data,
        Role::Test if deceives => Tier::Acts,
        Role::Test => Tier::Test,
        // Of what upstream's machines read, what a test run obeys.
        Role::Metadata | Role::Ci if asks => Tier::BuildActs,
        Role::Translation if weakened => Tier::Acts,
        _ if deceives => Tier::Deceives,
        _ => Tier::Inert,
    }
}

/// How much the reasons say together.
fn weight(place: Place, hazards: &[Hazard]) -> u32 {
    let mut kinds: Vec<HazardKind> = hazards.iter().map(|hazard| hazard.kind).collect();
    kinds.sort();
    kinds.dedup();
    let sum: u32 = kinds.into_iter().map(HazardKind::weight).sum();
    let sum = if hazards.iter().any(|hazard| hazard.unasked) { sum * 2 } else { sum };
    if place.role == Role::Test || place.aside { sum / 4 } else { sum }
}

/// What changes are sorted by.
pub(crate) fn key(change: &Change) -> impl Ord + use<> {
    let lines = change.lines.map_or(0, |(added, removed)| added + removed);
    // What lies at the top is the release's own; a pyproject.toml far below is a sample.
    let depth = change.path().iter().filter(|b| **b == b'/').count();
    (
        change.tier,
        Reverse(weight(change.place, &change.hazards)),
        change.generated,
        // What is new to the build was never read.
        change.tier == Tier::Build && change.kind != ChangeKind::Added,
        change.place.aside,
        Reverse(lines),
        depth,
        change.path().to_vec(),
    )
}
