import webpack from "webpack";

webpack({ mode: "production", entry: "./main.js", output: { filename: "main.js" } }, (error, stats) => {
  if (stats) console.log(stats.toString());
  if (error || stats.hasErrors() || stats.hasWarnings()) process.exit(1);
});
