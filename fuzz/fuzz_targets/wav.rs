#![no_main]

mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    check::check_audio(&check::beginning_with(b"WAVE", 8, bytes));
});
