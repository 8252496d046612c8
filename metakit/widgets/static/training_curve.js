/** A live training curve. Python sends `dots` a few times a second; the button sets `stop`. */

const WORDS = { ready: "ready", running: "training …", done: "done", stopped: "stopped; what was learned is kept", failed: "failed: see the error below" };

/** Ticks at round numbers, four or five of them, from 0 to `top`. */
function roundTicks(top) {
  const rough = top / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const stride = [1, 2, 5, 10].map((part) => part * unit).find((candidate) => candidate >= rough);
  return Array.from({ length: Math.floor(top / stride) + 1 }, (_, i) => [i * stride, (i * stride).toLocaleString("en")]);
}

function render({ model, el }) {
  const canvas = svg("svg", { viewBox: "0 0 900 320", role: "img" });
  const progress = html("progress", { "aria-label": "Progress of the training" });
  const words = html("span");
  const stop = html("button", { onclick: () => (model.set("stop", true), model.save_changes()) }, "■ Stop");

  function chart() {
    const plot = inside(900, 320);
    const dots = model.get("dots").filter((dot) => dot.every(Number.isFinite));
    const levels = Object.entries(model.get("references"));
    const spread = dots.map(([, loss]) => loss).sort((a, b) => a - b);
    const top = 1.12 * Math.max(spread[Math.floor(0.97 * spread.length)] ?? 0, ...levels.map(([, level]) => level), 1e-6);
    plot.x = scale([0, model.get("total")], [plot.left, plot.right]);
    plot.y = scale([0, top], [plot.floor, plot.top]);
    const line = (column) => path(dots.map((dot) => [plot.x(dot[0]), plot.y(Math.min(top, dot[column]))]));
    canvas.replaceChildren(
      axes(plot, roundTicks(model.get("total")), roundTicks(top), "outer steps", model.get("label")),
      ...levels.flatMap(([label, level]) => [
        svg("line", { class: "mkc-reference", x1: plot.left, x2: plot.right, y1: plot.y(level), y2: plot.y(level) }),
        svg("text", { x: plot.right - 4, y: plot.y(level) - 5, "text-anchor": "end" }, label),
      ]),
      svg("path", { class: "mkc-raw", d: line(1) }), svg("path", { class: "mkc-smooth", d: line(2) }),
    );
    if (dots.length) {
      const [step, , smooth] = dots.at(-1);
      canvas.append(marker("circle", plot.x(step), plot.y(Math.min(top, smooth)), 5, { fill: "var(--c2)" }));
      canvas.setAttribute("aria-label", `${model.get("label")} after ${step} outer steps: ${smooth}, smoothed.`);
    } else canvas.setAttribute("aria-label", `${model.get("label")} by outer step; nothing drawn yet.`);
  }

  function draw() {
    const [status, step, total, rate] = ["status", "step", "total", "rate"].map((name) => model.get(name));
    chart();
    progress.max = total;
    progress.value = step;
    const left = status === "running" && rate > 0 ? ` · ${Math.ceil((total - step) / rate)} s left` : "";
    const loss = model.get("dots").length ? ` · loss ${model.get("dots").at(-1)[2].toFixed(3)}` : "";
    const count = `${step.toLocaleString("en")} of ${total.toLocaleString("en")} steps`;
    words.textContent = `${count}${loss}${rate ? ` · ${rate.toFixed(0)} steps/s` : ""}${left} · ${WORDS[status]}`;
    stop.disabled = status !== "running" || model.get("stop");
  }

  el.append(html("section", { class: "mkc", "aria-label": "Training curve", onfocusin: keepKeys }, canvas,
    html("div", { class: "mkc-bar" }, stop, progress, words),
    html("p", {}, "Thin: the loss of every step. Thick: its running mean. Dotted: levels to beat.")));
  const changes = "change:dots change:status change:stop";
  model.on(changes, draw);
  draw();
  return () => model.off(changes, draw);
}

export default { render };
