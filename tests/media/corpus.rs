//! The corpus: files made by the recipes with ffmpeg, lame, sox, flac and ImageMagick or by hand, and the truth about each,
//! established by decoding. Made once into `build/corpus`, under a name that follows from the recipes.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

use crate::truth::{self, Truth};
use crate::{audio_by_hand, audio_recipes, image_by_hand, image_recipes};

/// What a probe must say of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// It is of this accepted format.
    Is(&'static str),
    /// It is recognised as this format, which is not accepted.
    Foreign(&'static str),
    /// Its format is not accepted, and need not be recognised.
    Unsupported,
    Corrupt,
    UnknownDuration,
}

/// Which field the file is offered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    Image,
    Sound,
}

/// How a file's truth is established.
#[derive(Debug, Clone, Copy)]
pub enum Judge {
    Ffmpeg,
    /// For what ffmpeg does not decode: free-format MP3.
    Sox,
    /// For what ffmpeg does not decode: CMYK and arithmetic JPEG.
    Identify,
    /// The truth about the sound is that of another file of the corpus, judged by ffmpeg.
    Same(&'static str),
    /// By construction: seconds, samples per second, channels.
    Sound(f64, u32, u16),
    /// By construction: width and height.
    Image(u32, u32),
}

pub type ByHand = Box<dyn Fn(&Folder) -> Vec<u8> + Send + Sync>;

pub enum Make {
    /// What ffmpeg encodes from a source, both as its options.
    Ffmpeg(String, String),
    /// A shell command, run in the corpus folder, that writes `{out}`.
    Shell(String),
    /// Bytes made here, from files of earlier stages.
    Hand(ByHand),
}

pub struct Recipe {
    pub name: String,
    pub offered: Offered,
    pub expected: Expected,
    pub judge: Judge,
    /// Recipes of one stage may use the files of earlier ones.
    pub stage: u8,
    pub make: Make,
}

/// The folder that the files are in.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

pub struct Item {
    pub recipe: Recipe,
    pub path: PathBuf,
    pub truth: Option<Truth>,
}

impl Item {
    pub fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap_or_else(|error| panic!("{}: {error}", self.path.display()))
    }
}

pub struct Corpus {
    pub items: Vec<Item>,
}

/// Everything that the corpus depends on.
const SOURCES: &[&str] = &[
    include_str!("corpus.rs"),
    include_str!("truth.rs"),
    include_str!("audio_recipes.rs"),
    include_str!("audio_by_hand.rs"),
    include_str!("image_recipes.rs"),
    include_str!("image_by_hand.rs"),
];

pub fn corpus() -> &'static Corpus {
    static CORPUS: OnceLock<Corpus> = OnceLock::new();
    CORPUS.get_or_init(|| {
        require_tools();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("build/corpus");
        let folder = root.join(format!("{:016x}", fnv(SOURCES.iter().flat_map(|source| source.bytes()))));
        let mut recipes = audio_recipes::all();
        recipes.extend(audio_by_hand::all());
        recipes.extend(image_recipes::all());
        recipes.extend(image_by_hand::all());
        if !folder.join("truth.tsv").exists() {
            make_all(&root, &folder, &recipes);
        }
        let mut truths = read_truths(&folder);
        let items = recipes
            .into_iter()
            .map(|recipe| {
                let path = folder.join(&recipe.name);
                let truth = truths.remove(&recipe.name);
                Item { recipe, path, truth }
            })
            .collect();
        Corpus { items }
    })
}

fn require_tools() {
    let missing: Vec<&str> = ["ffmpeg", "lame", "sox", "flac", "convert", "identify"]
        .into_iter()
        .filter(|tool| Command::new(tool).arg("-version").output().is_err())
        .collect();
    assert!(
        missing.is_empty(),
        "{} missing: install the Debian packages ffmpeg lame sox libsox-fmt-mp3 flac imagemagick",
        missing.join(", ")
    );
}

fn make_all(root: &Path, folder: &Path, recipes: &[Recipe]) {
    let start = Instant::now();
    let _ = fs::remove_dir_all(root);
    let half_made = Folder(root.join("half-made"));
    fs::create_dir_all(&half_made.0).expect("the corpus folder can be made");
    for stage in 0..=recipes.iter().map(|recipe| recipe.stage).max().unwrap_or_default() {
        let stage: Vec<&Recipe> = recipes.iter().filter(|recipe| recipe.stage == stage).collect();
        in_parallel(&batches(&stage), |batch| make(&half_made, batch));
    }
    let judged: Vec<&Recipe> = recipes.iter().filter(|recipe| matches!(recipe.expected, Expected::Is(_))).collect();
    let truths = Mutex::new(Vec::new());
    in_parallel(&judged.chunks(24).collect::<Vec<_>>(), |recipes| {
        for (recipe, truth) in recipes.iter().zip(truth::establish(&half_made.0, recipes)) {
            truths.lock().unwrap().push(format!("{}\t{}\n", recipe.name, truth.to_line()));
        }
    });
    fs::write(half_made.0.join("truth.tsv"), truths.into_inner().unwrap().concat()).expect("the truth can be kept");
    fs::rename(&half_made.0, folder).expect("the corpus can be moved into place");
    crate::say(&format!("corpus: {} files made in {:.1} s", recipes.len(), start.elapsed().as_secs_f64()));
}

/// Starting ffmpeg takes longer than encoding a few seconds: recipes that share a source are made by one process.
fn batches<'a>(recipes: &[&'a Recipe]) -> Vec<Vec<&'a Recipe>> {
    let mut batches: Vec<Vec<&Recipe>> = Vec::new();
    let mut by_source: HashMap<&str, usize> = HashMap::new();
    for recipe in recipes {
        let shared = match &recipe.make {
            Make::Ffmpeg(source, _) => *by_source.entry(source).or_insert(batches.len()),
            _ => batches.len(),
        };
        match batches.get_mut(shared) {
            Some(batch) => batch.push(recipe),
            None => batches.push(vec![recipe]),
        }
    }
    batches
}

fn make(folder: &Folder, batch: &[&Recipe]) {
    match &batch[0].make {
        Make::Ffmpeg(source, _) => {
            let mut command = format!("ffmpeg -v error -y {source}");
            for recipe in batch {
                let Make::Ffmpeg(_, options) = &recipe.make else { panic!("a batch is of one kind") };
                command += &format!(" -bitexact {options} {}", recipe.name);
            }
            shell(folder, batch, &command);
        }
        Make::Shell(command) => shell(folder, batch, &command.replace("{out}", &batch[0].name)),
        Make::Hand(make) => fs::write(folder.0.join(&batch[0].name), make(folder)).expect("a file can be written"),
    }
}

fn shell(folder: &Folder, batch: &[&Recipe], command: &str) {
    let output = Command::new("sh").args(["-c", command]).current_dir(&folder.0).output().expect("sh runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}\n{error}");
    for recipe in batch {
        assert!(folder.0.join(&recipe.name).exists(), "{} was not made by: {command}\n{error}", recipe.name);
    }
}

fn in_parallel<T: Sync>(jobs: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from) + 1;
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(job);
                }
            });
        }
    });
}

fn read_truths(folder: &Path) -> HashMap<String, Truth> {
    let text = fs::read_to_string(folder.join("truth.tsv")).expect("the truth was written");
    text.lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(name, truth)| (name.to_owned(), Truth::from_line(truth)))
        .collect()
}

fn fnv(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}
