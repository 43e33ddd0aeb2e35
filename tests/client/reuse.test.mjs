// What a caller does with its own objects after a call, and what these do when they are read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AvatarError, validate } from "kling-avatar";
import { clientOf, failure, input, quickSandbox } from "./stand.mjs";

const sandbox = await quickSandbox();

test("an input that is used again for the next call makes a video of each, not the last one several times", async () => {
  sandbox.reset();
  const client = clientOf(sandbox);
  const used = input();
  const calls = ["first", "second", "third"].map((prompt) => client.createTask(Object.assign(used, { prompt })));
  await Promise.all(calls);
  const prompts = sandbox.ledger.read().creates.map(({ fields }) => fields.prompt);
  assert.deepEqual(prompts.toSorted(), ["first", "second", "third"]);
});

test("every method reads its input and its options when it is called", async () => {
  sandbox.reset();
  const client = clientOf(sandbox);
  const speech = { text: "Hello", voiceId: "genshin_vindi2", voiceLanguage: "en" };
  const [checked, report, video, spoken] = [input(), input(), input(), { ...speech }];
  const call = { signal: new AbortController().signal };
  const calls = [validate(checked), client.validate(report), client.generate(video, call), client.synthesizeSpeech(spoken, call)];
  for (const given of [checked, report, video, spoken]) for (const name of Object.keys(given)) given[name] = undefined;
  call.signal = AbortSignal.abort();
  const [alone, ofClient, { durationSeconds }, { audioId }] = await Promise.all(calls);
  assert.deepEqual([alone.problems, ofClient.problems, durationSeconds, typeof audioId], [[], [], 2.5, "string"]);
});

test("options of a call that cannot be read are told as such", async () => {
  const cause = new Error("no");
  const fail = () => { throw cause; };
  const client = clientOf(sandbox);
  const names = ["signal", "onProgress", "timeoutMs"];
  const unreadable = names.map((name) => Object.defineProperty({}, name, { get: fail }));
  unreadable.push(new Proxy({}, { get: fail }));
  for (const call of unreadable) {
    const watched = async () => { for await (const task of client.watchTask("1", call)) return task; };
    for (const ended of [client.getTask("1", call), client.generate(input(), call), watched()]) {
      const error = await failure(ended);
      assert.ok(error instanceof AvatarError, String(error));
      assert.deepEqual([error.code, error.cause], ["configuration", cause]);
    }
  }
  const signal = new Proxy({}, { get: fail, getPrototypeOf: fail });
  assert.equal((await failure(client.getTask("1", { signal }))).code, "configuration");
});
