/** One process: its parent, command line and hashes, and all that it talked to. Without one chosen, all of them. */

import { go, link, where } from "./address.js";
import { ask, h, put, rem } from "./dom.js";
import { peer, process as nameOf, processKey, state, volume } from "./flow.js";
import { bytes, count, file, iso, many, time, value, visible } from "./format.js";
import { lanes } from "./lanes.js";
import { store } from "./store.js";

const PAUSE = 1000;
const LISTED = 200;

/** Whether the process is called by its id, since its name is not known. */
const isNumbered = (row) => row.process === null;

function groups() {
  const found = new Map();
  for (const row of store.rows.values()) {
    const key = processKey(row);
    if (key === null) continue;
    const group = found.get(key) ?? { key, row, flows: 0, bytes: 0, detections: 0, last: -Infinity };
    group.flows += 1;
    group.bytes += volume(row) ?? 0;
    group.detections += row.detections.length > 0;
    if (row.ts > group.last) Object.assign(group, { last: row.ts, row });
    found.set(key, group);
  }
  return [...found.values()].sort((a, b) => b.detections - a.detections || b.flows - a.flows);
}

function choose() {
  const found = groups();
  return h("div", { class: "page" }, h("header", { class: "story" }, h("h1", null, "Which process?"),
    h("p", null, `${many(found.length, "process")} made the connections that are known${found.length > LISTED ? `; the first ${LISTED}` : ""}. Those with detections come first.`)),
    h("section", { class: "panel block" }, h("div", { class: "choose" }, found.slice(0, LISTED).map((group) =>
      h("a", { href: link({ view: "process", process: group.key }), class: group.detections ? "detected" : "", "data-view": "process" },
        h("span", null, h("strong", null, nameOf(group.row)), !isNumbered(group.row) && h("small", { class: "dim" }, ` ${value(group.row.pid)}`)),
        h("span", { class: "dim" }, value(group.row.host)), h("span", { class: "number" }, many(group.flows, "flow")),
        h("span", { class: "number dim" }, bytes(group.bytes)),
        h("span", { class: group.detections ? "number alarm" : "number dim" }, group.detections ? `${count(group.detections)} detected` : time(group.last)))))));
}

function facts(event) {
  const hashes = String(event.HASHES ?? "").split(",").filter(Boolean);
  const listed = [
    ["image", event.PROCESS_NAME], ["command line", event.COMMAND_LINE], ["parent", event.PARENT_NAME],
    ...(hashes.length ? hashes.map((hash) => [hash.split("=")[0].toLowerCase(), hash.split("=").slice(1).join("=")]) : [["hashes", null]]),
    ["process id", event.PROCESS_ID], ["GUID", event.PROCESS_GUID], ["user", event.USERNAME], ["host", event.HOSTNAME],
  ];
  return h("dl", { class: "facts" }, listed.map(([name, told]) => [h("dt", null, visible(name)), told === null || told === undefined ? h("dd", { class: "dim" }, "not known") : h("dd", null, value(told))]));
}

function connectionList(rows) {
  const head = ["time", "peer", "service", "sent", "received", "state", ""];
  return h("div", { class: "scroll" }, h("table", { class: "plain" },
    h("thead", null, h("tr", null, head.map((name, place) => h("th", { scope: "col", class: place === 3 || place === 4 ? "number" : "" }, name)))),
    h("tbody", null, rows.slice(0, LISTED).map((row) => h("tr", null,
      h("td", { class: "mono", title: iso(row.ts) }, time(row.ts)),
      h("td", { class: "mono" }, h("a", { href: link({ view: "compare", key: row.key }), "data-view": "compare" }, `${row.side === "responder" ? "← " : ""}${peer(row)}`)),
      h("td", null, value(row.service ?? row.proto)), h("td", { class: "number" }, bytes(row.orig_bytes)), h("td", { class: "number" }, bytes(row.resp_bytes)),
      h("td", { class: "mono" }, state(row)), h("td", { class: "alarm" }, row.detections.map(visible).join("; ")))))));
}

/** Show the view in `main`; returns its handles. */
export function processes(main) {
  const wanted = where().process ?? null;
  let drawn = -Infinity, waiting = 0, event = null, of = null, ended = false;
  const observer = new ResizeObserver(() => later());
  observer.observe(main);

  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(draw, Math.max(0, PAUSE - (performance.now() - drawn)));
  }

  async function learn(row) {
    of = `${row.key} ${row.version}`;
    const told = await ask(`/api/event?${new URLSearchParams({ key: row.key })}`).catch(() => null);
    if (told && !ended) { event = told.event; draw(); }
  }

  function draw() {
    if (store.rows.size) drawn = performance.now();
    if (wanted === null) {
      if (store.rows.size) put(main, choose());
      else if (store.ready) put(main, h("div", { class: "empty" }, h("h2", null, "No process is known yet"), h("p", null, "Processes appear with the first connection that is attributed.")));
      return;
    }
    const rows = [...store.rows.values()].filter((row) => processKey(row) === wanted).sort((a, b) => b.ts - a.ts);
    if (!rows.length) {
      if (store.ready) put(main, h("div", { class: "empty" }, h("h2", null, "This process is not here"), h("p", null, "No connection of it is held: it may have been dropped for newer ones.")));
      return;
    }
    if (of !== `${rows[0].key} ${rows[0].version}`) learn(rows[0]);
    if (event === null) return;
    const detections = [...new Set(rows.flatMap((row) => row.detections))];
    const width = Math.max(320, 0.93 * Math.min(main.clientWidth, 110 * rem()));
    put(main, h("article", { class: "page" },
      h("header", { class: "story chain" }, detections.map((name) => h("p", { class: "found" }, h("span", null, visible(name)))),
        event.PARENT_NAME && h("p", { class: "born" }, file(event.PARENT_NAME)),
        h("h1", null, nameOf(rows[0]), !isNumbered(rows[0]) && h("span", { class: "dim" }, ` ${value(event.PROCESS_ID)}`)),
        h("p", null, `${event.USERNAME ? `${visible(event.USERNAME)} on` : "On"} ${value(event.HOSTNAME)}: ${many(rows.length, "connection")} to ${many(new Set(rows.map(peer)).size, "peer")}, ${bytes(rows.reduce((sum, row) => sum + (volume(row) ?? 0), 0))}.`)),
      h("section", { class: "panel block" }, h("header", null, h("h2", null, "All that it talked to"), h("p", null, "a lane for each peer, time to the right, height by bytes")),
        h("div", { class: "lanes" }, lanes(rows, width, (row) => go({ view: "compare", key: row.key })))),
      h("section", { class: "panel block" }, h("header", null, h("h2", null, "What it is")), facts(event)),
      h("section", { class: "panel block" }, h("header", null, h("h2", null, "Connections"), h("p", null, rows.length > LISTED ? `the latest ${LISTED} of ${count(rows.length)}` : "")), connectionList(rows))));
  }

  draw();
  return { update: ({ changed, gone }) => { if (changed.size || gone.size || event === null) later(); }, keys: { Escape: () => wanted !== null && history.back() }, end() { ended = true; clearTimeout(waiting); observer.disconnect(); } };
}
