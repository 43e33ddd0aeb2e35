//! What a platform's network error proves.

use super::search::holds;

/// Words in the error codes that platforms give only to a connection that was never made.
///
/// Sources: Node's system errors and undici's codes, Bun's (older ones have names of their own), and OpenSSL's as Node
/// words them for a certificate that it does not accept, such as `CERT_HAS_EXPIRED` (the handshake comes before the
/// request). workerd and browsers word everything alike.
const NEVER_CONNECTED: &[&str] = &[
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_",
    "CONNECT_TIMEOUT",
    "ConnectionRefused",
    "FailedToOpenSocket",
    "DNSResolveFailed",
    "CERT_",
    "SELF_SIGNED",
    "UNABLE_TO_",
];

/// Codes that prove it only where the failing system call is `connect`.
const NEVER_CONNECTED_AT_CONNECT: &[&str] = &["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ECONNRESET"];

/// Words of Deno for the same.
const NEVER_CONNECTED_WORDS: &str = "client error (Connect)";

/// All that Node says of a port that `fetch` refuses by itself.
const REFUSED_PORT: &str = "bad port";

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
        let proves = NEVER_CONNECTED.iter().any(|words| holds(code, words))
            || (NEVER_CONNECTED_AT_CONNECT.contains(&code) && error.syscall == "connect")
            || holds(&error.message, NEVER_CONNECTED_WORDS)
            || error.message == REFUSED_PORT;
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

    /// As Node 20, Deno 2.9, Bun 1.4, workerd and Chromium word a port that refuses, a name that does not resolve, a
    /// server that resets a new connection, one that closes or resets while it reads, and one that does so after it has
    /// read all.
    #[test]
    fn only_a_connection_that_was_never_made_is_proof() {
        let outer = error("", "", "fetch failed");
        let node = |code, syscall, message| vec![outer.clone(), error(code, syscall, message)];
        let deno = |message| vec![outer.clone(), error("", "", message)];
        let bun = |code, syscall, message| vec![error(code, syscall, message)];
        let plain = |message| vec![error("", "", message)];
        let table = [
            (node("ECONNREFUSED", "connect", "connect ECONNREFUSED 127.0.0.1:1"), true),
            (node("ENOTFOUND", "getaddrinfo", "getaddrinfo ENOTFOUND nope.invalid"), true),
            (node("ECONNRESET", "connect", "connect ECONNRESET 127.0.0.1:1"), true),
            (node("ETIMEDOUT", "connect", ""), true),
            (node("UND_ERR_CONNECT_TIMEOUT", "", ""), true),
            (node("EAI_AGAIN", "getaddrinfo", "getaddrinfo EAI_AGAIN h"), true),
            (node("CERT_HAS_EXPIRED", "", "certificate has expired"), true),
            (node("DEPTH_ZERO_SELF_SIGNED_CERT", "", "self-signed certificate"), true),
            (node("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "", "unable to verify the first certificate"), true),
            (node("ERR_TLS_CERT_ALTNAME_INVALID", "", ""), true),
            // Servers of TLS 1.3 say so when the request may be there already.
            (node("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "write", ""), false),
            (vec![outer.clone(), error("ECONNREFUSED", "", ""), error("ECONNREFUSED", "", "")], true),
            (vec![outer.clone(), error("ECONNREFUSED", "", ""), error("EPIPE", "write", "")], false),
            (node("", "", "bad port"), true),
            (node("", "", "a bad portion"), false),
            (node("EPIPE", "write", "write EPIPE"), false),
            (node("ECONNRESET", "read", "read ECONNRESET"), false),
            (node("ETIMEDOUT", "read", ""), false),
            (node("UND_ERR_SOCKET", "", "other side closed"), false),
            (node("UND_ERR_HEADERS_TIMEOUT", "", ""), false),
            (vec![outer.clone()], false),
            (
                deno(
                    "error sending request for url (http://h/): client error (Connect): tcp connect error: Connection refused",
                ),
                true,
            ),
            (
                deno("error sending request for url (http://h/): client error (Connect): dns error: failed to lookup"),
                true,
            ),
            (
                deno(
                    "error sending request for url (http://h/): client error (Connect): tcp connect error: Connection reset",
                ),
                true,
            ),
            (
                deno(
                    "error sending request from 127.0.0.1:2 for http://h/: client error (SendRequest): connection closed",
                ),
                false,
            ),
            (deno("Connection reset by peer (os error 104)"), false),
            (bun("ECONNREFUSED", "", "ECONNREFUSED: Unable to connect. Is the computer able to access the url?"), true),
            (bun("ConnectionRefused", "", "Unable to connect."), true),
            (bun("ENOTFOUND", "getaddrinfo", "getaddrinfo ENOTFOUND nope.invalid"), true),
            (bun("ECONNRESET", "", "ECONNRESET: The socket connection was closed unexpectedly."), false),
            (bun("ECONNRESET", "", "ECONNRESET: Unable to connect. Is the computer able to access the url?"), false),
            (bun("EPROTO", "", "EPROTO: The TLS handshake failed."), false),
            (plain("Network connection lost."), false),
            (plain("internal error; reference = lsisvisavjg1k8knplei97se"), false),
            (plain("Failed to fetch"), false),
            (plain("NetworkError when attempting to fetch resource."), false),
            (plain("Load failed"), false),
            (vec![], false),
        ];
        for (errors, expected) in table {
            assert_eq!(certainly_not_sent(&errors), expected, "{errors:?}");
        }
    }
}
