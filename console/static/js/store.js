/**
 * The rows that the page has: the latest revision of each connection, in the order in which they changed.
 * What arrives is gathered, and told to the views at most four times a second, in a frame of the browser's.
 */

const PAUSE = 250;

export class Store {
  rows = new Map();
  status = { live: false, trouble: "", rate: 0, dropped: 0, unreadable: 0, dead_letters: 0 };
  /** Whether all that was there when the page came has arrived. */
  ready = false;
  #columns = [];
  #changed = new Map();
  #gone = new Set();
  #detected = [];
  #listeners = new Set();
  #flushed = 0;
  #waiting = false;

  hello({ columns, anew }) {
    this.#columns = columns;
    if (!anew || !this.rows.size) return;
    for (const key of this.rows.keys()) this.#remove(key);
    this.ready = false;
    this.#wake();
  }

  take({ rows, gone, floor, all }) {
    for (const values of rows) {
      const row = {};
      this.#columns.forEach((name, place) => { row[name] = values[place]; });
      const before = this.rows.get(row.key);
      if (before?.version >= row.version) continue;
      if (this.ready && row.detections.length > (before?.detections.length ?? 0)) {
        row.fresh = performance.now();
        this.#detected.push(row);
      } else if (before?.fresh) row.fresh = before.fresh;
      this.rows.delete(row.key);
      this.rows.set(row.key, row);
      this.#changed.set(row.key, row);
      this.#gone.delete(row.key);
    }
    for (const key of gone) this.#remove(key);
    for (const [key, row] of this.rows) {
      if (row.version >= floor) break;
      this.#remove(key);
    }
    if (all && this.status.live) this.ready = true;
    this.#wake();
  }

  tell(status) {
    this.status = status;
    if (status.live) this.ready = true;
    this.#wake();
  }

  /** Call `listener({changed, gone, detected})` after changes; returns what ends that. */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #remove(key) {
    if (!this.rows.delete(key)) return;
    this.#changed.delete(key);
    this.#gone.add(key);
  }

  #wake() {
    if (this.#waiting) return;
    this.#waiting = true;
    const left = Math.max(0, PAUSE - (performance.now() - this.#flushed));
    setTimeout(() => requestAnimationFrame(() => this.#flush()), left);
  }

  #flush() {
    this.#waiting = false;
    this.#flushed = performance.now();
    const news = { changed: this.#changed, gone: this.#gone, detected: this.#detected };
    this.#changed = new Map();
    this.#gone = new Set();
    this.#detected = [];
    for (const listener of [...this.#listeners]) listener(news);
  }
}

export const store = new Store();
