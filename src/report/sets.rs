//! Attacker sets for people: products factored, each capability with what it means.

use super::layout::hang;
use crate::answer::access::{AccessSet, Capability};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// A product of sets: everything in `together`, and one of each of `one_of`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Product {
    together: AccessSet,
    one_of: Vec<Vec<Capability>>,
}

impl Product {
    /// In words: `key + one of mirror, index, token`.
    pub(crate) fn words(&self) -> String {
        let together =
            self.together.iter().map(|capability: Capability| capability.word().to_owned());
        let choices = self.one_of.iter().map(|choice| match choice.as_slice() {
            [one] => one.word().to_owned(),
            several => format!("one of {}", list(several)),
        });
        together.chain(choices).collect::<Vec<_>>().join(" + ")
    }

    fn is_single(&self) -> Option<Capability> {
        match (self.together.iter().collect::<Vec<_>>().as_slice(), self.one_of.as_slice()) {
            ([one], []) => Some(*one),
            ([], [choice]) => match choice.as_slice() {
                [one] => Some(*one),
                _ => None,
            },
            _ => None,
        }
    }

    /// The sets that it stands for.
    #[cfg(test)]
    fn sets(&self) -> BTreeSet<AccessSet> {
        self.one_of.iter().fold(BTreeSet::from([self.together]), |sets, choice| {
            sets.iter().flat_map(|set| choice.iter().map(move |c| set.with(*c))).collect()
        })
    }
}

fn list(capabilities: &[Capability]) -> String {
    capabilities.iter().map(|capability| capability.word()).collect::<Vec<_>>().join(", ")
}

/// The same sets, as few products: what passes the checks, and one of the ways to deliver.
pub(crate) fn factored(sets: &[AccessSet]) -> Vec<Product> {
    let mut products = Vec::new();
    let mut by_ways: BTreeMap<AccessSet, BTreeSet<Capability>> = BTreeMap::new();
    for set in sets {
        let (ways, rest): (Vec<_>, Vec<_>) = set.iter().partition(|c| c.delivers());
        let rest: AccessSet = rest.into_iter().collect();
        match ways.as_slice() {
            [way] if rest.len() > 0 => {
                by_ways.entry(rest).or_default().insert(*way);
            }
            _ => products.push(Product { together: *set, one_of: Vec::new() }),
        }
    }
    let mut by_rests: BTreeMap<Vec<Capability>, Vec<AccessSet>> = BTreeMap::new();
    for (rest, ways) in by_ways {
        by_rests.entry(ways.into_iter().collect()).or_default().push(rest);
    }
    for (ways, mut rests) in by_rests {
        while let Some((together, choice)) = largest_choice(&rests) {
            rests.retain(|rest| !choice.iter().any(|one| together.with(*one) == *rest));
            let one_of = match choice.as_slice() {
                [one] => {
                    let together = together.with(*one);
                    products.push(Product { together, one_of: vec![ways.clone()] });
                    continue;
                }
                _ => vec![choice, ways.clone()],
            };
            products.push(Product { together, one_of });
        }
    }
    products
}

/// The most of `rests` that differ in one capability only: what they share, and what they differ in.
fn largest_choice(rests: &[AccessSet]) -> Option<(AccessSet, Vec<Capability>)> {
    let mut groups: BTreeMap<AccessSet, Vec<Capability>> = BTreeMap::new();
    for rest in rests {
        for one in rest.iter() {
            let shared = rest.iter().filter(|other| *other != one).collect();
            groups.entry(shared).or_default().push(one);
        }
    }
    groups.into_iter().max_by_key(|(shared, choice)| (choice.len(), shared.len()))
}

/// Writes the sets, one product a paragraph.
///
/// # Errors
///
/// If `out` cannot be written to.
pub(crate) fn print(sets: &[AccessSet], out: &mut dyn Write) -> io::Result<()> {
    for product in factored(sets) {
        match product.is_single() {
            Some(capability) => {
                let head = format!("  {:<10}", capability.word());
                hang(out, &head, 12, capability.phrase())?;
            }
            None => hang(out, "  ", 4, &product.words())?,
        }
    }
    Ok(())
}

/// The sets in one line.
pub(crate) fn in_line(sets: &[AccessSet]) -> String {
    factored(sets).iter().map(Product::words).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::access::Attackers;
    use Capability::*;

    const KEY: [Capability; 4] = [Key, Gentoo, Job, Source];

    fn words(attackers: &Attackers) -> Vec<String> {
        factored(&attackers.sets()).iter().map(Product::words).collect()
    }

    #[test]
    fn a_key_and_its_ways_are_one_line() {
        let signature = Attackers::each_of(KEY).join(&Attackers::delivery());
        assert_eq!(
            words(&signature),
            ["gentoo", "job", "source", "key + one of mirror, index, token, publish, forge"]
        );
    }

    #[test]
    fn what_differs_in_one_capability_is_one_line() {
        let provenance = [Publish, Branch, Job, Source, Forge, Sigstore, Gentoo];
        let both = Attackers::each_of(KEY)
            .join(&Attackers::each_of(provenance))
            .join(&Attackers::delivery());
        let lines = words(&both);
        assert!(
            lines.contains(
                &"key + one of branch, sigstore + one of mirror, index, token".to_owned()
            ),
            "{lines:?}"
        );
    }

    #[test]
    fn factoring_loses_and_adds_nothing() {
        let all = Capability::ALL;
        let mut seed = 1u64;
        let mut random = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize
        };
        for _ in 0..2000 {
            let mut attackers = Attackers::delivery();
            for _ in 0..random() % 4 {
                let chosen = all.iter().filter(|_| random() % 2 == 0).copied().collect::<Vec<_>>();
                if !chosen.is_empty() {
                    attackers = attackers.join(&Attackers::each_of(chosen));
                }
            }
            let sets: BTreeSet<_> = attackers.sets().into_iter().collect();
            let products = factored(&attackers.sets());
            let again: BTreeSet<_> = products.iter().flat_map(Product::sets).collect();
            assert_eq!(sets, again);
        }
    }
}
