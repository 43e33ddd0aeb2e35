//! Files in every form, read piece by piece from the platform's own objects.

use js_sys::{Array, JsString, Uint8Array};
use kling_avatar::engine::base64::{Encoder, Text};
use kling_avatar::engine::media::Source;
use kling_avatar::engine::problem::{Field, Problem};
use kling_avatar::web::Media;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Blob;

const BYTES: [u8; 10] = [0, 1, 2, 3, 250, 251, 252, 253, 254, 255];

fn bytes() -> Uint8Array {
    Uint8Array::from(&BYTES[..])
}

fn media(value: impl Into<JsValue>) -> Result<Option<Media>, Problem> {
    Media::from_js(Field::Image, &value.into())
}

async fn read(media: &Media, offset: u64, len: usize) -> Vec<u8> {
    let mut into = vec![9; 3];
    media.read(offset, len, &mut into).await.unwrap();
    into
}

#[wasm_bindgen_test]
async fn a_blob_is_read_where_it_is_asked_for() {
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&bytes())).unwrap();
    let media = media(blob).unwrap().unwrap();
    assert_eq!(media.len(), 10);
    assert_eq!(read(&media, 0, 10).await, BYTES);
    assert_eq!(read(&media, 3, 4).await, BYTES[3..7]);
    assert!(read(&media, 10, 0).await.is_empty());
    assert!(media.read(8, 5, &mut Vec::new()).await.is_err());
}

#[wasm_bindgen_test]
async fn a_view_is_its_own_part_of_the_buffer() {
    let media = media(bytes().subarray(2, 6)).unwrap().unwrap();
    assert_eq!(media.len(), 4);
    assert_eq!(read(&media, 1, 3).await, BYTES[3..6]);
}

#[wasm_bindgen_test]
async fn base64_and_data_urls_are_decoded() {
    for text in [
        "AAECA/r7/P3+/w==",
        "AAECA_r7_P3-_w",
        " AAECA/r7\r\n/P3+/w== ",
        "data:image/png;a=b;base64,AAECA/r7/P3+/w==",
        "data:,%00%01%02%03%fa%fb%fc%fd%fe%ff",
    ] {
        let media = media(text).unwrap().unwrap().ready().await.unwrap();
        assert_eq!(read(&media, 0, 10).await, BYTES, "{text}");
    }
}

/// So long that it takes several pieces.
fn long_base64() -> (Vec<u8>, String) {
    let long: Vec<u8> = (0..2_400_001_u32).map(|i| (i % 251) as u8).collect();
    let (mut encoder, mut text) = (Encoder::default(), Text::default());
    encoder.push(&long, &mut text);
    encoder.finish(&mut text);
    (long, String::from_utf8(text.to_vec()).unwrap())
}

#[wasm_bindgen_test]
async fn long_base64_is_decoded_over_the_pieces() {
    let (long, text) = long_base64();
    let lines: Vec<String> = text.as_bytes().chunks(76).map(|line| String::from_utf8(line.to_vec()).unwrap()).collect();
    for text in [text.clone(), lines.join("\r\n"), text.trim_end_matches('=').to_owned(), text.replace('/', "%2F")] {
        let given = if text.contains('%') { String::from("data:image/png;base64,") + &text } else { text };
        let media = media(JsString::from(given)).unwrap().unwrap();
        assert!(media.read(0, 1, &mut Vec::new()).await.is_err(), "it is not read before it is decoded");
        let media = media.ready().await.unwrap();
        assert_eq!(media.len(), long.len() as u64);
        assert!(read(&media, 0, long.len()).await == long);
    }
}

#[wasm_bindgen_test]
async fn what_is_no_base64_is_told_wherever_it_is() {
    let (_, long) = long_base64();
    let middle = long.len() / 2 / 4 * 4;
    for text in [
        String::from("not base64!"),
        String::from("Zm8=Zm8="),
        String::from("="),
        String::from("Z"),
        long.clone() + "=",
        long.clone() + "é",
        String::from(&long[..middle]) + "Zm8=" + &long[middle..],
        String::from(&long[..middle]) + "*" + &long[middle + 1..],
    ] {
        assert!(media(JsString::from(text)).unwrap().unwrap().ready().await.is_none());
    }
}

#[wasm_bindgen_test]
fn what_is_no_file_is_told_by_code() {
    let code = |value: JsValue| media(value).unwrap_err().code.name();
    assert_eq!(code(JsValue::from(7)), "unsupported_type");
    assert_eq!(code(js_sys::Object::new().into()), "unsupported_type");
    assert_eq!(code(JsValue::from("ftp://example.com")), "invalid_url");
    assert!(media(JsValue::NULL).unwrap().is_none());
}
