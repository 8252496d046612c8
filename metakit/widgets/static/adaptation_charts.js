/** The two pictures of the adaptation widget: the curves, and the error after every step. */

const STEPS = 10;
const LOSSES = [0.001, 100];

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
  const plot = { ...inside(400, 400), left: 62 }; // room for "0.001"
  plot.x = scale([0, STEPS], [plot.left + 8, plot.right - 8]);
  plot.y = scale(LOSSES, [plot.floor, plot.top], true);
  const xTicks = [0, 2, 4, 6, 8, 10].map((step) => [step, String(step)]);
  const yTicks = [0.001, 0.01, 0.1, 1, 10, 100].map((loss) => [loss, String(loss)]);
  const now = svg("line", { class: "mkc-now", y1: plot.top, y2: plot.floor });
  const lines = svg("g");
  const beyond = html("p");
  const canvas = svg("svg", { viewBox: "0 0 400 400", role: "img" }, axes(plot, xTicks, yTicks, "inner steps taken", "mean squared error"), now, lines);
  return { plot, canvas, lines, now, beyond };
}

const GRID = Array.from({ length: 101 }, (_, i) => -5 + i / 10);
const wave = (now) => GRID.map((x) => now("amplitude") * Math.sin(x - now("phase")));

/** The true curve, and of every visible learner [name, stroke, fit] its curve and its band at step `at`. */
function drawFits({ plot, truth, curves, bands }, visible, values, at) {
  const line = (ys) => path(ys.map((y, i) => [plot.x(GRID[i]), plot.y(Math.max(-60, Math.min(60, y)))]));
  truth.setAttribute("d", line(values));
  bands.replaceChildren(...visible.filter(([, , found]) => found.low.length).map(([, { colour }, found]) => {
    const back = path(between(found.low, at).map((y, i) => [plot.x(GRID[i]), plot.y(y)]).reverse()).replace("M", "L");
    return svg("path", { class: "mkc-band", fill: colour, d: `${line(between(found.high, at))}${back}z` });
  }));
  curves.replaceChildren(...visible.map(([, { colour, dash }, found]) =>
    svg("path", { class: "mkc-curve", stroke: colour, "stroke-dasharray": dash, d: line(between(found.curves, at)) })));
}

const drawPoints = ({ plot, points }, values) =>
  points.replaceChildren(...values.flatMap(([x, y]) => [16, 6.5].map((r, i) => svg("circle", { class: ["mkc-reach", "mkc-point"][i], cx: plot.x(x), cy: plot.y(y), r }))));

function drawLosses({ plot, now, lines, beyond }, visible, at, step) {
  for (const end of ["x1", "x2"]) now.setAttribute(end, plot.x(at));
  lines.replaceChildren(...visible.flatMap(([, stroke, { losses }]) => markedCurve(stroke, losses, plot, LOSSES, step)));
  beyond.textContent = lines.querySelector(".mkc-beyond") ? BEYOND : "";
}

const short = (loss) => (loss >= 100 ? "> 99" : loss >= 10 ? loss.toFixed(1) : loss >= 0.1 ? loss.toFixed(2) : loss >= 0.001 ? loss.toFixed(3) : "< 0.001");
const times = (ratio) => (ratio >= 1000 ? "over 1,000" : ratio >= 10 ? String(Math.round(ratio)) : ratio.toFixed(1));
const HURT = 1.5; // so much larger than its smallest error so far: more steps have hurt

/** Who is how much nearer than its `twin`, which never practised, and whom more steps have hurt; "" without a twin. */
function judgement(visible, twin, step, points) {
  const after = `After ${step} step${step === 1 ? "" : "s"}`;
  const untaught = visible.find(([name]) => name === twin)?.[2].losses;
  const others = visible.filter(([name, , found]) => name !== twin && found.rate);
  if (!untaught || !others.length) return "";
  if (!points) return "Nobody has seen a point: they can only guess.";
  const [nearest, , { losses }] = others.reduce((best, one) => (one[2].losses[step] < best[2].losses[step] ? one : best));
  const ratio = untaught[step] / Math.max(losses[step], 1e-4);
  const first = ratio < 1.05 ? `${after} the network without meta-learning is no worse: what the others learned does not help here.`
    : `${after} the error of ${nearest} is ${times(ratio)} times smaller than that of the same network without meta-learning.`;
  const hurt = others.map(([name, , found]) => [name, found.losses.slice(0, step + 1)])
    .map(([name, so]) => [name, so.indexOf(Math.min(...so)), so.at(-1) / Math.max(Math.min(...so), 1e-4)])
    .filter(([, , worse]) => worse > HURT).sort((a, b) => b[2] - a[2])[0];
  return hurt ? `${first} More steps hurt ${hurt[0]}: after ${hurt[1]} its error was ${times(hurt[2])} times smaller.` : first;
}
