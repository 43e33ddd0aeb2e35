//! Base64 (RFC 4648, section 4) in pieces: bytes come in chunks of any size, text goes out in order.

use base64_simd::{STANDARD, STANDARD_NO_PAD};

/// How many characters `bytes` bytes take, padding included.
pub fn encoded_len(bytes: u64) -> u64 {
    bytes.div_ceil(3).saturating_mul(4)
}

/// Encodes a stream of chunks, carrying the up to two bytes that do not fill a group of three.
#[derive(Debug, Default)]
pub struct Encoder {
    carry: [u8; 2],
    carried: usize,
}

impl Encoder {
    /// Appends the text of `chunk` to `into`, all but the last bytes that do not fill a group.
    pub fn push(&mut self, mut chunk: &[u8], into: &mut Vec<u8>) {
        if self.carried > 0 {
            let mut group = [0; 3];
            let missing = 3 - self.carried;
            let (Some(carry), Some(head)) = (self.carry.get(..self.carried), chunk.get(..missing)) else {
                for &byte in chunk {
                    self.keep(byte);
                }
                return;
            };
            group[..self.carried].copy_from_slice(carry);
            group[self.carried..].copy_from_slice(head);
            STANDARD.encode_append(group, into);
            chunk = chunk.get(missing..).unwrap_or_default();
            self.carried = 0;
        }
        let whole = chunk.len() - chunk.len() % 3;
        let (groups, rest) = chunk.split_at(whole);
        STANDARD.encode_append(groups, into);
        for &byte in rest {
            self.keep(byte);
        }
    }

    /// Appends the last group with its padding.
    pub fn finish(&mut self, into: &mut Vec<u8>) {
        STANDARD.encode_append(self.carry.get(..self.carried).unwrap_or_default(), into);
        self.carried = 0;
    }

    fn keep(&mut self, byte: u8) {
        if let Some(slot) = self.carry.get_mut(self.carried) {
            *slot = byte;
            self.carried += 1;
        }
    }
}

/// Decodes a piece of Base64 text without white space, in place, and gives the bytes.
///
/// Both alphabets are taken, the URL-safe one too, with or without padding. A piece that is not the last one has a
/// length divisible by four.
pub fn decode_piece(text: &mut [u8]) -> Option<&[u8]> {
    for byte in text.iter_mut() {
        match byte {
            b'-' => *byte = b'+',
            b'_' => *byte = b'/',
            _ => {}
        }
    }
    let padding = text.iter().rev().take_while(|&&byte| byte == b'=').count();
    if padding > 2 || (padding > 0 && !text.len().is_multiple_of(4)) {
        return None;
    }
    let end = text.len() - padding;
    let text = text.get_mut(..end)?;
    STANDARD_NO_PAD.decode_inplace(text).ok().map(|bytes| &*bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode_in_chunks(bytes: &[u8], size: usize) -> String {
        let (mut encoder, mut text) = (Encoder::default(), Vec::new());
        for chunk in bytes.chunks(size) {
            encoder.push(chunk, &mut text);
        }
        encoder.finish(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn the_rfc_vectors_come_out_for_every_chunk_size() {
        for (plain, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            for size in 1..=8 {
                assert_eq!(encode_in_chunks(plain.as_bytes(), size), text);
            }
        }
    }

    #[test]
    fn chunks_make_no_difference_and_the_length_is_known_before() {
        let bytes: Vec<u8> = (0..10_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for len in [9_998, 9_999, 10_000] {
            let whole = encode_in_chunks(&bytes[..len], len);
            assert_eq!(whole.len() as u64, encoded_len(len as u64));
            for size in [1, 2, 3, 7, 1000, 4096] {
                assert_eq!(encode_in_chunks(&bytes[..len], size), whole);
            }
        }
    }

    #[test]
    fn both_alphabets_decode_with_and_without_padding() {
        for text in ["+/+/", "-_-_"] {
            assert_eq!(decode_piece(&mut text.as_bytes().to_vec()), Some(&[0xfb, 0xff, 0xbf][..]));
        }
        for text in ["Zm8=", "Zm8"] {
            assert_eq!(decode_piece(&mut text.as_bytes().to_vec()), Some(&b"fo"[..]));
        }
        for text in ["Zm8==", "Z", "Zm=", "Zm9v====", "Zm9*", "Zm 9"] {
            assert_eq!(decode_piece(&mut text.as_bytes().to_vec()), None, "{text}");
        }
    }
}
