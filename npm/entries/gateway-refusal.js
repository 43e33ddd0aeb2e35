/** A refusal of the gateway's own, with the status and the fields with which it leaves. */
export class Refusal extends Error {
  constructor(status, code, message, { allow, ...fields } = {}) {
    super(message);
    Object.assign(this, { leavesAs: status, code, allow, fields });
  }
}

export function noSuchTask() {
  return new Refusal(404, "not_found", "There is no such task, or its token has expired.");
}

export function wrongInput(field, code, message) {
  return new Refusal(422, "invalid_input", message, { problems: [{ field, code, message }] });
}
