//! What the fuzz targets start from, and what they found: replayed without a fuzzer.

use std::fs;
use std::path::Path;

use crate::damage::{Random, damage};
use crate::source::{assert_bounded, audio, image};

#[test]
fn seeds_of_the_fuzz_targets_end_in_an_answer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    let mut random = Random(0xF022);
    let mut replayed = 0;
    for folder in fs::read_dir(&root).expect("the seeds are there") {
        for file in fs::read_dir(folder.expect("a folder").path()).expect("a folder of seeds") {
            let whole = fs::read(file.expect("a file").path()).expect("a seed");
            for round in 0..200 {
                let mut bytes = whole.clone();
                for _ in 0..round / 20 {
                    damage(&mut bytes, &mut random);
                }
                assert_bounded(audio(&bytes).1, bytes.len());
                assert_bounded(image(&bytes).1, bytes.len());
                replayed += 1;
            }
        }
    }
    crate::say(&format!("fuzz seeds: {replayed} inputs"));
    assert!(replayed > 4000);
}
