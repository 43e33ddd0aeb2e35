#![no_main]

mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    check::check_image(&check::beginning_with(b"\x89PNG\r\n\x1a\n", 0, bytes));
});
