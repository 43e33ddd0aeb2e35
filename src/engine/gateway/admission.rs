//! Which pages are served: origins are compared as a whole, never by a part of them.

/// What a browser says of where a request comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Provenance {
    /// The `Origin` header.
    pub origin: Option<String>,
    /// The `Referer` header.
    pub referer: Option<String>,
    /// The `Sec-Fetch-Site` header.
    pub fetch_site: Option<String>,
}

/// Whether a request is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// It is; the origin that the answer is for, where there is one.
    Admitted(Option<String>),
    /// It comes from a page that is not served, or does not say where it comes from.
    Refused,
}

impl Provenance {
    /// Decides. A request that `changes` something has to name its origin, as browsers always do, unless
    /// `allow_missing`. One that only reads need not, because browsers leave the header out for media and for a page's
    /// own origin; what else they send must not speak against it.
    pub fn admission(&self, changes: bool, allowed: &[String], allow_missing: bool) -> Admission {
        if let Some(origin) = &self.origin {
            return match allowed.contains(origin) {
                true => Admission::Admitted(Some(origin.clone())),
                false => Admission::Refused,
            };
        }
        if changes {
            return if allow_missing && self.fetch_site.is_none() {
                Admission::Admitted(None)
            } else {
                Admission::Refused
            };
        }
        let referred = self.referer.as_deref().map(|referer| origin_of(referer).is_some_and(|o| allowed.contains(&o)));
        match (self.fetch_site.as_deref(), referred) {
            // A page without a referrer policy of `no-referrer` names itself; one of another site has to.
            (Some("same-origin" | "none"), _) | (_, Some(true)) | (None | Some("same-site"), None) => {
                Admission::Admitted(None)
            }
            _ => Admission::Refused,
        }
    }
}

/// Gives an origin as browsers send it: lower case, without the scheme's own port. Anything that is not exactly an
/// `http(s)` origin gives nothing.
pub fn normal_origin(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let (scheme, authority) = text.split_once("://")?;
    let own_port = match scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let authority = authority.strip_suffix(own_port).unwrap_or(authority);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let ipv6 = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_host = match ipv6 {
        Some(address) => {
            !address.is_empty() && address.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.'))
        }
        None => !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')),
    };
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|number| number > 0));
    (is_host && is_port).then(|| String::from(scheme) + "://" + authority)
}

fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    normal_origin(&(String::from(scheme) + "://" + authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(origin: Option<&str>, referer: Option<&str>, site: Option<&str>, changes: bool) -> Admission {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let allowed = [String::from("https://shop.example"), String::from("http://localhost:8787")];
        Provenance { origin: owned(origin), referer: owned(referer), fetch_site: owned(site) }
            .admission(changes, &allowed, false)
    }

    #[test]
    fn look_alike_origins_are_refused() {
        for origin in [
            "null",
            "",
            "https://shop.example.evil.test",
            "https://evil-shop.example",
            "https://sub.shop.example",
            "http://shop.example",
            "https://shop.example:8443",
            "https://shop.example/",
            "https://SHOP.example",
            "https://shop.example@evil.test",
            "https://shop.exampl\u{435}",
            "http://localhost:8788",
            "http://127.0.0.1:8787",
            "*",
        ] {
            for changes in [true, false] {
                assert_eq!(admission(Some(origin), None, Some("same-origin"), changes), Admission::Refused, "{origin}");
            }
        }
        assert_eq!(
            admission(Some("https://shop.example"), None, None, true),
            Admission::Admitted(Some(String::from("https://shop.example")))
        );
    }

    #[test]
    fn a_change_without_an_origin_is_refused_and_a_read_only_where_something_speaks_against_it() {
        assert_eq!(admission(None, None, None, true), Admission::Refused);
        assert_eq!(admission(None, Some("https://shop.example/a"), Some("same-origin"), true), Admission::Refused);
        for (referer, site, admitted) in [
            (None, None, true),
            (None, Some("same-origin"), true),
            (None, Some("none"), true),
            (None, Some("same-site"), true),
            (Some("https://evil.shop.example/"), Some("same-site"), false),
            (None, Some("cross-site"), false),
            (Some("https://evil.test/"), Some("cross-site"), false),
            (Some("https://evil.test/https://shop.example/"), None, false),
            (Some("https://shop.example.evil.test/"), None, false),
            (Some("shop.example"), None, false),
            (Some("https://shop.example/page?x"), Some("cross-site"), true),
        ] {
            let found = admission(None, referer, site, false);
            assert_eq!(found == Admission::Admitted(None), admitted, "{referer:?} {site:?}");
        }
    }

    #[test]
    fn a_program_without_an_origin_is_served_only_where_that_is_allowed() {
        let allowed = [String::from("https://shop.example")];
        let program = Provenance::default();
        assert_eq!(program.admission(true, &allowed, true), Admission::Admitted(None));
        let browser = Provenance { fetch_site: Some(String::from("cross-site")), ..program };
        assert_eq!(browser.admission(true, &allowed, true), Admission::Refused);
    }

    #[test]
    fn only_whole_origins_are_origins() {
        for (text, normal) in [
            ("https://Shop.example:443", Some("https://shop.example")),
            ("http://localhost:80", Some("http://localhost")),
            ("http://[::1]:3000", Some("http://[::1]:3000")),
            ("http://[::1]", Some("http://[::1]")),
            ("http://[]", None),
            ("http://[::1%25lo]", None),
            ("https://shop.example/", None),
            ("https://*.example", None),
            ("https://user@shop.example", None),
            ("https://shop.example:0", None),
            ("https://shop.example:99999", None),
            ("https://", None),
            ("ftp://shop.example", None),
            ("shop.example", None),
            ("*", None),
            ("null", None),
        ] {
            assert_eq!(normal_origin(text).as_deref(), normal, "{text}");
        }
    }
}
