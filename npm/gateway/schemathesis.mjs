// Checks a gateway in workerd against docs/openapi.yaml with schemathesis, which is given real tokens, ids and files, so that it
// meets answers of success, too.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUILD, ROOT } from "../setup/paths.mjs";
import { run } from "../setup/process.mjs";
import { ensurePythonTools } from "../setup/python.mjs";
import { Stop } from "../setup/report.mjs";

const ORIGIN = "https://www.example.org";
const SPEECH = { text: "Good morning, dear listeners. This lasts for more than two seconds.", voiceId: "genshin_vindi2", voiceLanguage: "en" };
/** A schema cannot say what a photo or a voice is, so what fits it may well be refused. */
const EXCLUDED = "positive_data_acceptance";
const ROUTES = ["create", "find", "task", "video", "speech", "health"];

/**
 * Runs it with further arguments. Resolves with its exit `code` and `output`, with the answers that were `met` at each address, and
 * with the addresses at which none of success was (`unmet`).
 */
export async function schemathesis(more, options) {
  const program = join(await ensurePythonTools("npm/gateway/schemathesis.txt"), "schemathesis");
  const { INPUT, clientOf, startStand } = await import("../../tests/gateway/stand.mjs");
  const stand = await startStand({ options: { allowedOrigins: ORIGIN }, sandbox: { options: { concurrency: 1e6 } } });
  try {
    const client = clientOf(stand.url, { headers: { origin: ORIGIN } });
    const task = await client.createTask({ ...INPUT, externalTaskId: crypto.randomUUID() });
    await client.waitForTask(task.taskId);
    const input = { ...INPUT, image: INPUT.image.toString("base64"), soundFile: INPUT.soundFile.toString("base64") };
    mkdirSync(BUILD, { recursive: true });
    const file = join(BUILD, "openapi-with-examples.yaml");
    writeFileSync(file, withExamples({ token: task.taskId, externalTaskId: task.externalTaskId, input }));
    const args = ["--config-file", join(ROOT, "npm", "gateway", "schemathesis.toml"), "run", file, "--url", stand.url, "--header", `Origin: ${ORIGIN}`];
    args.push("--exclude-checks", EXCLUDED, "--generation-allow-x00", "false", ...more);
    const { code, output } = await run(program, args, { cwd: BUILD, ...options });
    const met = answersOf(stand.events);
    return { code, output, met, unmet: ROUTES.filter((route) => !met[route]?.success) };
  } finally {
    await stand.close();
  }
}

/** The document with what only this gateway knows. JSON is YAML, too. */
function withExamples({ token, externalTaskId, input }) {
  const examples = [
    ["      description: The `taskId` of a task.\n", token, "      "],
    ["          required: true\n          schema: { $ref: \"#/components/schemas/ExternalTaskId\" }\n", externalTaskId, "          "],
    ["            schema: { $ref: \"#/components/schemas/Input\" }\n", input, "            "],
    ["            schema: { $ref: \"#/components/schemas/SpeechInput\" }\n", SPEECH, "            "],
  ];
  let document = readFileSync(join(ROOT, "docs", "openapi.yaml"), "utf8");
  for (const [after, value, indent] of examples) {
    if (!document.includes(after)) throw new Stop(`docs/openapi.yaml has no ${JSON.stringify(after)} for an example.`);
    document = document.replace(after, `${after}${indent}example: ${JSON.stringify(value)}\n`);
  }
  return document;
}

function answersOf(events) {
  const met = {};
  for (const line of events.filter((each) => each.startsWith("{"))) {
    const { route = "none", status } = JSON.parse(line);
    const row = (met[route] ??= { success: 0, refused: 0, failed: 0 });
    row[status < 400 ? "success" : status < 500 ? "refused" : "failed"] += 1;
  }
  return met;
}
