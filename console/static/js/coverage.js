/** How much is attributed, why the rest is not, host by host, and how far the clocks are apart. */

import { ask, h, put, rem, s } from "./dom.js";
import { figures } from "./figures.js";
import { count, many, percent, signed, span, time, value } from "./format.js";
import { go } from "./address.js";
import { store } from "./store.js";

const PAUSE = 1000;
const EVERY = 5000;
const READABLE = {
  "no Community ID": "Zeek has no Community ID for it, so nothing can be joined",
  "protocol without sockets": "ICMP and the like: no process has a socket of it",
  "endpoint event outside the window": "an endpoint saw it, but its clock or the flow is too far off",
  "no endpoint event in the window": "the host has an agent, which did not see it",
  "host without an agent": "neither end has an agent",
};

function overTime(parts, width) {
  const height = Math.max(150, width / 4.2), foot = 1.5 * rem(), top = 8;
  const most = Math.max(1, ...parts.map((part) => part.known + part.unknown));
  const each = width / Math.max(parts.length, 12);
  const scale = (height - foot - top) / most;
  const bars = parts.flatMap((part, place) => {
    const x = place * each, wide = Math.max(1, each - Math.max(1, each * 0.18));
    const known = part.known * scale, unknown = part.unknown * scale, base = height - foot;
    const said = `${time(part.began)}: ${percent(part.known, part.known + part.unknown)} of ${many(part.known + part.unknown, "connection")}`;
    return s("g", null, s("title", null, said),
      s("rect", { class: "known", x, y: base - known, width: wide, height: known }),
      s("rect", { class: "unknown", x, y: base - known - unknown, width: wide, height: unknown }));
  });
  const last = parts.at(-1);
  return s("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Connections over time, attributed and not" },
    s("line", { class: "axis", x1: 0, x2: width, y1: height - foot, y2: height - foot }), bars,
    parts.length * each < 20 * rem()
      ? s("text", { x: 0, y: height - 5 }, `${time(parts[0].began)} to ${time(last.began + last.step)}`)
      : [s("text", { x: 0, y: height - 5 }, time(parts[0].began)),
        s("text", { x: Math.min(width, parts.length * each), y: height - 5, "text-anchor": "end" }, time(last.began + last.step))]);
}

function reasons(told) {
  const most = told.reasons[0]?.count ?? 1;
  return told.reasons.map((reason) => h("button", { onclick: () => go({ view: "connections", show: "unattributed", q: `reason:"${reason.reason}"` }) },
    h("span", { class: "name" }, h("span", null, value(reason.reason)), h("span", { class: "mono" }, count(reason.count))),
    h("span", { class: "track" }, s("svg", { viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" }, s("rect", { width: (100 * reason.count) / most, height: 1 }))),
    h("small", null, READABLE[reason.reason] ?? "", reason.offset && ` (${signed(reason.offset.median)} in the middle)`)));
}

function clock(offset, reach) {
  if (!offset) return "–";
  const x = (seconds) => 100 + (98 * seconds) / reach;
  return s("svg", { class: "chart", viewBox: "0 0 200 20", role: "img", "aria-label": `from ${signed(offset.least)} to ${signed(offset.most)}` },
    s("title", null, `from ${signed(offset.least)} to ${signed(offset.most)}`),
    s("line", { class: "zero", x1: 100, x2: 100, y1: 1, y2: 19 }),
    s("line", { class: "span", x1: x(offset.p5), x2: x(offset.p95) + 0.01, y1: 10, y2: 10 }),
    s("circle", { class: "median", cx: x(offset.median), cy: 10, r: 4 }));
}

/** Of what a host's sensors saw, how much both did. A host with one of them has nothing to agree with. */
const agreement = ({ both, sysmon, osquery }) => (both || (sysmon && osquery) ? percent(both, both + sysmon + osquery) : "one sensor");

function hosts(told) {
  const reach = Math.max(0.001, ...told.hosts.flatMap(({ offset }) => (offset ? [Math.abs(offset.p5), Math.abs(offset.p95), Math.abs(offset.median)] : [])));
  const head = ["host", "events", "Sysmon and Osquery", "Sysmon alone", "Osquery alone", "agree on", "several match", "clock", `offsets, ±${span(reach)}`];
  return h("table", { class: "plain" },
    h("thead", null, h("tr", null, head.map((name, place) => h("th", { scope: "col", class: place && place < 8 ? "number" : "" }, name)))),
    h("tbody", null, told.hosts.map((one) => h("tr", null,
      h("td", null, h("a", { href: `/?${new URLSearchParams({ view: "connections", q: `host:"${one.host}"` })}`, "data-view": "connections" }, value(one.host))),
      [count(one.events), count(one.both), count(one.sysmon), count(one.osquery), agreement(one),
        count(one.several), one.offset ? signed(one.offset.median) : "–"].map((text) => h("td", { class: "number" }, text)),
      h("td", { class: "wide" }, clock(one.offset, reach))))));
}

/** What the queries count: a clock that is off by more than the window matches nothing, and shows here alone. */
function counted(told) {
  const head = ["host", "clock", "smallest", "largest", "matches", "near misses"];
  return h("section", { class: "panel block counted" },
    h("header", null, h("h2", null, "Clocks of the last day"), h("p", null, "counted hour by hour in Kafka; a near miss was too far off to match")),
    told.share !== null && h("p", null, `Of all that was ever concluded, ${percent(told.share, 1)} has a process.`),
    told.clocks.length ? h("div", { class: "scroll" }, h("table", { class: "plain" },
      h("thead", null, h("tr", null, head.map((name, place) => h("th", { scope: "col", class: place ? "number" : "" }, name)))),
      h("tbody", null, told.clocks.map((one) => h("tr", { class: one.near_misses > one.matches ? "late" : "" },
        h("td", null, value(one.host)),
        [signed(one.offset_seconds), signed(one.smallest), signed(one.largest), count(one.matches), count(one.near_misses)]
          .map((text) => h("td", { class: "number" }, text)))))))
      : h("p", { class: "dim" }, "No host has shown its clock in the last day."));
}

/** Show the view in `main`; returns its handles. */
export function coverage(main) {
  let drawn = -Infinity;
  let waiting = 0, asking = 0, ended = false, totals = null;
  const observer = new ResizeObserver(() => later());
  observer.observe(main);

  function later() {
    clearTimeout(waiting);
    waiting = setTimeout(draw, Math.max(0, PAUSE - (performance.now() - drawn)));
  }

  async function look() {
    try {
      const told = await ask("/api/coverage");
      if (ended) return;
      if (JSON.stringify(told) !== JSON.stringify(totals)) { totals = told; later(); }
    } catch {
      // the page's own status line says that the console is away; what was counted last stays
    }
    if (!ended) asking = setTimeout(look, EVERY);
  }

  function draw() {
    const told = figures(store.rows.values());
    if (!told.flows) {
      if (store.ready) put(main, h("div", { class: "empty" }, h("h2", null, "Nothing to cover yet"), h("p", null, "Coverage is counted from the first connection on.")));
      return;
    }
    drawn = performance.now();
    const width = Math.max(290, (main.clientWidth > 62 * rem() ? 0.64 : 0.92) * Math.min(main.clientWidth, 110 * rem()));
    const dropped = store.status.dropped ? ` These are the newest; ${count(store.status.dropped)} older ones were dropped.` : "";
    put(main, h("div", { class: "page wide" },
      h("section", { class: "panel block main-part" },
        h("div", { class: "headline" }, h("strong", null, percent(told.known, told.flows)),
          h("p", null, `of ${many(told.flows, "connection")} have a process: ${count(told.known)} attributed, ${count(told.flows - told.known)} not.${dropped}`)),
        overTime(told.over, width),
        h("p", { class: "legend" }, h("span", null, "attributed"), h("span", { class: "is-unknown" }, "not attributed"))),
      h("section", { class: "panel block side-part" }, h("header", null, h("h2", null, "Why the rest has none")),
        told.reasons.length ? h("div", { class: "bars" }, reasons(told)) : h("p", { class: "dim" }, "Every connection has a process.")),
      h("section", { class: "panel block" }, h("header", null, h("h2", null, "Hosts"), h("p", null, "clock: how far ahead of the sensor's")),
        told.hosts.length ? h("div", { class: "scroll" }, hosts(told)) : h("p", { class: "dim" }, "No host has reported a socket that matches.")),
      totals && counted(totals)));
  }

  draw();
  look();
  return { update: later, keys: {}, end() { ended = true; clearTimeout(waiting); clearTimeout(asking); observer.disconnect(); } };
}
