// What is known before the upload.
import { base64, padded, png, wav } from "./media.js";
import { equal, ok } from "./stand.js";

const PAGE = "https://example.com/";

async function problems({ kit, input }, fields, limits) {
  const report = await kit.validate(input(fields), limits);
  equal(report.ok, report.problems.length === 0, "ok");
  for (const { message } of report.problems) ok(typeof message === "string" && message !== "", "every problem has a message");
  return report.problems.map(({ field, code }) => `${field} ${code}`).sort();
}

/** A check that these fields come to exactly these problems. */
const has = (fields, ...wanted) => async (t) => equal(await problems(t, fields), wanted.sort(), "problems");

export const validation = {
  async "validate: takes the samples and tells what they are"({ kit, input, image, sound }) {
    const report = await kit.validate(input());
    equal([report.ok, report.problems], [true, []], "report");
    equal([report.image.format, report.image.bytes], ["jpeg", image.length], "image");
    ok(report.image.width >= 300 && report.image.height >= 300, "the image has its dimensions");
    equal([report.soundFile.format, report.soundFile.bytes], ["mp3", sound.length], "soundFile");
    ok(report.soundFile.durationSeconds >= 2 && report.soundFile.sampleRate > 0 && report.soundFile.channels > 0, "the sound has its facts");
  },
  async "validate: tells WAV and PNG exactly"({ kit, input }) {
    const report = await kit.validate(input({ image: png(320, 480), soundFile: wav(2.5) }));
    equal(report.problems, [], "problems");
    equal([report.image.format, report.image.width, report.image.height], ["png", 320, 480], "image");
    equal([report.soundFile.format, report.soundFile.durationSeconds, report.soundFile.sampleRate, report.soundFile.channels], ["wav", 2.5, 8000, 1], "sound");
  },
  async "validate: takes a Blob, a File, a buffer, views, a data: URL and Base64 alike"({ kit, input, image }) {
    const { buffer } = image.slice();
    const shifted = new Uint8Array(image.length + 7);
    shifted.set(image, 5);
    const view = shifted.subarray(5, 5 + image.length);
    const text = base64(image);
    const forms = [new Blob([image]), buffer, view, new DataView(buffer), `data:image/jpeg;base64,${text}`, text];
    if (typeof File === "function") forms.push(new File([image], "photo.txt", { type: "text/plain" }));
    const { image: first } = await kit.validate(input());
    for (const form of forms) equal((await kit.validate(input({ image: form }))).image, first, "report");
  },
  "validate: takes URLs without fetching them": has({ image: new URL("https://example.invalid/a.jpg"), soundFile: "https://example.invalid/a.mp3" }),
  "validate: says everything that is wrong at once": has(
    { image: new Uint8Array(), soundFile: wav(1), prompt: "", mode: "fast", callbackUrl: "nowhere" },
    "callbackUrl invalid_url", "image empty", "mode invalid_value", "prompt empty", "soundFile too_short",
  ),
  "validate: image of another format": has({ image: new TextEncoder().encode("GIF89a, says this file") }, "image unsupported_format"),
  "validate: image that is cut off": async (t) => equal(await problems(t, { image: t.image.slice(0, 40) }), ["image corrupt"], "problems"),
  "validate: image too small": has({ image: png(299, 300) }, "image too_small_dimensions"),
  "validate: image too wide": has({ image: png(1200, 300) }, "image aspect_ratio"),
  "validate: image too large": async (t) => equal(await problems(t, { image: padded(t.image, 10_485_761) }), ["image too_large"], "problems"),
  "validate: sound too short": has({ soundFile: wav(1.5) }, "soundFile too_short"),
  "validate: sound too long": has({ soundFile: wav(61) }, "soundFile too_long"),
  "validate: sound of another format": has({ soundFile: new Blob(["fLaC or so, but not quite"]) }, "soundFile unsupported_format"),
  "validate: no voice, or two": async (t) => {
    equal(await problems(t, { soundFile: undefined }), ["soundFile missing"], "without");
    const both = await problems(t, { audioId: "a" });
    ok(both.length === 1 && both[0].endsWith(" conflict"), `two voices are a conflict, not ${both}`);
  },
  "validate: prompts are counted in code points": async (t) => {
    equal(await problems(t, { prompt: "\u{1F600}".repeat(2500) }), [], "2500");
    equal(await problems(t, { prompt: "\u{1F600}".repeat(2501) }), ["prompt too_long"], "2501");
  },
  "validate: what is no file at all": has({ image: 7, soundFile: "no Base64 !" }, "image unsupported_type", "soundFile invalid_base64"),
  "validate: extra fields may not replace others": has({ extra: { prompt: PAGE } }, "extra conflict"),
  async "limits: frozen, and replaced one by one"(t) {
    equal([Object.isFrozen(t.kit.limits), t.kit.limits.audioMaxSeconds], [true, 60], "limits");
    equal(await problems(t, { soundFile: wav(61) }, { audioMaxSeconds: 62 }), [], "with 62 s allowed");
    equal((await t.client({ limits: { promptMaxCharacters: 3 } }).validate(t.input())).problems[0].limit, 3, "limit of a client");
  },
};
