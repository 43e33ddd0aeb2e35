//! What there is to do until a file is known: reading, and probing with what was read.

use super::known::Known;
use super::probe::Probe;
use super::reader::Reader;
use super::{Fault, Info, Medium, ProbeError, ReadError};

/// What is to be done next.
pub(super) enum Next {
    /// So many bytes from here on are needed.
    Read(u64, usize),
    Done(Result<Info, ProbeError>),
}

/// A probe and what it has read. Whenever bytes are not here it is begun again with them, so it has to keep how far it has
/// come, and to change that only behind the last read of each step. So one place alone waits: code that may wait anywhere is
/// larger by half.
pub(super) struct Run {
    reader: Reader,
    probe: Probe,
    /// How much more may be read.
    left: usize,
    /// What was asked for.
    wanted: usize,
}

impl Run {
    pub(super) fn new(len: u64, medium: Medium, most_bytes: usize) -> Self {
        Self { reader: Reader::new(len), probe: Probe::new(medium), left: most_bytes, wanted: 0 }
    }

    /// Probes until bytes are needed, or it is known.
    #[inline(never)]
    pub(super) fn next(&mut self) -> Next {
        if self.reader.len() == 0 {
            return Next::Done(Err(ProbeError::Empty));
        }
        Next::Done(match self.probe.probe(&self.reader) {
            Ok(info) => Ok(info),
            Err(Fault::Lacking) => {
                let (at, count) = self.reader.next();
                if count <= self.left {
                    self.left -= count;
                    self.wanted = count;
                    return Next::Read(at, count);
                }
                Err(unreadable("no more of it is read"))
            }
            Err(Fault::Unsupported(known)) => {
                Err(ProbeError::UnsupportedFormat { detected: known.map(Known::detected) })
            }
            Err(Fault::Corrupt(reason)) => Err(ProbeError::Corrupt { reason }),
            Err(Fault::UnknownDuration(reason)) => Err(ProbeError::UnknownDuration { reason }),
        })
    }

    /// Takes what was read.
    ///
    /// # Errors
    /// Fewer bytes than were asked for: without them the probe would stop here for ever.
    pub(super) fn keep(&mut self, at: u64, bytes: Vec<u8>) -> Result<(), ProbeError> {
        if bytes.len() < self.wanted {
            return Err(unreadable("bytes are missing"));
        }
        self.reader.keep(at, bytes);
        Ok(())
    }
}

fn unreadable(message: &str) -> ProbeError {
    ProbeError::Read(ReadError { message: String::from(message) })
}
