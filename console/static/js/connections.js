/** The live table of connections. */

import { go, link, where } from "./address.js";
import { h, put, s } from "./dom.js";
import { isKnown, peer, process, processKey, state, volume } from "./flow.js";
import { bytes, count, iso, time, value, visible } from "./format.js";
import { Grid } from "./grid.js";
import { order, wish } from "./search.js";
import { Selection } from "./selection.js";
import { store } from "./store.js";

const COLUMNS = ["process", "host", "user", "peer", "bytes", "state", "time"];
const DOWN_FIRST = new Set(["bytes", "time"]);
const SHOWN = [["", "All"], ["attributed", "Attributed"], ["unattributed", "Unattributed"], ["detections", "Detections"]];
const TYPING = 120;
const FRESH = 6000;

function makeLine() {
  const line = h("div", { class: "line row", role: "row" });
  line.cells = Object.fromEntries(COLUMNS.map((name) => [name, h("span", { class: name, role: "gridcell" })]));
  for (const name of ["bytes", "time"]) line.cells[name].classList.add("number");
  line.append(...Object.values(line.cells));
  return line;
}

function drawLine(line, row) {
  const { cells } = line;
  const name = process(row);
  const isDetected = row.detections.length > 0;
  put(cells.process, name === null ? h("em", null, `no process: ${value(row.reason)}`) : name,
    name !== null && row.pid !== null && h("small", null, row.pid));
  cells.process.title = isDetected ? row.detections.map(visible).join("; ") : value(row.process ?? row.processes);
  cells.host.textContent = cells.host.title = value(row.host);
  cells.user.textContent = cells.user.title = value(row.user);
  cells.peer.textContent = `${row.side === "responder" ? "← " : ""}${peer(row)} ${value(row.service ?? row.proto)}`;
  cells.peer.title = value(row.community_id);
  cells.bytes.textContent = bytes(volume(row));
  cells.state.textContent = state(row);
  cells.time.textContent = time(row.ts);
  cells.time.title = iso(row.ts);
  line.classList.toggle("unknown", !isKnown(row));
  line.classList.toggle("detected", isDetected);
  line.classList.toggle("fresh", row.fresh !== undefined && performance.now() - row.fresh < FRESH);
}

/** Show the view in `main`; returns its handles. */
export function connections(main) {
  let { q = "", show = "", sort = "-time" } = where();
  let selection;
  let unseen = 0;
  const found = h("span", { class: "count", role: "status" });
  const nothing = h("div", { class: "empty nothing", hidden: true });
  const newer = h("button", { class: "newer", hidden: true, onclick: () => { grid.element.scrollTop = 0; } });
  const field = h("input", {
    type: "search", value: q, placeholder: "Process, host, address, Community ID", autocomplete: "off", spellcheck: "false",
    "aria-label": "Search connections", title: "Words that all have to occur. Also process: host: user: peer: port: state: cid: and - for not",
  });
  const choices = SHOWN.map(([name, label]) => h("button", { type: "button", dataset: { name }, onclick: () => choose(name) }, label));
  const heads = COLUMNS.map((name) => h("span", { role: "columnheader", class: `${name}${DOWN_FIRST.has(name) ? " number" : ""}` },
    h("button", { type: "button", tabindex: "-1", onclick: () => sortBy(name) }, name)));
  const scroller = h("div", { class: "grid", role: "grid", tabindex: "0", "aria-label": "Connections" });
  const magnifier = s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, s("circle", { cx: 7, cy: 7, r: 5 }), s("path", { d: "m11 11 4 4" }));
  main.replaceChildren(h("section", { class: "connections" },
    h("div", { class: "bar" }, h("label", { class: "search" }, magnifier, field),
      h("div", { class: "choice", role: "group", "aria-label": "Which connections" }, choices), found),
    h("div", { class: "head row", role: "row" }, heads), scroller, nothing, newer));
  const grid = new Grid(scroller, {
    make: makeLine, draw: drawLine, onAt: () => {},
    onOpen: (row) => go({ view: "compare", key: row.key }),
  });

  function begin() {
    selection = new Selection(wish(q, show), order(sort));
    selection.begin(store.rows.values());
    choices.forEach((button) => button.setAttribute("aria-pressed", button.dataset.name === show));
    heads.forEach((head, place) => {
      const isSorted = sort.replace("-", "") === COLUMNS[place];
      const down = sort.startsWith("-");
      if (isSorted) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
      head.firstChild.textContent = isSorted ? `${COLUMNS[place]} ${down ? "↓" : "↑"}` : COLUMNS[place];
    });
    go({ view: "connections", q, show, sort: sort === "-time" ? "" : sort }, { quiet: true });
    unseen = 0;
    grid.show(selection.rows, { anew: true });
    tell();
  }

  function tell() {
    const all = store.rows.size, shown = selection.rows.length;
    found.textContent = shown === all ? `${count(all)} connections` : `${count(shown)} of ${count(all)}`;
    tellNothing(!shown && (all > 0 || store.ready), all);
    newer.hidden = !unseen || grid.isAtTop;
    newer.textContent = `${count(unseen)} newer ↑`;
  }

  /** What an empty list means, and the way out of it. */
  function tellNothing(isEmpty, all) {
    if (nothing.hidden === !isEmpty && nothing.dataset.of === String(all > 0)) return;
    nothing.hidden = !isEmpty;
    nothing.dataset.of = all > 0;
    if (all) {
      put(nothing, h("h2", null, "No connection is like that"), h("p", null, "All words of a search have to occur; - before a word is for not."),
        h("button", { onclick: () => { q = field.value = ""; show = ""; begin(); field.focus(); } }, "Show all"));
    } else put(nothing, h("h2", null, "Nothing has been seen yet"), h("p", null, "Replay a recording (./lab replay), or wait for the sensors: this page fills by itself."));
  }

  function choose(name) { show = name; begin(); }
  function sortBy(name) {
    const down = `-${name}`;
    sort = sort === name ? down : sort === down ? name : DOWN_FIRST.has(name) ? down : name;
    begin();
  }

  let typing = 0;
  field.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => { q = field.value.trim(); begin(); }, TYPING);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    if (q !== field.value.trim()) { clearTimeout(typing); q = field.value.trim(); begin(); }
    scroller.focus();
    if (!grid.row) grid.choose(0);
    event.preventDefault();
  });
  scroller.addEventListener("scroll", () => { if (grid.isAtTop && unseen) { unseen = 0; tell(); } }, { passive: true });
  begin();
  return {
    update(news) {
      const before = selection.rows.length;
      if (selection.fold(news)) {
        if (!grid.isAtTop) unseen += Math.max(0, selection.rows.length - before);
        grid.show(selection.rows);
      }
      tell();
    },
    keys: {
      "/": () => { field.focus(); field.select(); },
      j: () => { scroller.focus(); grid.move(1); },
      k: () => { scroller.focus(); grid.move(-1); },
      d: () => choose(show === "detections" ? "" : "detections"),
      Enter: () => grid.row && go({ view: "compare", key: grid.row.key }),
      p: () => grid.row && processKey(grid.row) && go({ view: "process", process: processKey(grid.row) }),
    },
    end() { clearTimeout(typing); grid.end(); },
  };
}

/** The address of the connections that a search finds. */
export const searched = (q, show = "") => link({ view: "connections", q, show });
