/** The hops of the data's way, and what fell out of it. */

import { ask, h, put, s } from "./dom.js";
import { count, iso, many, span, time, value, visible } from "./format.js";

const EVERY = 2000;
const KEPT = 60;
const STAGES = { sensor: "Sensor", endpoint: "Endpoint", join: "Join", conclusion: "Conclusions", "dead letters": "Dead letters" };
const WHAT = {
  "zeek-conn": "connections, when they have ended", "zeek-conn_open": "connections that still live",
  "sysmon-NetworkConnectInitiated": "Sysmon's sockets", "sysmon-ProcessCreate": "Sysmon's new processes",
  "osquery-win_socket_events": "Osquery's sockets", "osquery-processes": "Osquery's inventory", CONN_MATCH: "a flow and a socket of one Community ID",
  "zeek-conn-enriched": "connections with their process", "zeek-conn-unattributed": "connections without, and why",
  "flow-detections": "detections", "dead-letters": "what could not be read",
};
const history = new Map();

const rate = (perSecond) => (perSecond >= 100 ? count(Math.round(perSecond)) : perSecond >= 0.05 ? perSecond.toFixed(1) : "0");
const age = (ms) => (ms > 0 ? `${span(Math.max(0, Date.now() - ms) / 1000)} ago` : "–");

function spark(name) {
  const points = history.get(name) ?? [];
  const most = Math.max(1, ...points);
  const path = points.map((point, place) => `${place ? "L" : "M"}${(place * 120) / (KEPT - 1)} ${22 - (20 * point) / most}`).join("");
  return s("svg", { class: "chart", viewBox: "0 0 120 24", width: 120, "aria-hidden": "true" }, s("path", { class: "spark", d: path || "M0 22" }));
}

function way(told) {
  const stages = Object.entries(STAGES).filter(([stage]) => stage !== "dead letters").map(([stage, label]) => {
    const hops = told.hops.filter((hop) => hop.stage === stage);
    const behind = Math.max(0, ...hops.map((hop) => hop.lag ?? 0));
    return h("div", { class: `${behind > 1000 ? "late" : ""} ${stage}` }, h("small", null, label),
      h("strong", null, `${rate(hops.reduce((sum, hop) => sum + hop.rate, 0))}/s`),
      h("small", null, behind ? `${count(behind)} behind` : `${count(hops.reduce((sum, hop) => sum + hop.written, 0))} in all`));
  });
  const sink = h("div", { class: told.sink > 1000 ? "late" : "" }, h("small", null, "Splunk"),
    h("strong", null, told.sink === null ? "–" : told.sink ? count(told.sink) : "up to date"),
    h("small", null, told.sink === null ? "nothing carried yet" : told.sink ? "to be acknowledged" : "all acknowledged"));
  return h("section", { class: "panel way" }, stages, sink);
}

const trouble = (told) => [h("p", { class: "alarm" }, visible(told.trouble)),
  h("p", { class: "dim" }, `${told.hops.length ? "What is below is of before. " : ""}./lab diagnose names the fault, and says what to do.`)];

function hops(told) {
  const head = ["topic", "", "records", "per second", "", "behind", "last event"];
  const rows = Object.entries(STAGES).map(([stage, label]) => [
    h("tr", { class: "stage" }, h("th", { colspan: head.length, scope: "rowgroup" }, label)),
    told.hops.filter((hop) => hop.stage === stage).map((hop) => h("tr", { class: hop.lag > 1000 ? "late" : "" },
      h("td", { class: "mono" }, hop.name), h("td", { class: "dim spare" }, WHAT[hop.name] ?? ""),
      h("td", { class: "number" }, hop.exists ? count(hop.written) : "no topic"), h("td", { class: "number spare" }, rate(hop.rate)),
      h("td", { class: "spare" }, spark(hop.name)), h("td", { class: "number" }, hop.lag === null ? "–" : count(hop.lag)),
      h("td", { class: "number", title: hop.newest_ms > 0 ? iso(hop.newest_ms / 1000) : null }, age(hop.newest_ms)))),
  ]);
  return h("div", { class: "scroll" }, h("table", { class: "plain" },
    h("thead", null, h("tr", null, head.map((name, place) => h("th", { scope: "col", class: `${[2, 3, 5, 6].includes(place) ? "number" : ""} ${[1, 3, 4].includes(place) ? "spare" : ""}` }, name)))),
    h("tbody", null, rows)));
}

function queries(told) {
  const late = told.queries.filter((query) => query.lag > 0);
  if (!told.queries.length) return h("p", { class: "dim" }, "No query has begun.");
  if (!late.length) return h("p", null, `${many(told.queries.length, "query").replace("querys", "queries")}, none behind.`);
  return h("table", { class: "plain" }, h("tbody", null, late.map((query) => h("tr", null,
    h("td", { class: "mono" }, visible(query.name)), h("td", { class: "number" }, `${count(query.lag)} behind`)))));
}

function letterList(letters) {
  if (!letters.length) return h("p", { class: "dim" }, "None: everything could be read.");
  return h("div", { class: "letters" }, letters.map((letter) => h("details", null,
    h("summary", null, h("span", null, value(letter.reason)), h("time", { datetime: iso(letter.at_ms / 1000) }, time(letter.at_ms / 1000)),
      h("small", { class: "dim" }, [letter.topic, letter.place].filter(Boolean).map(visible).join(", "))),
    h("pre", { tabindex: 0 }, visible(letter.record)))));
}

/** Show the view in `main`; returns its handles. */
export function pipeline(main) {
  let timer = 0, ended = false, lettersSeen = "";
  const top = h("div", { class: "page wide" });
  const letters = h("section", { class: "panel block rest" });
  const running = h("section", { class: "panel block third" });
  const table = h("section", { class: "panel block" });
  const above = h("div", null);
  put(main, put(top, above, table, running, letters));

  async function look() {
    try {
      const [told, dead] = await Promise.all([ask("/api/pipeline"), ask("/api/dead-letters")]);
      if (ended) return;
      if (!told.trouble) for (const hop of told.hops) history.set(hop.name, [...(history.get(hop.name) ?? []), hop.rate].slice(-KEPT));
      put(above, told.trouble ? trouble(told) : way(told));
      if (told.hops.length) put(table, h("header", null, h("h2", null, "Topics"), h("p", null, "behind: what the slowest reader has not worked off")), hops(told));
      if (told.hops.length) put(running, h("header", null, h("h2", null, "Queries")), queries(told));
      const signature = `${dead.length} ${dead[0]?.at_ms} ${dead[0]?.record}`;
      if (signature !== lettersSeen && told.hops.length) {
        lettersSeen = signature;
        put(letters, h("header", null, h("h2", null, "Dead letters"), h("p", null, dead.length ? `the latest ${count(dead.length)}` : "")), letterList(dead));
      }
    } catch (error) {
      if (!ended) put(above, h("p", { class: "alarm" }, error.message));
    }
    if (!ended) timer = setTimeout(look, EVERY);
  }

  look();
  return { update() {}, keys: {}, end() { ended = true; clearTimeout(timer); } };
}
