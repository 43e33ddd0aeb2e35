import * as format from "./format.js";
import { Actions } from "./actions.js";
import { Connection } from "./connection.js";
import { byId } from "./dom.js";
import { takeDropsAndPastes } from "./intake.js";
import { onLanguage, t, useLanguage } from "./i18n.js";
import { loadPackage } from "./package.js";
import { photoField } from "./photo.js";
import { Player } from "./player.js";
import { setUpPreferences } from "./preferences.js";
import { limitValues } from "./problems.js";
import { PromptField } from "./prompt-field.js";
import { Run } from "./run.js";
import { Snippet } from "./snippet.js";
import { Stage } from "./stage.js";
import { voiceField } from "./voice.js";

const DOLLARS_PER_SECOND = { std: 0.05, pro: 0.1 };

const loading = loadPackage();
loading.catch(() => {}); // told below
setUpPreferences();
const run = new Run();
const stage = new Stage(run);
await useLanguage(document.documentElement.lang === "ru" ? "ru" : "en");
try {
  const loaded = await loading;
  start(loaded);
  reveal();
  await loaded.validate({ image: null, soundFile: null, prompt: "-" }); // is all of it there?
  byId("generate").disabled = false;
} catch (error) {
  run.fail({ code: "unavailable", message: String(error?.message ?? error) });
}
reveal();

function start({ AvatarClient, limits, validate }) {
  // Each field is checked by itself: a word more in the prompt must not read the photo again.
  const check = (field, value) => validate({ image: null, soundFile: null, prompt: "-", [field]: value });
  const player = new Player();
  const photo = photoField(check, limits);
  const voice = voiceField(check, limits, player);
  const prompt = new PromptField(check, limits);
  const connection = new Connection();
  const mode = () => document.querySelector("[name=mode]:checked").value;
  const parts = { AvatarClient, photo, voice, prompt, mode, connection, run, stage, player };

  connectStage(parts);
  connectSnippet(parts);
  connectCost(parts);
  connectButton();
  onLanguage(() => renderFields(parts, limits));
  takeDropsAndPastes(photo, voice);
  new Actions(parts);
  connection.discover();
}

function reveal() {
  delete document.documentElement.dataset.waiting;
}

function connectStage({ photo, voice, player }) {
  photo.addEventListener("change", () => stage.setPhoto(photo.seen?.url));
  voice.addEventListener("change", () => stage.setVoice(voice.file !== null && voice.problems.length === 0));
  voice.addEventListener("loudness", ({ detail }) => {
    player.draw(detail);
    stage.draw(detail);
  });
}

function connectSnippet({ photo, voice, prompt, mode, connection }) {
  const snippet = new Snippet(() => ({
    connection: { kind: connection.kind, address: connection.address },
    photoName: photo.file?.name ?? "portrait.jpg",
    voiceName: voice.file?.name ?? "voice.mp3",
    prompt: prompt.value,
    mode: mode(),
  }));
  for (const source of [photo, voice, prompt, connection, ...document.getElementsByName("mode")]) {
    source.addEventListener("change", () => snippet.render());
  }
}

function connectCost({ voice, connection, mode }) {
  const words = () => {
    if (connection.kind !== "key") return t(`cost.${connection.kind}`);
    const seconds = voice.problems.length === 0 ? voice.report?.durationSeconds : undefined;
    if (seconds === undefined) return t("cost.key.unknown");
    const price = format.dollars(seconds * DOLLARS_PER_SECOND[mode()]);
    return t("cost.key", { price, length: format.seconds(seconds) });
  };
  const render = () => (byId("cost").textContent = words());
  for (const source of [voice, connection, ...document.getElementsByName("mode")]) {
    source.addEventListener("change", render);
  }
  onLanguage(render);
}

function connectButton() {
  const render = () => {
    byId("generate").setAttribute("aria-disabled", String(run.running));
    byId("generate-label").textContent = t(run.running ? "generate.running" : "generate.do");
  };
  run.addEventListener("change", render);
  onLanguage(render);
}

function renderFields({ photo, voice }, limits) {
  const values = limitValues(limits);
  byId("photo-hint").textContent = t("photo.hint", values);
  byId("voice-hint").textContent = t("voice.hint", values);
  photo.render();
  voice.render();
}
