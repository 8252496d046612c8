/** The adaptation widget. Python computes every step ahead (`fits`); moving through the steps happens here. */

const SPEEDS = { "-3": "× ⅛", "-2": "× ¼", "-1": "× ½", 0: "× 1", 1: "× 2", 2: "× 4", 3: "× 8" };
const HELP = "Click the left picture to add a point, drag to move it, double-click to remove it; drag the diamond to reshape the wave. " +
  "With the keyboard: tab to the picture, arrow keys move the cursor, Enter adds, Delete removes the nearest.";
const MOST = 20;
const PATIENCE = 1000; // milliseconds until the next try when an answer does not change anything; a late one would undo the next

function render({ model, el }) {
  const fit = fitChart();
  const loss = lossChart();
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const mine = {}; // what the reader has set and Python has not answered yet
  let at = model.get("step");
  let [frame, landing, again, counted] = [0, 0, false, 0];

  const now = (name) => mine[name] ?? model.get(name);
  const put = (name, value) => (say(""), model.set(name, value), model.save_changes());
  const visible = () => model.get("names").map((name, i) => [name, STROKES[i % STROKES.length], model.get("fits")[name]])
    .filter(([name, , found]) => found && !model.get("hidden").includes(name));
  const bar = (...parts) => html("div", { class: "mkc-bar" }, ...parts);

  const shots = slider("Points K", { min: 0, max: MOST, value: model.get("shots"), show: String, oninput: (v) => put("shots", v) });
  const steps = slider("Inner steps", { min: 0, max: STEPS, value: at, show: String, oninput: (v) => put("step", v) });
  const speed = slider("Inner rate", { min: -3, max: 3, value: model.get("speed"), show: (v) => SPEEDS[v], oninput: (v) => put("speed", v) });
  const tenths = { step: 0.1, show: (v) => Number(v).toFixed(1) };
  const amplitude = slider("Amplitude", { ...tenths, min: 0.1, max: 5, value: model.get("amplitude"), oninput: (v) => ship({ amplitude: v }) });
  const phase = slider("Phase", { ...tenths, min: 0, max: 3.1, value: model.get("phase"), oninput: (v) => ship({ phase: v }) });
  const fresh = html("button", { class: "mkc-main", onclick: () => put("seed", (model.get("seed") + 1) % 2 ** 31) }, "New task");
  const clear = html("button", { onclick: () => set([], "cleared") }, "Clear points");
  const onCurve = html("input", { type: "checkbox", onchange: () => put("on_curve", onCurve.checked) });
  const play = player({ what: "the inner steps", last: STEPS, pace: 450, get: () => model.get("step"), go: (step) => put("step", step) });
  const caption = html("figcaption");
  const legend = html("div", { class: "mkc-legend", role: "group", "aria-label": "Learners, and their error at this step" });
  const verdict = html("p", { class: "mkc-verdict", role: "status" });
  const status = html("p", { role: "status" });

  /** Send the latest values, one question at a time: a drag asks no faster than it is answered. */
  function ship(values) {
    Object.assign(mine, values);
    draw();
    if (landing) return (again = true);
    for (const [name, value] of Object.entries(mine)) model.set(name, value);
    model.save_changes();
    landing = setTimeout(landed, PATIENCE);
  }

  function landed() {
    clearTimeout(landing);
    landing = 0;
    const wishes = again ? { ...mine } : {};
    for (const name of Object.keys(mine)) delete mine[name];
    if (again) ship(wishes, (again = false));
    else draw();
  }

  function set(points, what) {
    ship({ points });
    say(`Point${what === "cleared" ? "s" : ""} ${what}. ${points.length} on the picture.`);
  }

  /** What was done last; it is forgotten with the next thing. */
  function say(words) {
    status.textContent = words;
    counted = now("points").length;
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
    const several = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
    caption.textContent = `True curve (grey), ${several(now("points").length, "support point")}, and fits after ${several(step, "inner step")}`;
    const said = visible().map(([name, , { losses }]) => `${name} ${short(losses[step])}`).join(", ");
    fit.canvas.setAttribute("aria-label", `${caption.textContent}. Mean squared error: ${said}. ${HELP}`);
    loss.canvas.setAttribute("aria-label", `Mean squared error by inner step. After ${step}: ${said}.`);
    verdict.textContent = judgement(visible(), model.get("twin"), step, now("points").length);
  }

  function draw() {
    shots.set(mine.points?.length ?? model.get("shots"));
    if (now("points").length !== counted) say("");
    speed.set(model.get("speed"));
    amplitude.set(now("amplitude"));
    phase.set(now("phase"));
    onCurve.checked = model.get("on_curve");
    drawFits(fit, visible(), mine.amplitude || mine.phase ? wave(now) : model.get("truth"), at);
    drawPoints(fit, now("points"));
    drawLosses(loss, visible(), at, model.get("step"));
    drawLegend();
    handle.draw();
  }

  function glide() {
    play.moved();
    steps.set(model.get("step"));
    drawLegend();
    cancelAnimationFrame(frame);
    const [from, to, started] = [at, model.get("step"), performance.now()];
    const tick = (time) => {
      const done = calm ? 1 : Math.min(1, Math.max(0, (time - started) / 180));
      at = from + done * (to - from);
      drawFits(fit, visible(), model.get("truth"), at);
      drawLosses(loss, visible(), at, to);
      if (done < 1) frame = requestAnimationFrame(tick);
    };
    frame = requestAnimationFrame(tick);
  }

  const handle = waveHandle({
    canvas: fit.canvas, plot: fit.plot, below: fit.points, get: () => ({ amplitude: now("amplitude"), phase: now("phase") }),
    set: (height, place) => ship({ amplitude: height, phase: place }),
  });
  editPoints({
    canvas: fit.canvas, plot: fit.plot, get: () => now("points"), set, most: MOST,
    full: () => say(`${MOST} points are the most. Remove one first.`),
    moveCursor: ([x, y]) => {
      const [px, py] = [fit.plot.x(x), fit.plot.y(y)];
      fit.cursor.setAttribute("d", `M${px},${fit.plot.top}V${fit.plot.floor}M${fit.plot.left},${py}H${fit.plot.right}`);
      say(`Cursor at x ${x}, y ${y}.`);
    },
  });
  const steer = explained(steps.element, "inner steps", "How many gradient steps each network takes on your points. What it had learned before comes from other waves.");
  steer.classList.add("mkc-steps");
  el.append(html("section", { class: "mkc", "aria-label": "Adaptation, learners side by side", onfocusin: keepKeys },
    verdict,
    bar(play.button, steer),
    legend,
    html("div", { class: "mkc-row" },
      html("figure", { style: "flex: 600 1 0" }, caption, fit.canvas),
      html("figure", { style: "flex: 400 1 0" }, html("figcaption", {}, "Error against the true curve, by step"), loss.canvas, loss.beyond)),
    bar(explained(fresh, "new task", "Another wave, drawn like those of the training: amplitude 0.1 to 5, phase 0 to π."),
      explained(shots.element, "points", "How many points of the wave everyone is shown. Moving it draws them anew."), clear,
      explained(html("label", { class: "mkc-control" }, onCurve, "my points lie on the curve"), "points on the curve", "Without this a point stays where you put it, even where no wave passes.")),
    bar(explained(amplitude.element, "amplitude", "How high the wave is. Dragging the diamond up and down does the same."),
      explained(phase.element, "phase", "How far the wave is moved to the right. Dragging the diamond to the side does the same."),
      explained(speed.element, "inner rate", "How far one gradient step goes, as a multiple of the rate that each learner was trained with.")),
    status, html("p", {}, HELP)));
  const changes = "change:truth change:points change:hidden change:on_curve change:shots change:speed change:amplitude change:phase";
  model.on(changes, draw);
  model.on("change:fits", landed);
  model.on("change:step", glide);
  const another = "change:seed change:amplitude change:phase"; // task
  const leave = () => (play.stop(), say(""));
  model.on(another, leave);
  model.on("change:points", play.stop);
  draw();
  return () => (play.stop(), clearTimeout(landing), cancelAnimationFrame(frame), model.off(changes, draw), model.off("change:fits", landed), model.off("change:step", glide), model.off(another, leave), model.off("change:points", play.stop));
}

export default { render };
