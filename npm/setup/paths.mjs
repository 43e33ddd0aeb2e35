// Where things are.
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");
export const DIST = join(ROOT, "dist");
export const BUILD = join(ROOT, "build");
export const TARGET = join(ROOT, "target");

/** Tools that every clone on this machine shares: `$XDG_CACHE_HOME/kling-avatar`, or `~/.cache/kling-avatar`. */
export const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "kling-avatar");
