// Code of a user, compiled against the installed package. Never run.
import { AvatarClient, AvatarError, limits, validate } from "kling-avatar";
import type { AvatarInput, ErrorCode, Limits, Problem, Progress, Task, ValidationReport, Video } from "kling-avatar";
import { AvatarError as FitError, decodeImage, decodeSound, fitImage, fitSound, imageOrientation, suggestCrop } from "kling-avatar/fit";
import type { Crop, FittedImage, FittedSound, ImageChange, SoundChange } from "kling-avatar/fit";
import { type AvatarLedger, createGateway } from "kling-avatar/gateway";
import { AvatarClient as InlineClient } from "kling-avatar/inline";
import { AvatarClient as SlimClient, init } from "kling-avatar/slim";

export async function make(image: File, soundFile: Blob, signal: AbortSignal): Promise<Blob> {
  const client = new AvatarClient({ apiKey: async () => "sk-", retry: { maxAttempts: 3 }, poll: { timeoutMs: 60_000 } });
  const input: AvatarInput = { image, soundFile, prompt: "A woman speaks", mode: "pro", extra: { cfg: 1 } };
  const report: ValidationReport = await client.validate(input);
  const problems: Problem[] = report.problems;
  const onProgress = ({ phase, elapsedMs, loadedBytes = 0 }: Progress): void => console.log(phase, elapsedMs, loadedBytes, problems);
  const task: Task = await client.createTask(input, { signal, onProgress, timeoutMs: 1000 });
  for await (const { status } of client.watchTask(task.taskId)) if (status === "succeed") break;
  const again: Task | undefined = await client.findTask(task.externalTaskId ?? "mine");
  const { audioId } = await client.synthesizeSpeech({ text: "Hello", voiceId: "genshin_vindi2", voiceLanguage: "en" });
  const video: Video = await client.generate({ image: new URL("https://example.com/a.png"), audioId, prompt: "Hi" });
  return client.download(again === undefined ? video : await client.waitForTask(again.taskId));
}

export function explain(error: unknown): ErrorCode | undefined {
  if (!(error instanceof AvatarError)) return undefined;
  console.log(error.message, error.retryable, error.problems?.length, error.retryAfterMs?.toFixed(), error.cause);
  return error.code;
}

const most: number = limits.imageMaxBytes;
const replaced: Partial<Limits> = { imageMaxBytes: most };
void validate({ image: new Uint8Array(4), soundFile: "https://example.com/a.mp3", prompt: "x" }, replaced);
init(fetch("/kling_avatar_bg.wasm"));
const clients: AvatarClient[] = [new InlineClient({ gatewayUrl: new URL("https://example.com") }), new SlimClient({ apiKey: "sk-" })];
void clients;

export async function fitBoth(photo: File, voice: Blob, signal: AbortSignal): Promise<[File, File]> {
  const picture: ImageBitmap = await decodeImage(photo, { rotate: 90, signal });
  const crop: Crop = suggestCrop(picture, { imageMaxAspectRatio: 2 });
  const image: FittedImage = await fitImage(picture, { crop, enlarge: true, quality: 0.8, type: "image/jpeg", limits: replaced });
  const bars: Float32Array = (await decodeSound(voice, { signal })).peaks(100);
  const sound: FittedSound = await fitSound(voice, { start: 1, end: bars.length, pad: true });
  const changes: (ImageChange | SoundChange)[] = [...image.changed, ...sound.changed];
  const refused: AvatarError = new FitError({ code: "aborted", message: "Stopped", retryable: false, taskId: "a" });
  console.log(changes, refused.problems, (await imageOrientation(photo)) > 1, sound.sampleRate);
  return [image.file, sound.file];
}

/** What may be left out may be there and be `undefined`, with exactOptionalPropertyTypes too: it often comes from elsewhere. */
export async function passOn(given: { photo: File; voice?: File; signal?: AbortSignal; seconds?: number; url?: string }): Promise<void> {
  const { photo, voice, signal, seconds, url } = given;
  const limits = { audioMaxSeconds: seconds };
  const client = new AvatarClient({ apiKey: url, gatewayUrl: url, baseUrl: url, fetch: undefined, limits, retry: { maxDelayMs: seconds }, poll: undefined });
  const input: AvatarInput = { image: photo, soundFile: voice, audioId: url, mode: undefined, prompt: "x", callbackUrl: url, extra: undefined };
  await client.generate(input, { signal, onProgress: undefined, timeoutMs: seconds });
  await client.synthesizeSpeech({ text: "x", voiceId: "a", voiceLanguage: "en", voiceSpeed: seconds });
  await Promise.all([fitImage(photo, { signal, crop: undefined, limits }), fitSound(photo, { signal, end: seconds }), decodeSound(photo, { signal })]);
  createGateway({ apiKey: url, tokenSecret: url, allowedOrigins: url, baseUrl: url, authorize: undefined, limiter: { concurrentTasks: seconds }, limits, retry: undefined });
  throw new AvatarError({ code: "network", message: "Gone", retryable: true, taskId: url });
}

/** What `wrangler types` demands of the class of a Durable Object. */
export const isDurable = (ledger: AvatarLedger): { readonly __DURABLE_OBJECT_BRAND: never } => ledger;

// What must not compile.
// @ts-expect-error: an input needs an image
void validate({ prompt: "x" });
// @ts-expect-error: there is no such mode
void validate({ image: "", prompt: "x", mode: "fast" });
// @ts-expect-error: a number is no medium
void validate({ image: 1, prompt: "x" });
// @ts-expect-error: a client needs options
void new AvatarClient();
// @ts-expect-error: there is no such option
void new AvatarClient({ apiKey: "sk-", token: "x" });
// @ts-expect-error: there is no such code
void (explain(new Error()) === "broken");
// @ts-expect-error: an error has a code
void new AvatarError();
// @ts-expect-error: there is no such code of an error
void new AvatarError({ code: "broken", message: "No", retryable: false });
// @ts-expect-error: an error is made of fields
void new AvatarError("It broke");
// @ts-expect-error: there is no such limit
void validate({ image: "", prompt: "x" }, { audioMaxSecond: 300 });
// @ts-expect-error: there is no such member of retry
void new AvatarClient({ apiKey: "sk-", retry: { attempts: 3 } });
// @ts-expect-error: the limits are not for changing
limits.imageMaxBytes = 1;
// @ts-expect-error: a task is named by its id
void new AvatarClient({ apiKey: "sk-" }).getTask(1);
// @ts-expect-error: null is no client option
void new AvatarClient(null);
// @ts-expect-error: a key is text, or a function that gives it
void new AvatarClient({ apiKey: 7 });
// @ts-expect-error: a signal is an AbortSignal, not its controller
void new AvatarClient({ apiKey: "sk-" }).generate({ image: "", prompt: "x" }, { signal: new AbortController() });
// @ts-expect-error: a video is not its address
void new AvatarClient({ apiKey: "sk-" }).download("https://example.com/a.mp4");
// @ts-expect-error: there is no such phase
void new AvatarClient({ apiKey: "sk-" }).generate({ image: "", prompt: "x" }, { onProgress: ({ phase }) => phase === "done" });
// @ts-expect-error: a task may be missing
void new AvatarClient({ apiKey: "sk-" }).findTask("mine").then(({ taskId }) => taskId);
// @ts-expect-error: a storage can delete
void new AvatarClient({ apiKey: "sk-", storage: { get: () => "", set: () => {} } });
// @ts-expect-error: there is no such language
void new AvatarClient({ apiKey: "sk-" }).synthesizeSpeech({ text: "Hi", voiceId: "a", voiceLanguage: "fr" });
export function rewrite(error: AvatarError): void {
  // @ts-expect-error: an error is not for changing
  error.code = "server";
}
// @ts-expect-error: what is read of a task is a date, and perhaps not there
export const created = (task: Task): string => task.createdAt.toISOString();
// @ts-expect-error: pictures are turned by quarters
void fitImage(new Blob(), { rotate: 45 });
// @ts-expect-error: the service takes no WebP
void fitImage(new Blob(), { type: "image/webp" });
// @ts-expect-error: an address is no file
void fitSound("https://example.com/a.ogg");
// @ts-expect-error: there is no such change
export const changed = (image: FittedImage): boolean => image.changed.includes("trimmed");
