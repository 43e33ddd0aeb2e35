import webpack from "webpack";

// Webpack warns of assets of more than 244 KiB, and no warning passes.
webpack({ mode: "production", entry: "./main.js", output: { filename: "main.js" } }, (error, stats) => {
  if (stats) console.log(stats.toString());
  if (error || stats.hasErrors() || stats.hasWarnings()) process.exit(1);
});
