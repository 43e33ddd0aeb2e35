// What a person sees: short progress lines on stderr, and one clear line when something cannot be done.

/** A failure that is already explained: its message is shown as it is, without a stack. */
export class Stop extends Error {}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

const CAUSES = [
  [/ENOSPC|No space left on device|not enough free space|os error 28\b/i, "the disk is full"],
  [/EROFS|Read-only file system/i, "the disk is read-only"],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|Could not resolve|Couldn't connect|Failed to connect|Temporary failure resolving|Unable to connect|Connection (?:failed|timed out|refused)|could not download file|spurious network error|failed to (?:download|query replaced source|get successful HTTP)/i,
    "the network or a package registry cannot be reached",
  ],
  [/EACCES|EPERM|Permission denied|are you root/i, "permission is missing"],
];

/** The usual reason behind a tool's output, in a few words, or undefined. */
export function likelyCause(output) {
  return CAUSES.find(([pattern]) => pattern.test(output))?.[1];
}

/** Runs a command's main function. Whatever goes wrong becomes one line and exit code 1. */
export async function command(main) {
  try {
    await main();
  } catch (error) {
    say(`kling-avatar: ${oneLine(error)}`);
    process.exit(1);
  }
}

function oneLine(error) {
  if (error instanceof Stop) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  const cause = likelyCause(`${error?.code ?? ""} ${text}`);
  const first = text.split("\n", 1)[0];
  return cause ? `${cause} (${first})` : first;
}
