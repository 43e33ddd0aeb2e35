import { t } from "../i18n.js";

const REASONS = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", OverconstrainedError: "none" };

/** The camera or the microphone, until `signal` ends it. */
export async function stream(wanted, signal) {
  const opened = await navigator.mediaDevices.getUserMedia(wanted);
  const stop = () => opened.getTracks().forEach((track) => track.stop());
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  return opened;
}

/** Why there is none, in the words for `device`. */
export function refusal(device, error) {
  if (!navigator.mediaDevices?.getUserMedia) return t(`fit.${device}.impossible`);
  return t(`fit.${device}.${REASONS[error?.name] ?? "busy"}`);
}
