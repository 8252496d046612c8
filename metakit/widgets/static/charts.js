/** Small charts in SVG: elements, scales, axes, strokes. Shared by the widgets that draw curves. */

const SVG = "http://www.w3.org/2000/svg";

/** How series 0, 1, … are drawn: colour, dashes and marker each tell them apart alone (see charts.css). */
const STROKES = [
  { colour: "var(--c0)", dash: "2 5", marker: "triangle" },
  { colour: "var(--c1)", dash: "9 5", marker: "square" },
  { colour: "var(--c2)", dash: "", marker: "circle" },
  { colour: "var(--c3)", dash: "16 6", marker: "diamond" },
  { colour: "var(--c4)", dash: "14 4 3 4", marker: "cross" },
];

const MARKERS = {
  circle: (r) => `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0`,
  square: (r) => `M${-r},${-r}h${2 * r}v${2 * r}h${-2 * r}z`,
  diamond: (r) => `M0,${-1.3 * r}L${1.3 * r},0L0,${1.3 * r}L${-1.3 * r},0z`,
  triangle: (r) => `M0,${-1.2 * r}L${1.2 * r},${r}L${-1.2 * r},${r}z`,
  cross: (r) => `M${-r},${-r / 2.5}h${r * 0.6}v${-r * 0.6}h${r * 0.8}v${r * 0.6}h${r * 0.6}v${r * 0.8}h${-r * 0.6}v${r * 0.6}h${-r * 0.8}v${-r * 0.6}h${-r * 0.6}z`,
};

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
const html = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** What has the focus in a widget keeps its keys: JupyterLab looks for this attribute on the focused element itself. */
const keepKeys = (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true");

/** A scale from [from, to] to pixels, with its way back; `log` for powers of ten. */
function scale([from, to], [start, end], log = false) {
  const read = log ? Math.log10 : (v) => v;
  const [a, b] = [read(from), read(to)];
  const of = (value) => start + ((read(log ? Math.max(value, from) : value) - a) / (b - a)) * (end - start);
  of.invert = (pixel) => a + ((pixel - start) / (end - start)) * (b - a);
  return of;
}

/** The `d` of a path through pixels [[x, y], …]. */
const path = (pixels) => pixels.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`).join("");

const marker = (shape, x, y, r, attributes = {}) =>
  svg("path", { d: MARKERS[shape](r), transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`, ...attributes });

/** Grid, ticks and labels. plot: {width, height, left, bottom, x, y}; ticks: [[value, text], …]. */
function axes(plot, xTicks, yTicks, xLabel, yLabel) {
  const { x, y, left, right, top, floor } = plot;
  const group = svg("g", { class: "mkc-axes" });
  for (const [value, text] of xTicks) {
    group.append(svg("line", { x1: x(value), x2: x(value), y1: top, y2: floor }));
    group.append(svg("text", { x: x(value), y: floor + 18, "text-anchor": "middle" }, text));
  }
  for (const [value, text] of yTicks) {
    group.append(svg("line", { x1: left, x2: right, y1: y(value), y2: y(value) }));
    group.append(svg("text", { x: left - 7, y: y(value) + 4.5, "text-anchor": "end" }, text));
  }
  group.append(svg("text", { class: "mkc-label", x: (left + right) / 2, y: floor + 38, "text-anchor": "middle" }, xLabel));
  const turn = `translate(14,${(top + floor) / 2}) rotate(-90)`;
  group.append(svg("text", { class: "mkc-label", transform: turn, "text-anchor": "middle" }, yLabel));
  return group;
}

/** A value between two steps: the pictures glide from one to the next. */
const between = (rows, at) => {
  const [low, high, part] = [Math.floor(at), Math.ceil(at), at % 1];
  return rows[low].map((value, i) => value + part * (rows[high][i] - value));
};

const BEYOND = "A hollow mark lies beyond the picture.";

/** A curve over 0, 1, … with its markers, the chosen one large. What lies beyond [low, high] is at the edge, hollow. */
function markedCurve({ colour, dash, marker: shape }, values, plot, [low, high], chosen) {
  const places = values.map((value, k) => [plot.x(k), plot.y(Math.max(low, Math.min(high, value)))]);
  const beyond = { class: "mkc-beyond", stroke: colour };
  const look = (value) => (value < low || value > high ? beyond : { fill: colour });
  const dots = values.map((value, k) => marker(shape, ...places[k], k === chosen ? 7 : 3.8, look(value)));
  return [svg("path", { class: "mkc-curve", stroke: colour, "stroke-dasharray": dash, d: path(places) }), ...dots];
}

/** The inside of a chart of this size: its edges in pixels. */
const inside = (width, height) => ({ width, height, left: 52, right: width - 22, top: 10, floor: height - 46 });

/** The picture of one legend entry: a piece of the line with its marker. */
function swatch({ colour, dash, marker: shape }) {
  const line = svg("line", { x1: 1, x2: 37, y1: 9, y2: 9, stroke: colour, "stroke-width": 2.6, "stroke-dasharray": dash });
  return svg("svg", { width: 38, height: 18, "aria-hidden": "true" }, line, marker(shape, 19, 9, 5, { fill: colour }));
}

/** A labelled slider; `show` writes its value. */
function slider(label, { min, max, step = 1, value, show, oninput }) {
  const input = html("input", { type: "range", min, max, step, value, "aria-label": label });
  const output = html("output", {}, show(value));
  const set = (next) => {
    input.value = next;
    output.textContent = show(next);
    input.setAttribute("aria-valuetext", show(next));
  };
  input.oninput = () => (set(Number(input.value)), oninput(Number(input.value)));
  set(value);
  return { element: html("label", { class: "mkc-control" }, html("span", {}, label), input, output), input, set };
}
