//! The JSON body of a create, laid out so that megabytes of Base64 are written once, straight into their place.

use super::base64::encoded_len;
use super::json::quoted;

/// Names that `extra` may not use, because the client sends them itself.
pub const RESERVED_NAMES: &[&str] =
    &["image", "sound_file", "audio_id", "prompt", "mode", "callback_url", "external_task_id"];

/// A file or an address, as it stands in the body.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaField {
    /// Bytes to be encoded; how many.
    Bytes(u64),
    /// An `http(s)` URL, sent as it is.
    Url(String),
}

/// The voice.
#[derive(Debug, Clone, PartialEq)]
pub enum Voice {
    /// A sound of the caller's.
    SoundFile(MediaField),
    /// Synthesized speech.
    AudioId(String),
}

/// Everything that a create sends.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateFields {
    /// The photo.
    pub image: MediaField,
    /// The voice.
    pub voice: Voice,
    /// What the person does.
    pub prompt: String,
    /// `std` or `pro`; absent for the service's default.
    pub mode: Option<String>,
    /// The webhook.
    pub callback_url: Option<String>,
    /// The caller's own id.
    pub external_task_id: String,
    /// A JSON object of further fields, checked to be one.
    pub extra_json: Option<String>,
}

/// A piece of the body.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Text to be copied.
    Text(String),
    /// The image, Base64-encoded.
    Image,
    /// The sound, Base64-encoded.
    SoundFile,
}

/// The pieces of a body in their order, and its length in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// In order.
    pub pieces: Vec<Piece>,
    /// Of the whole body.
    pub total_bytes: u64,
}

impl CreateFields {
    /// Lays the body out. The small fields come first, the media last.
    pub fn layout(&self) -> Layout {
        let mut layout = Layout { pieces: Vec::new(), total_bytes: 0 };
        let mut text = String::from("{\"external_task_id\":") + &quoted(&self.external_task_id);
        let fields = [
            ("prompt", Some(&self.prompt)),
            ("mode", self.mode.as_ref()),
            ("callback_url", self.callback_url.as_ref()),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                push_name(&mut text, name);
                text.push_str(&quoted(value));
            }
        }
        let extra = self.extra_json.as_deref().and_then(|json| json.trim_ascii().strip_prefix('{')?.strip_suffix('}'));
        if let Some(members) = extra.filter(|members| !members.trim_ascii().is_empty()) {
            text.push(',');
            text.push_str(members);
        }
        match &self.voice {
            Voice::AudioId(id) => {
                push_name(&mut text, "audio_id");
                text.push_str(&quoted(id));
            }
            Voice::SoundFile(media) => text = layout.push_media(text, "sound_file", media, Piece::SoundFile),
        }
        text = layout.push_media(text, "image", &self.image, Piece::Image);
        text.push('}');
        layout.push_text(text);
        layout
    }
}

impl Layout {
    fn push_media(&mut self, mut text: String, name: &str, media: &MediaField, piece: Piece) -> String {
        push_name(&mut text, name);
        match media {
            MediaField::Url(url) => {
                text.push_str(&quoted(url));
                text
            }
            MediaField::Bytes(bytes) => {
                text.push('"');
                self.push_text(text);
                self.total_bytes += encoded_len(*bytes);
                self.pieces.push(piece);
                String::from("\"")
            }
        }
    }

    fn push_text(&mut self, text: String) {
        self.total_bytes += text.len() as u64;
        self.pieces.push(Piece::Text(text));
    }
}

fn push_name(text: &mut String, name: &str) {
    text.push_str(",\"");
    text.push_str(name);
    text.push_str("\":");
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn fields() -> CreateFields {
        CreateFields {
            image: MediaField::Bytes(4),
            voice: Voice::SoundFile(MediaField::Bytes(3)),
            prompt: String::from("She said \"hi\"\n\u{1F600}"),
            mode: None,
            callback_url: None,
            external_task_id: String::from("id-1"),
            extra_json: None,
        }
    }

    fn written(layout: &Layout) -> Value {
        let texts = layout.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Image => "AAAAAA==",
            Piece::SoundFile => "BBBB",
        });
        let body: String = texts.collect();
        assert_eq!(body.len() as u64, layout.total_bytes);
        serde_json::from_str(&body).unwrap()
    }

    #[test]
    fn the_body_is_json_of_the_stated_length() {
        let body = written(&fields().layout());
        assert_eq!(body["image"], "AAAAAA==");
        assert_eq!(body["sound_file"], "BBBB");
        assert_eq!(body["prompt"], "She said \"hi\"\n\u{1F600}");
        assert_eq!(body["external_task_id"], "id-1");
        assert_eq!(body.as_object().unwrap().len(), 4);
    }

    #[test]
    fn urls_ids_and_extra_fields_stand_as_given() {
        let body = written(
            &CreateFields {
                image: MediaField::Url(String::from("https://example.com/a\"b.jpg")),
                voice: Voice::AudioId(String::from("a-1")),
                mode: Some(String::from("pro")),
                callback_url: Some(String::from("https://example.com/hook")),
                extra_json: Some(String::from(" {\"watermark_info\":{\"enabled\":true}} ")),
                ..fields()
            }
            .layout(),
        );
        assert_eq!(body["image"], "https://example.com/a\"b.jpg");
        assert_eq!(body["audio_id"], "a-1");
        assert_eq!(body["mode"], "pro");
        assert_eq!(body["watermark_info"]["enabled"], true);
        assert!(body.get("sound_file").is_none());
        let empty = CreateFields { extra_json: Some(String::from("{}")), ..fields() };
        assert_eq!(written(&empty.layout()).as_object().unwrap().len(), 4);
    }
}
