/** A longer timer rings at once, in every runtime. */
export const LONGEST_MS = 2 ** 31 - 1;

// The numbers by which the module knows the methods of its client (`src/web/exports.rs`).
export const VALIDATE = 0;
export const CREATE_TASK = 1;
export const GENERATE = 2;
export const SYNTHESIZE_SPEECH = 3;
export const DOWNLOAD = 4;
export const WATCH_TASK = 5;
export const WAIT_FOR_TASK = 6;
export const FIND_TASK = 7;
export const GET_TASK = 8;

/** The options of a call in the order in which the module reads them. */
export const callOptions = ({ signal, onProgress, timeoutMs }) => [signal, onProgress, timeoutMs];
