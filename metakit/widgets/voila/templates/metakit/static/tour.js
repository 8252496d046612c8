// The tour: a card beside one part of the page after the other. It never locks the page: a visitor may play meanwhile.

import { STOPS } from "./tour_text.js";

const KEY = "metakit-tour", GAP = 14, NARROW = 760;
let card = null, ring, number = 0, watching, returnTo;

function part(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** What the stop points at, if it can be seen. */
function target() {
  const room = document.querySelector("#page > div:not([hidden])");
  const found = (room?.querySelector(STOPS[number].at) ?? document.querySelector(STOPS[number].at));
  return found?.getClientRects().length ? found : null;
}

const framed = (low, value, high) => Math.max(low, Math.min(value, high));

/** The ring around the target, and the card where there is room: below it, above it, or beside it; on a phone, at the bottom. */
function place() {
  const found = target()?.getBoundingClientRect();
  ring.hidden = !found;
  card.classList.toggle("low", innerWidth < NARROW || !found);
  if (!found) return;
  const [left, top] = [found.left + scrollX, found.top + scrollY];
  Object.assign(ring.style, { left: `${left - 6}px`, top: `${top - 6}px`, width: `${found.width}px`, height: `${found.height}px` });
  if (card.classList.contains("low")) return card.removeAttribute("style");
  const { offsetWidth: width, offsetHeight: height } = card;
  const beside = found.right + width + 2 * GAP < innerWidth ? found.right + GAP : found.left - width - 2 * GAP;
  const below = found.bottom + height + GAP < innerHeight, above = found.top > height + 2 * GAP;
  const fits = beside > 0 && (found.height > innerHeight / 3 || !(below || above));
  const [x, y] = fits ? [beside, found.top] : [framed(GAP, found.left, innerWidth - width - GAP), below || !above ? found.bottom + GAP : found.top - height - 2 * GAP];
  Object.assign(card.style, { left: `${x + scrollX}px`, top: `${framed(GAP, y, innerHeight - height - GAP) + scrollY}px` });
}

function show(next) {
  number = framed(0, next, STOPS.length - 1);
  const { title, text } = STOPS[number], last = number === STOPS.length - 1;
  const heading = part("h2", { id: "tour-title", tabIndex: -1 }, title);
  card.replaceChildren(
    part("p", { className: "tour-count" }, `Tour, ${number + 1} of ${STOPS.length}`), heading, part("p", { id: "tour-text" }, text),
    part("div", { className: "tour-buttons" },
      part("button", { type: "button", onclick: end }, last ? "Close" : "Skip the tour"),
      part("button", { type: "button", onclick: () => show(number - 1), disabled: number === 0 }, "Back"),
      part("button", { type: "button", className: "main", onclick: last ? end : () => show(number + 1) }, last ? "Play" : "Next")));
  bring(target());
  place();
  heading.focus({ preventScroll: true });
}

/** Scroll only as far as needed; on a phone the card covers the lower half. */
function bring(found) {
  const { top, bottom } = found?.getBoundingClientRect() ?? { top: 0, bottom: 0 };
  const room = innerWidth < NARROW ? innerHeight / 2 : innerHeight;
  if (top < GAP || bottom > room - GAP) scrollTo(0, Math.max(0, top + scrollY - Math.max(3 * GAP, (room - (bottom - top)) / 3)));
}

function key(event) {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) end();
  else if (!card.contains(event.target)) return;
  else if (event.key === "ArrowRight") show(number + 1);
  else if (event.key === "ArrowLeft") show(number - 1);
  else return;
  event.preventDefault();
}

export function end() {
  if (!card) return;
  localStorage.setItem(KEY, "seen");
  watching.disconnect();
  removeEventListener("resize", place);
  document.removeEventListener("keydown", key);
  const within = card.contains(document.activeElement);
  card.remove();
  ring.remove();
  card = null;
  if (within) returnTo?.focus();
}

/** Begin, at the first stop; `back` gets the focus at the end. */
export function begin(back) {
  end();
  returnTo = back;
  card = part("section", { id: "tour" });
  for (const [name, value] of Object.entries({ role: "dialog", "aria-labelledby": "tour-title", "aria-describedby": "tour-text" })) card.setAttribute(name, value);
  ring = part("div", { id: "tour-ring", ariaHidden: "true" });
  document.body.append(ring, card);
  watching = new ResizeObserver(() => card && place()); // answers move what stands below them
  watching.observe(document.getElementById("page"));
  addEventListener("resize", place);
  document.addEventListener("keydown", key);
  show(0);
}
