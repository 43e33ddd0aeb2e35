/** A longer timer rings at once, in every runtime. */
export const LONGEST_MS = 2 ** 31 - 1;

/** In the order of the crate's methods. */
const METHODS = ["validate", "createTask", "generate", "synthesizeSpeech", "download", "watchTask", "waitForTask", "findTask", "getTask"];

/** The number by which the module knows a method of its client. */
export const numberOf = (method) => METHODS.indexOf(method);

/** The options of a call in the order in which the module reads them. */
export const callOptions = ({ signal, onProgress, timeoutMs }) => [signal, onProgress, timeoutMs];
