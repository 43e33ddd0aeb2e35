//! Numbers and secrets in sentences for people.

/// Writes a number with at most `places` decimals and no trailing zeros: `61.3`, `60`.
///
/// `core::fmt` would do it too, and costs the `.wasm` several kilobytes for floating-point numbers.
pub fn decimal(value: f64, places: u32) -> String {
    let scale = 10_u64.pow(places.min(6));
    let scaled = (value.abs() * scale as f64 + 0.5) as u64;
    let mut text = String::new();
    if value < 0.0 && scaled > 0 {
        text.push('-');
    }
    text.push_str(&whole(scaled / scale));
    let mut rest = scaled % scale;
    if rest > 0 {
        text.push('.');
        let mut unit = scale / 10;
        while rest > 0 && unit > 0 {
            text.push(char::from(b'0' + (rest / unit) as u8));
            rest %= unit;
            unit /= 10;
        }
    }
    text
}

/// Writes a whole number.
pub fn whole(value: u64) -> String {
    let (mut digits, mut rest) = ([0_u8; 20], value);
    let mut first = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        first -= 1;
        if rest == 0 {
            break;
        }
    }
    digits.iter().skip(first).map(|digit| char::from(*digit)).collect()
}

/// Reads digits that make a number of at most 65 535.
pub fn small_number(digits: &str) -> Option<u16> {
    digits.chars().try_fold(0_u16, |number, digit| number.checked_mul(10)?.checked_add(digit.to_digit(10)? as u16))
}

/// Writes a number of bytes for people: `10 MB` for 10 485 760, `731 KB`, `12 bytes`.
pub fn bytes(count: f64) -> String {
    const KIB: f64 = 1024.0;
    if count >= KIB * KIB {
        decimal(count / (KIB * KIB), 2) + " MB"
    } else if count >= KIB {
        decimal(count / KIB, 1) + " KB"
    } else {
        decimal(count, 0) + " bytes"
    }
}

/// Puts texts together with another one between them.
pub fn joined(texts: &mut dyn Iterator<Item = &str>, between: &str) -> String {
    let mut all = String::from(texts.next().unwrap_or_default());
    for text in texts {
        all.push_str(between);
        all.push_str(text);
    }
    all
}

/// Cuts a text of somebody else's to `max` characters and takes line breaks and control characters out of it.
pub fn one_line(text: &str, max: usize) -> String {
    let mut line: String = text.chars().take(max).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(max).is_some() {
        line.push('…');
    }
    line
}

/// Writes 16 random bytes as a version 4 UUID (RFC 9562). Missing bytes count as zero.
pub fn uuid(random: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::new();
    for index in 0..16 {
        let byte = random.get(index).copied().unwrap_or_default();
        let byte = match index {
            6 => 0x40 | (byte & 0x0f),
            8 => 0x80 | (byte & 0x3f),
            _ => byte,
        };
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 0x0f] {
            text.push(char::from(DIGITS[usize::from(digit)]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_round_and_drop_trailing_zeros() {
        for (value, places, text) in [
            (61.3, 1, "61.3"),
            (60.0, 1, "60"),
            (2.5, 2, "2.5"),
            (1.999, 1, "2"),
            (0.05, 2, "0.05"),
            (-1.25, 2, "-1.25"),
            (1e30, 2, "184467440737095516.15"),
            (f64::NAN, 1, "0"),
        ] {
            assert_eq!(decimal(value, places), text);
        }
    }

    #[test]
    fn whole_numbers_have_all_their_digits() {
        for value in [0, 7, 10, 1303, 1_795_000_000_123, u64::MAX] {
            assert_eq!(whole(value), value.to_string());
        }
    }

    #[test]
    fn bytes_are_named_by_size() {
        assert_eq!(bytes(10_485_760.0), "10 MB");
        assert_eq!(bytes(1536.0), "1.5 KB");
        assert_eq!(bytes(12.0), "12 bytes");
    }

    #[test]
    fn a_line_is_cut_and_cleaned() {
        assert_eq!(one_line("a\nb\u{7}c", 10), "a b c");
        assert_eq!(one_line("abcdef", 3), "abc…");
    }

    #[test]
    fn a_uuid_has_its_version_and_variant() {
        assert_eq!(uuid(&[0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid(&[]), "00000000-0000-4000-8000-000000000000");
    }
}
