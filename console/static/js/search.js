/**
 * The language of the search field: words that all have to occur, `field:word` for one field, `-` for not,
 * quotes around what has blanks. Case does not matter. A Community ID is a word like any other.
 */

import { isKnown, peer, peerAddress, process, state, volume } from "./flow.js";

const addresses = (row) => [row.orig_h, row.resp_h];
const FIELDS = {
  process: (row) => [row.process, ...(row.processes ?? [])],
  host: (row) => [row.host],
  user: (row) => [row.user],
  address: addresses,
  ip: addresses,
  peer: (row) => [peer(row), peerAddress(row)],
  port: (row) => [row.orig_p, row.resp_p],
  pid: (row) => [row.pid],
  state: (row) => [state(row)],
  service: (row) => [row.service],
  proto: (row) => [row.proto],
  reason: (row) => [row.reason],
  detection: (row) => row.detections,
  cid: (row) => [row.community_id],
  uid: (row) => [row.uid],
};
const EXACT = new Set(["port", "pid", "cid", "uid"]);
const WORD = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/gi;

const SHOWN = {
  attributed: isKnown,
  unattributed: (row) => !isKnown(row),
  detections: (row) => row.detections.length > 0,
};

function all(row) {
  row.text ??= [row.process, ...(row.processes ?? []), row.host, row.user, row.orig_h, row.orig_p, row.resp_h, row.resp_p,
    row.community_id, row.uid, row.service, row.proto, row.conn_state, row.reason, ...row.detections]
    .filter((part) => part !== null && part !== undefined).join("\n").toLowerCase();
  return row.text;
}

function wordTest(not, field, word) {
  const wanted = word.toLowerCase();
  let test = (row) => all(row).includes(wanted);
  if (field !== undefined && Object.hasOwn(FIELDS, field)) {
    const read = FIELDS[field];
    const fits = EXACT.has(field) ? (text) => text === wanted : (text) => text.includes(wanted);
    test = (row) => read(row).some((part) => part !== null && part !== undefined && fits(String(part).toLowerCase()));
  }
  return not ? (row) => !test(row) : test;
}

/** A function that says whether a row is wanted. `show` is a key of SHOWN, or anything else for all. */
export function wish(text, show) {
  const tests = [];
  if (Object.hasOwn(SHOWN, show ?? "")) tests.push(SHOWN[show]);
  for (const [, not, name, quoted, bare] of (text ?? "").matchAll(WORD)) {
    const field = name?.toLowerCase();
    const isField = field !== undefined && Object.hasOwn(FIELDS, field);
    const word = quoted ?? bare;
    if (word) tests.push(wordTest(not === "-", field, isField || name === undefined ? word : `${name}:${word}`));
  }
  return (row) => tests.every((test) => test(row));
}

const text = (read) => (one, other) => (read(one) ?? "\uffff").localeCompare(read(other) ?? "\uffff", "en", { numeric: true });
const ORDERS = {
  process: text(process), host: text((row) => row.host), user: text((row) => row.user), peer: text(peer), state: text(state),
  bytes: (one, other) => (volume(one) ?? -1) - (volume(other) ?? -1),
  time: (one, other) => one.ts - other.ts,
};

/** A comparison of rows: `time`, or `-time` for the greatest first. Ties go to the newest, then by key. */
export function order(sort) {
  const down = sort?.startsWith("-");
  const name = down ? sort.slice(1) : sort;
  const compare = Object.hasOwn(ORDERS, name ?? "") ? ORDERS[name] : null;
  const first = compare ? (down ? (a, b) => compare(b, a) : compare) : (a, b) => b.ts - a.ts;
  return (a, b) => first(a, b) || b.ts - a.ts || (a.key < b.key ? -1 : 1);
}

