// The page: it owns the board, sends it to Python, and shows what comes back.

function render({ model, el }) {
  const board = new Board();
  const state = { ways: model.get("ways"), shots: model.get("shots"), steps: model.get("steps") };
  let starting = true, begun = false; // new characters lie on the board, and nobody has answered yet

  // ---- what a visitor does -------------------------------------------------------------------------------------
  const act = {
    begin(index) {
      toast.classList.remove("shown"); // what it said is no longer so
      board.remember();
      return board.cells[index]?.strokes ?? []; // the first stroke replaces an example
    },
    show(index, strokes, done) {
      board.put(index, strokes.length ? { strokes } : null);
      paint(index);
      done ? changed() : askSoon();
    },
    open(index) {
      dialog.show(index);
      paint(index);
    },
    example(index) {
      board.remember();
      board.example(index, state.ways);
      changed();
    },
    clear(index) {
      board.remember();
      board.put(index, null);
      changed();
    },
    clearAll() {
      board.remember();
      board.empty("you");
      changed();
      say("The board is empty. Draw at least two characters, then a query.");
    },
    choose: (index) => chooser.choose(index),
    undo() {
      if (board.undo()) changed();
      else say("There is nothing to undo.");
    },
    fresh() {
      board.remember();
      model.set("episode", (model.get("episode") + 1) % 2 ** 31);
      model.save_changes();
    },
    async share() {
      await saveLink();
      const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
      say(copied ? "Link copied. It opens exactly this board." : "The address of this page now opens exactly this board: copy it.");
    },
  };

  // ---- the parts of the page -------------------------------------------------------------------------------------
  const sliders = {
    ways: slider("ways", "N · characters", [2, ROWS], "How many characters they have to tell apart. More are harder.", (value) => slide("ways", value)),
    shots: slider("shots", "K · examples of each", [1, SHOTS], "How many drawings of each character they are shown. More make it easier.", (value) => slide("shots", value)),
    steps: slider("steps", "Inner steps of MAML", [0, 10], "How many training steps MAML takes on these examples before it answers. At 0 it knows nothing of them.", (value) => slide("steps", value)),
  };
  const source = sourceChoice(model.get("sources"), (name) => {
    board.remember();
    model.set("source", name);
    model.save_changes();
  });
  const headline = h("h1"), verdict = h("div", { class: "verdict", role: "status" }), toast = h("p", { class: "toast", role: "status" });
  const queryCanvas = h("canvas", { "aria-hidden": "true" });
  const queryPad = h("div", { class: "pad", tabindex: 0, role: "application", "data-cell": QUERY }, queryCanvas, h("span", { class: "hint" }, "Draw here"));
  const rows = makeRows(act);
  const map = s("svg", { role: "img", class: "chart" }), curve = s("svg", { role: "img", class: "chart" });
  const chooser = makeChooser({ put: bringIn, say });
  const presets = makePresets(model.get("presets"), arrange);
  const panel = makePanel(model.get("roster"), (names) => ask({ panel: names }));
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

  function cellLabel(index, cell) {
    const what = !cell ? "empty" : cell.strokes ? "your drawing" : cell.bits ? "your picture" : "an example";
    if (index === QUERY) return `The query: ${what}. Draw here, or press E for an example.`;
    return `Character ${LETTERS[Math.floor(index / SHOTS)]}, example ${(index % SHOTS) + 1}: ${what}`;
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

  /** Pictures for a cell and those behind it, or for the query. */
  async function bringIn(index, files) {
    const { cells, problems } = await readPictures(index === QUERY ? files.slice(0, 1) : files);
    const last = index === QUERY ? QUERY : (Math.floor(index / SHOTS) + 1) * SHOTS - 1;
    if (cells.length) board.remember();
    cells.slice(0, last - index + 1).forEach((cell, i) => board.put(index + i, cell));
    if (cells.length && index !== QUERY) state.shots = Math.max(state.shots, Math.min(SHOTS, (index % SHOTS) + cells.length));
    if (cells.length) changed();
    const thanks = cells.length ? [`${cells.length === 1 ? "Your picture is" : `${cells.length} pictures are`} in. No file leaves this browser: the machines get a small drawing.`] : [];
    say([...problems, ...thanks].join(" "));
  }

  // ---- talking to Python -----------------------------------------------------------------------------------------
  function ask(also = {}) {
    for (const [name, value] of Object.entries(also)) model.set(name, value);
    model.set("drawings", packBoard(board.cells));
    model.set("ways", state.ways);
    model.set("shots", state.shots);
    model.set("steps", state.steps);
    model.set("asked", (model.get("asked") + 1) % 2 ** 31);
    model.save_changes();
    root.dataset.busy = "true";
  }
  const askSoon = throttle(() => ask(), 120);

  function changed() {
    board.complete(state.ways, state.shots);
    ask();
    showAll();
    if (!starting) linkSoon(); // the first example needs no link
  }

  function slide(name, value) {
    state[name] = value;
    if (name !== "steps") return changed();
    sliders.steps.show(value);
    if (model.get("adaptation").losses) showAnswers(); // every step is here already; else Python says this one in a moment
    model.set("steps", value);
    model.save_changes();
    linkSoon();
  }

  // ---- the address of the page -------------------------------------------------------------------------------------
  async function saveLink() {
    if (OWN_PAGE() && !elsewhere()) history.replaceState(null, "", `#${await toLink(board, state, panel.chosen())}`);
  }
  const linkSoon = debounce(saveLink, 400);

  async function openLink() {
    const { ways, shots, steps, truth, panel: names, cells } = await fromLink(location.hash.slice(1));
    board.remember();
    board.empty("you");
    Object.assign(board, { cells, truth });
    Object.assign(state, { ways, shots, steps });
    presets.forget();
    model.set("panel", panel.tick(names));
    changed();
  }

  // ---- beginning -------------------------------------------------------------------------------------------------------
  let wished = null; // a preset that waits for its examples

  /** Bring the page into exactly this situation. */
  function arrange(preset) {
    board.remember();
    wished = preset;
    root.dataset.busy = "true";
    if (model.get("source") === preset.source && model.get("episode") === preset.episode) return newExamples();
    model.set("source", preset.source);
    model.set("episode", preset.episode);
    model.save_changes();
  }

  function newExamples() {
    const laid = model.get("laid");
    if (laid.source !== model.get("source") || laid.episode !== model.get("episode")) return; // others are on their way
    const bytes = model.get("examples");
    board.unpack(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    source.select.value = model.get("source");
    const { ways, shots, steps, truth, everyone } = wished ?? { ...state, truth: starting ? Math.min(2, state.ways - 1) : Math.floor(Math.random() * state.ways) };
    Object.assign(state, { ways, shots, steps });
    if (wished) model.set("panel", panel.tick(everyone ? model.get("roster").map(({ name }) => name) : []));
    else presets.forget();
    wished = null;
    board.begin(ways, shots, truth);
    begun = true;
    changed();
  }

  makePad(queryPad, queryCanvas, { draws: () => true, begin: () => act.begin(QUERY), show: (strokes, done) => act.show(QUERY, strokes, done), dots: true });
  keyboard.listen(root);
  chooser.listen(root);
  const elsewhere = () => /^#room=(?!draw$)/.test(location.hash); // another room of the demo is open
  const followLink = () => !elsewhere() && location.hash.length > 1 && !location.hash.startsWith("#room=") && openLink().catch(() => say("That link is damaged, so here is a fresh example."));
  const resized = new ResizeObserver(debounce(showAll, 60));
  resized.observe(root);
  if (OWN_PAGE()) window.addEventListener("hashchange", followLink);
  model.on("change:examples", newExamples);
  model.on("change:comparison", showAnswers);
  model.on("change:adaptation", showAnswers);
  model.on("change:opinions", () => panel.update(model.get("opinions"), board.truth));
  const unfollow = theme.listen();
  newExamples();
  if (OWN_PAGE()) followLink();
  starting = false;
  return () => {
    resized.disconnect();
    unfollow();
    window.removeEventListener("hashchange", followLink);
  };
}

export default { render };
