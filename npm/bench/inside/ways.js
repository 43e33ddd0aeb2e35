// The ways to a request body that are measured beside each other, in whatever runtime this is imported. Each takes
// `{ image, sound }` and resolves with the bytes of the same JSON.
const FIELDS = { external_task_id: "11111111-2222-4333-8444-555555555555", prompt: "A woman speaks warmly to the camera" };
const BTOA_BYTES = 32_766; // divisible by three, and few enough for the arguments of one call
const TASK = { code: 0, message: "SUCCEED", request_id: "r", data: { task_id: "820955445858567830", task_status: "submitted" } };

/** Through the package: from the call to the moment in which `fetch` is given all of the body. */
export function ours({ AvatarClient }) {
  let given;
  const client = new AvatarClient({
    apiKey: "sk-bench-0123456789",
    dangerouslyAllowBrowser: true,
    fetch: async (url, { body }) => {
      given.resolve(body instanceof ReadableStream ? await drained(body) : body);
      return new Response(JSON.stringify(TASK));
    },
  });
  return async ({ image, sound }) => {
    given = deferred();
    const created = client.createTask({ image, soundFile: sound, prompt: FIELDS.prompt, externalTaskId: FIELDS.external_task_id });
    const body = await Promise.race([given.promise, created.then(() => undefined)]);
    // What comes after the body was given does not count, and must not run into the next round.
    return { body, after: created };
  };
}

/** As it is written by hand, with each of the ways that the platform has. */
export function byHand() {
  const ways = { btoa: withText(async (file) => chunkedBtoa(await bytesOf(file))) };
  if (typeof FileReader === "function") ways["readAsDataURL"] = withText(base64Of);
  if (typeof Uint8Array.prototype.toBase64 === "function") ways["toBase64"] = withText(async (file) => (await bytesOf(file)).toBase64());
  if (typeof Buffer === "function") ways["Buffer"] = withText(async (file) => bufferOf(await bytesOf(file)).toString("base64"));
  return ways;
}

/** Merely reading the files: whichever way is the fastest of the two is the floor. */
export const reading = {
  "one by one": async ({ image, sound }) => ({ body: [await bytesOf(sound), await bytesOf(image)] }),
  "both at once": async ({ image, sound }) => ({ body: await Promise.all([bytesOf(sound), bytesOf(image)]) }),
};

function withText(text) {
  return async ({ image, sound }) => {
    const [sound_file, photo] = await Promise.all([text(sound), text(image)]);
    return { body: new TextEncoder().encode(JSON.stringify({ ...FIELDS, sound_file, image: photo })) };
  };
}

async function bytesOf(file) {
  return file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : file;
}

function bufferOf({ buffer, byteOffset, byteLength }) {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** A file as text in the platform's own way. */
export function dataUrl(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

export async function base64Of(file) {
  const url = await dataUrl(file);
  return url.slice(url.indexOf(",") + 1);
}

function chunkedBtoa(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += BTOA_BYTES) {
    text += btoa(String.fromCharCode.apply(null, bytes.subarray(at, at + BTOA_BYTES)));
  }
  return text;
}

async function drained(stream) {
  let length = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return { length };
    length += value.length;
  }
}

function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
}
