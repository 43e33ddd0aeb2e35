// Programs from outside npm and cargo: taken from PATH, or else installed by apt, or else named in one line.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { aptInstall, aptObstacle } from "./apt.mjs";
import { isProgram, run, which } from "./process.mjs";
import { Stop } from "./report.mjs";

const onPath = (...names) => async () => which(...names) !== undefined;

const TOOLS = {
  cc: { isThere: onPath("cc"), apt: ["gcc", "libc6-dev"], brew: "gcc" },
  ffmpeg: { isThere: onPath("ffmpeg"), apt: ["ffmpeg"], brew: "ffmpeg" },
  "espeak-ng": { isThere: onPath("espeak-ng"), apt: ["espeak-ng"], brew: "espeak-ng" },
  lame: { isThere: onPath("lame"), apt: ["lame"], brew: "lame" },
  flac: { isThere: onPath("flac"), apt: ["flac"], brew: "flac" },
  sox: { isThere: soxReadsMp3, apt: ["sox", "libsox-fmt-mp3"], brew: "sox" },
  // Other programs are called convert, too.
  imagemagick: { isThere: onPath("identify"), apt: ["imagemagick"], brew: "imagemagick" },
  chromium: { isThere: async () => chromiumPath() !== undefined, apt: ["chromium"], brew: "--cask chromium" },
  chromedriver: { isThere: async () => chromedriverPath() !== undefined, apt: ["chromium-driver"], brew: "--cask chromedriver" },
  "Python 3.11": { isThere: async () => (await pythonPath()) !== undefined, apt: ["python3", "python3-venv"], brew: "python" },
  firefox: { isThere: async () => firefoxPath() !== undefined, apt: ["firefox-esr"], brew: "--cask firefox" },
  webkit: { isThere: async () => webkitPaths() !== undefined && webkitPlaysMp4(), apt: ["webkit2gtk-driver", "gstreamer1.0-libav", "xvfb", "xauth"], brew: "webkitgtk" },
};

/** What the sandbox makes its videos and voices with. */
export const FOR_SANDBOX = ["cc", "ffmpeg", "espeak-ng"];
/** What the tests drive, and make their fixtures with. */
export const FOR_TESTS = Object.keys(TOOLS).filter((name) => !["firefox", "webkit", "Python 3.11"].includes(name));
/** And what the slow ones drive in addition. */
export const FOR_ALL_TESTS = Object.keys(TOOLS);

/** Makes sure that these tools (keys of the table above) can be run. */
export async function ensureSystem(names) {
  const missing = await absent(names);
  if (missing.length === 0) return;
  const obstacle = aptObstacle();
  if (obstacle !== undefined) throw new Stop(`${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing (${obstacle}): ${advice(missing)}.`);
  await aptInstall(missing.flatMap((name) => TOOLS[name].apt));
  const still = await absent(missing);
  if (still.length > 0) throw new Stop(`${still.join(", ")} cannot be run although apt-get installed it.`);
}

/** The browser for the tests: `$CHROMIUM_PATH`, or Chromium or Chrome where they usually are. */
export function chromiumPath() {
  const named = process.env.CHROMIUM_PATH;
  if (named) return isProgram(named) ? named : undefined;
  return (
    which("chromium", "chromium-browser", "google-chrome-stable", "google-chrome") ??
    ["Chromium", "Google Chrome"].map((app) => `/Applications/${app}.app/Contents/MacOS/${app}`).find(isProgram)
  );
}

/** The WebDriver server of that browser: `$CHROMEDRIVER`, or the one on PATH. */
export function chromedriverPath() {
  const { CHROMEDRIVER, CHROMEWEBDRIVER } = process.env;
  if (CHROMEDRIVER) return isProgram(CHROMEDRIVER) ? CHROMEDRIVER : undefined;
  const beside = ["/usr/lib/chromium/chromedriver", `${CHROMEWEBDRIVER}/chromedriver`];
  return which("chromedriver") ?? beside.find(isProgram);
}

/** `$FIREFOX_PATH`, or Firefox where it usually is. */
export function firefoxPath() {
  const named = process.env.FIREFOX_PATH;
  if (named) return isProgram(named) ? named : undefined;
  return which("firefox-esr", "firefox") ?? ["/Applications/Firefox.app/Contents/MacOS/firefox"].find(isProgram);
}

const LIBRARIES = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];

/** Without this plugin WebKitGTK plays no H.264. */
const webkitPlaysMp4 = () => LIBRARIES.some((folder) => existsSync(join(folder, "gstreamer-1.0", "libgstlibav.so")));

/** WebKitGTK's driver and its little browser, which has no place on PATH. */
export function webkitPaths() {
  const driver = which("WebKitWebDriver");
  const folders = [...LIBRARIES, "/usr/libexec"];
  const versions = ["webkit2gtk-4.1", "webkit2gtk-4.0", "webkitgtk-6.0"];
  const browser = folders.flatMap((folder) => versions.map((version) => join(folder, version, "MiniBrowser"))).find(isProgram);
  return driver && browser && which("xvfb-run") ? { driver, browser } : undefined;
}

/** Python 3.11 or newer that can make environments of its own: Debian has that in a package apart. */
export async function pythonPath() {
  for (const path of [which("python3"), "/usr/bin/python3"].filter(Boolean)) {
    const { code } = await run(path, ["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"]);
    if (code === 0) return path;
  }
  return undefined;
}

async function absent(names) {
  const there = await Promise.all(names.map((name) => TOOLS[name].isThere()));
  return names.filter((_, index) => !there[index]);
}

async function soxReadsMp3() {
  return which("sox") !== undefined && / mp3\b/.test((await run("sox", ["--help"])).output);
}

function advice(missing) {
  if (process.platform === "darwin") {
    return `run \`${missing.map((name) => `brew install ${TOOLS[name].brew}`).join(" && ")}\``;
  }
  return `install ${missing.flatMap((name) => TOOLS[name].apt).join(" ")} (Debian's names)`;
}
