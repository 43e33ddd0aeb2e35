import * as format from "./format.js";
import { Actions } from "./actions.js";
import { Connection } from "./connection.js";
import { byId, show } from "./dom.js";
import { bringFinished } from "./finished.js";
import { offerFitting } from "./fitting.js";
import { takeDropsAndPastes } from "./intake.js";
import { onLanguage, otherLanguage, t, useLanguage } from "./i18n.js";
import { loadPackage } from "./package.js";
import { photoField } from "./photo.js";
import { Player } from "./player.js";
import { setUpPreferences } from "./preferences.js";
import { limitValues } from "./problems.js";
import { PromptField } from "./prompt-field.js";
import { Runs } from "./runs.js";
import { Speech } from "./speech.js";
import { Stage } from "./stage.js";
import { voiceField } from "./voice.js";

const DOLLARS_PER_SECOND = { std: 0.05, pro: 0.1 };

const loading = loadPackage();
loading.catch(() => {}); // told below
// Words that do not come must not hide the page: the other language is better than none.
await useLanguage(document.documentElement.lang === "ru" ? "ru" : "en").catch(() => useLanguage(otherLanguage()));
setUpPreferences();
const runs = new Runs();
const stage = new Stage(runs);
try {
  const loaded = await loading;
  const started = start(loaded);
  reveal();
  await loaded.validate({ image: null, soundFile: null, prompt: "-" }); // is all of it there?
  await started;
  byId("generate").disabled = false;
} catch (error) {
  runs.refuse({ code: "unavailable", message: String(error?.message ?? error) });
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
  const speech = new Speech({ connection, voice, limits, client: () => clientForSpeech(AvatarClient, connection) });
  const parts = { AvatarClient, photo, voice, prompt, mode, connection, runs, stage, player, speech };

  connectStage(parts);
  connectCode(parts);
  connectCost(parts);
  bringFinished(runs);
  onLanguage(() => renderFields(parts, limits));
  takeDropsAndPastes(photo, voice);
  offerFitting([photo, voice], limits);
  const actions = new Actions(parts);
  connectButton(actions, parts);
  return connection.discover().then(() => {
    // Nobody needs the list of videos before the form: it comes after it, and the page works without it.
    import("./history/main.js").then(({ startHistory }) => startHistory({ ...parts, actions })).catch(tellNothingIsKept);
  });
}

function tellNothingIsKept() {
  for (const id of ["shelf-empty", "footer-kept"]) show(byId(id), false);
  byId("shelf-trouble").textContent = t("error.unavailable");
}

/** Speech is asked for where the videos are made. */
async function clientForSpeech(AvatarClient, connection) {
  const options = await connection.options();
  if (!options) connection.reveal();
  return options && { client: new AvatarClient(options), fetch: options.fetch };
}

function reveal() {
  const { dataset } = document.documentElement;
  delete dataset.waiting;
  dataset.started = "";
}

function connectStage({ photo, voice, player }) {
  const isTaken = ({ file, problems }) => file !== null && problems.length === 0;
  photo.addEventListener("change", () => stage.setPhoto(photo.seen?.url, isTaken(photo)));
  voice.addEventListener("change", () => stage.setVoice(isTaken(voice)));
  voice.addEventListener("loudness", ({ detail }) => {
    player.draw(detail);
    stage.draw(detail);
  });
}

/** The example code is fetched when it is asked for. */
function connectCode({ photo, voice, prompt, mode, connection, speech }) {
  const now = () => ({
    connection: { ...connection.origin, address: connection.address },
    spoken: speech.idFor(voice.file) ? speech.spoken : null,
    photoName: photo.file?.name ?? "portrait.jpg",
    voiceName: voice.file?.name ?? "voice.mp3",
    prompt: prompt.value,
    mode: mode(),
  });
  let panel;
  byId("code").addEventListener("toggle", async () => {
    panel ??= import("./code/panel.js").then(({ CodePanel }) => new CodePanel(now));
    (await panel).render();
  });
  const render = async () => (await panel)?.render();
  for (const source of [photo, voice, prompt, connection, ...document.getElementsByName("mode")]) {
    source.addEventListener("change", render);
  }
  onLanguage(render);
}

function connectCost({ voice, connection, mode }) {
  const words = () => {
    if (connection.kind !== "key") return t(`cost.${connection.origin.inPage ? "preview" : connection.kind}`);
    const seconds = voice.problems.length === 0 ? voice.report?.durationSeconds : undefined;
    if (seconds === undefined) return t("cost.key.unknown");
    const price = format.dollars(seconds * DOLLARS_PER_SECOND[mode()]);
    return t("cost.key", { price, length: format.seconds(seconds) });
  };
  // The space parts it from the name for those who hear it.
  const render = () => (byId("cost").textContent = connection.isKnown ? ` ${words()}` : "");
  for (const source of [voice, connection, ...document.getElementsByName("mode")]) {
    source.addEventListener("change", render);
  }
  onLanguage(render);
}

/** The same video is made once; with anything changed, the next one can be made at the same time. */
function connectButton(actions, { photo, voice, prompt, connection }) {
  const render = () => {
    const busy = Boolean(runs.underWay(actions.input));
    byId("generate").setAttribute("aria-disabled", String(busy));
    byId("generate-label").textContent = t(busy ? "generate.running" : "generate.do");
  };
  for (const source of [runs, photo, voice, prompt, connection, ...document.getElementsByName("mode")]) {
    source.addEventListener("change", render);
  }
  runs.addEventListener("remove", render);
  onLanguage(render);
}

function renderFields({ photo, voice }, limits) {
  const values = limitValues(limits);
  byId("photo-hint").textContent = t("photo.hint", values);
  byId("voice-hint").textContent = t("voice.hint", values);
  photo.render();
  voice.render();
}
