import { byId } from "./dom.js";
import { onLanguage, t } from "./i18n.js";

/** "Show the code": what one has just done, for each runtime. */
export class Snippet {
  #runtime = "browser";
  #tabs = [...document.querySelectorAll("[role=tab]")];
  #now;

  /** `now()` gives the present connection, names, prompt and mode. */
  constructor(now) {
    this.#now = now;
    for (const tab of this.#tabs) {
      tab.addEventListener("click", () => this.#select(tab));
      tab.addEventListener("keydown", (event) => this.#move(event));
    }
    byId("code-copy").addEventListener("click", () => this.#copy());
    byId("code").addEventListener("toggle", () => this.render());
    onLanguage(() => (byId("code-copy").textContent = t("code.copy")));
  }

  render() {
    if (byId("code").open) byId("code-text").textContent = write[this.#runtime](this.#now());
  }

  #select(tab) {
    this.#runtime = tab.id.replace("code-tab-", "");
    for (const each of this.#tabs) {
      each.setAttribute("aria-selected", String(each === tab));
      each.tabIndex = each === tab ? 0 : -1;
    }
    byId("code-panel").setAttribute("aria-labelledby", tab.id);
    this.render();
  }

  #move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const { length } = this.#tabs;
    const next = this.#tabs[(this.#tabs.indexOf(event.target) + step + length) % length];
    this.#select(next);
    next.focus();
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(byId("code-text").textContent);
      byId("code-copy").textContent = t("code.copied");
    } catch {
      getSelection().selectAllChildren(byId("code-text"));
      byId("code-copy").textContent = t("code.selected");
    }
  }
}

const quoted = (words) => JSON.stringify(words);
const modeLine = (mode, indent) => (mode === "std" ? "" : `\n${indent}mode: ${quoted(mode)},`);

const options = {
  sandbox: ({ address }) => `{
  apiKey: "sk-sandbox-demo",
  baseUrl: ${quoted(address)},
  dangerouslyAllowBrowser: true,
}`,
  key: () => `{
  apiKey: keyTypedByItsOwner, // everyone who can open this page's tools can read it
  dangerouslyAllowBrowser: true,
}`,
  gateway: ({ address }) => `{ gatewayUrl: ${quoted(address)} }`,
};

const write = {
  browser: ({ connection, prompt, mode }) => `import { AvatarClient } from "kling-avatar";

const client = new AvatarClient(${options[connection.kind](connection)});

const video = await client.generate({
  image: photoInput.files[0],
  soundFile: voiceInput.files[0],
  prompt: ${quoted(prompt)},${modeLine(mode, "  ")}
}, {
  onProgress: ({ phase, loadedBytes, totalBytes }) => console.log(phase, loadedBytes, totalBytes),
});
videoElement.src = video.url;`,

  workers: ({ prompt, mode }) => `import { AvatarClient } from "kling-avatar";

export default {
  async fetch(request, env) {
    // Every call costs money: check here who is asking.
    const form = await request.formData();
    const client = new AvatarClient({ apiKey: env.COMETAPI_KEY });
    const task = await client.createTask({
      image: form.get("photo"),
      soundFile: form.get("voice"),
      prompt: ${quoted(prompt)},${modeLine(mode, "      ")}
    }, { signal: request.signal });
    return Response.json({ taskId: task.taskId });
  },
};`,

  node: ({ photoName, voiceName, prompt, mode }) => `import { readFile, writeFile } from "node:fs/promises";
import { AvatarClient } from "kling-avatar";

const client = new AvatarClient({ apiKey: process.env.COMETAPI_KEY });
const video = await client.generate({
  image: await readFile(${quoted(photoName)}),
  soundFile: await readFile(${quoted(voiceName)}),
  prompt: ${quoted(prompt)},${modeLine(mode, "  ")}
});
const file = await client.download(video);
await writeFile("avatar.mp4", file.stream());`,
};
