//! The gateway's decisions, as its entry asks for them.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use super::super::exports::thrown_to_js;
use super::super::js::{Builder, get};
use crate::engine::error::Error;
use crate::engine::gateway::admission::{Admission, Provenance};
use crate::engine::gateway::failure::{leaves_doubt, message_is_public, status_of};
use crate::engine::gateway::ledger;
use crate::engine::gateway::quota;
use crate::engine::gateway::route::{NoRoute, Route};
use crate::engine::gateway::settings::Settings;
use crate::engine::gateway::token::{Claims, Purpose, parse};

/// A gateway whose settings are complete.
#[wasm_bindgen]
pub struct WasmGateway {
    settings: Settings,
    allow_missing_origin: bool,
}

#[wasm_bindgen]
impl WasmGateway {
    /// Checks the settings.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue) -> Result<WasmGateway, JsValue> {
        let text = |name| get(options, name).as_string().unwrap_or_default();
        let texts = |name| {
            let list = get(options, name);
            let list = if Array::is_array(&list) { Array::from(&list) } else { Array::new() };
            list.iter().map(|item| item.as_string().unwrap_or_default()).collect()
        };
        let settings = Settings {
            api_key: text("apiKey"),
            token_secrets: texts("tokenSecrets"),
            allowed_origins: texts("allowedOrigins"),
            base_path: text("basePath"),
        };
        let settings = settings.checked().map_err(|message| thrown_to_js(Error::Configuration { message }.into()))?;
        Ok(Self { settings, allow_missing_origin: get(options, "allowMissingOrigin").is_truthy() })
    }

    /// Gives the route and whether the request's page is served; `headers` is the request's.
    pub fn route(&self, method: &str, path: &str, headers: &JsValue) -> JsValue {
        let header = |name: &str| super::super::js::call(headers, "get", &[&JsValue::from_str(name)]).ok()?.as_string();
        let provenance =
            Provenance { origin: header("origin"), referer: header("referer"), fetch_site: header("sec-fetch-site") };
        let route = Route::of(method, path, &self.settings.base_path);
        let preflight = method == "OPTIONS";
        let changes = preflight || route.as_ref().is_ok_and(Route::changes);
        let open = route.as_ref().is_ok_and(|route| !route.is_for_pages());
        let allow_missing = self.allow_missing_origin && !preflight;
        let admission = provenance.admission(changes, &self.settings.allowed_origins, allow_missing);
        let (admitted, origin) = match admission {
            Admission::Admitted(origin) => (true, origin),
            Admission::Refused => (open && !preflight, None),
        };
        let built = Builder::new().set("admitted", admitted).set_some("origin", origin);
        match route {
            Ok(route) => built.set("name", route.name()).set_some("token", route.token()),
            Err(NoRoute::Unknown) => built.set("status", 404),
            Err(NoRoute::Method(methods)) => built.set("status", 405).set("allow", methods),
        }
        .build()
    }
}

fn purpose(name: &str) -> Purpose {
    match name {
        "callback" => Purpose::Callback,
        "speech" => Purpose::Speech,
        _ => Purpose::Task,
    }
}

/// What has to be signed for a token.
#[wasm_bindgen(js_name = tokenText)]
pub fn token_text(
    purpose_name: &str,
    task_id: String,
    external_task_id: String,
    expires_at_s: f64,
    subject: &str,
) -> Option<String> {
    Claims { expires_at_s: expires_at_s as u64, task_id, external_task_id }.signed(purpose(purpose_name), subject)
}

/// A token, of what was signed and its MAC.
#[wasm_bindgen(js_name = writeToken)]
pub fn write_token(task_id: String, external_task_id: String, expires_at_s: f64, mac: &[u8]) -> Option<String> {
    Claims { expires_at_s: expires_at_s as u64, task_id, external_task_id }.token(mac)
}

/// Takes a token apart; gives nothing for one of the wrong form or past its time. Its MAC is not proven yet.
#[wasm_bindgen(js_name = readToken)]
pub fn read_token(token: &str, now_ms: f64) -> JsValue {
    let Some(parsed) = parse(token).filter(|parsed| !parsed.claims.has_expired(now_ms)) else {
        return JsValue::UNDEFINED;
    };
    Builder::new()
        .set("taskId", parsed.claims.task_id)
        .set("externalTaskId", parsed.claims.external_task_id)
        .set("expiresAtSeconds", parsed.claims.expires_at_s as f64)
        .set("mac", Uint8Array::from(parsed.mac.as_slice()))
        .build()
}

/// Takes an event into an entry of a store.
#[wasm_bindgen]
pub fn decide(entry: Option<String>, event: &str, now_ms: f64) -> JsValue {
    let Some(decision) = ledger::decide(entry.as_deref(), event, now_ms) else { return JsValue::UNDEFINED };
    Builder::new()
        .set_some("entry", decision.entry)
        .set("expiresAtMs", decision.expires_at_ms)
        .set("answer", decision.answer)
        .build()
}

/// Whom an IP address is counted with.
#[wasm_bindgen(js_name = networkOf)]
pub fn network_of(address: &str) -> String {
    quota::network_of(address)
}

/// How a failure with this code leaves the gateway.
#[wasm_bindgen(js_name = leaving)]
pub fn leaving(code: &str) -> JsValue {
    Builder::new()
        .set("status", status_of(code))
        .set("isPublic", message_is_public(code))
        .set("leavesDoubt", leaves_doubt(code))
        .build()
}
