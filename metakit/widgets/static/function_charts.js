/** The two pictures of the function playground: the answers, and the errors behind 0 … 15 examples. */

const MOST = 15;
const ERRORS = [0.00001, 4];

function answerChart() {
  const plot = inside(600, 390);
  const axis = svg("g");
  const layers = { truth: svg("path", { class: "mkc-truth" }), curves: svg("g") };
  const ask = svg("line", { class: "mkc-now", y1: plot.top, y2: plot.floor });
  const points = svg("g");
  const cursor = svg("path", { class: "mkc-cursor" });
  const clip = `mkf-${Math.random().toString(36).slice(2)}`;
  const box = { x: plot.left, y: plot.top, width: plot.right - plot.left, height: plot.floor - plot.top };
  const canvas = svg("svg", { viewBox: "0 0 600 390", class: "mkc-canvas", tabindex: 0, role: "application", "aria-roledescription": "editable chart" },
    svg("clipPath", { id: clip }, svg("rect", box)), axis, svg("g", { "clip-path": `url(#${clip})` }, ask, layers.truth, layers.curves), points, cursor);
  function fitTo(far, high, label) {
    [plot.far, plot.high] = [far, high];
    plot.x = scale([-far, far], [plot.left, plot.right]);
    plot.y = scale([-high, high], [plot.floor, plot.top]);
    const ticks = (top, parts) => Array.from({ length: 2 * parts + 1 }, (_, i) => ((i - parts) * top) / parts).map((v) => [v, String(v).replace("-", "−")]);
    axis.replaceChildren(axes(plot, ticks(far, far % 3 ? 2 : 3), ticks(high, 3), label, "y"));
  }
  return { plot, canvas, points, cursor, ask, fitTo, ...layers };
}

function errorChart() {
  const plot = { ...inside(400, 390), left: 74 };
  plot.x = scale([0, MOST], [plot.left + 8, plot.right - 8]);
  plot.y = scale(ERRORS, [plot.floor, plot.top], true);
  const now = svg("line", { class: "mkc-now", y1: plot.top, y2: plot.floor });
  const zero = svg("line", { class: "mkc-reference", x1: plot.left, x2: plot.right, y1: plot.y(1), y2: plot.y(1) });
  const lines = svg("g");
  const beyond = html("p");
  const xTicks = [0, 3, 6, 9, 12, 15].map((k) => [k, String(k)]);
  const yTicks = [0.00001, 0.0001, 0.001, 0.01, 0.1, 1].map((v) => [v, String(v)]);
  const canvas = svg("svg", { viewBox: "0 0 400 390", role: "img" }, axes(plot, xTicks, yTicks, "examples read", "squared error (predicting zero: 1)"), zero, now, lines);
  return { plot, canvas, lines, now, beyond };
}

/** Examples [x, y]; those read are filled, larger where the query looks at them. What lies beyond the picture is at its edge. */
function drawExamples({ plot, points }, examples, read, weight) {
  const at = (value, edge) => Math.max(-edge, Math.min(edge, value));
  const dot = ([x, y], i) => {
    const [u, v] = [at(x, plot.far), at(y, plot.high)];
    const kind = (i < read ? "" : " mkf-unread") + (u === x && v === y ? "" : " mkc-beyond");
    return svg("circle", { class: `mkc-point${kind}`, cx: plot.x(u), cy: plot.y(v), r: i < read ? 4.5 + 14 * weight(i) : 4 });
  };
  points.replaceChildren(...examples.map(dot).reverse());
}
