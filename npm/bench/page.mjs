// The results as a page that opens in a browser without a server: tables, and bars for the columns that are plotted.
const COLOURS = ["#3b6fd4", "#c2632b", "#3d8f63"];
const OTHERS = "#8a94a6";
const OURS = /^kling-avatar/;
const STYLE = `
  :root { color-scheme: light dark }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
  h2 { margin: 2.5rem 0 .5rem; font-size: 1.1rem }
  .wide { overflow-x: auto }
  table { border-collapse: collapse; font-size: .85rem }
  th, td { padding: .25rem .7rem .25rem 0; text-align: right; border-bottom: 1px solid #8884 }
  th:first-child, td:first-child { text-align: left }
  td.no { color: #c0392b; font-weight: 600 }
  svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; margin: .5rem 0 1rem }
  svg text { fill: currentColor }
`;

export function page(results, tables) {
  const { machine, rounds, imageBytes, soundBytes } = results;
  const about = `${rounds} rounds, a photo of ${imageBytes} bytes and a voice of ${soundBytes} bytes, on ${machine.cores} cores of ${machine.processor}, load ${machine.load}.`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>kling-avatar: measurements</title><style>${STYLE}</style>
<h1>kling-avatar: measurements</h1><p>${escaped(about)} Shorter bars are better. Made by <code>npm run bench</code>.</p>
${tables.map(section).join("\n")}
</html>
`;
}

function section({ title, rows, plot, limit }) {
  return `<h2>${escaped(title)}</h2>${plot ? bars(rows, plot, limit) : ""}<div class="wide">${table(rows)}</div>`;
}

function table(rows) {
  const columns = [...new Set(rows.flatMap(Object.keys))];
  const cell = (value) => `<td${value === "no" ? ' class="no"' : ""}>${escaped(value ?? "")}</td>`;
  const body = rows.map((row) => `<tr>${columns.map((column) => cell(row[column])).join("")}</tr>`);
  return `<table><tr>${columns.map((column) => `<th>${escaped(column === "name" ? "" : column)}</th>`).join("")}</tr>${body.join("")}</table>`;
}

/** Horizontal bars on one scale; a line marks the limit. */
function bars(rows, columns, limit) {
  const [left, width, height] = [320, 640, 18];
  const largest = Math.max(limit ?? 0, ...rows.flatMap((row) => columns.map((column) => row[column])));
  const x = (value) => Math.max(1, (value / largest) * (width - 60));
  const isBesideOthers = rows.some(({ name }) => OURS.test(name));
  const colour = (name, index) => (isBesideOthers && !OURS.test(name) ? OTHERS : COLOURS[index]);
  const line = (row, column, index) => ({ value: row[column], label: index === 0 ? row.name : "", column, colour: colour(row.name, index) });
  const lines = rows.flatMap((row) => columns.map((column, index) => line(row, column, index)));
  const drawn = lines.map(({ value, label, column, colour: fill }, index) => {
    const y = index * height;
    const title = `<title>${escaped(`${column}: ${value}`)}</title>`;
    return `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${escaped(label)}</text><rect x="${left}" y="${y + 3}" width="${x(value)}" height="${height - 6}" fill="${fill}">${title}</rect><text x="${left + x(value) + 6}" y="${y + 13}">${value}</text>`;
  });
  const end = lines.length * height;
  const mark = limit === undefined ? "" : `<line x1="${left + x(limit)}" x2="${left + x(limit)}" y1="0" y2="${end}" stroke="#c0392b" stroke-dasharray="4 3"/>`;
  const key = columns.length < 2 ? "" : columns.map((column, index) => `<tspan fill="${COLOURS[index]}">■ ${escaped(column)} </tspan>`).join("");
  const below = key && `<text x="${left}" y="${end + 16}">${key}</text>`;
  return `<svg viewBox="0 0 ${left + width} ${end + 24}" role="img">${drawn.join("")}${mark}${below}</svg>`;
}

function escaped(text) {
  return String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
