/** Layers beside steps. Python computes every moment ahead (`found`); moving through them happens here. */

const SIZES = { "-2": "× ½", "-1": "× 0.7", 0: "× 1", 1: "× 1.4", 2: "× 2" };
const SHARES = [0.001, 0.01, 0.1, 1, 10, 100];
const ZERO = "predicting zero";
const SIZE = [330, 340]; // small: three of them share a row
const share = (value) => (value >= 100 ? "> 99" : value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(3));

function answerChart() {
  const plot = inside(...SIZE);
  plot.x = scale([-3, 3], [plot.left, plot.right]);
  plot.y = scale([-3, 3], [plot.floor, plot.top]);
  const ticks = [-3, -2, -1, 0, 1, 2, 3].map((value) => [value, String(value).replace("-", "−")]);
  const truth = svg("path", { class: "mkc-truth", d: path([[plot.x(-3), plot.y(-3)], [plot.x(3), plot.y(3)]]) });
  const dots = svg("g");
  const canvas = svg("svg", { viewBox: `0 0 ${SIZE.join(" ")}`, role: "img" }, axes(plot, ticks, ticks, "true value of the query", "answer"), truth, dots);
  return { plot, canvas, dots };
}

function shareChart(most) {
  const plot = { ...inside(...SIZE), left: 62 }; // room for "0.001"
  plot.x = scale([0, most], [plot.left + 10, plot.right - 10]);
  plot.y = scale([SHARES[0], SHARES.at(-1)], [plot.floor, plot.top], true);
  const xTicks = Array.from({ length: most + 1 }, (_, step) => [step, String(step)]);
  const zero = svg("line", { class: "mkc-reference", x1: plot.left, x2: plot.right, y1: plot.y(1), y2: plot.y(1) });
  const words = svg("text", { x: plot.right, y: plot.y(1) - 6, "text-anchor": "end" }, ZERO);
  const now = svg("line", { class: "mkc-now", y1: plot.top, y2: plot.floor });
  const lines = svg("g");
  const canvas = svg("svg", { viewBox: `0 0 ${SIZE.join(" ")}`, role: "img" },
    axes(plot, xTicks, SHARES.map((value) => [value, String(value)]), "layers, or steps", "share of predicting zero"), zero, words, now, lines);
  return { plot, canvas, lines, now };
}

function render({ model, el }) {
  const most = model.get("most");
  const answers = answerChart();
  const charts = { residual: shareChart(most), error: shareChart(most) };
  const titles = { residual: "Left of the examples' targets", error: "Error on the queries" };
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let at = model.get("step");
  let frame = 0;

  const put = (name, value) => (model.set(name, value), model.save_changes());
  const visible = () => model.get("names").map((name, i) => [name, STROKES[i % STROKES.length], model.get("found")[name]])
    .filter(([name, , found]) => found && !model.get("hidden").includes(name));

  const steps = slider("Layers = steps", { min: 0, max: most, value: at, show: String, oninput: (v) => put("step", v) });
  steps.element.classList.add("mkc-steps");
  const shots = slider("Examples N", { min: 2, max: 40, value: model.get("shots"), show: String, oninput: (v) => put("shots", v) });
  const stretch = slider("Size of the inputs", { min: -2, max: 2, value: model.get("stretch"), show: (v) => SIZES[v], oninput: (v) => put("stretch", v) });
  const fresh = html("button", { class: "mkc-main", onclick: () => put("seed", (model.get("seed") + 1) % 2 ** 31) }, "New prompt");
  const play = player({ what: "the layers and steps", last: most, pace: 700, get: () => model.get("step"), go: (step) => put("step", step) });
  const caption = html("figcaption");
  const legend = html("div", { class: "mkc-legend", role: "group", "aria-label": "Learners, and their error on the queries at this moment" });
  const status = html("p", { role: "status" });

  function drawAnswers() {
    const { plot, dots } = answers;
    const kept = (value) => Math.max(-3, Math.min(3, value));
    dots.replaceChildren(...visible().flatMap(([, { colour, marker: shape }, found]) =>
      between(found.answers, at).map((value, i) =>
        marker(shape, plot.x(kept(model.get("truth")[i])), plot.y(kept(value)), 4.2, { fill: colour, "fill-opacity": 0.75 }))));
  }

  function drawShares(what) {
    const { plot, lines, now, canvas } = charts[what];
    for (const end of ["x1", "x2"]) now.setAttribute(end, plot.x(at));
    lines.replaceChildren(...visible().flatMap(([, stroke, found]) => markedCurve(stroke, found[what], plot, [SHARES[0], SHARES.at(-1)], model.get("step"))));
    const said = visible().map(([name, , found]) => `${name} ${share(found[what][model.get("step")])}`).join(", ");
    canvas.setAttribute("aria-label", `${titles[what]}, as a share of predicting zero, after ${model.get("step")} layers or steps: ${said}.`);
  }

  function drawWords() {
    const [step, hidden] = [model.get("step"), model.get("hidden")];
    const entries = model.get("names").map((name, i) => {
      const toggle = () => put("hidden", hidden.includes(name) ? hidden.filter((other) => other !== name) : [...hidden, name]);
      const value = html("b", {}, share(model.get("found")[name].error[step]));
      return html("button", { "aria-pressed": String(!hidden.includes(name)), onclick: toggle }, swatch(STROKES[i % STROKES.length]), name, value);
    });
    const focus = [...legend.children].indexOf(legend.getRootNode().activeElement);
    legend.replaceChildren(...entries);
    legend.children[focus]?.focus();
    caption.textContent = `Answers after ${step} layer${step === 1 ? "" : "s"} or step${step === 1 ? "" : "s"}`;
    const said = visible().map(([name, , found]) => `${name} ${share(found.error[step])}`).join(", ");
    answers.canvas.setAttribute("aria-label", `${caption.textContent}, against the truth; right answers lie on the grey diagonal. Error: ${said}.`);
    status.textContent = `The numbers are the error on the queries. Least squares, with these ${model.get("shots")} examples: ${share(model.get("best")[1])}. What lies outside a picture is drawn at its edge; an error there has a hollow mark.`;
  }

  function draw() {
    shots.set(model.get("shots"));
    stretch.set(model.get("stretch"));
    drawAnswers();
    drawShares("residual");
    drawShares("error");
    drawWords();
  }

  function glide() {
    play.moved();
    steps.set(model.get("step"));
    drawWords();
    cancelAnimationFrame(frame);
    const [from, to, started] = [at, model.get("step"), performance.now()];
    const tick = (time) => {
      const done = calm ? 1 : Math.min(1, Math.max(0, (time - started) / 250));
      at = from + done * (to - from);
      drawAnswers();
      drawShares("residual");
      drawShares("error");
      if (done < 1) frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
  }

  el.append(html("section", { class: "mkc", "aria-label": "Layers beside gradient steps", onfocusin: keepKeys },
    html("div", { class: "mkc-bar" }, play.button, steps.element, fresh),
    html("div", { class: "mkc-alike" },
      html("figure", {}, caption, answers.canvas),
      ...Object.entries(charts).map(([what, { canvas }]) => html("figure", {}, html("figcaption", {}, titles[what]), canvas))),
    html("div", { class: "mkc-bar" }, shots.element, stretch.element),
    legend, status));
  const changes = "change:found change:hidden";
  model.on(changes, draw);
  model.on("change:step", glide);
  model.on("change:truth change:found", play.stop);
  draw();
  return () => (play.stop(), cancelAnimationFrame(frame), model.off(changes, draw), model.off("change:step", glide), model.off("change:truth change:found", play.stop));
}

export default { render };
