/** A list of which only the lines in sight exist: as many rows as there are, as few elements as there need be. */

import { h } from "./dom.js";

const SPARE = 6;

export class Grid {
  #rows = [];
  #pool = [];
  #at = -1;
  #frame = 0;

  /**
   * `element` scrolls. `make()` makes an empty line, `draw(line, row)` shows a row in it; `onAt(row)` is told
   * when another row is chosen, `onOpen(row)` when one is opened.
   */
  constructor(element, { make, draw, onAt, onOpen }) {
    Object.assign(this, { element, make, draw, onAt, onOpen });
    this.space = h("div", { class: "space", role: "rowgroup" });
    element.append(this.space);
    element.addEventListener("scroll", () => this.later(), { passive: true });
    element.addEventListener("keydown", (event) => this.key(event));
    this.observer = new ResizeObserver(() => this.render());
    this.observer.observe(element);
  }

  get row() { return this.#rows[this.#at] ?? null; }
  get isAtTop() { return this.element.scrollTop < this.height / 2; }

  /** Show these rows; the ones in sight stay where they are unless the list is at its top. */
  show(rows, { anew = false } = {}) {
    const chosen = this.row;
    const anchor = anew || this.isAtTop ? null : this.#rows[Math.floor(this.element.scrollTop / this.height)];
    const rest = anchor ? this.element.scrollTop % this.height : 0;
    this.#rows = rows;
    this.#at = chosen ? rows.findIndex((row) => row.key === chosen.key) : -1;
    this.element.setAttribute("aria-rowcount", rows.length + 1);
    this.render();
    if (anew) this.element.scrollTop = 0;
    else if (anchor) {
      const place = rows.findIndex((row) => row.key === anchor.key);
      if (place >= 0) this.element.scrollTop = place * this.height + rest;
    }
    this.render();
  }

  later() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => { this.#frame = 0; this.render(); });
  }

  render() {
    const probe = this.#pool[0] ?? this.#add();
    this.height = probe.offsetHeight || 36;
    this.space.style.height = `${this.#rows.length * this.height}px`;
    const first = Math.max(0, Math.floor(this.element.scrollTop / this.height) - SPARE);
    const size = Math.ceil(this.element.clientHeight / this.height) + 2 * SPARE;
    while (this.#pool.length < size) this.#add();
    for (const line of this.#pool) line.wanted = false;
    for (let index = first; index < Math.min(first + size, this.#rows.length); index += 1) {
      this.#place(this.#pool[index % this.#pool.length], index);
    }
    for (const line of this.#pool) if (line.hidden === line.wanted) line.hidden = !line.wanted;
  }

  #add() {
    const line = this.make();
    line.id = `line-${this.#pool.length}`;
    line.addEventListener("click", () => { this.choose(line.index); this.onOpen(this.row); });
    this.space.append(line);
    this.#pool.push(line);
    return line;
  }

  #place(line, index) {
    const row = this.#rows[index];
    line.wanted = true;
    if (line.index !== index) {
      line.index = index;
      line.setAttribute("aria-rowindex", index + 2);
      line.style.transform = `translateY(${index * this.height}px)`;
      line.top = this.height;
    } else if (line.top !== this.height) {
      line.style.transform = `translateY(${index * this.height}px)`;
      line.top = this.height;
    }
    if (line.row !== row) { line.row = row; this.draw(line, row); }
    const isAt = index === this.#at;
    if (line.isAt !== isAt) {
      line.isAt = isAt;
      line.classList.toggle("at", isAt);
      line.setAttribute("aria-selected", isAt);
    }
    if (isAt) this.element.setAttribute("aria-activedescendant", line.id);
  }

  /** Choose a row by its place, and bring it into sight. */
  choose(place) {
    if (!this.#rows.length) return;
    this.#at = Math.max(0, Math.min(place, this.#rows.length - 1));
    const top = this.#at * this.height, bottom = top + this.height;
    const { scrollTop, clientHeight } = this.element;
    if (top < scrollTop) this.element.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.element.scrollTop = bottom - clientHeight;
    this.render();
    this.onAt(this.row);
  }

  /** Move by so many rows. */
  move(by) { this.choose(this.#at < 0 ? (by > 0 ? 0 : this.#rows.length - 1) : this.#at + by); }

  key(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.height) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (event.key in steps) this.move(steps[event.key]);
    else if (event.key === "Home") this.choose(0);
    else if (event.key === "End") this.choose(this.#rows.length - 1);
    else if (event.key === "Enter" && this.row) this.onOpen(this.row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  end() { this.observer.disconnect(); cancelAnimationFrame(this.#frame); }
}
