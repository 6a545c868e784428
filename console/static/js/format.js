/** How values are written. What is not known is said so, and names keep what could mislead visible. */

const number = new Intl.NumberFormat("en");
const UNITS = ["B", "kB", "MB", "GB", "TB"];
const two = (value) => String(value).padStart(2, "0");
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

export const count = (value) => number.format(value);

/** A plain or plural noun with its number: `3 connections`. */
export const many = (value, noun) => `${count(value)} ${noun}${value === 1 ? "" : noun.endsWith("s") ? "es" : "s"}`;

/** Bytes in powers of 1000. */
export function bytes(value) {
  if (value === null || value === undefined) return "–";
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) { value /= 1000; unit += 1; }
  return `${unit && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** Local time of day, with the day unless it is today. `seconds` since 1970. */
export function time(seconds, now = new Date()) {
  const at = new Date(seconds * 1000);
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return at.toDateString() === now.toDateString() ? clock : `${at.getDate()} ${MONTHS[at.getMonth()]} ${clock}`;
}

export const iso = (seconds) => new Date(seconds * 1000).toISOString();

/** A length of time, from milliseconds to days. */
export function span(seconds) {
  const size = Math.abs(seconds);
  if (size < 1) return `${Math.round(size * 1000)} ms`;
  if (size < 90) return `${size < 10 ? size.toFixed(1) : Math.round(size)} s`;
  if (size < 5400) return `${Math.round(size / 60)} min`;
  if (size < 172800) return `${(size / 3600).toFixed(size < 36000 ? 1 : 0)} h`;
  return `${Math.round(size / 86400)} d`;
}

export const signed = (seconds) => (seconds === 0 ? "0 ms" : `${seconds < 0 ? "−" : "+"}${span(seconds)}`);

export const percent = (part, whole) => {
  if (!whole) return "–";
  const share = (100 * part) / whole;
  return `${share >= 99.95 || share === 0 ? Math.round(share) : share < 10 || share > 99 ? share.toFixed(1) : Math.round(share)} %`;
};

/**
 * Text as it is, with what has no shape of its own, or turns the direction of writing, made visible:
 * `gpj.exe` must not read as `exe.jpg` because of a character between.
 */
export const visible = (text) =>
  String(text).replace(/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, (mark) =>
    `\\u${mark.codePointAt(0).toString(16).padStart(4, "0")}`);

/** The last part of a path of Windows or Unix. */
export const file = (path) => visible(String(path).split(/[\\/]/).filter(Boolean).pop() ?? path);

export const end = (address, port) => {
  if (address === null || address === undefined) return "–";
  const shown = visible(address);
  const host = shown.includes(":") ? `[${shown}]` : shown;
  return port === null || port === undefined ? host : `${host}:${port}`;
};

/** Any value of an event's field. */
export function value(told) {
  if (told === null || told === undefined) return "–";
  if (Array.isArray(told)) return told.length ? told.map(value).join(", ") : "–";
  if (typeof told === "object") return visible(JSON.stringify(told));
  return visible(told);
}
