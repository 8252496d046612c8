/** The adaptation widget. Python computes every step ahead (`fits`); moving through the steps happens here. */

const STEPS = 10;
const SPEEDS = { "-3": "× ⅛", "-2": "× ¼", "-1": "× ½", 0: "× 1", 1: "× 2", 2: "× 4", 3: "× 8" };
const HELP = "Click the left picture to add a point, drag to move it, double-click to remove it. With the keyboard: tab to the " +
  "picture, arrow keys move the cursor, Enter adds, Delete removes the nearest.";

const short = (loss) => (loss >= 100 ? "> 99" : loss >= 10 ? loss.toFixed(1) : loss >= 0.1 ? loss.toFixed(2) : loss.toFixed(3));

function fitChart() {
  const plot = inside(600, 400);
  plot.x = scale([-5, 5], [plot.left, plot.right]);
  plot.y = scale([-6, 6], [plot.floor, plot.top]);
  const numbers = (values) => values.map((value) => [value, String(value).replace("-", "−")]);
  const clip = `mkc-${Math.random().toString(36).slice(2)}`;
  const box = { x: plot.left, y: plot.top, width: plot.right - plot.left, height: plot.floor - plot.top };
  const layers = { bands: svg("g"), truth: svg("path", { class: "mkc-truth" }), curves: svg("g") };
  const points = svg("g");
  const cursor = svg("path", { class: "mkc-cursor" });
  const canvas = svg(
    "svg", { viewBox: "0 0 600 400", class: "mkc-canvas", tabindex: 0, role: "application", "aria-roledescription": "editable chart" },
    svg("clipPath", { id: clip }, svg("rect", box)),
    axes(plot, numbers([-5, -2.5, 0, 2.5, 5]), numbers([-6, -4, -2, 0, 2, 4, 6]), "x", "y"),
    svg("g", { "clip-path": `url(#${clip})` }, layers.bands, layers.truth, layers.curves), points, cursor,
  );
  return { plot, canvas, points, cursor, ...layers };
}

function lossChart() {
  const plot = inside(400, 400);
  plot.x = scale([0, STEPS], [plot.left + 8, plot.right - 8]);
  plot.y = scale([0.01, 30], [plot.floor, plot.top], true);
  const xTicks = [0, 2, 4, 6, 8, 10].map((step) => [step, String(step)]);
  const yTicks = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30].map((loss) => [loss, String(loss)]);
  const now = svg("line", { class: "mkc-now", y1: plot.top, y2: plot.floor });
  const lines = svg("g");
  const canvas = svg("svg", { viewBox: "0 0 400 400", role: "img" }, axes(plot, xTicks, yTicks, "inner steps taken", "mean squared error"), now, lines);
  return { plot, canvas, lines, now };
}

function render({ model, el }) {
  const fit = fitChart();
  const loss = lossChart();
  const grid = Array.from({ length: 101 }, (_, i) => -5 + i / 10);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let at = model.get("step");
  let frame = 0;
  let timer = 0;

  const put = (name, value) => (model.set(name, value), model.save_changes());
  const visible = () => model.get("names").map((name, i) => [name, STROKES[i % STROKES.length], model.get("fits")[name]])
    .filter(([name, , found]) => found && !model.get("hidden").includes(name));

  const shots = slider("Points K", { min: 1, max: 20, value: model.get("shots"), show: String, oninput: (v) => put("shots", v) });
  const steps = slider("Inner steps", { min: 0, max: STEPS, value: at, show: String, oninput: (v) => put("step", v) });
  steps.element.classList.add("mkc-steps");
  const speed = slider("Inner rate", { min: -3, max: 3, value: model.get("speed"), show: (v) => SPEEDS[v], oninput: (v) => put("speed", v) });
  const fresh = html("button", { class: "mkc-main", onclick: () => put("seed", (model.get("seed") + 1) % 2 ** 31) }, "New task");
  const clear = html("button", { onclick: () => set([], "cleared") }, "Clear points");
  const onCurve = html("input", { type: "checkbox", onchange: () => put("on_curve", onCurve.checked) });
  const play = html("button", { "aria-label": "Play the inner steps", onclick: playSteps }, "▶ Play");
  const caption = html("figcaption");
  const legend = html("div", { class: "mkc-legend", role: "group", "aria-label": "Learners, and their error at this step" });
  const status = html("p", { role: "status" });

  function playSteps() {
    clearInterval(timer);
    put("step", 0);
    timer = setInterval(() => (model.get("step") < STEPS ? put("step", model.get("step") + 1) : clearInterval(timer)), 450);
  }

  function set(points, what) {
    put("points", points);
    status.textContent = `Point${what === "cleared" ? "s" : ""} ${what}. ${points.length} on the picture.`;
  }

  function drawFit() {
    const { plot } = fit;
    const line = (values) => path(values.map((value, i) => [plot.x(grid[i]), plot.y(Math.max(-60, Math.min(60, value)))]));
    fit.truth.setAttribute("d", line(model.get("truth")));
    fit.bands.replaceChildren(...visible().filter(([, , found]) => found.low.length).map(([, { colour }, found]) => {
      const low = between(found.low, at);
      const high = between(found.high, at);
      const back = low.map((value, i) => [plot.x(grid[i]), plot.y(value)]).reverse();
      return svg("path", { class: "mkc-band", fill: colour, d: `${line(high)}${path(back).replace("M", "L")}z` });
    }));
    fit.curves.replaceChildren(...visible().map(([, { colour, dash }, found]) =>
      svg("path", { class: "mkc-curve", stroke: colour, "stroke-dasharray": dash, d: line(between(found.curves, at)) })));
  }

  function drawPoints() {
    fit.points.replaceChildren(...model.get("points").map(([x, y]) =>
      svg("circle", { class: "mkc-point", cx: fit.plot.x(x), cy: fit.plot.y(y), r: 6.5 })));
  }

  function drawLoss() {
    const { plot } = loss;
    const place = (value, step) => [plot.x(step), plot.y(Math.min(30, value))];
    for (const end of ["x1", "x2"]) loss.now.setAttribute(end, plot.x(at));
    loss.lines.replaceChildren(...visible().flatMap(([, { colour, dash, marker: shape }, { losses }]) => {
      const dots = losses.map((value, step) => marker(shape, ...place(value, step), step === model.get("step") ? 7 : 3.6, { fill: colour }));
      return [svg("path", { class: "mkc-curve", stroke: colour, "stroke-dasharray": dash, d: path(losses.map(place)) }), ...dots];
    }));
  }

  function drawLegend() {
    const step = model.get("step");
    const hidden = model.get("hidden");
    const entries = model.get("names").map((name, i) => {
      const toggle = () => put("hidden", hidden.includes(name) ? hidden.filter((other) => other !== name) : [...hidden, name]);
      const found = model.get("fits")[name];
      const title = found.rate ? `inner rate ${found.rate}` : "reads the points in one pass; takes no gradient step";
      const value = html("b", {}, short(found.losses[step]));
      return html("button", { "aria-pressed": String(!hidden.includes(name)), title, onclick: toggle }, swatch(STROKES[i % STROKES.length]), name, value);
    });
    const focus = [...legend.children].indexOf(legend.getRootNode().activeElement);
    legend.replaceChildren(...entries);
    legend.children[focus]?.focus();
    caption.textContent = `True curve (grey), ${model.get("points").length} support points, and fits after ${step} inner step${step === 1 ? "" : "s"}`;
    const said = visible().map(([name, , { losses }]) => `${name} ${short(losses[step])}`).join(", ");
    fit.canvas.setAttribute("aria-label", `${caption.textContent}. Mean squared error: ${said}. ${HELP}`);
    loss.canvas.setAttribute("aria-label", `Mean squared error by inner step. After ${step}: ${said}.`);
  }

  function draw() {
    shots.set(model.get("shots"));
    speed.set(model.get("speed"));
    onCurve.checked = model.get("on_curve");
    drawFit();
    drawPoints();
    drawLoss();
    drawLegend();
  }

  function glide() {
    steps.set(model.get("step"));
    drawLegend();
    cancelAnimationFrame(frame);
    const [from, to, started] = [at, model.get("step"), performance.now()];
    const tick = (time) => {
      const done = calm ? 1 : Math.min(1, Math.max(0, (time - started) / 180));
      at = from + done * (to - from);
      drawFit();
      drawLoss();
      if (done < 1) frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
  }

  editPoints({
    canvas: fit.canvas, plot: fit.plot, get: () => model.get("points"), set, most: 20,
    moveCursor: ([x, y]) => {
      const [px, py] = [fit.plot.x(x), fit.plot.y(y)];
      fit.cursor.setAttribute("d", `M${px},${fit.plot.top}V${fit.plot.floor}M${fit.plot.left},${py}H${fit.plot.right}`);
      status.textContent = `Cursor at x ${x}, y ${y}.`;
    },
  });
  el.append(html("section", { class: "mkc", "aria-label": "Adaptation, learners side by side", onfocusin: keepKeys },
    html("div", { class: "mkc-bar" }, fresh, shots.element, clear, html("label", { class: "mkc-control" }, onCurve, "my points lie on the curve")),
    html("div", { class: "mkc-row" },
      html("figure", { style: "flex: 600 1 0" }, caption, fit.canvas),
      html("figure", { style: "flex: 400 1 0" }, html("figcaption", {}, "Error against the true curve, by step"), loss.canvas)),
    html("div", { class: "mkc-bar" }, play, steps.element, speed.element),
    legend, status, html("p", {}, HELP)));
  const changes = "change:fits change:truth change:points change:hidden change:on_curve change:shots change:speed";
  model.on(changes, draw);
  model.on("change:step", glide);
  draw();
  return () => (clearInterval(timer), cancelAnimationFrame(frame), model.off(changes, draw), model.off("change:step", glide));
}

export default { render };
