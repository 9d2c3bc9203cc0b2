//! Arithmetic, as far as it changes nothing.

/// What an expression is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Known(i64),
    Unknown,
    /// It may set variables, or end the line that it is in.
    Effects,
}

/// The value of an expression. `variable` says what a name has: a number, nothing that is known, or
/// something that would be an expression of its own.
pub(super) fn evaluate(text: &str, variable: &mut dyn FnMut(&str) -> Number) -> Number {
    let mut reader = Reader { rest: text.trim(), variable, effects: false };
    if reader.rest.is_empty() {
        return Number::Known(0);
    }
    let value = reader.expression(0, 0);
    match value {
        _ if reader.effects => Number::Effects,
        Some(value) if reader.rest.trim_start().is_empty() => value,
        // What is not understood may set anything.
        _ => Number::Effects,
    }
}

struct Reader<'a, 'v> {
    rest: &'a str,
    variable: &'v mut dyn FnMut(&str) -> Number,
    effects: bool,
}

/// Operators, those of two characters first, with their ranks.
const OPERATORS: [(&str, u8); 17] = [
    ("||", 1),
    ("&&", 2),
    ("==", 6),
    ("!=", 6),
    ("<<", 8),
    (">>", 8),
    ("<=", 7),
    (">=", 7),
    ("|", 3),
    ("^", 4),
    ("&", 5),
    ("<", 7),
    (">", 7),
    ("+", 9),
    ("-", 9),
    ("*", 10),
    ("%", 10),
];

impl Reader<'_, '_> {
    fn expression(&mut self, rank: u8, depth: usize) -> Option<Number> {
        let mut left = self.operand(depth)?;
        loop {
            self.rest = self.rest.trim_start();
            let found = OPERATORS.iter().find(|(operator, _)| self.rest.starts_with(operator));
            let division = self.rest.starts_with('/').then_some(("/", 10));
            let Some((operator, own)) = found.copied().or(division) else { return Some(left) };
            if own <= rank {
                return Some(left);
            }
            let rest = self.rest.get(operator.len()..)?;
            // `+=` and its kin, `++`, `**`.
            let next = rest.chars().next();
            if next == Some('=') && !["==", "!=", "<=", ">="].contains(&operator)
                || ["+", "-", "*"].contains(&operator) && rest.starts_with(operator)
            {
                return None;
            }
            self.rest = rest;
            let right = self.expression(own, depth + 1)?;
            // Division by zero ends the line that it is in.
            let divides = ["/", "%"].contains(&operator);
            self.effects |= divides && !matches!(right, Number::Known(by) if by != 0);
            left = match (left, right) {
                (Number::Known(a), Number::Known(b)) => {
                    apply(operator, a, b).map_or(Number::Unknown, Number::Known)
                }
                _ => Number::Unknown,
            };
        }
    }

    fn operand(&mut self, depth: usize) -> Option<Number> {
        if depth > 50 {
            return None;
        }
        self.rest = self.rest.trim_start();
        let first = self.rest.chars().next()?;
        match first {
            '(' => {
                self.rest = self.rest.get(1..)?;
                let value = self.expression(0, depth + 1)?;
                self.rest = self.rest.trim_start().strip_prefix(')')?;
                Some(value)
            }
            '!' | '-' | '+' | '~' => {
                let rest = self.rest.get(1..)?;
                if rest.starts_with(first) && first != '!' {
                    return None;
                }
                self.rest = rest;
                let Number::Known(value) = self.operand(depth + 1)? else {
                    return Some(Number::Unknown);
                };
                Some(Number::Known(match first {
                    '!' => i64::from(value == 0),
                    '-' => value.wrapping_neg(),
                    '~' => !value,
                    _ => value,
                }))
            }
            '0'..='9' => {
                let end = self.end(|c| c.is_ascii_alphanumeric() || c == '#' || c == '_');
                let (digits, rest) = self.rest.split_at(end);
                self.rest = rest;
                // Octal, hexadecimal and other bases are not looked into.
                let plain = digits == "0" || !digits.starts_with('0');
                let value = digits.parse().ok().filter(|_| plain);
                Some(value.map_or(Number::Unknown, Number::Known))
            }
            'a'..='z' | 'A'..='Z' | '_' => {
                let end = self.end(|c| c.is_ascii_alphanumeric() || c == '_');
                let (name, rest) = self.rest.split_at(end);
                self.rest = rest;
                let after = rest.trim_start();
                let assigned = after.starts_with('=') && !after.starts_with("==")
                    || after.starts_with('[')
                    || after.starts_with("++")
                    || after.starts_with("--");
                let value = (self.variable)(name);
                if assigned || value == Number::Effects {
                    self.effects = true;
                }
                Some(value)
            }
            _ => None,
        }
    }

    fn end(&self, fits: impl Fn(char) -> bool) -> usize {
        self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len())
    }
}

fn apply(operator: &str, a: i64, b: i64) -> Option<i64> {
    Some(match operator {
        "||" => i64::from(a != 0 || b != 0),
        "&&" => i64::from(a != 0 && b != 0),
        "|" => a | b,
        "^" => a ^ b,
        "&" => a & b,
        "==" => i64::from(a == b),
        "!=" => i64::from(a != b),
        "<=" => i64::from(a <= b),
        ">=" => i64::from(a >= b),
        "<" => i64::from(a < b),
        ">" => i64::from(a > b),
        "<<" => a.checked_shl(u32::try_from(b).ok()?)?,
        ">>" => a.checked_shr(u32::try_from(b).ok()?)?,
        "+" => a.wrapping_add(b),
        "-" => a.wrapping_sub(b),
        "*" => a.wrapping_mul(b),
        "/" => a.checked_div(b)?,
        "%" => a.checked_rem(b)?,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let mut variable = |name: &str| match name {
            "five" => Number::Known(5),
            "text" => Number::Effects,
            _ => Number::Unknown,
        };
        for (text, expected) in [
            ("", Number::Known(0)),
            ("1 + 2 * 3", Number::Known(7)),
            ("(1 + 2) * 3 - 10 % 4", Number::Known(7)),
            ("10 - 3 - 2", Number::Known(5)),
            ("-five * 2", Number::Known(-10)),
            ("five > 4 && five != 6", Number::Known(1)),
            ("1 << five", Number::Known(32)),
            ("1 << other", Number::Unknown),
            ("7 / five", Number::Known(1)),
            // bash gives up the line.
            ("1 / 0", Number::Effects),
            ("1 % other", Number::Effects),
            ("010", Number::Unknown),
            ("five = 3", Number::Effects),
            ("five += 3", Number::Effects),
            ("five++", Number::Effects),
            ("++five", Number::Effects),
            ("a[five]", Number::Effects),
            ("text", Number::Effects),
            ("1 ? 2 : 3", Number::Effects),
            ("2 ** 3", Number::Effects),
            ("1, 2", Number::Effects),
            ("1 +", Number::Effects),
        ] {
            assert_eq!(evaluate(text, &mut variable), expected, "{text}");
        }
    }
}
