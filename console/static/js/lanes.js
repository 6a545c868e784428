/** A process's connections as a drawing: a lane for each peer, time from left to right, so that regularity shows. */

import { rem, s } from "./dom.js";
import { peer, volume } from "./flow.js";
import { bytes, many, time } from "./format.js";

const LANES = 40;

/** The drawing, `width` pixels wide. `open(row)` is called for a connection that is clicked. */
export function lanes(rows, width, open) {
  const size = rem(), lane = 1.7 * size;
  const peers = new Map();
  for (const row of rows) peers.set(peer(row), [...(peers.get(peer(row)) ?? []), row]);
  const order = [...peers].sort(([, a], [, b]) => sum(b) - sum(a) || b.length - a.length);
  const shown = order.slice(0, LANES);
  const names = Math.min(21 * size, Math.max(10 * size, width * 0.26));
  const right = width > 42 * size ? 10 * size : 12;
  const first = Math.min(...rows.map((row) => row.ts));
  const last = Math.max(...rows.map((row) => row.ts + (row.duration ?? 0)), first + 1);
  const x = (seconds) => names + ((seconds - first) / (last - first)) * (width - names - right);
  const height = (shown.length + 1) * lane;
  const drawn = shown.map(([name, flows], place) => {
    const y = (place + 0.5) * lane;
    return [
      s("line", { class: "lane", x1: names, x2: width - right, y1: y, y2: y }),
      s("text", { class: "lane-name", x: 0, y: y + size / 4 }, shorten(name, names / (0.52 * size)), s("title", null, name)),
      right > 12 && s("text", { x: width, y: y + size / 4, "text-anchor": "end" }, `${many(flows.length, "flow")}, ${bytes(sum(flows))}`),
      flows.map((row) => stretch(row, x, y, lane, open)),
    ];
  });
  const more = order.length - shown.length;
  return s("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": `Connections to ${many(order.length, "peer")} over time` },
    drawn,
    // on a phone two times do not fit side by side below the lanes: the first is then below the names
    s("text", { x: width - names < 19 * size && !more ? 0 : names, y: height - 6 }, time(first)),
    s("text", { x: width - right, y: height - 6, "text-anchor": "end" }, time(last)),
    more > 0 && s("text", { x: 0, y: height - 6 }, `and ${many(more, "peer")} with less`));
}

function stretch(row, x, y, lane, open) {
  const size = lane * Math.min(0.72, 0.24 + 0.065 * Math.log10(1 + (volume(row) ?? 0)));
  const said = `${time(row.ts)}, ${peer(row)}, ${bytes(volume(row))}`;
  return s("rect", {
    class: row.detections.length ? "stretch detected" : "stretch", x: x(row.ts) - 1.5, y: y - size / 2, rx: 1.5,
    width: Math.max(3, x(row.ts + (row.duration ?? 0)) - x(row.ts)), height: size, onclick: () => open(row),
  }, s("title", null, said));
}

const sum = (flows) => flows.reduce((total, row) => total + (volume(row) ?? 0), 0);
const shorten = (text, length) => (text.length > length ? `${text.slice(0, Math.floor(length) - 1)}…` : text);
