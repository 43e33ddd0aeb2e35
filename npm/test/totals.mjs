// Reads how many tests ran from what the runners print themselves.

const ANSI = /\x1b\[[0-9;]*[A-Za-z]/g;

/** From `cargo test` and wasm-bindgen's runner, over every test binary. A test that was left out has failed to run. */
export function cargoTotals(output) {
  const totals = { passed: 0, failed: 0 };
  const line = /^test result: \S+ (\d+) passed; (\d+) failed; (\d+) ignored;/gm;
  for (const [, passed, failed, ignored] of output.replace(ANSI, "").matchAll(line)) {
    totals.passed += Number(passed);
    totals.failed += Number(failed) + Number(ignored);
  }
  return totals;
}

/** From `node --test`, in either of its two formats. A test that was left out has failed to run. */
export function nodeTotals(output) {
  const text = output.replace(ANSI, "");
  const last = (name) => Number([...text.matchAll(new RegExp(`^(?:ℹ|#) ${name} (\\d+)$`, "gm"))].at(-1)?.[1] ?? 0);
  return { passed: last("pass"), failed: last("fail") + last("cancelled") + last("skipped") + last("todo") };
}

/** What a suite comes to: one that crashed or ran nothing has at least one failure, and says why. */
export function verdict({ passed, failed }, exitCode) {
  if (exitCode !== 0 && failed === 0) return { passed, failed: 1, why: `its process ended with exit code ${exitCode}` };
  if (passed + failed === 0) return { passed, failed: 1, why: "it ran no test" };
  return { passed, failed };
}

/** The closing table, and the line that sums up. */
export function summary(results) {
  const rows = results.map(({ name, passed, failed, seconds, why }) => {
    const figures = `${String(passed).padStart(6)} passed ${String(failed).padStart(4)} failed ${seconds.toFixed(0).padStart(5)} s`;
    return `${name.padEnd(16)}${figures}${why ? `  ${why}` : ""}`;
  });
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  return [...rows, "", `${sum("passed")} passed, ${sum("failed")} failed`].join("\n");
}
