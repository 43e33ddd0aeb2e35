//! Writing the request body: from the files through Base64 straight into the bytes that are sent.

use js_sys::Uint8Array;

use super::media::Media;
use super::prepare::Prepared;
use super::thrown::Thrown;
use crate::engine::base64::Encoder;
use crate::engine::body::Piece;
use crate::engine::error::Error;
use crate::engine::media::Source;
use crate::engine::problem::Field;
use crate::engine::validate::unreadable_problem;

/// How many bytes of a file are encoded at once. Divisible by three, so that nothing is carried over.
const CHUNK_BYTES: usize = 3 << 17;

struct Writer<F> {
    body: Uint8Array,
    at: u32,
    on_progress: F,
}

/// Writes the body of a create. `on_progress` is told the bytes written and their total.
///
/// # Errors
/// `invalid_input` where a file cannot be read any more; `configuration` where the platform has no memory for the body.
pub(super) async fn write(prepared: &Prepared, on_progress: impl Fn(f64, f64)) -> Result<Uint8Array, Thrown> {
    let layout = prepared.fields.layout();
    let total = u32::try_from(layout.total_bytes).map_err(|_| too_large())?;
    let mut writer = Writer { body: Uint8Array::new_with_length(total), at: 0, on_progress };
    for piece in &layout.pieces {
        match piece {
            Piece::Text(text) => writer.put(text.as_bytes()),
            Piece::Image => writer.encode(Field::Image, Some(&prepared.image)).await?,
            Piece::SoundFile => writer.encode(Field::SoundFile, prepared.sound_file.as_ref()).await?,
        }
    }
    Ok(writer.body)
}

impl<F: Fn(f64, f64)> Writer<F> {
    fn put(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len() as u32;
        self.body.subarray(self.at, end).copy_from(bytes);
        self.at = end;
        (self.on_progress)(f64::from(self.at), f64::from(self.body.length()));
    }

    async fn encode(&mut self, field: Field, media: Option<&Media>) -> Result<(), Thrown> {
        let Some(media) = media else { return Ok(()) };
        let (mut encoder, mut chunk, mut text) = (Encoder::default(), Vec::new(), Vec::new());
        let (mut offset, bytes) = (0, media.len());
        while offset < bytes {
            let length = CHUNK_BYTES.min(usize::try_from(bytes - offset).unwrap_or(CHUNK_BYTES));
            media.read(offset, length, &mut chunk).await.map_err(|_| unreadable(field))?;
            offset += length as u64;
            text.clear();
            encoder.push(&chunk, &mut text);
            if offset == bytes {
                encoder.finish(&mut text);
            }
            self.put(&text);
        }
        Ok(())
    }
}

fn unreadable(field: Field) -> Thrown {
    Error::InvalidInput { problems: vec![unreadable_problem(field)] }.into()
}

fn too_large() -> Thrown {
    let message = String::from("The limits allow a request that is larger than this platform can hold.");
    Error::Configuration { message }.into()
}
