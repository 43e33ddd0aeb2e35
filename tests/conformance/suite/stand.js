// What a check works with: a client with a key of its own, the sandbox's controls for that key, and assertions.

const PROMPT = "A woman speaks warmly to the camera";
/** The sandbox is on this machine, so nothing has to be waited for. */
const QUICK = { poll: { minIntervalMs: 10, maxIntervalMs: 100 }, retry: { minDelayMs: 1, maxDelayMs: 20 } };

export function stand(kit, { sandboxUrl, gatewayUrl, image, sound }) {
  const key = `sk-conformance-${random()}`;
  const control = async (path, body) => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(`${sandboxUrl}/_sandbox/${path}`, init);
    if (!response.ok) throw new Error(`the sandbox answered ${path} with ${response.status}`);
    return response.json();
  };
  // Programs have to say what pages say by themselves.
  const hasOrigin = gatewayUrl === undefined || typeof XMLHttpRequest !== "undefined";
  const send = hasOrigin ? (...request) => fetch(...request) : (url, init) => fetch(url, { ...init, headers: { ...init.headers, origin: "https://shop.example" } });
  return {
    kit, key, image, sound, sandboxUrl, random,
    /** The platform's fetch, to where the client sends, and what its requests hold then. */
    send, authorization: gatewayUrl === undefined ? `Bearer ${key}` : null,
    input: (fields) => ({ image, soundFile: sound, prompt: PROMPT, ...fields }),
    client: (options) => new kit.AvatarClient(reaching(gatewayUrl, key, send, { apiKey: key, baseUrl: sandboxUrl, dangerouslyAllowBrowser: true, ...QUICK, ...options })),
    /** Faults that strike this check only. */
    arm: (...faults) => control("faults", faults.map((fault) => ({ key, ...fault }))),
    ledger: async (of = key) => control(`ledger?key=${(await sha256(of)).slice(0, 16)}`),
    fails: (work, wanted) => fails(kit, work, wanted),
  };
}

/** The same options for the gateway that holds the check's key, where there is one. */
function reaching(gatewayUrl, key, send, { apiKey, baseUrl, dangerouslyAllowBrowser, ...rest }) {
  if (gatewayUrl === undefined) return { apiKey, baseUrl, dangerouslyAllowBrowser, ...rest };
  const address = `${gatewayUrl}/${typeof apiKey === "string" ? apiKey : key}/${new URL(baseUrl).host.replace(":", "~")}/avatar`;
  return { gatewayUrl: baseUrl instanceof URL ? new URL(address) : address, fetch: typeof XMLHttpRequest === "undefined" ? send : undefined, ...rest };
}

export function equal(actual, expected, what = "value") {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) throw new Error(`${what} is ${found}, not ${wanted}`);
}

export function ok(value, what) {
  if (!value) throw new Error(`it does not hold that ${what}`);
}

/** Expects an `AvatarError` with these fields, and gives it. */
async function fails({ AvatarError }, work, wanted) {
  let error;
  try {
    await (typeof work === "function" ? work() : work);
  } catch (thrown) {
    error = thrown;
  }
  if (error === undefined) throw new Error(`nothing failed, where ${wanted.code} should`);
  if (!(error instanceof AvatarError)) throw new Error(`what failed is no AvatarError: ${error?.stack ?? error}`);
  ok(error instanceof Error && error.name === "AvatarError" && error.message !== "", "the error is a real Error");
  ok(typeof error.retryable === "boolean", "retryable is there");
  for (const [name, value] of Object.entries(wanted)) {
    if (error[name] !== value) throw new Error(`${name} is ${JSON.stringify(error[name])}, not ${JSON.stringify(value)} (${error.message})`);
  }
  return error;
}

/** Hexadecimal, by the platform. */
export async function sha256(value) {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function random() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
