// The page: it owns the board, sends it to Python, and shows what comes back.

function render({ model, el }) {
  const board = new Board();
  const state = { ways: model.get("ways"), shots: model.get("shots"), steps: model.get("steps") };
  let starting = true, begun = false; // new characters lie on the board, and nobody has answered yet

  // ---- the parts of the page -------------------------------------------------------------------------------------
  const rest = () => situations.rest();
  const sliders = {
    ways: slider("ways", "N · characters", [2, ROWS], "How many characters they have to tell apart. More are harder.", slide, rest),
    shots: slider("shots", "K · examples of each", [1, SHOTS], "How many drawings of each character they are shown. More make it easier.", slide, rest),
    steps: slider("steps", "Inner steps of MAML", [0, 10], "How many training steps MAML takes on these examples before it answers. At 0 it knows nothing of them.", slide, rest),
  };
  const source = sourceChoice(model.get("sources"), (name) => situations.begin({ source: name }));
  const presets = makePresets(model.get("presets"), (preset) => situations.begin(preset));
  const panel = makePanel(model.get("roster"), poll);
  const situations = makeSituations({ board, state, model, panel, presets, source, send, lay, changed });
  const address = makeAddress({ board, state, model, panel, situations, say });
  const act = {
    ...makeActions({ board, state, model, situations, presets, paint, changed, say, askSoon: () => askSoon(), hush: () => toast.classList.remove("shown") }),
    open(index) {
      dialog.show(index);
      paint(index);
    },
    choose: (index) => chooser.choose(index),
    share: address.share,
  };
  const headline = h("h1"), verdict = h("div", { class: "verdict", role: "status" }), toast = h("p", { class: "toast", role: "status" });
  const queryCanvas = h("canvas", { "aria-hidden": "true" });
  const queryPad = h("div", { class: "pad", tabindex: 0, role: "application", "data-cell": QUERY }, queryCanvas, h("span", { class: "hint" }, "Draw here"));
  const rows = makeRows(act);
  const map = s("svg", { role: "img", class: "chart" }), curve = s("svg", { role: "img", class: "chart" });
  const chooser = makeChooser({ put: act.bringIn, say });
  const kept = h("span"), now = h("span"), dialog = makeDialog(act);
  const keyboard = makeKeyboard(act, rows, state), theme = makeTheme(() => root, showAll);
  const root = layout(act, model.get("notes"), { headline, presets, verdict, queryPad, rows, map, curve, kept, now, source, sliders, panel, toast, dialog, chooser, nextTheme: theme.next });
  el.append(root);

  // ---- showing ---------------------------------------------------------------------------------------------------
  const answers = () => [probabilities(model.get("comparison")), probabilities(model.get("adaptation"), state.steps)];

  function paint(index) {
    const cell = board.cells[index], color = getComputedStyle(root).color;
    const [node, canvas] = index === QUERY ? [queryPad, queryCanvas] : [rows.cells[index].node, rows.cells[index].canvas];
    if (node.hidden) return;
    paintCell(canvas, cell, canvas.clientWidth || 64, color);
    node.classList.toggle("empty", !cell);
    node.setAttribute("aria-label", cellLabel(index, cell));
    dialog.paint(index, cell, color);
  }

  function showAnswers() {
    const found = answers(), [comparison, adapted] = [model.get("comparison"), model.get("adaptation")];
    rows.update(state, found, keyboard.focus);
    panel.update(model.get("opinions"), board.truth);
    const waits = adapted.asked !== model.get("asked");
    begun &&= waits;
    if (begun) verdict.replaceChildren(h("p", { class: "sentence" }, "Thinking …")); // the last answer was about others
    else showVerdict(verdict, found, board, state);
    drawMap(map, comparison, board);
    if (adapted.losses || !adapted.probabilities) drawCurve(curve, adapted, state.steps);
    curve.classList.toggle("waits", !adapted.losses && Boolean(adapted.probabilities)); // every step is on its way
    kept.textContent = comparison.query ? `These two directions show ${Math.round(100 * comparison.kept)} % of the spread.` : "";
    now.textContent = adapted.losses ? `The line marks step ${state.steps}; below it, how wrong it is about the examples (its loss).` : "";
    root.dataset.busy = waits;
  }

  function showAll() {
    board.complete(state.ways, state.shots);
    headline.textContent = `Two machines saw each of these characters ${TIMES[state.shots]}. Draw one of them again.`;
    for (const [name, one] of Object.entries(sliders)) one.show(state[name]);
    showAnswers();
    rows.cells.forEach(({ index }) => paint(index));
    paint(QUERY);
  }

  function say(text) {
    toast.textContent = text;
    toast.classList.add("shown");
    hush();
  }
  const hush = debounce(() => toast.classList.remove("shown"), 4000);

  // ---- talking to Python -----------------------------------------------------------------------------------------
  function send() {
    model.save_changes();
    root.dataset.busy = "true";
  }

  function ask() {
    for (const [name, value] of Object.entries(state)) model.set(name, value);
    model.set("drawings", packBoard(board.cells));
    model.set("asked", (model.get("asked") + 1) % 2 ** 31);
    send();
  }
  const askSoon = throttle(() => ask(), 120);

  function changed() {
    board.complete(state.ways, state.shots);
    ask();
    showAll();
    if (!starting) address.soon(); // the first example needs no link
  }

  /** The visitor chooses who is on the panel. */
  function poll(names) {
    situations.remember();
    model.set("panel", names);
    ask();
    address.soon();
  }

  function slide(name, value) {
    situations.remember(name);
    state[name] = value;
    if (name !== "steps") return changed();
    sliders.steps.show(value);
    if (model.get("adaptation").losses) showAnswers(); // every step is here already; else Python says this one in a moment
    model.set("steps", value);
    model.save_changes();
    address.soon();
  }

  function lay() {
    begun = true;
    changed();
  }

  // ---- beginning -------------------------------------------------------------------------------------------------
  makePad(queryPad, queryCanvas, { draws: () => true, begin: () => act.begin(QUERY), show: (strokes, done) => act.show(QUERY, strokes, done), dots: true });
  keyboard.listen(root);
  chooser.listen(root);
  const resized = new ResizeObserver(debounce(showAll, 60));
  resized.observe(root);
  model.on("change:examples", situations.arrived);
  model.on("change:comparison", showAnswers);
  model.on("change:adaptation", showAnswers);
  model.on("change:opinions", () => panel.update(model.get("opinions"), board.truth));
  const unfollow = theme.listen();
  situations.arrived();
  const leaveAddress = address.listen();
  starting = false;
  return () => {
    resized.disconnect();
    unfollow();
    leaveAddress();
  };
}

export default { render };
