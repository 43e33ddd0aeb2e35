//! Reading forms: parts come out whole however the body is cut into pieces, and what is wrong is refused at once.

use std::ops::Range;

use kling_avatar::engine::gateway::multipart::{Form, Part, UploadError, boundary};

type Parts = Vec<(Part, Vec<u8>)>;

/// Reads a body in chunks. What comes of it hangs neither on its length being told nor on that being true.
fn read(body: &[u8], size: usize, max: [usize; 3]) -> Result<Option<Parts>, UploadError> {
    let parts = read_told(body, None, size, max);
    for told in [body.len(), body.len() + 7, body.len().saturating_sub(3), 0] {
        assert_eq!(read_told(body, Some(told), size, max), parts, "{told}");
    }
    parts
}

/// Reads a body that is said to be so long, into memory that holds something else. The parts, or nothing where it is cut off.
fn read_told(body: &[u8], told: Option<usize>, size: usize, max: [usize; 3]) -> Result<Option<Parts>, UploadError> {
    let mut form = Form::new("XbX", max, told, b"\r\n--XbX--".repeat(size % 3));
    for chunk in body.chunks(size) {
        form.space(chunk.len()).copy_from_slice(chunk);
        form.advance(chunk.len())?;
    }
    let (memory, parts) = form.finish();
    let part = |(part, range): (&Part, Option<Range<usize>>)| Some((*part, memory[range?].to_vec()));
    Ok(parts.map(|parts| Part::ALL.iter().zip(parts).filter_map(part).collect()))
}

fn part(name: &str, contents: &[u8]) -> Vec<u8> {
    let head = format!(
        "--XbX\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a\"\r\nContent-Type: image/png\r\n\r\n"
    );
    [head.as_bytes(), contents, b"\r\n"].concat()
}

const MAX: [usize; 3] = [100, 1000, 1000];

#[test]
fn parts_come_out_whole_for_every_chunk_size() {
    let tricky = b"\r\n--Xb\r\n--XbY\r\n-\r\n\r\n--X".repeat(9);
    let body =
        [part("input", b"{}"), part("image", &tricky), part("soundFile", b"\r\n"), b"--XbX--\r\n".to_vec()].concat();
    for size in (1..40).chain([body.len()]) {
        let expected =
            vec![(Part::Input, b"{}".to_vec()), (Part::Image, tricky.clone()), (Part::SoundFile, b"\r\n".to_vec())];
        assert_eq!(read(&body, size, MAX), Ok(Some(expected)), "{size}");
    }
}

#[test]
fn the_last_part_ends_where_the_body_does() {
    let first = [part("input", b"{}"), part("soundFile", b"abc")].concat();
    for last in [&b""[..], b"d", &b"\r\n--XbX--\r\n".repeat(9), &b"\r\n--XbX\r\n".repeat(9)] {
        for end in [&b"--XbX--"[..], b"--XbX--\r\n"] {
            let body = [&first[..], &part("image", last), end].concat();
            for size in (1..40).chain([body.len()]) {
                let parts = read_told(&body, Some(body.len()), size, MAX).unwrap().unwrap();
                assert_eq!(parts[1], (Part::Image, last.to_vec()), "{size}");
            }
        }
    }
}

#[test]
fn the_last_part_may_be_as_long_as_allowed_and_is_refused_as_soon_as_it_is_longer() {
    let first = [part("input", b"{}"), part("soundFile", b"abc")].concat();
    for (length, fits) in [(1000, true), (1001, false), (50_000, false)] {
        let body = [&first[..], &part("image", &vec![b'\r'; length]), b"--XbX--\r\n"].concat();
        for size in [1, 64, 100_000] {
            let expected = if fits { Ok(true) } else { Err(UploadError::TooLarge(Part::Image)) };
            assert_eq!(read(&body, size, MAX).map(|parts| parts.is_some()), expected, "{length} {size}");
        }
        let begun = &body[..body.len().min(first.len() + 1200)];
        assert_eq!(read_told(begun, Some(body.len()), 64, MAX).is_ok(), fits, "{length}");
    }
}

#[test]
fn a_body_begins_with_a_delimiter() {
    let body = [part("image", b"abc"), b"--XbX--".to_vec()].concat();
    let other = [b"--XbY", &body[5..]].concat();
    for begins in [other, [b"12345", &body[..]].concat(), [b"\r\n", &body[..]].concat()] {
        assert_eq!(read(&begins, 64, MAX), Err(UploadError::Malformed));
    }
}

#[test]
fn an_empty_part_is_empty() {
    let body = [part("image", b""), part("input", b"{}"), b"--XbX--".to_vec()].concat();
    for size in 1..body.len() {
        let expected = vec![(Part::Input, b"{}".to_vec()), (Part::Image, Vec::new())];
        assert_eq!(read(&body, size, MAX), Ok(Some(expected)), "{size}");
    }
}

#[test]
fn what_is_cut_off_is_not_complete() {
    let body = [part("image", b"abc"), b"--XbX--".to_vec()].concat();
    for end in 0..body.len() {
        assert_eq!(read(&body[..end], 7, MAX), Ok(None), "{end}");
    }
}

#[test]
fn a_part_is_refused_at_its_first_byte_too_many() {
    for (length, fits) in [(1000, true), (1001, false), (50_000, false)] {
        for size in [1, 64, 100_000] {
            let body = [part("image", &vec![b'\r'; length]), b"--XbX--".to_vec()].concat();
            let expected = if fits { Ok(true) } else { Err(UploadError::TooLarge(Part::Image)) };
            assert_eq!(read(&body, size, MAX).map(|parts| parts.is_some()), expected, "{length} {size}");
        }
    }
}

#[test]
fn the_name_of_a_part_may_stand_anywhere_and_without_quotes() {
    for disposition in [
        "form-data; name=image",
        "form-data; name=image; filename=a.jpg",
        "form-data; filename=\"a; name=b.jpg\"; name=\"image\"",
        "Form-Data;filename=a.jpg;NAME = \"image\"",
    ] {
        let head = String::from("--XbX\r\nContent-Type: image/jpeg\r\nContent-Disposition: ") + disposition;
        let body = head + "\r\n\r\nabc\r\n--XbX--";
        assert_eq!(read(body.as_bytes(), 9, MAX), Ok(Some(vec![(Part::Image, b"abc".to_vec())])), "{disposition}");
    }
    for disposition in
        ["form-data; filename=\"name=image\"", "form-data; name", "form-data; name=\"image", "form-data; =image"]
    {
        let body = String::from("--XbX\r\nContent-Disposition: ") + disposition + "\r\n\r\nabc\r\n--XbX--";
        assert_eq!(read(body.as_bytes(), 9, MAX), Err(UploadError::Malformed), "{disposition}");
    }
}

#[test]
fn unknown_double_and_misshapen_parts_are_refused() {
    let twice = [part("image", b"a"), part("image", b"b")].concat();
    assert_eq!(read(&twice, 9, MAX), Err(UploadError::UnexpectedPart));
    assert_eq!(read(&part("apiKey", b"a"), 9, MAX), Err(UploadError::UnexpectedPart));
    for body in [
        "preamble\r\n--XbX\r\n",
        "--XbX \r\n",
        "--XbXXX",
        "--XbX\r\nContent-Type: a\r\n\r\n",
        "--XbX\r\nContent-Disposition: attachment; name=\"image\"\r\n\r\n",
        "--XbX\r\nContent-Disposition: form-data\r\n\r\n",
    ] {
        assert_eq!(read(body.as_bytes(), 3, MAX), Err(UploadError::Malformed), "{body}");
    }
    let endless = [b"--XbX\r\nA: ".to_vec(), vec![b'a'; 5000]].concat();
    assert_eq!(read(&endless, 100, MAX), Err(UploadError::Malformed));
}

#[test]
fn boundaries_are_read_from_the_type() {
    assert_eq!(boundary("multipart/form-data; boundary=abc"), Some(String::from("abc")));
    assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; BOUNDARY=\"a b\""), Some(String::from("a b")));
    for text in [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "text/plain; boundary=a",
        "multipart/form-data; boundary=a\u{e9}",
    ] {
        assert_eq!(boundary(text), None, "{text}");
    }
    assert_eq!(boundary(&(String::from("multipart/form-data; boundary=") + &"a".repeat(71))), None);
}
