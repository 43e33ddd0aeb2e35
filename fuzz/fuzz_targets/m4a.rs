#![no_main]

mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    check::check_audio(&check::beginning_with(b"ftyp", 4, bytes));
});
