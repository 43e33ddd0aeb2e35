//! The encoder's inner loop in WebAssembly: twelve bytes to sixteen characters at once, much as Wojciech Muła and Daniel
//! Lemire do it ("Faster Base64 Encoding and Decoding Using AVX2 Instructions", 2018). They take the values apart by a
//! multiplication that gives high halves, which WebAssembly has not. Here a plain one puts two of them at the top of each
//! lane, and two shifts take them from there.
//!
//! V8 makes each constant of a vector anew wherever it stands, and that took more instructions than the work did. So the
//! constants are read from memory that the compiler is not told the contents of, once, and stay in registers.

use core::arch::wasm32::{
    i8x16_add, i8x16_gt, i8x16_sub, i16x8_mul, i16x8_shl, u8x16_sub_sat, u8x16_swizzle, u16x8_shr, v128, v128_and,
    v128_or,
};
use core::hint::black_box;

use bytemuck::must_cast;

/// Of each group of three bytes the first two and the last two, as numbers of two bytes each.
const SPREAD: [u8; 16] = [1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10];
/// The same where the groups begin at the fifth byte.
const SPREAD_LATE: [u8; 16] = [5, 4, 6, 5, 8, 7, 9, 8, 11, 10, 12, 11, 14, 13, 15, 14];

static CONSTANTS: [[u8; 16]; 7] = [
    SPREAD,
    SPREAD_LATE,
    // Moves the twelve bits of the second number to where those of the first one are, at the top.
    lanes(0x0010_0001),
    lanes(0x3f00_3f00),
    [51; 16],
    [25; 16],
    // What is to be added to 0..26, 26..52, each digit, 62 and 63.
    [65, 71, 252, 252, 252, 252, 252, 252, 252, 252, 252, 252, 237, 240, 0, 0],
];

const fn lanes(lane: u32) -> [u8; 16] {
    let [a, b, c, d] = lane.to_le_bytes();
    [a, b, c, d, a, b, c, d, a, b, c, d, a, b, c, d]
}

/// Encodes as many blocks of 48 bytes as there are. Gives what is left of both.
pub(super) fn encode_blocks<'a, 'b>(bytes: &'a [u8], into: &'b mut [u8]) -> (&'a [u8], &'b mut [u8]) {
    let constants = black_box(&CONSTANTS).map(must_cast::<_, v128>);
    let (blocks, bytes) = bytes.as_chunks::<48>();
    let (texts, into) = into.split_at_mut(blocks.len() * 64);
    for (block, text) in blocks.iter().zip(texts.as_chunks_mut::<64>().0) {
        let [a, b, c, d] = [at::<0>(block), at::<12>(block), at::<24>(block), at::<32>(block)];
        if let [to_a, to_b, to_c, to_d] = text.as_chunks_mut::<16>().0 {
            *to_a = characters::<0>(a, &constants);
            *to_b = characters::<0>(b, &constants);
            *to_c = characters::<0>(c, &constants);
            *to_d = characters::<1>(d, &constants);
        }
    }
    (bytes, into)
}

#[inline(always)]
fn characters<const SPREAD: usize>(bytes: v128, constants: &[v128; 7]) -> [u8; 16] {
    let [.., to_top, second, above_letters, above_capitals, offsets] = *constants;
    let twelves = i16x8_mul(u8x16_swizzle(bytes, constants[SPREAD]), to_top);
    let sextets = v128_or(u16x8_shr(twelves, 10), v128_and(i16x8_shl(twelves, 4), second));
    let range = i8x16_sub(u8x16_sub_sat(sextets, above_letters), i8x16_gt(sextets, above_capitals));
    must_cast(i8x16_add(sextets, u8x16_swizzle(offsets, range)))
}

#[inline(always)]
fn at<const OFFSET: usize>(block: &[u8; 48]) -> v128 {
    let window = block.get(OFFSET..).and_then(|rest| rest.first_chunk());
    must_cast(window.copied().unwrap_or([0; 16]))
}
