// The page: it owns the board, sends it to Python, and shows what comes back.

function render({ model, el }) {
  const board = new Board();
  const state = { ways: model.get("ways"), shots: model.get("shots"), steps: model.get("steps") };
  let starting = true;

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
    ways: slider("ways", "N · characters", [2, ROWS], (value) => slide("ways", value)),
    shots: slider("shots", "K · examples of each", [1, SHOTS], (value) => slide("shots", value)),
    steps: slider("steps", "Inner steps of MAML", [0, 10], (value) => slide("steps", value)),
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
  const panel = makePanel(model.get("roster"), (names) => ask({ panel: names }));
  const kept = h("span"), now = h("span"), dialog = makeDialog(act);
  const keyboard = makeKeyboard(act, rows, state), theme = makeTheme(() => root, showAll);
  const root = layout(act, model.get("notes"), { headline, verdict, queryPad, rows, map, curve, kept, now, source, sliders, panel, toast, dialog, nextTheme: theme.next });
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
    const what = !cell ? "empty" : cell.strokes ? "your drawing" : "an example";
    if (index === QUERY) return `The query: ${what}. Draw here, or press E for an example.`;
    return `Character ${LETTERS[Math.floor(index / SHOTS)]}, example ${(index % SHOTS) + 1}: ${what}`;
  }

  function showAnswers() {
    const found = answers(), [comparison, adapted] = [model.get("comparison"), model.get("adaptation")];
    rows.update(state, found, keyboard.focus);
    panel.update(model.get("opinions"), board.truth);
    showVerdict(verdict, found, board, state);
    drawMap(map, comparison, board);
    drawCurve(curve, adapted, state.steps);
    kept.textContent = comparison.query ? `These two directions show ${Math.round(100 * comparison.kept)} % of the spread.` : "";
    now.textContent = adapted.losses ? `The line marks step ${state.steps}; below it, how wrong it is about the examples (its loss).` : "";
    root.dataset.busy = model.get("adaptation").asked !== model.get("asked");
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
    showAll();
    ask();
    if (!starting) linkSoon(); // the first example needs no link
  }

  function slide(name, value) {
    state[name] = value;
    if (name !== "steps") return changed();
    sliders.steps.show(value);
    showAnswers(); // the whole trace is here already
    model.set("steps", value);
    model.save_changes();
    linkSoon();
  }

  // ---- the address of the page -------------------------------------------------------------------------------------
  async function saveLink() {
    if (OWN_PAGE() && !elsewhere()) history.replaceState(null, "", `#${await toLink(board, state)}`);
  }
  const linkSoon = debounce(saveLink, 400);

  async function openLink() {
    const { ways, shots, steps, truth, cells } = await fromLink(location.hash.slice(1));
    board.remember();
    board.empty("you");
    Object.assign(board, { cells, truth });
    Object.assign(state, { ways, shots, steps });
    changed();
  }

  // ---- beginning -------------------------------------------------------------------------------------------------------
  function newExamples() {
    const bytes = model.get("examples");
    board.unpack(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    source.select.value = model.get("source");
    board.begin(state.ways, state.shots, starting ? Math.min(2, state.ways - 1) : Math.floor(Math.random() * state.ways));
    changed();
  }

  makePad(queryPad, queryCanvas, { draws: () => true, begin: () => act.begin(QUERY), show: (strokes, done) => act.show(QUERY, strokes, done), dots: true });
  keyboard.listen(root);
  const elsewhere = () => location.hash.startsWith("#room="); // another room of the demo is open
  const followLink = () => !elsewhere() && location.hash.length > 1 && openLink().catch(() => say("That link is damaged, so here is a fresh example."));
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
