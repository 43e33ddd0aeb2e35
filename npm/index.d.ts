// The public types of kling-avatar. Written by hand; a test keeps them and the codes in the crate the same.

/**
 * An image or a sound: a `File` or `Blob`, its bytes, or a string. A string is an `http(s)` URL that the service
 * fetches by itself, a `data:` URL, or raw Base64. Bytes must stay as they are until the call ends.
 */
export type Media = Blob | ArrayBuffer | ArrayBufferView | URL | string;

/**
 * What a video is made from. Its fields are read when a method is called, so that the same object may be changed for the next
 * call; what `extra` holds must stay as it is until the call ends.
 */
export interface AvatarInput {
  /** The photo: JPEG or PNG, at most 10 MiB, each side at least 300 px, aspect ratio 1:2.5 to 2.5:1. */
  image: Media;
  /** The voice: MP3, WAV, M4A or AAC, at most 5 MiB, 2 to 60 s. Exactly one of `soundFile` and `audioId`. */
  soundFile?: Media | undefined;
  /** An id from {@link AvatarClient.synthesizeSpeech}, at most 30 days old. */
  audioId?: string | undefined;
  /** What the person does, 1 to 2500 characters (Unicode code points). */
  prompt: string;
  /** `std` (default) is faster and cheaper, `pro` looks better. */
  mode?: "std" | "pro" | undefined;
  /** Where the service posts each change of status: a hint to read the task again, never a proof. */
  callbackUrl?: string | URL | undefined;
  /**
   * Your own id for the task, unique per account. One is made for you when left out. A gateway takes at most 200 characters, and
   * without `authorize` random ones only, at least 20.
   */
  externalTaskId?: string | undefined;
  /** Further fields, sent as they are. They may not replace the fields above. */
  extra?: Record<string, unknown> | undefined;
}

/** How the client reaches the service. Exactly one of `apiKey` and `gatewayUrl`. */
export interface ClientOptions {
  /** The CometAPI key, or a function that gives it for each request. */
  apiKey?: string | (() => string | Promise<string>) | undefined;
  /** The address of a gateway of this package, which holds the key. */
  gatewayUrl?: string | URL | undefined;
  /** The address of the API. Default `https://api.cometapi.com`. */
  baseUrl?: string | URL | undefined;
  /** A key in a browser page can be read by everyone who opens it, and is refused without this. */
  dangerouslyAllowBrowser?: boolean | undefined;
  /** Used instead of the global `fetch`. Uploads then report their start and end only. */
  fetch?: typeof fetch | undefined;
  /** Replaces single limits, for a provider that allows more or less. Other names are refused, here and in `retry` and `poll`. */
  limits?: LimitOverrides | undefined;
  /** How often and how soon a request is repeated when the service says "not now". Defaults: 4, 1000 and 30 000. */
  retry?: {
    /**
     * How often a request is sent at the most. Waiting for a task, and for a place among the account's tasks in parallel, goes on
     * until `timeoutMs`.
     */
    maxAttempts?: number | undefined;
    /** The longest delay after the first attempt, twice that after the next: by chance it is between none and so long. */
    minDelayMs?: number | undefined;
    /** What the longest delay grows to. */
    maxDelayMs?: number | undefined;
  } | undefined;
  /**
   * How often a task is read, and for how long. Defaults: 1000, 15 000 and 1 800 000 (30 minutes). `minIntervalMs`
   * stretches the whole schedule: half of it means twice as many reads.
   */
  poll?: {
    /** The shortest time between two reads. */
    minIntervalMs?: number | undefined;
    /** The longest time between two reads. */
    maxIntervalMs?: number | undefined;
    /** How long a task is waited for in all. */
    timeoutMs?: number | undefined;
  } | undefined;
  /** Lets {@link AvatarClient.generate} and `createTask` go on after a reload instead of paying again. */
  storage?: Storage | undefined;
  /**
   * How many tasks {@link AvatarClient.generate} has under way at a time. The others wait for their turn in the order of
   * their calls; each can be cancelled. Without it, as many as are asked for: the service's own limit is waited for.
   */
  maxConcurrentTasks?: number | undefined;
}

/**
 * Where a create is kept until its video is there: a `Map`, or a thin wrapper on localStorage, IndexedDB or a Durable Object's storage.
 * The same input then finds its own task again, under the same `externalTaskId`. Neither the key nor the media are kept:
 * names are fingerprints of the input, values are short JSON texts of ids and a time. An entry counts for 30 days.
 *
 * After `submission_unknown` the entry stays, and so does the answer; give another `externalTaskId` to start anew.
 *
 * It has to give the very text that it was given: a store that parses JSON by itself ends calls with `configuration`, before
 * anything is paid for. It serves one page or process at a time: two that make the same input at the same moment may make two videos.
 * What was set or deleted last has to be read at once: a store that gives older values for a while, as the KV of Workers may, is none.
 */
export interface Storage {
  /** Gives what was set, or nothing. */
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  /** Keeps a value. */
  set(key: string, value: string): unknown;
  /** Forgets a value. */
  delete(key: string): unknown;
}

/** What every call takes. */
export interface CallOptions {
  /** Ends the call at once. */
  signal?: AbortSignal | undefined;
  /** Is told how far the call has come. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * Bounds the whole call, in milliseconds. Default `poll.timeoutMs`, for `download` none: that one gives up where
   * nothing has come for a minute.
   */
  timeoutMs?: number | undefined;
}

/** How far a call has come. */
export interface Progress {
  /** What is being done; phases only go forward. */
  phase: "reading" | "uploading" | "submitted" | "processing" | "downloading";
  /** Bytes read, sent or received so far. Absent where a phase begins, and where something is waited for. */
  loadedBytes?: number;
  /** Bytes in all, where that is known. */
  totalBytes?: number;
  /** Milliseconds since the call began. */
  elapsedMs: number;
  /** The task, where it has just been created or read. */
  task?: Task;
  /** Something has to pass before the call goes on, which it does by itself. Absent again as soon as it has. */
  waiting?: {
    /**
     * `rate_limited` and `concurrency_limit`: for its turn, or a place among the tasks in parallel, the account's or this
     * client's own. Another code of an error that may pass: the task cannot be read at the moment.
     */
    code: ErrorCode;
    /** When it is tried again, in milliseconds. Absent in the client's own queue, and where a gateway waits. */
    delayMs?: number;
  };
}

/** What was found in the files and fields, and everything that is wrong with them. */
export interface ValidationReport {
  /** Whether there is no problem. */
  ok: boolean;
  /** Every problem, not only the first. */
  problems: Problem[];
  /** What the image is. Absent for a URL and where it could not be told: of a file that is too large 1 MiB is read at most. */
  image?: ImageReport;
  /** What the sound is. Absent for a URL and where it could not be told: of a file that is too large 1 MiB is read at most. */
  soundFile?: AudioReport;
}

/** What an image is, told by its content. */
export interface ImageReport {
  /** The file format; the name and the type of a file do not count. */
  format: "jpeg" | "png";
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /** The size of the file. */
  bytes: number;
}

/** What a sound is, told by its content. */
export interface AudioReport {
  /** The file format; the name and the type of a file do not count. */
  format: "mp3" | "wav" | "m4a" | "aac";
  /** How long the decoded sound lasts. */
  durationSeconds: number;
  /** The size of the file. */
  bytes: number;
  /** Samples per second. */
  sampleRate: number;
  /** 1 is mono, 2 is stereo. */
  channels: number;
}

/** One thing that is wrong with one field. */
export interface Problem {
  /** Which field it is about. */
  field: ProblemField;
  /** What kind of problem it is. */
  code: ProblemCode;
  /** A sentence that can be shown to people. */
  message: string;
  /** What is allowed. */
  limit?: unknown;
  /** What was found. */
  actual?: unknown;
}

/** A field of {@link AvatarInput} or {@link SpeechInput}, or an argument: the id of a task, a video. */
export type ProblemField =
  | "image"
  | "soundFile"
  | "audioId"
  | "prompt"
  | "mode"
  | "callbackUrl"
  | "externalTaskId"
  | "extra"
  | "text"
  | "voiceId"
  | "voiceLanguage"
  | "voiceSpeed"
  | "taskId"
  | "video";

/** What can be wrong with a field. */
export type ProblemCode =
  | "missing"
  | "conflict"
  | "empty"
  | "unsupported_type"
  | "unsupported_format"
  | "corrupt"
  | "too_large"
  | "too_small_dimensions"
  | "aspect_ratio"
  | "too_short"
  | "too_long"
  | "unknown_duration"
  | "invalid_url"
  | "invalid_base64"
  | "invalid_value";

/** A task at the service. */
export interface Task {
  /** The service's id. */
  taskId: string;
  /** `succeed` and `failed` are final. */
  status: "submitted" | "processing" | "succeed" | "failed";
  /** Why the task failed. */
  statusMessage?: string;
  /** Your own id, or the one that was made for you. */
  externalTaskId?: string;
  /** When it was created, by the service's clock. */
  createdAt?: Date;
  /** When its status changed last, by the service's clock. */
  updatedAt?: Date;
  /** The service's id of the request that read it, for its support. */
  requestId?: string;
  /** One video where the status is `succeed`, otherwise none. */
  videos: Video[];
}

/** A finished video. The service deletes it after 30 days. */
export interface Video {
  /** The service's id. */
  id: string;
  /** Where the MP4 is. */
  url: string;
  /** How long it lasts: as long as the voice. */
  durationSeconds: number;
  /** Where the same video with a watermark is, if there is one. */
  watermarkUrl?: string;
}

/** What is spoken by {@link AvatarClient.synthesizeSpeech}. */
export interface SpeechInput {
  /** At most 1000 characters. */
  text: string;
  /** Such as `genshin_vindi2`. */
  voiceId: string;
  /** A language of that voice. */
  voiceLanguage: "zh" | "en";
  /** 0.8 to 2.0, one decimal. */
  voiceSpeed?: number | undefined;
}

/** Synthesized speech. */
export interface Speech {
  /** For {@link AvatarInput.audioId}. */
  audioId: string;
  /** Where the sound can be listened to. */
  url?: string;
  /** How long it lasts; a video needs 2 to 60 s. */
  durationSeconds?: number;
}

/** The documented limits of the service; sizes in bytes, lengths in seconds, dimensions in pixels. */
export interface Limits {
  /** Bytes of the image file. */
  imageMaxBytes: number;
  /** Pixels of the shorter side. */
  imageMinSidePixels: number;
  /** Longer side divided by shorter side. */
  imageMaxAspectRatio: number;
  /** Bytes of the sound file. */
  audioMaxBytes: number;
  /** Seconds of decoded sound, included. */
  audioMinSeconds: number;
  /** Seconds of decoded sound, included. */
  audioMaxSeconds: number;
  /** How far a clip may lie outside the two lengths above, because containers round. */
  audioToleranceSeconds: number;
  /** Unicode code points. */
  promptMaxCharacters: number;
  /** Unicode code points. */
  speechTextMaxCharacters: number;
}

/** Limits that replace the documented ones. */
export type LimitOverrides = { readonly [Name in keyof Limits]?: Limits[Name] | undefined };

/** The limits that hold unless a client overrides them. */
export const limits: Readonly<Limits>;

/** Checks files and fields without any network. */
export function validate(input: AvatarInput, limits?: LimitOverrides): Promise<ValidationReport>;

/** Makes talking-avatar videos. */
export class AvatarClient {
  /** @throws {AvatarError} `configuration` */
  constructor(options: ClientOptions);
  /** Checks files and fields without any network. */
  validate(input: AvatarInput): Promise<ValidationReport>;
  /** Checks, then creates the task. Settles a lost answer before anything is sent again. */
  createTask(input: AvatarInput, call?: CallOptions): Promise<Task>;
  /** Reads a task. */
  getTask(taskId: string, call?: CallOptions): Promise<Task>;
  /** Waits until a task has its video. */
  waitForTask(taskId: string, call?: CallOptions): Promise<Video>;
  /**
   * Gives the task at each change of status, until it has ended. `break` stops the reading; a wait that is under way already
   * is ended by `signal` only.
   */
  watchTask(taskId: string, call?: CallOptions): AsyncIterable<Task>;
  /**
   * Finds a task by your own id. Gives `undefined` only where the service says for certain that there is none; where it offers no search,
   * the error is `invalid_response`.
   */
  findTask(externalTaskId: string, call?: CallOptions): Promise<Task | undefined>;
  /**
   * Creates a task, waits for it, and gives its video. With `storage`, the same input after a reload goes on with the same
   * task.
   */
  generate(input: AvatarInput, call?: CallOptions): Promise<Video>;
  /** Speaks a text, for `audioId`. */
  synthesizeSpeech(input: SpeechInput, call?: CallOptions): Promise<Speech>;
  /** Downloads a finished video. */
  download(video: Video, call?: CallOptions): Promise<Blob>;
}

/** What an {@link AvatarError} is told apart by; the README says what to do about each. */
export type ErrorCode =
  | "invalid_input"
  | "configuration"
  | "authentication"
  | "permission"
  | "insufficient_balance"
  | "content_policy"
  | "invalid_request"
  | "not_found"
  | "rate_limited"
  | "concurrency_limit"
  | "server"
  | "network"
  | "submission_unknown"
  | "task_failed"
  | "timeout"
  | "aborted"
  | "invalid_response";

/** Every failure of this package. Told apart by `code`. */
export class AvatarError extends Error {
  /** Always `AvatarError`. */
  readonly name: "AvatarError";
  /** What went wrong. */
  readonly code: ErrorCode;
  /**
   * Whether the same call may succeed later without paying for anything twice. `false` where a task may exist that a new
   * `generate` or `createTask` would not find again, having neither `storage` nor a gateway and an `externalTaskId`: then go on
   * with the `taskId` or the `externalTaskId`. And `false` for `synthesizeSpeech` once its order may have been taken.
   */
  readonly retryable: boolean;
  /** `invalid_input`: everything that is wrong. */
  readonly problems?: Problem[];
  /** The HTTP status. */
  readonly status?: number;
  /** The service's own code, such as `1303`. */
  readonly apiCode?: number | string;
  /** The service's id of the request, for its support. */
  readonly requestId?: string;
  /** How long the service asked to wait. */
  readonly retryAfterMs?: number;
  /** A task that exists, and may have been paid for: pick it up with `waitForTask`. */
  readonly taskId?: string;
  /** The id to look a task up by with `findTask`. */
  readonly externalTaskId?: string;
  /** `task_failed`: the task. */
  readonly task?: Task;
  /** The package makes its errors itself: this is for tests of your own. */
  constructor(fields: AvatarErrorFields);
}

/** What an {@link AvatarError} is made of. */
export type AvatarErrorFields = Pick<AvatarError, "code" | "message" | "retryable"> & {
  [Name in Exclude<keyof AvatarError, "name" | "stack">]?: AvatarError[Name] | undefined;
};
