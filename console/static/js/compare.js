/** One connection twice: as Zeek wrote it, and the same with what the lab knows. The differences are lit. */

import { go, link, where } from "./address.js";
import { ask, h, put } from "./dom.js";
import { isKnown, peer, process, processKey, volume } from "./flow.js";
import { bytes, file, many, signed, span, time, value, visible } from "./format.js";
import { store } from "./store.js";

const ADDED = [
  ["PROCESS_NAME", "process"], ["PROCESS_ID", "process id"], ["USERNAME", "user"], ["HOSTNAME", "host"],
  ["PARENT_NAME", "parent"], ["COMMAND_LINE", "command line"], ["HASHES", "hashes"], ["SOURCES", "seen by"],
  ["OFFSET_MS", "clocks apart"], ["SIDE", "side"], ["PROCESS_GUID", "process GUID"], ["PROCESS_NAMES", "all that match"],
  ["REASON", "reason"],
];
const INNER = new Set(["EVENT_ID", "CONN_OPEN", "PROCESS_COUNT"]);
const READABLE = { sysmon: "Sysmon", osquery: "Osquery" };

/** The connection to begin with: the newest detection, else the newest with a process, else the newest. */
function best() {
  let found = null;
  const rank = (row) => (row.detections.length ? 2 : isKnown(row) ? 1 : 0);
  for (const row of store.rows.values()) {
    if (!found || rank(row) > rank(found) || (rank(row) === rank(found) && row.ts > found.ts)) found = row;
  }
  return found;
}

const listed = (parts) => parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;

function headline(row, event) {
  if (!isKnown(row)) return [`Nobody is known to have talked from ${value(row.orig_h)} to `, peer(row)];
  const verb = row.side === "responder" ? " was called by " : " talked to ";
  return [h("span", { class: "lit" }, process(row)), ` on ${visible(String(event.HOSTNAME).split(".")[0])}${verb}`, peer(row)];
}

function subline(row, event) {
  if (!isKnown(row)) return `${time(row.ts)}, ${bytes(volume(row))}. The reason: ${value(row.reason)}.`;
  const seen = listed((row.sources ?? []).map((name) => READABLE[name] ?? visible(name)));
  const parts = [
    event.USERNAME && `As ${visible(event.USERNAME)}`,
    event.PARENT_NAME && `started by ${file(event.PARENT_NAME)}`,
    `${time(row.ts)}`,
    `${bytes(row.orig_bytes)} sent, ${bytes(row.resp_bytes)} received${row.duration ? ` in ${span(row.duration)}` : ""}`,
    seen && `seen by ${seen}`,
  ];
  return parts.filter(Boolean).join(" · ");
}

function line(label, title, before, after, kind) {
  return h("tr", { class: kind }, h("th", { scope: "row", title }, label), h("td", null, before), h("td", null, after));
}

const hashes = (told) => visible(told).split(",").map((hash) => h("div", null, hash));

function pair({ event, zeek }) {
  const plain = zeek ?? Object.fromEntries(Object.entries(event).filter(([name]) => name === name.toLowerCase()));
  const shown = (name) => {
    if (name === "OFFSET_MS") return signed(event[name] / 1000);
    return name === "HASHES" ? hashes(event[name]) : value(event[name]);
  };
  const added = ADDED.filter(([name]) => name in event && event[name] !== null
    && !(name === "PROCESS_NAMES" && !(event.PROCESS_COUNT > 1)));
  const missing = ["PROCESS_NAME", "PARENT_NAME", "COMMAND_LINE"].filter((name) => name in event && event[name] === null);
  const rest = Object.keys(event).filter((name) => name !== name.toLowerCase() && !INNER.has(name) && !ADDED.some(([known]) => known === name));
  const names = [...new Set([...Object.keys(plain), ...Object.keys(event).filter((name) => name === name.toLowerCase())])]
    .filter((name) => (plain[name] ?? null) !== null || (event[name] ?? null) !== null);
  const revised = (name) => zeek !== null && name in event && (event[name] ?? null) !== null && value(plain[name]) !== value(event[name]);
  return h("div", { class: "pair panel" }, h("table", null,
    h("caption", { class: "visually-hidden" }, "The connection as Zeek wrote it, and the same enriched"),
    h("colgroup", null, h("col", { class: "name" }), h("col"), h("col")),
    h("thead", null, h("tr", null, h("th", { scope: "col" }, h("span", { class: "visually-hidden" }, "field")),
      h("th", { scope: "col" }, "Zeek", h("small", null, zeek ? "what the sensor saw" : "its fields; the record itself is held no more")),
      h("th", { scope: "col" }, "Enriched", h("small", null, "what the lab knows")))),
    h("tbody", { class: "added-part" },
      added.map(([name, label]) => line(label, name, "not known", shown(name), "added")),
      rest.filter((name) => event[name] !== null).map((name) => line(name.toLowerCase().replaceAll("_", " "), name, "not known", value(event[name]), "added")),
      missing.map((name) => line(ADDED.find(([known]) => known === name)[1], name, "not known", "not known", "still"))),
    h("tbody", null, names.map((name) => line(name, name, value(plain[name]), value(name in event ? event[name] : plain[name]), revised(name) ? "revised" : "same")))));
}

async function copy(button, event) {
  await navigator.clipboard.writeText(JSON.stringify(event, null, 2));
  button.textContent = "Copied";
}

/** Show the view in `main`; returns its handles. */
export function compare(main) {
  const wanted = where().key ?? null;
  let key = wanted;
  let version = -1;
  let asked = 0;

  function empty(title, text) { put(main, h("div", { class: "empty" }, h("h2", null, title), h("p", null, text))); }

  function draw(told, row) {
    const of = processKey(row);
    const near = [...store.rows.values()].filter((other) => other.community_id !== null && other.community_id === row.community_id && other.key !== row.key).length;
    put(main, h("article", { class: "page" },
      h("header", { class: "story" },
        row.detections.map((name) => h("p", { class: "found" }, h("span", null, visible(name)))),
        h("h1", null, headline(row, told.event)), h("p", null, subline(row, told.event))),
      pair(told),
      h("p", { class: "legend" }, h("span", null, isKnown(row) ? "added by the lab" : "what the lab can say"),
        h("span", { class: "is-revised" }, "another value than in that record of Zeek's")),
      h("div", { class: "acts" },
        of && h("button", { onclick: () => go({ view: "process", process: of }) }, "All that this process did"),
        h("button", { onclick: () => go({ view: "connections", q: row.community_id ?? row.uid }) }, near ? `${many(near, "other event")} of this flow` : "In the list of connections"),
        h("button", { onclick: (event) => copy(event.currentTarget, told.event) }, "Copy as JSON"))));
  }

  async function load() {
    const row = key === null ? best() : store.rows.get(key);
    if (!row && !store.ready) return;
    if (!row && key === null) {
      empty("Nothing has been seen yet", "Replay a recording (./lab replay), or wait for the sensors: this page fills by itself.");
      return;
    }
    if (row && row.version === version) return;
    if (!row && version >= 0) return;
    key = row?.key ?? key;
    version = row?.version ?? 0;
    const turn = (asked += 1);
    try {
      const told = await ask(`/api/event?${new URLSearchParams({ key })}`);
      if (turn === asked && store.rows.has(key)) draw(told, store.rows.get(key));
    } catch (error) {
      if (turn === asked) empty("This connection is not here", `The console says: ${error.message}. What was withdrawn or dropped for newer ones is gone.`);
    }
  }

  load();
  return {
    update: ({ changed }) => { if (version < 0 || changed.has(key)) load(); },
    keys: {
      p: () => { const of = store.rows.has(key) && processKey(store.rows.get(key)); if (of) go({ view: "process", process: of }); },
      Escape: () => history.length > 1 && wanted !== null && history.back(),
    },
    end: () => { asked += 1; },
  };
}

/** The address of a connection side by side. */
export const beside = (row) => link({ view: "compare", key: row.key });
