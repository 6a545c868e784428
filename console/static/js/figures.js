/** Coverage, counted from the rows: a connection counts once, however many ends of it are known. */

import { isKnown } from "./flow.js";

const STEPS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400];

function median(sorted) {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** All the figures of the coverage view, from an iterable of rows. Offsets are seconds. */
export function figures(rows) {
  const flows = new Map();
  const reasons = new Map();
  const hosts = new Map();
  for (const row of rows) {
    const before = flows.get(row.uid);
    flows.set(row.uid, { ts: row.ts, known: isKnown(row) || before?.known === true });
    if (!isKnown(row)) {
      const reason = reasons.get(row.reason) ?? { reason: row.reason, count: 0, offsets: [] };
      reason.count += 1;
      if (row.offset_ms !== null) reason.offsets.push(row.offset_ms / 1000);
      reasons.set(row.reason, reason);
      continue;
    }
    const host = hosts.get(row.host) ?? { host: row.host, events: 0, both: 0, sysmon: 0, osquery: 0, several: 0, offsets: [] };
    host.events += 1;
    if (row.process_count > 1) host.several += 1;
    const seen = new Set(row.sources ?? []);
    if (seen.has("sysmon") && seen.has("osquery")) host.both += 1;
    else if (seen.has("sysmon")) host.sysmon += 1;
    else if (seen.has("osquery")) host.osquery += 1;
    if (row.offset_ms !== null) host.offsets.push(row.offset_ms / 1000);
    hosts.set(row.host, host);
  }
  for (const one of [...hosts.values(), ...reasons.values()]) {
    one.offsets.sort((a, b) => a - b);
    one.offset = one.offsets.length ? { median: median(one.offsets), least: one.offsets[0], most: one.offsets.at(-1), p5: at(one.offsets, 0.05), p95: at(one.offsets, 0.95) } : null;
  }
  const known = [...flows.values()].filter((flow) => flow.known).length;
  return {
    flows: flows.size, known,
    reasons: [...reasons.values()].sort((a, b) => b.count - a.count),
    hosts: [...hosts.values()].sort((a, b) => b.events - a.events),
    over: overTime([...flows.values()]),
  };
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];

/** Flows by stretches of time, at most 72 of them: `{began, step, known, unknown}`. */
export function overTime(flows) {
  if (!flows.length) return [];
  let first = Infinity, last = -Infinity;
  for (const { ts } of flows) { first = Math.min(first, ts); last = Math.max(last, ts); }
  const step = STEPS.find((size) => (last - first) / size <= 70) ?? Math.ceil((last - first) / 70 / 86400) * 86400;
  const begin = Math.floor(first / step);
  const parts = Array.from({ length: Math.floor(last / step) - begin + 1 }, (_, place) => ({ began: (begin + place) * step, step, known: 0, unknown: 0 }));
  for (const { ts, known } of flows) parts[Math.floor(ts / step) - begin][known ? "known" : "unknown"] += 1;
  return parts;
}
