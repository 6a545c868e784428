/** The wanted rows in the wanted order, kept up while rows change: what is new is merged in, nothing sorted anew. */

export class Selection {
  rows = [];
  #keys = new Set();

  constructor(wanted, order) {
    this.wanted = wanted;
    this.order = order;
  }

  /** Begin with these. */
  begin(all) {
    this.rows = [...all].filter(this.wanted).sort(this.order);
    this.#keys = new Set(this.rows.map((row) => row.key));
  }

  /** Fold changes in; returns whether anything is different. */
  fold({ changed, gone }) {
    const come = [...changed.values()].filter(this.wanted);
    const touched = (row) => changed.has(row.key) || gone.has(row.key);
    const leave = [...changed.keys(), ...gone].some((key) => this.#keys.has(key));
    if (!come.length && !leave) return false;
    const kept = leave ? this.rows.filter((row) => !touched(row)) : this.rows;
    come.sort(this.order);
    this.rows = merge(kept, come, this.order);
    for (const key of [...changed.keys(), ...gone]) this.#keys.delete(key);
    for (const row of come) this.#keys.add(row.key);
    return true;
  }
}

function merge(left, right, order) {
  const merged = new Array(left.length + right.length);
  let l = 0, r = 0, to = 0;
  while (l < left.length && r < right.length) {
    merged[to++] = order(left[l], right[r]) <= 0 ? left[l++] : right[r++];
  }
  while (l < left.length) merged[to++] = left[l++];
  while (r < right.length) merged[to++] = right[r++];
  return merged;
}
