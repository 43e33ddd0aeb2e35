#![no_main]

mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    check::check_image(&check::beginning_with(&[0xFF, 0xD8, 0xFF], 0, bytes));
});
