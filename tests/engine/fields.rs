//! Which values the fields of an input may have that are not files.

use kling_avatar::engine::input::{Given, SpeechFields, TextFields, id_problem, is_http_url};
use kling_avatar::engine::limits::Limits;
use kling_avatar::engine::problem::{Fact, Field, Problem};

fn text(text: &str) -> Given {
    Given::Text(text.to_owned())
}

fn fields() -> TextFields {
    TextFields { prompt: text("She speaks"), ..TextFields::default() }
}

fn named(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| format!("{} {}", problem.field.name(), problem.code.name())).collect()
}

#[test]
fn every_field_is_checked_and_limits_are_inclusive() {
    let problems = |fields: TextFields, has_sound_file| named(&fields.problems(has_sound_file, &Limits::default()));
    assert!(problems(fields(), true).is_empty());
    assert_eq!(problems(fields(), false), ["soundFile missing"]);
    assert_eq!(problems(TextFields { audio_id: text("7"), ..fields() }, true), ["audioId conflict"]);
    assert!(problems(TextFields { audio_id: text("7"), ..fields() }, false).is_empty());
    for (prompt, problem) in [
        (Given::Absent, "prompt missing"),
        (Given::WrongType, "prompt unsupported_type"),
        (text(""), "prompt empty"),
        (text(&"é".repeat(2501)), "prompt too_long"),
    ] {
        assert_eq!(problems(TextFields { prompt, ..fields() }, true), [problem]);
    }
    assert!(problems(TextFields { prompt: text(&"é".repeat(2500)), ..fields() }, true).is_empty());
    for mode in ["std", "pro"] {
        assert!(problems(TextFields { mode: text(mode), ..fields() }, true).is_empty(), "{mode}");
    }
    let url = "https://example.com/hook";
    assert!(problems(TextFields { callback_url: text(url), ..fields() }, true).is_empty());
    assert_eq!(problems(TextFields { callback_url: Given::WrongType, ..fields() }, true), ["callbackUrl invalid_url"]);
    let extra = text(r#"{"watermark_info":{"enabled":true}}"#);
    assert!(problems(TextFields { extra, external_task_id: text("o"), ..fields() }, true).is_empty());
    let all_wrong = TextFields {
        prompt: text(""),
        mode: text("fast"),
        audio_id: Given::WrongType,
        callback_url: text("example.com"),
        external_task_id: text(".."),
        extra: text(r#"{"prompt":""}"#),
    };
    assert_eq!(
        problems(all_wrong, false),
        [
            "audioId unsupported_type",
            "prompt empty",
            "mode invalid_value",
            "callbackUrl invalid_url",
            "externalTaskId invalid_value",
            "extra conflict"
        ]
    );
    let long = TextFields { mode: text(&"x".repeat(100)), ..fields() }.problems(true, &Limits::default());
    assert_eq!(long[0].limit, Some(Fact::Words(&["std", "pro"])));
    assert!(matches!(&long[0].actual, Some(Fact::Text(text)) if text.chars().count() <= 41), "{long:?}");
}

#[test]
fn speech_is_checked_and_written() {
    let speech = |speed| SpeechFields {
        text: text("Good \"morning\""),
        voice_id: text("v"),
        voice_language: text("en"),
        voice_speed: speed,
    };
    for (speed, fits) in [(None, true), (Some(0.8), true), (Some(2.0), true), (Some(0.79), false), (Some(2.01), false)]
    {
        let problems = named(&speech(speed).problems(&Limits::default()));
        assert_eq!(problems, if fits { vec![] } else { vec!["voiceSpeed invalid_value"] }, "{speed:?}");
    }
    assert_eq!(speech(None).body(), r#"{"text":"Good \"morning\"","voice_id":"v","voice_language":"en"}"#);
    assert!(speech(Some(1.25)).body().ends_with(r#","voice_speed":1.3}"#));
    let problems =
        SpeechFields { text: text(&"x".repeat(1001)), ..SpeechFields::default() }.problems(&Limits::default());
    assert_eq!(named(&problems), ["text too_long", "voiceId missing", "voiceLanguage missing"]);
}

#[test]
fn an_id_may_be_any_text_that_a_path_can_hold() {
    for (id, fits) in [("a/b?c=%2e é", true), ("...", true), (".", false), ("..", false), ("a\nb", false), ("", false)]
    {
        assert_eq!(id_problem(Field::TaskId, &text(id), true).is_none(), fits, "{id:?}");
    }
    assert!(id_problem(Field::TaskId, &Given::Absent, true).is_some());
    assert!(id_problem(Field::ExternalTaskId, &Given::Absent, false).is_none());
}

#[test]
fn only_whole_addresses_are_urls() {
    for (url, is_url) in [
        ("http://a", true),
        ("HTTPS://a.example:8443/b?c#d", true),
        ("https://user:pass@a.example/", true),
        ("http://[::1]:80/a", true),
        ("http://[::1]", true),
        ("https://a.example/ü/{x}|y", true),
        ("ftp://a", false),
        ("https:/a", false),
        ("https://", false),
        ("https:///a", false),
        ("https://:80", false),
        ("https://a:b", false),
        ("https://a:80:80", false),
        ("http://[]", false),
        ("http://[::1", false),
        ("http://::1]", false),
        ("https://a%2e", false),
        ("https://a b", false),
        ("https://a/b c", false),
        ("https://a/\u{7f}", false),
        ("https://a/<b>", false),
        ("https://a\\b", false),
    ] {
        assert_eq!(is_http_url(url), is_url, "{url}");
    }
}
