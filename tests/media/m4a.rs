//! M4A files put together field by field from ISO/IEC 14496-1, 14496-12 and 14496-14.

pub const RATE: u32 = 44_100;
/// Samples of 1024 that the sound track holds, in chunks of 25, each of so many bytes.
pub const SAMPLES: u32 = 100;
const SIZE: u32 = 200;
const DATA: usize = (SAMPLES * SIZE) as usize;

pub fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), kind.as_slice(), body].concat()
}

/// A box with a version and flags.
pub fn full(kind: &[u8; 4], version: u8, flags: u32, body: &[u8]) -> Vec<u8> {
    boxed(kind, &[&(u32::from(version) << 24 | flags).to_be_bytes(), body].concat())
}

pub fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// Bits from the most significant on: values and how many bits each takes.
pub fn bits(fields: &[(u32, u32)]) -> Vec<u8> {
    let mut bits: Vec<bool> =
        fields.iter().flat_map(|&(value, count)| (0..count).rev().map(move |at| value >> at & 1 == 1)).collect();
    bits.resize(bits.len().next_multiple_of(8), false);
    bits.chunks(8).map(|byte| byte.iter().fold(0, |value, &bit| value << 1 | u8::from(bit))).collect()
}

/// AAC-LC at 44.1 kHz in stereo.
pub fn plain_config() -> Vec<u8> {
    bits(&[(2, 5), (4, 4), (2, 4), (0, 3)])
}

/// A descriptor with a length of one byte.
pub fn descriptor(tag: u8, body: &[u8]) -> Vec<u8> {
    [&[tag, body.len() as u8], body].concat()
}

pub fn decoder_config(object_type: u8, config: &[u8]) -> Vec<u8> {
    descriptor(4, &[&[object_type, 0x15, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0], descriptor(5, config).as_slice()].concat())
}

pub fn esds(object_type: u8, config: &[u8]) -> Vec<u8> {
    let stream = [&[0, 1, 0], decoder_config(object_type, config).as_slice()].concat();
    full(b"esds", 0, 0, &descriptor(3, &stream))
}

/// An entry of a sample description for sound.
pub fn entry(kind: &[u8; 4], channels: u16, rate: u32, children: &[u8]) -> Vec<u8> {
    let channels = words(&[u32::from(channels) << 16 | 16, 0, rate << 16]);
    boxed(kind, &[&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], channels.as_slice(), children].concat())
}

/// What the sound file is made of.
pub struct Sound {
    pub brand: [u8; 4],
    /// Whether times stand in boxes of version 1.
    pub long: bool,
    pub timescale: u32,
    pub entry: Vec<u8>,
    /// Boxes of the sample table that tell sizes.
    pub sizes: Vec<u8>,
    pub durations: Vec<u8>,
    pub long_offsets: bool,
    /// What each sample begins with.
    pub sample: Vec<u8>,
    /// Lengths in milliseconds and media times.
    pub edits: Vec<(u64, i64)>,
    pub references: Vec<u8>,
    /// Further boxes of the index.
    pub more: Vec<u8>,
}

impl Sound {
    pub fn plain() -> Self {
        Self {
            brand: *b"M4A ",
            long: false,
            timescale: RATE,
            entry: entry(b"mp4a", 2, RATE, &esds(0x40, &plain_config())),
            sizes: full(b"stsz", 0, 0, &words(&[&[0, SAMPLES], [SIZE; SAMPLES as usize].as_slice()].concat())),
            durations: full(b"stts", 0, 0, &words(&[1, SAMPLES, 1024])),
            long_offsets: false,
            sample: Vec::new(),
            edits: Vec::new(),
            references: Vec::new(),
            more: Vec::new(),
        }
    }

    pub fn with_entry(entry: Vec<u8>) -> Self {
        Self { entry, ..Self::plain() }
    }

    fn times(&self, kind: &[u8; 4], third: u32) -> Vec<u8> {
        let times = if self.long { vec![7, 8, 7, 8, third, 0, 0, 0] } else { vec![8, 8, third, 0] };
        full(kind, u8::from(self.long), 0, &[words(&times), vec![0; 80]].concat())
    }

    fn edit_list(&self) -> Vec<u8> {
        let mut list = words(&[self.edits.len() as u32]);
        for &(length, start) in &self.edits {
            if self.long {
                list.extend([length.to_be_bytes(), start.to_be_bytes()].concat());
            } else {
                list.extend(words(&[length as u32, start as u32]));
            }
            list.extend(words(&[0x1_0000]));
        }
        if self.edits.is_empty() { list } else { boxed(b"edts", &full(b"elst", u8::from(self.long), 0, &list)) }
    }

    /// The index of sound that stands at `data_at`.
    pub fn index(&self, data_at: usize) -> Vec<u8> {
        let offsets = (0..4).map(|chunk| (data_at + DATA / 4 * chunk) as u64);
        let offsets = if self.long_offsets {
            full(b"co64", 0, 0, &[words(&[4]), offsets.flat_map(u64::to_be_bytes).collect()].concat())
        } else {
            full(b"stco", 0, 0, &[words(&[4]), offsets.flat_map(|at| (at as u32).to_be_bytes()).collect()].concat())
        };
        let description = full(b"stsd", 0, 0, &[words(&[1]), self.entry.clone()].concat());
        let chunks = full(b"stsc", 0, 0, &words(&[1, 1, SAMPLES / 4, 1]));
        let table = [description, self.durations.clone(), chunks, self.sizes.clone(), offsets].concat();
        let media = [
            self.times(b"mdhd", self.timescale),
            full(b"hdlr", 0, 0, b"\0\0\0\0soun\0\0\0\0\0\0\0\0\0\0\0\0\0"),
            boxed(b"minf", &boxed(b"stbl", &table)),
        ];
        let edits = if self.edits.is_empty() { Vec::new() } else { self.edit_list() };
        let track = [self.times(b"tkhd", 1), edits, self.references.clone(), boxed(b"mdia", &media.concat())];
        boxed(b"moov", &[self.times(b"mvhd", 1000), boxed(b"trak", &track.concat()), self.more.clone()].concat())
    }

    pub fn ftyp(&self) -> Vec<u8> {
        boxed(b"ftyp", &[self.brand.as_slice(), b"\0\0\0\0isom"].concat())
    }

    fn data(&self) -> Vec<u8> {
        let mut sample = self.sample.clone();
        sample.resize(SIZE as usize, 0);
        boxed(b"mdat", &sample.repeat(SAMPLES as usize))
    }

    /// The index behind the sound.
    pub fn file(&self) -> Vec<u8> {
        let data = self.data();
        [self.ftyp(), data, self.index(self.ftyp().len() + 8)].concat()
    }

    /// The index before the sound.
    pub fn front(&self) -> Vec<u8> {
        let index_len = self.index(0).len();
        let data_at = self.ftyp().len() + index_len + 8;
        [self.ftyp(), self.index(data_at), self.data()].concat()
    }

    /// The index of a file whose samples stand in fragments, `defaults` in its `trex` box.
    pub fn fragmented(&self, duration: u32, fragments: &[Vec<u8>]) -> Vec<u8> {
        let extends = boxed(b"mvex", &full(b"trex", 0, 0, &words(&[1, 1, duration, 0, 0])));
        let index = Self {
            brand: self.brand,
            entry: self.entry.clone(),
            sample: Vec::new(),
            edits: self.edits.clone(),
            references: Vec::new(),
            durations: full(b"stts", 0, 0, &words(&[0])),
            sizes: full(b"stsz", 0, 0, &words(&[0, 0])),
            more: extends,
            ..*self
        };
        [self.ftyp(), index.index(0), fragments.concat()].concat()
    }
}

/// A fragment of track 1 with these boxes in it.
pub fn fragment(boxes: &[Vec<u8>]) -> Vec<u8> {
    let head = full(b"mfhd", 0, 0, &words(&[1]));
    let moof = boxed(b"moof", &[head, boxed(b"traf", &boxes.concat())].concat());
    [moof, boxed(b"mdat", &[0; 3000])].concat()
}
