// Small tools to build HTML and SVG. Text is always set as text: nothing that a visitor sends becomes markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const s = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

const LETTERS = "ABCDEFGHIJ";
const TIMES = ["", "once", "twice", "three times", "four times", "five times"];

/** The sign of a class: its letter on its colour, so that colour never stands alone. */
const chip = (row) => h("span", { class: "chip", style: `--c: var(--c${row})`, "data-row": row }, LETTERS[row]);

function percent(p) {
  if (p > 0 && p < 0.005) return "<1 %";
  if (p < 1 && p > 0.995) return ">99 %";
  return `${Math.round(100 * p)} %`;
}

const best = (values) => values.indexOf(Math.max(...values));

/** Call `action` once things have been quiet for `ms`. */
function debounce(action, ms) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, ms);
  };
}

/** Call `action` at most once every `ms`, and once more when calls have come in meanwhile. */
function throttle(action, ms) {
  let timer = null, again = false;
  const run = () => {
    again = false;
    action();
    timer = setTimeout(() => {
      timer = null;
      if (again) run();
    }, ms);
  };
  return () => (timer === null ? run() : (again = true));
}
