// Creating tasks, never paying twice, and finding them again.
import { equal, ok, sha256 } from "./stand.js";

export const tasks = {
  async "createTask: gives a task with its ids"({ client, input, ledger }) {
    const task = await client().createTask(input());
    ok(task.taskId !== "" && ["submitted", "processing"].includes(task.status), "the task has an id and has begun");
    ok(/^[0-9a-f-]{36}$/.test(task.externalTaskId), "an external id was made");
    ok(task.createdAt instanceof Date && !Number.isNaN(task.createdAt.getTime()), "createdAt is a date");
    equal((await ledger()).totals.tasks, 1, "tasks charged");
  },
  async "createTask: every byte and every field arrives"({ client, input, ledger, image, sound, random }) {
    const externalTaskId = `mine-${random()}-${random()}`;
    const task = await client().createTask(input({ image: new Blob([image]), mode: "pro", externalTaskId, extra: { note: "Grüße" } }));
    const [create] = (await ledger()).creates;
    equal([create.image.sha256, create.sound.sha256], [await sha256(image), await sha256(sound)], "files");
    equal([create.mode, create.fields.prompt, create.fields.note], ["pro", input().prompt, "Grüße"], "fields");
    equal([task.externalTaskId, (await client().findTask(externalTaskId))?.taskId], [externalTaskId, task.taskId], "id");
  },
  async "createTask: stops bad input before the network"({ client, input, ledger, fails }) {
    const error = await fails(client().createTask(input({ prompt: "" })), { code: "invalid_input", retryable: false });
    equal(error.problems.map(({ field, code }) => [field, code]), [["prompt", "empty"]], "problems");
    equal((await ledger()).totals.tasks, 0, "tasks charged");
  },
  async "never pays twice: an answer that was lost"({ client, input, ledger, arm, random }) {
    await arm({ on: "create", action: "drop", when: "after" });
    const externalTaskId = `lost-${random()}-${random()}`;
    const task = await client().createTask(input({ externalTaskId }));
    equal([(await ledger()).totals.tasks, (await client().findTask(externalTaskId))?.taskId], [1, task.taskId], "charged, adopted");
  },
  async "never pays twice: an upload that was cut"({ client, input, ledger, arm }) {
    await arm({ on: "create", action: "drop", when: "during", bytes: 20_000 });
    await client().createTask(input());
    equal((await ledger()).totals.tasks, 1, "tasks charged");
  },
  async "never pays twice: a 504 for what was created"({ client, input, ledger, arm }) {
    await arm({ on: "create", action: "status", status: 504, when: "after" });
    await client().createTask(input());
    equal((await ledger()).totals.tasks, 1, "tasks charged");
  },
  async "never pays twice: what cannot be settled is said"({ client, input, ledger, arm, fails, random }) {
    const externalTaskId = `unsettled-${random()}`;
    await arm({ on: "create", action: "drop", when: "after" }, { on: "find", action: "status", status: 500, times: 1000 }, { on: "list", action: "status", status: 500, times: 1000 });
    await fails(client({ retry: { maxAttempts: 2, minDelayMs: 1, maxDelayMs: 5 } }).createTask(input({ externalTaskId })), { code: "submission_unknown", externalTaskId });
    equal((await ledger()).totals.tasks, 1, "tasks charged");
  },
  async "createTask: a 'not now' is tried again"({ client, input, ledger, arm }) {
    await arm({ on: "create", action: "status", status: 429, code: 1302, times: 2, headers: { "retry-after": "0" } });
    await client().createTask(input());
    equal((await ledger()).totals.tasks, 1, "tasks charged");
  },
  async "findTask: finds by your own id, or says that there is none"({ client, input, random }) {
    const externalTaskId = `find-${random()}`;
    const { taskId } = await client().createTask(input({ externalTaskId }));
    equal((await client().findTask(externalTaskId)).taskId, taskId, "taskId");
    equal(await client().findTask(`none-${random()}`), undefined, "a task that is not there");
  },
  async "getTask: a task that is not there"({ client, fails, random }) {
    await fails(client().getTask(`no-${random()}`), { code: "not_found", status: 404, retryable: false });
  },
  async "synthesizeSpeech: its audioId makes a task"({ client, ledger, image }) {
    const speech = await client().synthesizeSpeech({ text: "Good morning, dear listeners. This is a voice that lasts for longer than two seconds.", voiceId: "genshin_vindi2", voiceLanguage: "en" });
    ok(typeof speech.audioId === "string" && speech.audioId !== "", "there is an audioId");
    await client().createTask({ image, audioId: speech.audioId, prompt: "She says good morning" });
    equal((await ledger()).totals.tasks, 1, "tasks charged");
  },
  async "client: takes a key function, a URL and a fetch of one's own"({ client, key, sandboxUrl, send, authorization, random }) {
    const seen = [];
    const own = (...request) => {
      seen.push(new Request(...request).headers.get("authorization"));
      return send(...request);
    };
    const it = client({ apiKey: async () => key, baseUrl: new URL(sandboxUrl), fetch: own });
    equal(await it.findTask(`none-${random()}-${random()}`), undefined, "a task that is not there");
    ok(seen.length > 0 && seen.every((value) => value === authorization), "the requests went through it, with the key where the client has it");
  },
};
