import webpack from "webpack";

// Webpack advises against assets of 244 KiB and more; this test is not about that.
const performance = { hints: false };
webpack({ mode: "production", performance, entry: "./main.js", output: { filename: "main.js" } }, (error, stats) => {
  if (stats) console.log(stats.toString());
  if (error || stats.hasErrors() || stats.hasWarnings()) process.exit(1);
});
