//! Reading decimal numbers.

/// Reads a decimal number that is not negative: `7`, `0.5`, `1.5e3`.
///
/// Exact up to 15 digits, which times and lengths do not exceed.
pub fn decimal(text: &str) -> Option<f64> {
    let (digits, power) = scanned(text)?;
    if power.unsigned_abs() > 300 {
        return None;
    }
    let scale = (0..power.unsigned_abs()).fold(1.0_f64, |scale, _| scale * 10.0);
    let value = if power < 0 { digits / scale } else { digits * scale };
    value.is_finite().then_some(value)
}

/// Reads the digits of such a number as a whole one, and the power of ten that it is to be multiplied by.
pub(super) fn scanned(text: &str) -> Option<(f64, i32)> {
    let (digits, exponent) = match text.bytes().position(|byte| byte | 0x20 == b'e') {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (mut value, mut places, mut count, mut fraction) = (0.0_f64, 0_i32, 0_u32, false);
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' => {
                value = value * 10.0 + f64::from(byte - b'0');
                count += 1;
                places += i32::from(fraction);
            }
            b'.' if !fraction => fraction = true,
            _ => return None,
        }
    }
    let power = exponent.checked_sub(places)?;
    (count > 0).then_some((value, power))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_digits() {
        for (text, number) in [
            ("0", Some(0.0)),
            ("1722769557708", Some(1_722_769_557_708.0)),
            ("7.775", Some(7.775)),
            ("1.5e3", Some(1500.0)),
            ("2E-2", Some(0.02)),
            ("-1", None),
            ("1e999", None),
            (".", None),
            ("", None),
            ("1.2.3", None),
            ("NaN", None),
        ] {
            assert_eq!(decimal(text), number, "{text}");
        }
    }
}
