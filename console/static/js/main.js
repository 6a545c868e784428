/** The page: which view is shown, the keys that work everywhere, and what is told above and below. */

import { go, onMove, VIEWS, where } from "./address.js";
import { compare } from "./compare.js";
import { connections } from "./connections.js";
import { coverage } from "./coverage.js";
import { byId, h, put } from "./dom.js";
import { process as processName, peer } from "./flow.js";
import { count, many, visible } from "./format.js";
import { pipeline } from "./pipeline.js";
import { processes } from "./process.js";
import { store } from "./store.js";
import { connect } from "./stream.js";

const SHOW = { compare, connections, coverage, pipeline, process: processes };
const TITLES = { compare: "Side by side", connections: "Connections", coverage: "Coverage", pipeline: "Pipeline", process: "Process" };
const main = byId("view");
let view = { update() {}, keys: {}, end() {} };
let unseen = 0;

function show() {
  const place = where();
  view.end();
  main.scrollTop = 0;
  view = SHOW[place.view](main);
  document.title = `${TITLES[place.view]} · Flow attribution`;
  for (const tab of document.querySelectorAll(".tabs a")) {
    if (tab.dataset.view === place.view) {
      tab.setAttribute("aria-current", "page");
      // on a phone the tabs are wider than the screen, and scroll
      tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    } else tab.removeAttribute("aria-current");
  }
  if (place.view === "connections") { unseen = 0; tellUnseen(); }
}

function tellUnseen() {
  byId("unseen").hidden = !unseen;
  byId("unseen").textContent = count(unseen);
  byId("unseen").title = `${many(unseen, "new detection")}`;
}

function news(detected) {
  if (!detected.length) return;
  unseen += detected.length;
  if (where().view === "connections") unseen = 0;
  tellUnseen();
  const row = detected.at(-1);
  put(byId("news"),
    h("strong", null, detected.length > 1 ? many(detected.length, "new detection") : "New detection"),
    h("span", null, `${processName(row) ?? "a process"} on ${visible(row.host ?? "a host")} and ${peer(row)}: ${row.detections.map(visible).join("; ")}`),
    h("button", { onclick: () => { put(byId("news")); go({ view: "compare", key: row.key }); } }, "Look"),
    h("button", { class: "later", onclick: () => put(byId("news")) }, "Later"));
}

function status() {
  const { live, trouble, rate, dropped, unreadable, dead_letters: letters } = store.status;
  const state = trouble ? "broken" : live && store.ready ? "live" : "waiting";
  if (byId("live").dataset.state !== state) byId("live").dataset.state = state;
  const said = { broken: "Not live", waiting: "Catching up", live: rate >= 0.5 ? `Live, ${count(Math.round(rate))}/s` : "Live" }[state];
  if (byId("live-text").textContent !== said) byId("live-text").textContent = said;
  byId("live").title = trouble;
  byId("letters").hidden = !letters;
  byId("letters").textContent = count(letters ?? 0);
  byId("letters").title = many(letters ?? 0, "dead letter");
  const parts = [
    many(store.rows.size, "connection"),
    dropped ? `${count(dropped)} older ones dropped to keep the newest` : null,
    unreadable ? `${many(unreadable, "record")} could not be read` : null,
    trouble ? visible(trouble) : null,
  ];
  byId("foot-text").textContent = parts.filter(Boolean).join(" · ");
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  const isTyping = event.target.matches?.("input, textarea, select");
  if (isTyping) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "Enter" && event.target.matches?.("a, button, summary")) return;
  if (event.key === "?") byId("keys").showModal();
  else if (event.key >= "1" && event.key <= String(VIEWS.length)) go({ view: VIEWS[event.key - 1] });
  else if (view.keys[event.key]) view.keys[event.key]();
  else if (event.key === "/") { go({ view: "connections" }); view.keys["/"]?.(); }
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", key);
document.addEventListener("click", (event) => {
  const target = event.target.closest?.("a[href^='/?'], a[data-view]");
  if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const place = Object.fromEntries(new URL(target.href).searchParams);
  go({ view: target.dataset.view, ...place });
});
onMove(show);
store.listen((changes) => {
  news(changes.detected);
  view.update(changes);
  status();
});
show();
connect();
