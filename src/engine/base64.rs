//! Base64 (RFC 4648, section 4) in pieces: bytes come in chunks of any size, text goes out in order.

use base64_simd::STANDARD_NO_PAD;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// How many characters `bytes` bytes take, padding included.
pub fn encoded_len(bytes: u64) -> u64 {
    bytes.div_ceil(3).saturating_mul(4)
}

/// Text that is written into the same memory again and again.
#[derive(Debug, Default)]
pub struct Text {
    /// Never made shorter: what is appended overwrites, and so need not be zeroed before.
    memory: Vec<u8>,
    len: usize,
}

impl Text {
    /// Takes out what is in it.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Appends text as it is.
    pub fn push(&mut self, text: &[u8]) {
        self.space(text.len()).copy_from_slice(text);
    }

    /// Appends `len` characters and gives the place for them.
    fn space(&mut self, len: usize) -> &mut [u8] {
        let start = self.len;
        self.len += len;
        if self.memory.len() < self.len {
            // Not `resize`, which in a module made for size fills byte by byte.
            let mut memory = vec![0; self.len];
            if let (Some(to), Some(from)) = (memory.get_mut(..start), self.memory.get(..start)) {
                to.copy_from_slice(from);
            }
            self.memory = memory;
        }
        self.memory.get_mut(start..self.len).unwrap_or_default()
    }
}

impl core::ops::Deref for Text {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.memory.get(..self.len).unwrap_or_default()
    }
}

/// Encodes a stream of chunks, carrying the up to two bytes that do not fill a group of three.
#[derive(Debug, Default)]
pub struct Encoder {
    carry: [u8; 2],
    carried: usize,
}

impl Encoder {
    /// Appends the text of `chunk` to `into`, all but the last bytes that do not fill a group.
    pub fn push(&mut self, mut chunk: &[u8], into: &mut Text) {
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
            encode(&group, into.space(4));
            chunk = chunk.get(missing..).unwrap_or_default();
            self.carried = 0;
        }
        let whole = chunk.len() - chunk.len() % 3;
        let (groups, rest) = chunk.split_at(whole);
        encode(groups, into.space(whole / 3 * 4));
        for &byte in rest {
            self.keep(byte);
        }
    }

    /// Appends the last group with its padding.
    pub fn finish(&mut self, into: &mut Text) {
        let rest = self.carry.get(..self.carried).unwrap_or_default();
        encode(rest, into.space(encoded_len(rest.len() as u64) as usize));
        self.carried = 0;
    }

    fn keep(&mut self, byte: u8) {
        if let Some(slot) = self.carry.get_mut(self.carried) {
            *slot = byte;
            self.carried += 1;
        }
    }
}

/// Encodes into just the place that the text takes.
fn encode(bytes: &[u8], into: &mut [u8]) {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    let (bytes, into) = super::base64_wasm::encode_blocks(bytes, into);
    for (group, text) in bytes.chunks(3).zip(into.chunks_mut(4)) {
        let bits = (0..3).fold(0, |bits, index| bits << 8 | usize::from(group.get(index).copied().unwrap_or(0)));
        for (index, character) in text.iter_mut().enumerate() {
            let known = if index > group.len() { None } else { ALPHABET.get(bits >> (18 - 6 * index) & 63) };
            *character = known.copied().unwrap_or(b'=');
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
        let (mut encoder, mut text) = (Encoder::default(), Text::default());
        for chunk in bytes.chunks(size) {
            encoder.push(chunk, &mut text);
        }
        encoder.finish(&mut text);
        String::from_utf8(text.to_vec()).unwrap()
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
