/** Every failure of this package, told apart by `code`. */
export class AvatarError extends Error {
  constructor({ message, cause, ...fields } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    Object.assign(this, fields);
  }
}
Object.defineProperty(AvatarError.prototype, "name", { value: "AvatarError", configurable: true, writable: true });

/** Whether a rejected value holds the fields of an error: the module rejects with those, and with nothing else. */
export function isFields(value) {
  return typeof value === "object" && value !== null && !(value instanceof Error) && typeof value.code === "string";
}

export function configuration(message, cause) {
  return new AvatarError({ code: "configuration", retryable: false, message, cause });
}

export function aborted(cause) {
  return new AvatarError({ code: "aborted", retryable: false, message: "The call was aborted by its signal.", cause });
}

export function late() {
  return new AvatarError({ code: "timeout", retryable: true, message: "The time allowed for the call passed while the module was loaded." });
}
