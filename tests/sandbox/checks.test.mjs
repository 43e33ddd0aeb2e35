import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { after, test } from "node:test";
import { adtsSeconds } from "./adts.mjs";
import { checkOrder } from "./checks.mjs";
import { ffmpeg } from "./ffmpeg.mjs";
import { PORTRAIT, VOICE, base64, png, wav } from "./fixtures.mjs";
import { changeOptions, defaultOptions } from "./options.mjs";

/** @type {string[]} */
const folders = [];
async function temporaryFolder() {
  const folder = await mkdtemp(`${tmpdir()}/kling-avatar-checks-`);
  folders.push(folder);
  return folder;
}
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

const IMAGE = base64(png(320, 400));
const SOUND = base64(wav(3));
const good = { image: IMAGE, sound_file: SOUND, prompt: "Speaks" };
const order = (/** @type {Record<string, unknown>} */ fields) => checkOrder({ ...good, ...fields }, defaultOptions());

/** A RIFF/WebP header, which image-size knows. */
const webp = () => {
  const bytes = Buffer.alloc(64);
  bytes.write("RIFF\x38\0\0\0WEBPVP8X\x0a\0\0\0", "latin1");
  bytes.writeUIntLE(499, 24, 3);
  bytes.writeUIntLE(499, 27, 3);
  return new Uint8Array(bytes);
};

const accepted = {
  "a PNG and a WAV": {},
  "the sample photo and voice": { image: base64(PORTRAIT), sound_file: base64(VOICE) },
  "sides of exactly 300 px": { image: base64(png(300, 300)) },
  "a ratio of exactly 1:2.5": { image: base64(png(300, 750)) },
  "a ratio of exactly 2.5:1": { image: base64(png(1000, 400)) },
  "an image of exactly 10 MiB": { image: base64(png(300, 300, 10_485_760 - png(300, 300).length)) },
  "exactly 2 s": { sound_file: base64(wav(2)) },
  "exactly 60 s": { sound_file: base64(wav(60)) },
  "exactly 5 MiB of sound": { sound_file: base64(wav((5_242_880 - 44) / 2 / 50_000, { rate: 50_000 })) },
  "2500 code points that are twice as many UTF-16 units": { prompt: "😀".repeat(2500) },
  "mode pro": { mode: "pro" },
  "an audio_id instead": { sound_file: undefined, audio_id: "123" },
  "an audio_id and an empty sound_file": { sound_file: "", audio_id: "123" },
  "URLs": { image: "https://example.com/a.jpg", sound_file: "http://example.com/a.mp3" },
  "a callback": { callback_url: "https://example.com/hook?x=1" },
  "nulls for what is optional": { mode: null, callback_url: null, external_task_id: null, audio_id: null },
  "unknown fields": { watermark_info: { enabled: true } },
};
for (const [name, fields] of Object.entries(accepted)) test(`accepts ${name}`, async () => void (await order(fields)));

/** @type {Record<string, [Record<string, unknown>, number, RegExp]>} */
const refused = {
  "no image": [{ image: undefined }, 1200, /image is required/],
  "an image that is a number": [{ image: 5 }, 1201, /image must be a string/],
  "a data: URL": [{ image: `data:image/png;base64,${IMAGE}` }, 1201, /image .*data: prefix/],
  "a text as image": [{ image: base64(Buffer.from("just some text")) }, 1201, /image cannot be read/],
  "a WebP": [{ image: base64(webp()) }, 1201, /image is webp/],
  "a GIF": [{ image: base64(Buffer.from("GIF89a\xf4\x01\xf4\x01\0\0\0;", "latin1")) }, 1201, /image is gif/],
  "a side of 299 px": [{ image: base64(png(299, 400)) }, 1201, /299 x 400/],
  "a ratio just over 1:2.5": [{ image: base64(png(300, 751)) }, 1201, /ratio/],
  "a ratio just over 2.5:1": [{ image: base64(png(1001, 400)) }, 1201, /ratio/],
  "an image of 10 MiB and a byte": [{ image: base64(png(300, 300, 10_485_761 - png(300, 300).length)) }, 1201, /image has 10485761 bytes/],
  "no sound": [{ sound_file: undefined }, 1201, /exactly one/],
  "both sounds": [{ audio_id: "123" }, 1201, /exactly one/],
  "just under 2 s": [{ sound_file: base64(wav(1.99)) }, 1201, /lasts 1.990 s/],
  "over 60 s": [{ sound_file: base64(wav(60.2)) }, 1201, /lasts 60.200 s/],
  "5 MiB of sound and some": [{ sound_file: base64(wav((5_242_882 - 44) / 2 / 50_000, { rate: 50_000 })) }, 1201, /sound_file has 5242882 bytes/],
  "a text as sound": [{ sound_file: base64(Buffer.from("just some text")) }, 1201, /sound_file cannot be read/],
  "a picture as sound": [{ sound_file: base64(PORTRAIT) }, 1201, /sound_file/],
  "no prompt": [{ prompt: undefined }, 1200, /prompt is required/],
  "a blank prompt": [{ prompt: " \n" }, 1200, /prompt is required/],
  "2501 characters": [{ prompt: "a".repeat(2501) }, 1201, /2501 characters/],
  "a mode of its own": [{ mode: "turbo" }, 1201, /mode/],
  "a callback that is no URL": [{ callback_url: "here" }, 1201, /callback_url/],
  "a callback by ftp": [{ callback_url: "ftp://example.com/" }, 1201, /callback_url/],
  "an external_task_id that is a number": [{ external_task_id: 7 }, 1201, /external_task_id must be a string/],
};
for (const [name, [fields, code, message]] of Object.entries(refused)) {
  test(`refuses ${name}`, () => assert.rejects(order(fields), (error) => {
    const { status, code: actual, message: text } = /** @type {any} */ (error);
    assert.deepEqual({ status, code: actual }, { status: 400, code });
    assert.match(text, message);
    return true;
  }));
}

for (const [name, encoder] of Object.entries({ mp3: ["-b:a", "32k"], m4a: [], aac: [], wav: [], ogg: [], flac: [] })) {
  const isAccepted = !["ogg", "flac"].includes(name);
  test(`${isAccepted ? "accepts" : "refuses"} ${name} as ffmpeg makes it`, async () => {
    const folder = await temporaryFolder();
    const path = `${folder}/voice.${name}`;
    await ffmpeg(["-f", "lavfi", "-i", "sine=f=300:d=4:r=22050", ...encoder, path]);
    const sound_file = (await readFile(path)).toString("base64");
    if (!isAccepted) return assert.rejects(order({ sound_file }), /not MP3, WAV, M4A or AAC|cannot be read/);
    const { seconds = 0 } = await order({ sound_file });
    assert.ok(Math.abs(seconds - 4) < 0.2, `${seconds} s`);
  });
}

test("limits can be moved", async () => {
  const options = defaultOptions();
  changeOptions(options, { limits: { maxSeconds: 300 } });
  await checkOrder({ ...good, sound_file: base64(wav(61)) }, options);
  assert.throws(() => changeOptions(options, { limits: { maxLoudness: 3 } }), TypeError);
});

test("a raw AAC stream is as long as all of its frames", () => {
  const frame = [0xff, 0xf1, 0x50, 0x40, 0x01, 0x00, 0x00, 0x00];
  assert.equal(adtsSeconds(Uint8Array.from(Array.from({ length: 441 }, () => frame).flat())), (441 * 1024) / 44_100);
  assert.equal(adtsSeconds(Uint8Array.of(1, 2, 3)), 0);
});
