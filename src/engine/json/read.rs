//! Reading JSON.

use super::Json;
use super::decimal::scanned;

/// How deep values may be nested. Answers are at most seven deep.
const MAX_DEPTH: u32 = 64;

/// What some servers begin a text with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Json {
    /// Reads one value that takes up the whole text. Gives nothing where it is no JSON.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = decoded(text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text));
        let mut reader = Reader { text: &text, at: 0 };
        let value = reader.value(MAX_DEPTH)?;
        reader.skip_white_space();
        (reader.at == reader.text.len()).then_some(value)
    }
}

/// Reads UTF-8. A byte that is part of no character, as where a text was cut amid one, is taken for one of Latin-1.
fn decoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, behind)) = rest.split_first() {
        let ones = first.leading_ones();
        let more = behind.get(..ones.saturating_sub(1) as usize).unwrap_or_default();
        let code = more.iter().fold(u32::from(first) & (0x7f >> ones), |code, byte| code << 6 | u32::from(byte & 0x3f));
        let is_whole = ones != 1 && more.iter().all(|byte| byte >> 6 == 2);
        let c = char::from_u32(code).filter(|c| is_whole && c.len_utf8() == ones.max(1) as usize);
        text.push(c.unwrap_or(char::from(first)));
        rest = if c.is_some() { behind.get(more.len()..).unwrap_or_default() } else { behind };
    }
    text
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Takes a byte after any white space.
    fn take(&mut self, expected: u8) -> Option<()> {
        self.skip_white_space();
        (self.peek()? == expected).then(|| self.at += 1)
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        let end = self.at.checked_add(word.len())?;
        (self.text.get(self.at..end)? == word).then(|| self.at = end)?;
        Some(value)
    }

    fn value(&mut self, depth: u32) -> Option<Json> {
        let depth = depth.checked_sub(1)?;
        self.skip_white_space();
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(Json::Text),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'n' => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: u32) -> Option<Json> {
        let mut members = Vec::new();
        self.take(b'{')?;
        if self.take(b'}').is_some() {
            return Some(Json::Object(members));
        }
        loop {
            self.skip_white_space();
            let name = self.string()?;
            self.take(b':')?;
            members.push((name, self.value(depth)?));
            if self.take(b',').is_none() {
                self.take(b'}')?;
                return Some(Json::Object(members));
            }
        }
    }

    fn array(&mut self, depth: u32) -> Option<Json> {
        let mut values = Vec::new();
        self.take(b'[')?;
        if self.take(b']').is_some() {
            return Some(Json::List(values));
        }
        loop {
            values.push(self.value(depth)?);
            if self.take(b',').is_none() {
                self.take(b']')?;
                return Some(Json::List(values));
            }
        }
    }

    fn number(&mut self) -> Option<Json> {
        let rest = self.text.get(self.at..)?;
        let end = rest.bytes().position(|byte| !matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
        let number = rest.get(..end.unwrap_or(rest.len()))?;
        scanned(number.strip_prefix('-').unwrap_or(number))?;
        self.at += number.len();
        Some(Json::Number(number.to_owned()))
    }

    fn string(&mut self) -> Option<String> {
        (self.peek()? == b'"').then(|| self.at += 1)?;
        let mut string = String::new();
        loop {
            let rest = self.text.get(self.at..)?;
            let plain = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
            string.push_str(rest.get(..plain)?);
            self.at += plain + 1;
            match rest.as_bytes().get(plain)? {
                b'"' => return Some(string),
                b'\\' => string.push(self.escape()?),
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let escaped = self.peek()?;
        self.at += 1;
        Some(match escaped {
            b'"' | b'\\' | b'/' => char::from(escaped),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit()?;
                let low = if (0xd800..0xdc00).contains(&unit) { self.low_surrogate() } else { None };
                let code = low.map_or(unit, |low| 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
                // Half of a pair is no character; JavaScript writes it all the same.
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at.checked_add(4)?)?;
        self.at += 4;
        digits.chars().try_fold(0, |unit, digit| Some(unit * 16 + digit.to_digit(16)?))
    }

    fn low_surrogate(&mut self) -> Option<u32> {
        let before = self.at;
        let starts = self.text.get(before..)?.starts_with("\\u");
        self.at += 2;
        let low = if starts { self.unit().filter(|unit| (0xdc00..0xe000).contains(unit)) } else { None };
        if low.is_none() {
            self.at = before;
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_text_too() {
        assert_eq!(Json::parse(b"\" 5.1 \"").unwrap().number(), Some(5.1));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in [
            "",
            "{",
            "{\"a\"}",
            "[1,]",
            "{\"a\":1,}",
            "tru",
            "\"a",
            "\"\u{1}\"",
            "1 2",
            "'a'",
            "[1 2]",
            "nul",
            "--1",
            "\"\\x\"",
        ] {
            assert_eq!(Json::parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Json::parse("[".repeat(100_000).as_bytes()), None);
        assert!(Json::parse(("[".repeat(60) + &"]".repeat(60)).as_bytes()).is_some());
    }

    #[test]
    fn what_servers_send_all_the_same_is_read() {
        assert_eq!(Json::parse("\u{feff}{\"a\":\"é\"}".as_bytes()), Json::parse("{\"a\":\"é\"}".as_bytes()));
        let cut = Json::parse(b"{\"task_id\":\"1\",\"message\":\"caf\xc3\"}");
        assert_eq!(cut.as_ref().and_then(|json| json.get("task_id")?.text()), Some("1"));
        for (bytes, text) in [
            (b"\"\xc3\xa9 caf\xc3\"".as_slice(), "é cafÃ"),
            (b"\"\xf0\x9f\x98\x80\xf0\x9f\x98\"", "😀ð\u{9f}\u{98}"),
            (b"\"\xa9\xff\"", "©ÿ"),
            (b"\"\xc1\xa1\xed\xa0\x80\"", "Á¡í\u{a0}\u{80}"),
        ] {
            assert_eq!(Json::parse(bytes), Some(Json::Text(text.to_owned())), "{text}");
        }
        assert_eq!(Json::parse(b"1\xc2"), None);
        for number in ["1e400", "-5e-324", "1e308"] {
            assert_eq!(Json::parse(number.as_bytes()), Some(Json::Number(number.to_owned())));
        }
    }

    #[test]
    fn it_reads_what_serde_json_reads() {
        let texts = [
            r#"{"code":0,"data":{"task_id":"a","n":[1,2.5,-3e2,true,false,null]},"s":"\u00e9\ud83d\ude00\b\f\n\r\t\/\\\""}"#,
            r#" [ { } , [ ] , "" ] "#,
            r#""\ud83d x""#,
            "{\"a\":1,\"a\":2}",
        ];
        for text in texts {
            let ours = Json::parse(text.as_bytes()).unwrap();
            match serde_json::from_str::<serde_json::Value>(text) {
                Ok(theirs) => assert!(same(&ours, &theirs), "{text}"),
                Err(_) => assert!(text.contains("\\ud83d x"), "{text}"),
            }
        }
    }

    #[test]
    fn half_a_character_takes_nothing_of_what_follows() {
        for (text, read) in [
            (r#""\ud83d x""#, "\u{fffd} x"),
            (r#""\ud83d\u0041""#, "\u{fffd}A"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        ] {
            assert_eq!(Json::parse(text.as_bytes()).unwrap().text(), Some(read));
        }
    }

    fn same(ours: &Json, theirs: &serde_json::Value) -> bool {
        use serde_json::Value;
        match (ours, theirs) {
            (Json::Null, Value::Null) => true,
            (Json::Bool(a), Value::Bool(b)) => a == b,
            (Json::Number(a), Value::Number(b)) => a.parse::<f64>().ok() == b.as_f64(),
            (Json::Text(a), Value::String(b)) => a == b,
            (Json::List(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
            (Json::Object(_), Value::Object(b)) => b.iter().all(|(name, value)| match ours.get(name) {
                Some(member) => same(member, value),
                None => value.is_null(),
            }),
            _ => false,
        }
    }
}
