// What workerd's process takes, by the kernel's count.
import { readFileSync, readdirSync } from "node:fs";

/** The children of this process that are workerd. */
export function workerdPids() {
  const stat = (pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, "utf8");
    } catch {
      return ""; // It has ended meanwhile.
    }
  };
  const isOurs = (text) => text.includes("(workerd)") && Number(text.split(") ")[1].split(" ")[1]) === process.pid;
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isOurs(stat(name)));
  if (pids.length === 0) throw new Error("there is no workerd, or no /proc to measure it by");
  return pids;
}

/** Of all threads, by the scheduler's own count, which is finer than the ticks of `stat`. */
export function cpuMs(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce((total, thread) => total + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]), 0) / 1e6;
}

/** `VmRSS`, or at its highest `VmHWM`. */
export function memoryMb(pid, name) {
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}
