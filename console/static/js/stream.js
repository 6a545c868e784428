/** The connection to the console. A page that nobody sees lets go of it, and catches up when it is seen again. */

import { store } from "./store.js";

const HIDDEN_PATIENCE = 20_000;
const AGAIN = 2_000;
let source = null;
let last = "";
let leaving = 0;
let again = 0;

function open() {
  clearTimeout(again);
  source?.close();
  source = new EventSource(`/api/changes?last=${encodeURIComponent(last)}`);
  source.addEventListener("hello", (event) => store.hello(JSON.parse(event.data)));
  source.addEventListener("rows", (event) => {
    last = event.lastEventId;
    store.take(JSON.parse(event.data));
  });
  source.addEventListener("status", (event) => store.tell(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    store.tell({ ...store.status, live: false, trouble: "the console does not answer; trying again" });
    source.close();
    clearTimeout(again);
    again = setTimeout(open, AGAIN);
  });
}

/** Connect, for as long as the page is seen. */
export function connect() {
  open();
  document.addEventListener("visibilitychange", () => {
    clearTimeout(leaving);
    if (document.hidden) {
      leaving = setTimeout(() => { source.close(); source = null; }, HIDDEN_PATIENCE);
    } else if (source === null) open();
  });
}
