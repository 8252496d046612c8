/** The function playground. Python answers for every number of examples at once; moving through them happens here. */

const MOST = 15;
const LINES = [["ours", "transformer", STROKES[2]], ["best", "best estimator", STROKES[4]]];
const ABOUT = {
  sinusoids: "Click the picture to add an example, drag to move it, double-click to remove it; or type in the table.",
  "linear functions": "The picture follows the line through the five inputs on which the function is steepest. Type in the table to change an example.",
};
const small = (v) => (v >= 10 ? "> 10" : v >= 0.1 ? v.toFixed(2) : v >= 0.001 ? v.toFixed(3) : "< 0.001");

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
    svg("clipPath", { id: clip }, svg("rect", box)), axis, svg("g", { "clip-path": `url(#${clip})` }, ask, layers.truth, layers.curves, points), cursor);
  function fitTo([far, high], label) {
    plot.x = scale([-far, far], [plot.left, plot.right]);
    plot.y = scale([-high, high], [plot.floor, plot.top]);
    const ticks = (top, parts) => Array.from({ length: 2 * parts + 1 }, (_, i) => ((i - parts) * top) / parts).map((v) => [v, String(v).replace("-", "−")]);
    axis.replaceChildren(axes(plot, ticks(far, far === 5 ? 2 : 3), ticks(high, 3), label, "y"));
  }
  return { plot, canvas, points, cursor, ask, fitTo, ...layers };
}

function errorChart() {
  const plot = { ...inside(400, 390), left: 66 };
  plot.x = scale([0, MOST], [plot.left + 8, plot.right - 8]);
  plot.y = scale([0.0005, 4], [plot.floor, plot.top], true);
  const now = svg("line", { class: "mkc-now", y1: plot.top, y2: plot.floor });
  const zero = svg("line", { class: "mkc-reference", x1: plot.left, x2: plot.right, y1: plot.y(1), y2: plot.y(1) });
  const lines = svg("g");
  const xTicks = [0, 3, 6, 9, 12, 15].map((k) => [k, String(k)]);
  const yTicks = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3].map((v) => [v, String(v)]);
  const canvas = svg("svg", { viewBox: "0 0 400 390", role: "img" }, axes(plot, xTicks, yTicks, "examples read", "squared error (predicting zero: 1)"), zero, now, lines);
  return { plot, canvas, lines, now };
}

function render({ model, el }) {
  const answer = answerChart();
  const error = errorChart();
  const put = (name, value) => (model.set(name, value), model.save_changes());
  const told = () => model.get("subjects")[model.get("subject")];
  const flat = () => told().columns.length === 1;
  const status = html("p", { role: "status" });
  let wait = 0;

  function set(rows, what) {
    model.set("examples", rows.slice(0, MOST));
    if (what !== "moved") model.set("read", Math.min(MOST, what === "added" ? rows.length : Math.max(model.get("read"), 0)));
    clearTimeout(wait);
    wait = setTimeout(() => model.save_changes(), what === "moved" ? 30 : 0);
    status.textContent = `Example ${what}. ${rows.length} in the prompt.`;
  }

  const subject = html("select", { "aria-label": "Functions", onchange: () => put("subject", subject.value) }, ...Object.keys(model.get("subjects")).map((name) => html("option", { value: name }, name)));
  const fresh = html("button", { class: "mkc-main", onclick: () => put("seed", (model.get("seed") + 1) % 1_000_000) }, "New function");
  const clear = html("button", { onclick: () => set([], "cleared") }, "Clear prompt");
  const onFunction = html("input", { type: "checkbox", onchange: () => put("on_function", onFunction.checked) });
  const read = slider("Examples read", { min: 0, max: MOST, value: model.get("read"), show: String, oninput: (v) => put("read", v) });
  const asked = slider("Asked at", { min: 0, max: 40, value: model.get("asked"), show: (v) => ((v / 20 - 1) * told().reach[0]).toFixed(1), oninput: (v) => put("asked", v) });
  const shifts = {
    scale: slider("Inputs scaled", { min: -2, max: 2, value: model.get("scale"), show: (v) => ({ "-2": "× ¼", "-1": "× ½", 0: "× 1", 1: "× 2", 2: "× 4" })[v], oninput: (v) => put("scale", v) }),
    skew: slider("Skewed", { min: 0, max: 4, value: 2 * model.get("skew"), show: (v) => (v ? `1 / i^${v / 2}` : "no"), oninput: (v) => put("skew", v / 2) }),
    noise: slider("Noise in y", { min: 0, max: 10, value: 10 * model.get("noise"), show: (v) => `${v * 10} %`, oninput: (v) => put("noise", v / 10) }),
  };
  const orthant = html("input", { type: "checkbox", onchange: () => put("orthant", orthant.checked) });
  const table = promptTable({ get: () => model.get("examples"), columns: () => told().columns, set, most: MOST });
  const caption = html("figcaption");
  const legend = html("div", { class: "mkf-legend" });
  const help = html("p");

  function drawAnswers() {
    const { plot } = answer;
    const view = model.get("view");
    const k = Math.min(model.get("read"), view.ours.length - 1);
    const at = (i) => (i / 20 - 1) * told().reach[0];
    const line = (values) => path(values.map((value, i) => [plot.x(at(i)), plot.y(Math.max(-90, Math.min(90, value)))]));
    answer.truth.setAttribute("d", line(view.truth));
    answer.curves.replaceChildren(...LINES.map(([name, , { colour, dash }]) => svg("path", { class: "mkc-curve", stroke: colour, "stroke-dasharray": dash, d: line(view[name][k]) })));
    for (const end of ["x1", "x2"]) answer.ask.setAttribute(end, plot.x(at(model.get("asked"))));
    const looks = model.get("looks");
    const weight = (i) => (looks.length ? looks.reduce((sum, layer) => sum + (layer[i] ?? 0), 0) / looks.length : 0);
    const dots = flat() ? model.get("examples") : [];
    answer.points.replaceChildren(...[...dots.keys()].reverse().map((i) => [...dots[i], i]).map(([x, y, i]) =>
      svg("circle", { class: i < k ? "mkc-point" : "mkc-point mkf-unread", cx: plot.x(x), cy: plot.y(y), r: i < k ? 4.5 + 14 * weight(i) : 4 })));
    caption.textContent = `True function (grey) and answers after ${k} example${k === 1 ? "" : "s"}`;
    legend.replaceChildren(...LINES.map(([name, title, stroke]) => html("span", {}, swatch(stroke), `${title}: error `, html("b", {}, small(view.errors[name][k])))));
    const said = LINES.map(([name, title]) => `${title} ${small(view.errors[name][k])}`).join(", ");
    answer.canvas.setAttribute("aria-label", `${caption.textContent}. Squared error: ${said}. ${ABOUT[model.get("subject")]}`);
    table.draw(k, looks);
  }

  function drawErrors() {
    const { plot } = error;
    const view = model.get("view");
    const k = model.get("read");
    for (const end of ["x1", "x2"]) error.now.setAttribute(end, plot.x(k));
    const places = (values) => values.map((value, i) => [plot.x(i), plot.y(Math.min(4, value))]);
    error.lines.replaceChildren(...LINES.flatMap(([name, , { colour, dash, marker: shape }]) => [
      svg("path", { class: "mkf-typical", stroke: colour, d: path(places(model.get("typical")[name])) }),
      svg("path", { class: "mkc-curve", stroke: colour, "stroke-dasharray": dash, d: path(places(view.errors[name])) }),
      ...places(view.errors[name]).map((at, i) => marker(shape, ...at, i === k ? 7 : 3.4, { fill: colour })),
    ]));
    error.canvas.setAttribute("aria-label", `Squared error behind 0 to ${view.errors.ours.length - 1} examples. Transformer: ${view.errors.ours.map(small).join(", ")}. Best estimator: ${view.errors.best.map(small).join(", ")}.`);
  }

  function draw() {
    if (!model.get("view").ours) return;
    subject.value = model.get("subject");
    answer.fitTo(told().reach, flat() ? "x" : "place on the steepest line through the inputs");
    read.set(model.get("read"));
    asked.set(model.get("asked"));
    onFunction.checked = model.get("on_function");
    orthant.checked = model.get("orthant");
    for (const [name, factor] of [["scale", 1], ["skew", 2], ["noise", 10]]) shifts[name].set(Math.round(factor * model.get(name)));
    shifts.skew.element.parentElement.hidden = flat();
    help.textContent = ABOUT[model.get("subject")];
    drawAnswers();
    drawErrors();
  }

  editPoints({
    canvas: answer.canvas, plot: answer.plot, get: () => (flat() ? model.get("examples") : []), set: (rows, what) => flat() && set(rows, what), most: MOST,
    moveCursor: ([x, y]) => {
      const [px, py] = [answer.plot.x(x), answer.plot.y(y)];
      answer.cursor.setAttribute("d", `M${px},${answer.plot.top}V${answer.plot.floor}M${answer.plot.left},${py}H${answer.plot.right}`);
      status.textContent = `Cursor at x ${x}, y ${y}.`;
    },
  });
  const steer = explained(read.element, "examples read", "How many of the examples the transformer has read when it answers. Its weights stay as they are.");
  steer.classList.add("mkc-steps");
  const labelled = (box, words) => html("label", { class: "mkc-control" }, box, words);
  el.append(html("section", { class: "mkc mkf", "aria-label": "Function playground: a transformer learns from its prompt", onfocusin: keepKeys },
    html("div", { class: "mkc-bar" },
      explained(html("label", { class: "mkc-control" }, html("span", {}, "Functions"), subject), "functions", "What kind of function the examples come from: waves of one input, or weighted sums of five."), fresh, clear,
      explained(labelled(onFunction, "targets lie on the function"), "targets", "Without this you set the targets yourself, even to what no such function would give.")),
    html("div", { class: "mkc-bar" }, steer,
      explained(asked.element, "asked at", "Where the transformer is asked. The bars in the table below, and the size of the points, show which examples it looks at for that.")),
    html("div", { class: "mkc-row" },
      html("figure", { style: "flex: 600 1 0" }, caption, answer.canvas),
      html("figure", { style: "flex: 400 1 0" }, html("figcaption", {}, "Error here; faint: mean of 48 prompts"), error.canvas)),
    legend,
    html("div", { class: "mkc-bar", role: "group", "aria-label": "Prompts unlike those of the training" }, html("b", {}, "Shift"), 
      explained(shifts.scale.element, "inputs scaled", "Makes all inputs larger or smaller than those of the training."),
      explained(shifts.skew.element, "skewed", "Makes the first input vary most and the last one least."),
      explained(shifts.noise.element, "noise", "Adds random errors to the targets, as a share of a typical function."),
      explained(labelled(orthant, "examples in one corner"), "one corner", "All examples have inputs of one sign; the questions have any.")),
    html("details", { open: "" }, html("summary", {}, "The prompt: type in it"), html("div", { class: "mkf-scroll" }, table.table), table.add),
    status, help));
  const changes = "change:view change:examples change:looks change:typical change:read change:asked change:subject";
  model.on(changes, draw);
  draw();
  return () => (clearTimeout(wait), model.off(changes, draw));
}

export default { render };
