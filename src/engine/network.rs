//! What a platform's network error proves.

/// Error codes that platforms give only to a connection that was never made.
///
/// Sources: Node's system errors and undici's codes, Bun's, and OpenSSL's as Node words them (a handshake that fails
/// comes before the request).
const NEVER_CONNECTED: &[&str] = &[
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EAI_FAIL",
    "UND_ERR_CONNECT_TIMEOUT",
    "ConnectionRefused",
    "FailedToOpenSocket",
    "DNSResolveFailed",
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "ERR_TLS_CERT_ALTNAME_INVALID",
];

/// Codes that prove it only where the failing system call is `connect`.
const NEVER_CONNECTED_AT_CONNECT: &[&str] = &["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ECONNRESET"];

/// Words of Deno for the same.
const NEVER_CONNECTED_WORDS: &str = "client error (Connect)";

/// One error of a platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlatformError {
    /// Its `code`.
    pub code: String,
    /// Its `syscall`.
    pub syscall: String,
    /// Its `message`.
    pub message: String,
}

/// Whether a request certainly never left.
///
/// `errors` are all that the platform threw: the error, its causes and the members of an `AggregateError`. Without a
/// positive proof the request counts as sent; a browser hides every cause, so there it always does.
pub fn certainly_not_sent(errors: &[PlatformError]) -> bool {
    let mut proofs = 0;
    for error in errors {
        let code = error.code.as_str();
        let proves = NEVER_CONNECTED.contains(&code)
            || (NEVER_CONNECTED_AT_CONNECT.contains(&code) && error.syscall == "connect")
            || error.message.contains(NEVER_CONNECTED_WORDS);
        if !proves && !code.is_empty() {
            return false;
        }
        proofs += usize::from(proves);
    }
    proofs > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: &str, syscall: &str, message: &str) -> PlatformError {
        PlatformError { code: code.to_owned(), syscall: syscall.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn only_a_connection_that_was_never_made_is_proof() {
        let outer = error("", "", "fetch failed");
        let table = [
            (vec![outer.clone(), error("ECONNREFUSED", "connect", "")], true),
            (vec![outer.clone(), error("ENOTFOUND", "getaddrinfo", "")], true),
            (vec![outer.clone(), error("UND_ERR_CONNECT_TIMEOUT", "", "")], true),
            (vec![outer.clone(), error("ECONNREFUSED", "", ""), error("ECONNREFUSED", "", "")], true),
            (vec![outer.clone(), error("ECONNREFUSED", "", ""), error("EPIPE", "write", "")], false),
            (vec![outer.clone(), error("ETIMEDOUT", "connect", "")], true),
            (vec![outer.clone(), error("ETIMEDOUT", "read", "")], false),
            (vec![outer.clone(), error("ECONNRESET", "read", "")], false),
            (vec![outer.clone(), error("UND_ERR_SOCKET", "", "other side closed")], false),
            (vec![outer], false),
            (vec![error("ConnectionRefused", "", "Unable to connect.")], true),
            (vec![error("", "", "error sending request: client error (Connect): refused")], true),
            (vec![error("", "", "error sending request: client error (SendRequest)")], false),
            (vec![error("", "", "Failed to fetch")], false),
            (vec![error("", "", "NetworkError when attempting to fetch resource.")], false),
            (vec![error("", "", "Load failed")], false),
            (vec![error("", "", "Network connection lost.")], false),
            (vec![], false),
        ];
        for (errors, expected) in table {
            assert_eq!(certainly_not_sent(&errors), expected, "{errors:?}");
        }
    }
}
