// fitSound in Chromium: real files in, and what comes out is judged by the package's own core and by ffprobe.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startBench } from "./bench.mjs";
import { facts, made, tones } from "./media.mjs";

let bench;
before(async () => (bench = await startBench()));
after(() => bench?.close());

const fit = (bytes, options, then) => bench.fit("fitSound", bytes, options, then);
const silence = (seconds) => ["-f", "lavfi", "-i", `anullsrc=r=16000:cl=mono`, "-t", String(seconds)];

/** The pitch at the beginning and at the end of a clip: how often it crosses zero upwards in a second. */
const pitches = async (file) => {
  const buffer = await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(await file.arrayBuffer());
  const samples = buffer.getChannelData(0);
  const pitch = (from) => {
    let count = 0;
    for (let at = from + 1; at < from + 9600; at++) if (samples[at - 1] < 0 && samples[at] >= 0) count++;
    return Math.round(count / 2) * 10;
  };
  return [pitch(4800), pitch(samples.length - 14_400)];
};

async function assertTaken({ failed, problems, report, bytes, durationSeconds, sampleRate, name, type }) {
  assert.deepEqual([failed, problems], [undefined, []]);
  assert.deepEqual([report.format, report.channels, report.sampleRate, name, type], ["wav", 1, sampleRate, "given.wav", "audio/wav"]);
  assert.ok(Math.abs(report.durationSeconds - durationSeconds) < 0.001, `${report.durationSeconds} s are not ${durationSeconds} s`);
  const told = await facts(bytes);
  assert.deepEqual([told.codec, told.channels, told.sampleRate], ["pcm_s16le", 1, sampleRate]);
  assert.ok(Math.abs(told.seconds - durationSeconds) < 0.001);
}

const video = (...codecs) => ["-f", "lavfi", "-i", "color=navy:s=320x240:r=10", ...tones(6), "-shortest", ...codecs];
const SOURCES = [
  ["Ogg with Vorbis", () => made("a.ogg", ...tones(6), "-c:a", "libvorbis")],
  ["Ogg with Opus", () => made("a.opus", ...tones(6), "-c:a", "libopus")],
  ["WebM", () => made("a.webm", ...tones(6), "-c:a", "libopus")],
  ["FLAC", () => made("a.flac", ...tones(6), "-ac", "2")],
  ["an MP4 video", () => made("a.mp4", ...video("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"))],
  ["a QuickTime video", () => made("a.mov", ...video("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"))],
  ["a WebM video", () => made("a.webm", ...video("-c:v", "libvpx", "-c:a", "libvorbis"))],
];
for (const [name, make] of SOURCES) {
  test(`the sound of ${name} becomes a WAV`, async () => {
    const fitted = await fit(await make(), {}, pitches);
    await assertTaken(fitted);
    assert.ok(Math.abs(fitted.durationSeconds - 6) < 0.15, `${fitted.durationSeconds} s`);
    assert.deepEqual([fitted.sampleRate, fitted.changed, fitted.extra], [48_000, ["converted"], [300, 1200]]);
  });
}

test("of 90 seconds the first 60 are taken, or those asked for, at the best rate that fits", async () => {
  const given = await made("a.wav", ...tones(90), "-ar", "44100", "-ac", "2");
  assert.ok(given.length > 5_242_880);
  const first = await fit(given, {}, pitches);
  await assertTaken(first);
  assert.deepEqual([first.start, first.end, first.sampleRate, first.changed], [0, 60, 32_000, ["trimmed", "converted"]]);
  assert.deepEqual(first.extra, [300, 1200]);
  const last = await fit(given, { start: 50, end: 62.5 }, pitches);
  await assertTaken(last);
  assert.deepEqual([last.durationSeconds, last.sampleRate, last.extra], [12.5, 48_000, [1200, 1200]]);
  const early = await fit(given, { start: 10, end: 40 }, pitches);
  assert.deepEqual(early.extra, [300, 300]);
  const past = await fit(given, { start: 80, end: 100 });
  assert.deepEqual([past.end, past.durationSeconds], [90, 10]);
});

test("a minute is a minute wherever it begins", async () => {
  const given = await made("a.ogg", ...tones(90), "-c:a", "libvorbis");
  for (const options of [{ start: 4.4 }, { start: 4.4, end: 64.4 }, { start: 63.1 - 60, end: 63.1 }]) {
    const fitted = await fit(given, options);
    await assertTaken(fitted);
    assert.deepEqual([fitted.durationSeconds, fitted.changed], [60, ["trimmed", "converted"]]);
  }
});

test("fewer bytes mean a lower rate, and at last a refusal", async () => {
  const given = await made("a.ogg", ...tones(20), "-c:a", "libvorbis");
  const fitted = await fit(given, { limits: { audioMaxBytes: 400_000 } });
  await assertTaken(fitted);
  assert.deepEqual([fitted.sampleRate, fitted.bytes.length <= 400_000], [8000, true]);
  assert.equal((await fit(given, { limits: { audioMaxBytes: 100_000 } })).failed.problem, "too_large");
});

/** What is left of a clip without its tones of these pitches, in decibels of one of them. */
function residue(bytes, rate, pitches) {
  const samples = Float64Array.from({ length: rate }, (_, i) => bytes.readInt16LE(44 + 2 * (rate + i)) / 32_767);
  for (const wave of pitches.flatMap((pitch) => [Math.sin, Math.cos].map((of) => (_, i) => of((2 * Math.PI * pitch * i) / rate)))) {
    const tone = Float64Array.from(samples, wave);
    const share = (2 / rate) * samples.reduce((sum, sample, i) => sum + sample * tone[i], 0);
    samples.forEach((sample, i) => (samples[i] = sample - share * tone[i]));
  }
  return 10 * Math.log10(samples.reduce((sum, sample) => sum + sample * sample, 0) / rate / (0.3 ** 2 / 2));
}

for (const [hertz, kept] of [[14_000, [1000, 14_000]], [20_000, [1000]]]) {
  test(`at a lower rate, what hisses at ${hertz / 1000} kHz is kept or goes, and does not come back as other tones`, async () => {
    const both = `aevalsrc=0.3*sin(2*PI*1000*t)+0.3*sin(2*PI*${hertz}*t):d=4:s=48000`;
    const fitted = await fit(await made("a.wav", "-f", "lavfi", "-i", both), { start: 0, limits: { audioMaxBytes: 300_000 } });
    await assertTaken(fitted);
    assert.deepEqual([fitted.sampleRate, fitted.durationSeconds], [32_000, 4]);
    const left = residue(fitted.bytes, 32_000, kept);
    assert.ok(left < -40, `${left.toFixed(1)} dB`);
  });
}

test("a clip that is taken as it is comes back untouched", async () => {
  for (const name of ["a.mp3", "a.wav", "a.m4a", "a.aac"]) {
    const fitted = await fit(await made(name, ...tones(4), "-ar", "44100"), { as: name });
    assert.deepEqual([fitted.same, fitted.changed, fitted.problems], [true, [], []], name);
  }
});

test("what is too short is refused, and gets silence only when asked", async () => {
  const given = await made("a.wav", ...tones(1.2));
  const { failed } = await fit(given);
  assert.deepEqual([failed.is, failed.code, failed.field, failed.problem], [true, "invalid_input", "soundFile", "too_short"]);
  assert.match(failed.message, /1\.2 s.*at least 2 s.*pad/);
  const fitted = await fit(given, { pad: true }, async (file) => {
    const buffer = await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(await file.arrayBuffer());
    const loudest = (from, to) => Math.max(...buffer.getChannelData(0).subarray(from * 48_000, to * 48_000));
    return [loudest(0.5, 1) > 0.3, loudest(1.3, 2)];
  });
  await assertTaken(fitted);
  assert.deepEqual([fitted.durationSeconds, fitted.changed, fitted.extra], [2, ["padded", "converted"], [true, 0]]);
});

const REFUSED = [
  ["words", () => Buffer.from("no sound at all, but words"), {}, "unsupported_format", /not a sound that this browser can decode/],
  ["AMR, which this browser cannot decode", () => Buffer.from("#!AMR\n<words and words>"), {}, "unsupported_format", /cannot decode AMR\. Or save it as MP3/],
  ["a video without sound", () => made("a.mp4", "-f", "lavfi", "-i", "color=navy:s=64x64:d=3", "-pix_fmt", "yuv420p"), {}, "unsupported_format", /MP4 or QuickTime.*no sound/],
  ["a damaged FLAC", async () => Buffer.from("fLaC and nothing of the kind"), {}, "corrupt", /FLAC file is damaged/],
  ["nothing", () => Buffer.alloc(0), {}, "empty", /empty/],
  ["a part too long", () => made("a.ogg", ...tones(90), "-c:a", "libvorbis"), { start: 5, end: 70 }, "too_long", /65 s.*at most 60/],
  ["a part too short", () => made("a.ogg", ...tones(9), "-c:a", "libvorbis"), { start: 5, end: 6 }, "too_short", /1 s.*at least 2/],
  ["a part that is none", () => made("a.ogg", ...tones(9), "-c:a", "libvorbis"), { start: 6, end: 5 }, "invalid_value", /within the sound/],
  ["a start that is no number", () => made("a.ogg", ...tones(9), "-c:a", "libvorbis"), { start: "soon" }, "invalid_value", /within the sound/],
  ["hours", () => made("a.mp3", ...silence(80 * 60), "-ar", "8000", "-b:a", "8k"), {}, "too_long", /80 minutes; at most 69/],
];
for (const [what, make, options, problem, words] of REFUSED) {
  test(`refuses ${what}`, async () => {
    const { failed } = await fit(await make(), options);
    assert.deepEqual([failed?.is, failed?.code, failed?.problem], [true, "invalid_input", problem], failed?.message);
    assert.match(failed.message, words);
  });
}

test("half an hour is decoded at a lower rate, to one channel", async () => {
  const given = await made("a.mp3", "-f", "lavfi", "-i", "sine=f=440:d=1800", "-ac", "2", "-ar", "16000", "-b:a", "16k");
  const path = "/given/half-an-hour";
  await bench.page.route(`**${path}`, (route) => route.fulfill({ body: given }));
  const found = await bench.page.evaluate(async (path) => {
    const { decodeSound, fitSound } = await import("/kling-avatar/fit.js");
    const sound = await decodeSound(new File([await (await fetch(path)).blob()], "talk.mp3"));
    const { file, durationSeconds, sampleRate, changed } = await fitSound(sound, { start: 1700, end: 1730 });
    return [sound.sampleRate, sound.channels, sound.buffer.numberOfChannels, Math.round(sound.durationSeconds), file.name, durationSeconds, sampleRate, ...changed];
  }, path);
  assert.deepEqual(found, [16_000, 2, 1, 1800, "talk.wav", 30, 16_000, "trimmed", "converted"]);
});

for (const [left, right] of [["c0", "-1*c0"], ["0.9*c0", "-1*c0"], ["-1*c0", "c0"]]) {
  test(`a voice of which the channels cancel each other out, ${left} and ${right}, is heard`, async () => {
    const given = await made("a.flac", ...tones(4), "-af", `pan=stereo|FL=${left}|FR=${right}`);
    const { extra } = await fit(given, { start: 0, end: 4 }, async (file) => {
      const samples = (await new OfflineAudioContext(1, 1, 48_000).decodeAudioData(await file.arrayBuffer())).getChannelData(0);
      return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    });
    assert.ok(extra > 0.35 && extra < 0.45, `${extra} of 0.4`);
  });
}

for (const [layout, speaker] of [["7.1", "FC"], ["7.1", "SR"], ["6.1", "FC"], ["5.1(side)", "FC"], ["stereo", "FR"]]) {
  test(`a voice that only ${speaker} of ${layout} has is heard`, async () => {
    const given = await made("a.flac", ...tones(4), "-af", `pan=${layout}|${speaker}=c0`);
    const { extra } = await fit(given, {}, async (file) => {
      const { decodeSound } = await import("/kling-avatar/fit.js");
      return Math.max(...(await decodeSound(file)).peaks(4));
    });
    assert.ok(extra > 0.15 && extra <= 0.41, `${extra} of 0.4`);
  });
}

test("a file of which a browser decodes nothing is refused", async () => {
  await bench.page.route("**/given/nothing", async (route) => route.fulfill({ body: await made("a.wav", ...tones(3)) }));
  const problem = await bench.page.evaluate(async () => {
    const { fitSound } = await import("/kling-avatar/fit.js");
    const file = await (await fetch("/given/nothing")).blob();
    const { prototype } = BaseAudioContext;
    const decode = prototype.decodeAudioData;
    prototype.decodeAudioData = async () => ({ length: 0, duration: 0, numberOfChannels: 1, sampleRate: 48_000 });
    try {
      return await fitSound(file, { start: 0 }).then(() => "taken", ({ problems }) => problems?.[0].code);
    } finally {
      prototype.decodeAudioData = decode;
    }
  });
  assert.equal(problem, "corrupt");
});

test("peaks show where it is loud", async () => {
  const given = await made("a.wav", "-f", "lavfi", "-i", "aevalsrc=0.5*sin(2*PI*300*t)*between(t\\,2\\,4):d=8:s=16000");
  await bench.page.route("**/given/peaks", (route) => route.fulfill({ body: given }));
  const peaks = await bench.page.evaluate(async () => {
    const { decodeSound } = await import("/kling-avatar/fit.js");
    return [...(await decodeSound(await (await fetch("/given/peaks")).blob())).peaks(4)].map((peak) => Math.round(peak * 10) / 10);
  });
  assert.deepEqual(peaks, [0, 0.5, 0, 0]);
});

test("stops at once when its signal says so", async () => {
  await bench.page.route("**/given/abort", async (route) => route.fulfill({ body: await made("a.wav", ...tones(20)) }));
  const codes = await bench.page.evaluate(async () => {
    const { decodeSound, fitSound } = await import("/kling-avatar/fit.js");
    const file = await (await fetch("/given/abort")).blob();
    const told = async (work) => work.then(() => "done", ({ code, cause }) => `${code} ${cause}`);
    const [during, rendering] = [new AbortController(), new AbortController()];
    const decoding = told(decodeSound(file, { signal: during.signal }));
    during.abort("enough");
    const fitting = told(fitSound(await decodeSound(file), { start: 1, end: 9, signal: rendering.signal }));
    rendering.abort("later");
    return Promise.all([told(fitSound(file, { signal: AbortSignal.abort("before") })), decoding, fitting]);
  });
  assert.deepEqual(codes, ["aborted before", "aborted enough", "aborted later"]);
});

test("a worker, which has no decoder for sound, is told so", async () => {
  const code = await bench.page.evaluate(() => {
    const source = `import { fitSound } from "${location.origin}/kling-avatar/fit.js"; fitSound(new Blob(["x"])).catch(({ code }) => postMessage(code));`;
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })), { type: "module" });
    return new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
  });
  assert.equal(code, "configuration");
});
