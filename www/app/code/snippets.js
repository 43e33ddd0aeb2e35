const quoted = (words) => JSON.stringify(words);
const indented = (text, by) => text.replaceAll("\n", `\n${" ".repeat(by)}`);

/** The options of a client in a page. */
function pageOptions({ kind, address, inPage }) {
  if (kind === "gateway") return `{ gatewayUrl: ${quoted(address)} }`;
  if (kind === "sandbox" && !inPage) return `{\n  apiKey: "sk-sandbox-demo",\n  baseUrl: ${quoted(address)},\n  dangerouslyAllowBrowser: true,\n}`;
  return `{\n  apiKey: keyTypedByItsOwner, // everyone who can open this page's tools can read it\n  dangerouslyAllowBrowser: true,\n}`;
}

/** The options of a client that has the key beside it. */
function ownOptions({ kind, address, inPage }, key) {
  const isSandbox = kind === "sandbox" && !inPage;
  return isSandbox ? `{ apiKey: "sk-sandbox-demo", baseUrl: ${quoted(address)} }` : `{ apiKey: ${key} }`;
}

/** What the video is made from; the sound is a file, or was spoken before. */
function input({ spoken, prompt, mode }, image, sound) {
  const lines = [`image: ${image},`, spoken ? "audioId," : `soundFile: ${sound},`, `prompt: ${quoted(prompt)},`];
  if (mode !== "std") lines.push(`mode: ${quoted(mode)},`);
  return `{\n  ${lines.join("\n  ")}\n}`;
}

const speech = ({ spoken }) =>
  spoken ? `const { audioId } = await client.synthesizeSpeech(${JSON.stringify(spoken, null, 2).replace(/"(\w+)":/g, "$1:")});\n` : "";

/** The code that does what has just been done, for each runtime. */
export const snippets = {
  browser: (now) => `import { AvatarClient } from "kling-avatar";

const client = new AvatarClient(${pageOptions(now.connection)});

${speech(now)}const video = await client.generate(${input(now, "photoInput.files[0]", "voiceInput.files[0]")}, {
  onProgress: ({ phase, loadedBytes, totalBytes }) => console.log(phase, loadedBytes, totalBytes),
});
videoElement.src = URL.createObjectURL(await client.download(video));`,

  workers: (now) => (now.connection.kind === "gateway" ? gateway : worker(now)),

  node: (now) => `import { openAsBlob } from "node:fs";
import { writeFile } from "node:fs/promises";
import { AvatarClient } from "kling-avatar";

const client = new AvatarClient(${ownOptions(now.connection, "process.env.COMETAPI_KEY")});

${speech(now)}const video = await client.generate(${input(now, `await openAsBlob(${quoted(now.photoName)})`, `await openAsBlob(${quoted(now.voiceName)})`)});
const file = await client.download(video);
await writeFile("avatar.mp4", file.stream());`,
};

const worker = (now) => `import { AvatarClient } from "kling-avatar";

export default {
  async fetch(request, env) {
    // Every call costs money: check here who is asking.
    const form = await request.formData();
    const client = new AvatarClient(${ownOptions(now.connection, "env.COMETAPI_KEY")});
    ${indented(speech(now), 4)}const task = await client.createTask(${indented(input(now, 'form.get("photo")', 'form.get("voice")'), 4)}, { signal: request.signal });
    return Response.json({ taskId: task.taskId });
  },
};`;

const gateway = `import { AvatarLedger, createGateway, durableObjectStore } from "kling-avatar/gateway";

const gateway = createGateway((env) => ({
  apiKey: env.COMETAPI_KEY,
  tokenSecret: env.TOKEN_SECRET,
  allowedOrigins: env.ALLOWED_ORIGINS, // where the page of the first tab is
  store: durableObjectStore(env.LEDGER),
}));

export { AvatarLedger };
export default { fetch: (request, env, context) => gateway.fetch(request, env, context) };`;
