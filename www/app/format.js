import { formatNumber, t } from "./i18n.js";

/** Bytes in KB or MB of 1024, as the service counts its limits. */
export function bytes(count) {
  if (count < 1024) return t("unit.bytes", { count });
  if (count < 1024 * 1024) return t("unit.kilobytes", { amount: formatNumber(Math.round(count / 1024)) });
  const digits = count < 100 * 1024 * 1024 ? 1 : 0;
  return t("unit.megabytes", { amount: formatNumber(count / 1048576, { maximumFractionDigits: digits }) });
}

export const seconds = (value, digits = 1) =>
  t("unit.seconds", { amount: formatNumber(value, { maximumFractionDigits: digits }) });

export const kilohertz = (hertz) => t("unit.kilohertz", { amount: formatNumber(hertz / 1000) });

/** Minutes and seconds, as on a player, and hours where there are some. */
export function clock(totalSeconds) {
  const whole = Math.max(0, Math.floor(totalSeconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (count) => String(count).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export const number = formatNumber;
export const dollars = (value) => formatNumber(value, { style: "currency", currency: "USD" });
export const percent = (share) => formatNumber(share, { style: "percent", maximumFractionDigits: 0 });
export const pixels = (width, height) => `${formatNumber(width)} × ${formatNumber(height)}`;
