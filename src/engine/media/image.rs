//! Telling images apart.

use super::jpeg::Jpeg;
use super::png::{self, Png};
use super::reader::Reader;
use super::{Fault, HEAD, ImageInfo, detect};

/// What an image is known to be so far.
pub(super) enum Image {
    Unknown,
    Jpeg(Jpeg),
    Png(Png),
}

impl Image {
    #[inline(never)]
    pub(super) fn probe(&mut self, reader: &mut Reader) -> Result<ImageInfo, Fault> {
        loop {
            match self {
                Self::Jpeg(jpeg) => return jpeg.probe(reader),
                Self::Png(png) => return png.probe(reader),
                Self::Unknown => {}
            }
            let head = reader.from(0, HEAD)?;
            *self = if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
                Self::Jpeg(Jpeg::default())
            } else if head.starts_with(png::SIGNATURE) {
                Self::Png(Png::default())
            } else {
                return Err(Fault::Unsupported(detect::by_signature(head).or_else(|| detect::by_structure(head))));
            };
        }
    }
}
