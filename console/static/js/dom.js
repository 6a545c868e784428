/**
 * Elements, made without markup: what came from the network becomes text and attributes, never HTML.
 * (An attacker names processes, users and hosts. The page's policy refuses innerHTML as well.)
 */

const SVG = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An HTML element. `on…` are listeners; null, undefined and false leave an attribute or a child out. */
export const h = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);

/** An SVG element, likewise. */
export const s = (tag, properties, ...children) => fill(document.createElementNS(SVG, tag), properties, children);

/** Replace what an element holds. */
export const put = (element, ...children) => {
  element.replaceChildren(...children.flat(Infinity).filter(Boolean));
  return element;
};

export const byId = (id) => document.getElementById(id);

/** The size of the page's type, in pixels: drawings grow with it. */
export const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

/** JSON from the console. Throws an Error that can be shown. */
export async function ask(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" } });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.error ?? `the console answered ${answer.status}`);
  return told;
}
