//! Base64 (RFC 4648, section 4) in pieces: bytes come in chunks of any size, text goes out in order.

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

/// Encodes with the alphabet that is safe in URLs (RFC 4648, section 5), without padding.
pub fn url_safe(bytes: &[u8]) -> String {
    let (mut encoder, mut text) = (Encoder::default(), Text::default());
    encoder.push(bytes, &mut text);
    encoder.finish(&mut text);
    let mut safe = String::with_capacity(text.len());
    for &byte in text.iter().take_while(|&&byte| byte != b'=') {
        safe.push(match byte {
            b'+' => '-',
            b'/' => '_',
            byte => char::from(byte),
        });
    }
    safe
}

/// Decodes Base64 text that comes in pieces.
///
/// Both alphabets are taken, the URL-safe one too, with or without padding; white space says nothing.
#[derive(Debug, Default)]
pub struct Decoder {
    /// Six bits of each of the up to three characters that do not fill a group of four yet.
    bits: u32,
    characters: u32,
    padding: u32,
}

impl Decoder {
    /// Gives the bytes that a piece adds, or nothing where the text is no Base64.
    pub fn decode(&mut self, piece: &str, is_last: bool) -> Option<Vec<u8>> {
        // The first group may have been begun before.
        let mut bytes = vec![0; piece.len() / 4 * 3 + 3];
        let mut len = 0;
        for byte in piece.bytes() {
            let meaning = MEANINGS.get(usize::from(byte)).copied().unwrap_or(NOTHING);
            match meaning {
                0..64 if self.padding == 0 => {}
                SPACE => continue,
                PADDING => {
                    self.padding += 1;
                    continue;
                }
                _ => return None,
            }
            self.bits = self.bits << 6 | u32::from(meaning);
            self.characters += 1;
            if self.characters == 4 {
                let [_, group @ ..] = self.bits.to_be_bytes();
                *bytes.get_mut(len..)?.first_chunk_mut()? = group;
                len += 3;
                self.characters = 0;
            }
        }
        bytes.truncate(len);
        match (is_last, self.characters, self.padding) {
            (false, ..) | (true, 0, 0) => {}
            (true, 2, 0 | 2) => bytes.push((self.bits >> 4) as u8),
            (true, 3, 0 | 1) => bytes.extend_from_slice(&((self.bits >> 2) as u16).to_be_bytes()),
            _ => return None,
        }
        Some(bytes)
    }
}

/// What characters are that stand for no six bits.
const SPACE: u8 = 64;
const PADDING: u8 = 65;
const NOTHING: u8 = 66;

/// What each character of ASCII stands for.
static MEANINGS: [u8; 128] = meanings();

const fn meanings() -> [u8; 128] {
    let mut meanings = [NOTHING; 128];
    let mut value = 0;
    while value < 64 {
        meanings[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    [meanings[b'-' as usize], meanings[b'_' as usize], meanings[b'=' as usize]] = [62, 63, PADDING];
    let mut index = 0;
    while index < 128 {
        if (index as u8).is_ascii_whitespace() {
            meanings[index] = SPACE;
        }
        index += 1;
    }
    meanings
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
    fn what_is_safe_in_urls_is_the_same_in_other_characters() {
        for (bytes, text) in [(&[0xfb, 0xff, 0xbf][..], "-_-_"), (b"f", "Zg"), (b"fo", "Zm8"), (b"", "")] {
            assert_eq!(url_safe(bytes), text);
        }
    }

    /// Decodes text in pieces of each size from one character to all of them, which has to make no difference.
    fn decoded(text: &str) -> Option<Vec<u8>> {
        let in_pieces = |size: usize| {
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            let (mut decoder, mut bytes) = (Decoder::default(), Vec::new());
            for (index, piece) in pieces.iter().enumerate() {
                bytes.extend(decoder.decode(std::str::from_utf8(piece).unwrap(), index + 1 == pieces.len())?);
            }
            Some(bytes)
        };
        let whole = in_pieces(text.len());
        for size in 1..text.len() {
            assert_eq!(in_pieces(size), whole, "{text} in pieces of {size}");
        }
        whole
    }

    #[test]
    fn both_alphabets_decode_with_and_without_padding_and_with_white_space() {
        for text in ["+/+/", "-_-_", " +/\r\n+/\t\x0c"] {
            assert_eq!(decoded(text), Some(vec![0xfb, 0xff, 0xbf]), "{text}");
        }
        for text in ["Zm8=", "Zm8", "Zm 8=\n", "Zm8\n=\n"] {
            assert_eq!(decoded(text), Some(b"fo".to_vec()), "{text}");
        }
        assert_eq!(decoded("Zg\n==\n\n\n\n\n\n"), Some(b"f".to_vec()));
        assert_eq!(decoded(" \n"), Some(Vec::new()));
        for text in ["Zm8==", "Z", "Zm=", "Zm9v====", "Zm9*", "Zg==Zg==", "Zm8=Z", "Zg==="] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }
}
