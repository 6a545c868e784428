/** What is asked about a row again and again: its peer, its bytes, the name of its process. */

import { end, file, visible } from "./format.js";

export const isKnown = (row) => row.kind === "attributed";

/** The far end, seen from the process; from the originator where there is none. */
export const peer = (row) => (row.side === "responder" ? end(row.orig_h, row.orig_p) : end(row.resp_h, row.resp_p));
export const peerAddress = (row) => (row.side === "responder" ? row.orig_h : row.resp_h);

export const volume = (row) =>
  row.orig_bytes === null && row.resp_bytes === null ? null : (row.orig_bytes ?? 0) + (row.resp_bytes ?? 0);

/** The process, all of those that share the socket, or null. */
export function process(row) {
  if (row.process_count > 1 && row.processes?.length) return row.processes.map(file).join(" or ");
  if (row.process) return file(row.process);
  return isKnown(row) ? (row.pid === null ? "a process without a name" : `process ${row.pid}`) : null;
}

export const state = (row) => (row.open ? "open" : row.conn_state === null ? "–" : visible(row.conn_state));

/**
 * What tells a process from every other: host, id and file. (Its GUID is Sysmon's alone; Osquery has another.)
 * Null where it is not known which one it was.
 */
export function processKey(row) {
  if (!isKnown(row) || row.process_count > 1 || (row.pid === null && row.guid === null)) return null;
  return `${row.host}|${row.pid ?? row.guid}|${row.process === null ? "" : file(row.process).toLowerCase()}`;
}
