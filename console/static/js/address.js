/** What is seen is in the page's address, so that it can be shared and gone back to. */

export const VIEWS = ["compare", "connections", "coverage", "pipeline", "process"];
const listeners = new Set();

/** The address as a plain object; `view` is always one of VIEWS. */
export function where() {
  const told = Object.fromEntries(new URLSearchParams(location.search));
  return { ...told, view: VIEWS.includes(told.view) ? told.view : "compare" };
}

/** The address of a place: what is null or empty is left out. */
export function link(place) {
  const kept = Object.entries(place).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return `/?${new URLSearchParams(kept)}`;
}

/** Go to a place. `quiet` changes the address alone: for what the view shows already. */
export function go(place, { quiet = false } = {}) {
  const target = link(place);
  if (target === location.pathname + location.search) return;
  history[quiet ? "replaceState" : "pushState"](null, "", target);
  if (!quiet) listeners.forEach((listener) => listener());
}

/** Call `listener` when another place is to be shown. */
export function onMove(listener) {
  listeners.add(listener);
  addEventListener("popstate", listener);
}
