//! What a translation has printf do.

use std::collections::BTreeSet;

/// The conversions of printf's directives by the argument that each takes, from 1.
pub(super) fn directives(text: &[u8]) -> BTreeSet<(usize, u8)> {
    let mut found = BTreeSet::new();
    let mut next = 0;
    let mut rest = text;
    while let Some(at) = rest.iter().position(|b| *b == b'%') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let is_flag = |b: &&u8| b.is_ascii_digit() || b"-+ #'.*$hlqjztLI".contains(b);
        let skip = rest.iter().take_while(is_flag).take(20).count();
        let flags = rest.get(..skip).unwrap_or_default();
        let place = flags.iter().position(|b| *b == b'$');
        let place = place.and_then(|at| std::str::from_utf8(flags.get(..at)?).ok()?.parse().ok());
        match rest.get(skip) {
            Some(b'%') if skip == 0 => rest = rest.get(1..).unwrap_or_default(),
            Some(conversion) if b"diouxXeEfFgGaAcspnSC<m".contains(conversion) => {
                // A width that is an argument comes before.
                next += flags.iter().filter(|b| **b == b'*').count();
                next += usize::from(place.is_none() && *conversion != b'm');
                found.insert((place.unwrap_or(next), *conversion));
            }
            _ => {}
        }
    }
    found
}

/// Whether a translation reads or writes through an argument as the original does: `%s` and `%n` follow a
/// pointer, which has to be one.
pub(super) fn is_inside(translation: &[u8], originals: &[&[u8]]) -> bool {
    let pointer = |(_, conversion): &(usize, u8)| b"nsS".contains(conversion);
    let known: Vec<BTreeSet<(usize, u8)>> = originals.iter().map(|text| directives(text)).collect();
    let directed = directives(translation).into_iter().filter(pointer);
    let directed = directed.into_iter().all(|d| known.iter().any(|known| known.contains(&d)));
    // Python's and others' fields: `{0.__init__}` reads more than `{0}`.
    let reaches = |text: &[u8]| -> BTreeSet<Vec<u8>> {
        let inner = text.split(|b| *b == b'{').skip(1);
        let fields = inner.filter_map(|rest| rest.split(|b| *b == b'}').next());
        fields.filter(|field| field.iter().any(|b| b".[".contains(b))).map(<[u8]>::to_vec).collect()
    };
    let fields: BTreeSet<Vec<u8>> = originals.iter().flat_map(|text| reaches(text)).collect();
    directed && reaches(translation).is_subset(&fields)
}
