//! What a request asks for.

/// A request's target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Creates a task.
    Create,
    /// Finds a task by the caller's own id.
    Find,
    /// Reads the task of a token.
    Task(String),
    /// Streams the video of a token's task.
    Video(String),
    /// Speaks a text.
    Speech,
    /// Takes a callback on its secret path.
    Callback(String),
    /// Tells whether the gateway can work.
    Health,
}

/// Why a request has no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRoute {
    /// There is nothing on this path.
    Unknown,
    /// The path takes other methods, separated by commas.
    Method(&'static str),
}

impl Route {
    /// The name in events.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Find => "find",
            Self::Task(_) => "task",
            Self::Video(_) => "video",
            Self::Speech => "speech",
            Self::Callback(_) => "callback",
            Self::Health => "health",
        }
    }

    /// The token or secret in the path.
    pub fn token(&self) -> Option<&str> {
        match self {
            Self::Task(token) | Self::Video(token) | Self::Callback(token) => Some(token),
            _ => None,
        }
    }

    /// Whether the request makes or costs something.
    pub fn changes(&self) -> bool {
        matches!(self, Self::Create | Self::Speech)
    }

    /// Whether pages use it; the others are for the service and for monitors.
    pub fn is_for_pages(&self) -> bool {
        !matches!(self, Self::Callback(_) | Self::Health)
    }

    /// Reads method and path. A preflight is routed by the path alone.
    ///
    /// # Errors
    /// Says whether path or method is wrong.
    pub fn of(method: &str, path: &str, base_path: &str) -> Result<Self, NoRoute> {
        let rest = path.strip_prefix(base_path).and_then(|rest| rest.strip_prefix('/')).ok_or(NoRoute::Unknown)?;
        let segments: Vec<&str> = rest.splitn(4, '/').collect();
        let (route, methods) = match *segments.as_slice() {
            ["tasks"] if method == "GET" || method == "HEAD" => (Self::Find, "GET, HEAD, POST"),
            ["tasks"] => (Self::Create, "GET, HEAD, POST"),
            ["tasks", token] if is_token(token) => (Self::Task(token.to_owned()), "GET, HEAD"),
            ["tasks", token, "video"] if is_token(token) => (Self::Video(token.to_owned()), "GET, HEAD"),
            ["speech"] => (Self::Speech, "POST"),
            ["callbacks", secret] if is_token(secret) => (Self::Callback(secret.to_owned()), "POST"),
            ["health"] => (Self::Health, "GET, HEAD"),
            _ => return Err(NoRoute::Unknown),
        };
        let known = method == "OPTIONS" || methods.split(", ").any(|each| each == method);
        if known { Ok(route) } else { Err(NoRoute::Method(methods)) }
    }
}

/// Tokens are of letters that need no escape, so an escaped slash or a dot segment never is one.
fn is_token(text: &str) -> bool {
    text.len() <= 2048
        && text.contains('.')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && !text.starts_with('.')
        && !text.ends_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_where_the_documentation_says() {
        let of = |method, path| Route::of(method, path, "/avatar");
        assert_eq!(of("POST", "/avatar/tasks"), Ok(Route::Create));
        assert_eq!(of("OPTIONS", "/avatar/tasks"), Ok(Route::Create));
        assert_eq!(of("GET", "/avatar/tasks"), Ok(Route::Find));
        assert_eq!(of("GET", "/avatar/tasks/a.b"), Ok(Route::Task(String::from("a.b"))));
        assert_eq!(of("HEAD", "/avatar/tasks/a.b/video"), Ok(Route::Video(String::from("a.b"))));
        assert_eq!(of("POST", "/avatar/callbacks/a.b"), Ok(Route::Callback(String::from("a.b"))));
        assert_eq!(of("DELETE", "/avatar/tasks/a.b"), Err(NoRoute::Method("GET, HEAD")));
        assert_eq!(of("GET", "/avatar/speech"), Err(NoRoute::Method("POST")));
        assert_eq!(Route::of("GET", "/health", ""), Ok(Route::Health));
    }

    #[test]
    fn traversal_and_escapes_lead_nowhere() {
        for path in [
            "/",
            "/avatar",
            "/avatar/",
            "/avatarx/tasks",
            "/avatar//tasks",
            "/avatar/tasks/",
            "/avatar/tasks/..",
            "/avatar/tasks/.",
            "/avatar/tasks/%2e%2e",
            "/avatar/tasks/a.b%2fvideo",
            "/avatar/tasks/a.b%2F..%2Fx",
            "/avatar/tasks/a.b/video/",
            "/avatar/tasks/a.b/../x",
            "/avatar/tasks/a.b%0d%0a",
            "/avatar/tasks/a b",
            "/avatar/tasks/a\\b.c",
            "/kling/v1/videos/avatar/image2video",
            "/avatar/tasks/ab",
            "/avatar/tasks/ab/video",
            "/avatar/callbacks/ab",
        ] {
            assert_eq!(Route::of("GET", path, "/avatar"), Err(NoRoute::Unknown), "{path}");
        }
        let long = String::from("/avatar/tasks/a.") + &"b".repeat(2048);
        assert_eq!(Route::of("GET", &long, "/avatar"), Err(NoRoute::Unknown));
    }
}
