//! Files in every form, read piece by piece from the platform's own objects.

use js_sys::{Array, JsString, Uint8Array};
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
        let media = media(text).unwrap().unwrap();
        assert_eq!(read(&media, 0, 10).await, BYTES, "{text}");
    }
}

#[wasm_bindgen_test]
async fn long_base64_is_decoded_over_the_pieces() {
    let long: Vec<u8> = (0..600_001_u32).map(|i| (i % 251) as u8).collect();
    let (mut encoder, mut text) = (kling_avatar::engine::base64::Encoder::default(), Vec::new());
    encoder.push(&long, &mut text);
    encoder.finish(&mut text);
    let text = JsString::from(String::from_utf8(text).unwrap());
    let media = media(text).unwrap().unwrap();
    assert_eq!(read(&media, 0, long.len()).await, long);
}

#[wasm_bindgen_test]
fn what_is_no_file_is_told_by_code() {
    let code = |value: JsValue| media(value).unwrap_err().code.name();
    assert_eq!(code(JsValue::from(7)), "unsupported_type");
    assert_eq!(code(js_sys::Object::new().into()), "unsupported_type");
    assert_eq!(code(JsValue::from("not base64!")), "invalid_base64");
    assert_eq!(code(JsValue::from("Zm8=Zm8=")), "invalid_base64");
    assert_eq!(code(JsValue::from("ftp://example.com")), "invalid_url");
    assert!(media(JsValue::NULL).unwrap().is_none());
}
