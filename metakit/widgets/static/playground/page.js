// The page: it owns the board, sends it to Python, and shows what comes back.

const OWN_PAGE = () => document.body.dataset.metakit !== undefined; // the demo alone may use the address and the theme

function render({ model, el }) {
  const board = new Board();
  const state = { ways: model.get("ways"), shots: model.get("shots"), steps: model.get("steps") };
  let focus = cellAt(0, 0), starting = true;

  // ---- what a visitor does -------------------------------------------------------------------------------------
  const act = {
    begin(index) {
      board.remember();
      return board.cells[index]?.strokes ?? []; // the first stroke replaces an example
    },
    show(index, strokes, done) {
      board.put(index, strokes.length ? { strokes } : null);
      paint(index);
      done ? changed() : askSoon();
    },
    open: (index) => openDialog(index),
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
  const kept = h("span"), now = h("span"), dialog = makeDialog();
  const root = h("div", { class: "metakit-playground", "data-busy": "true" },
    h("header", {},
      h("p", { class: "brand" }, h("b", {}, "MetaKit"), " few-shot playground"),
      h("div", { class: "actions" },
        OWN_PAGE() ? button("link", "Copy link", act.share, { "data-act": "share" }) : null,
        button("theme", "Theme", nextTheme, { "data-act": "theme", "aria-label": "Light or dark theme" }))),
    headline,
    h("section", { class: "stage", "aria-label": "The task" },
      h("section", { class: "ask", "aria-labelledby": "mk-ask" },
        h("div", {}, h("h2", { id: "mk-ask" }, "Your query"), h("p", { class: "note" }, "Draw over it with mouse, pen or finger.")), queryPad,
        h("div", { class: "buttons" },
          button("example", "Example", () => act.example(QUERY), { "data-act": "query-example" }),
          button("clear", "Clear", () => act.clear(QUERY), { "data-act": "query-clear" })),
        verdict),
      h("section", { class: "classes", "aria-labelledby": "mk-classes" },
        h("div", { class: "bar-of-tools" }, h("h2", { id: "mk-classes" }, "The characters"),
          h("div", { class: "buttons" }, source.node,
            button("example", "New example", act.fresh, { "data-act": "example" }),
            button("undo", "Undo", act.undo, { "data-act": "undo" }), button("clear", "Clear all", act.clearAll, { "data-act": "clear" }))),
        h("div", { class: "sliders" }, Object.values(sliders).map((one) => one.node)),
        rows.node,
        h("p", { class: "keys" }, "Keyboard: arrows move, ", h("kbd", {}, "E"), " or ", h("kbd", {}, "Enter"), " gives an example, ",
          h("kbd", {}, "Space"), " opens the large pad, ", h("kbd", {}, "Delete"), " clears, ", h("kbd", {}, "Ctrl"), "+", h("kbd", {}, "Z"), " takes back."))),
    h("div", { class: "pictures" },
      h("figure", {}, h("figcaption", {}, h("h2", {}, "The prototypical network puts you on a map"),
        h("p", {}, "It turns every picture into a point and asks which class's mean is nearest. ", kept)), map),
      h("figure", {}, h("figcaption", {}, h("h2", {}, "MAML changes its mind, step by step"),
        h("p", {}, "It takes gradient steps on the examples, then answers. ", now)), curve)),
    h("footer", {}, model.get("notes").map((note) => h("p", {}, note))), toast, dialog.node);
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
    rows.update(state, found, focus);
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
  function ask() {
    model.set("drawings", packBoard(board.cells));
    model.set("ways", state.ways);
    model.set("shots", state.shots);
    model.set("steps", state.steps);
    model.set("asked", (model.get("asked") + 1) % 2 ** 31);
    model.save_changes();
    root.dataset.busy = "true";
  }
  const askSoon = throttle(ask, 120);

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
    if (OWN_PAGE()) history.replaceState(null, "", `#${await toLink(board, state)}`);
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

  // ---- keyboard ----------------------------------------------------------------------------------------------------
  function key(event) {
    const target = event.target.closest("[data-cell]"), index = target && Number(target.dataset.cell);
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") act.undo();
    else if (target === null || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "Enter" || event.key.toLowerCase() === "e") act.example(index);
    else if (event.key === "Delete" || event.key === "Backspace") act.clear(index);
    else if (event.key === " ") act.open(index);
    else if (event.key.startsWith("Arrow") && index !== QUERY) move(index, event.key);
    else return;
    event.preventDefault();
  }

  function move(index, arrow) {
    const [row, shot] = [Math.floor(index / SHOTS), index % SHOTS], clamp = (v, high) => Math.min(Math.max(v, 0), high);
    const down = { ArrowDown: 1, ArrowUp: -1 }[arrow] ?? 0, right = { ArrowRight: 1, ArrowLeft: -1 }[arrow] ?? 0;
    focus = cellAt(clamp(row + down, state.ways - 1), clamp(shot + right, state.shots - 1));
    rows.cells.forEach((cell) => (cell.node.tabIndex = cell.index === focus ? 0 : -1));
    rows.cells[focus].node.focus();
  }

  // ---- the large pad -------------------------------------------------------------------------------------------------
  function makeDialog() {
    let open = null;
    const canvas = h("canvas", { "aria-hidden": "true" }), title = h("h2", { id: "mk-large" });
    const pad = h("div", { class: "pad" }, canvas, h("span", { class: "hint" }, "Draw here"));
    const node = h("dialog", { "aria-labelledby": "mk-large" }, title, pad,
      h("div", { class: "buttons" }, button("example", "Example", () => act.example(open)), button("undo", "Undo", act.undo),
        button("clear", "Clear", () => act.clear(open)), h("button", { type: "button", class: "button main", "data-act": "done", onclick: () => node.close() }, "Done")));
    makePad(pad, canvas, { draws: () => true, begin: () => act.begin(open), show: (strokes, done) => act.show(open, strokes, done), dots: true });
    node.addEventListener("click", (event) => event.target === node && node.close());
    node.addEventListener("close", () => (open = null));
    return {
      node,
      show(index) {
        open = index;
        title.textContent = index === QUERY ? "Your query" : `Character ${LETTERS[Math.floor(index / SHOTS)]}, example ${(index % SHOTS) + 1}`;
        node.showModal();
      },
      paint(index, cell, color) {
        if (index !== open) return;
        paintCell(canvas, cell, canvas.clientWidth, color);
        pad.classList.toggle("empty", !cell);
      },
    };
  }

  function openDialog(index) {
    dialog.show(index);
    paint(index);
  }

  // ---- theme -----------------------------------------------------------------------------------------------------------
  function setTheme(theme) {
    root.style.colorScheme = theme;
    if (OWN_PAGE()) document.documentElement.style.colorScheme = theme;
    root.classList.toggle("dark", theme === "dark" || (theme === "" && matchMedia("(prefers-color-scheme: dark)").matches));
    showAll();
  }
  function nextTheme() {
    const theme = root.classList.contains("dark") ? "light" : "dark";
    if (OWN_PAGE()) localStorage.setItem("metakit-theme", theme);
    setTheme(theme);
  }
  const systemTheme = () => setTheme(OWN_PAGE() ? (localStorage.getItem("metakit-theme") ?? "") : "");

  // ---- beginning -------------------------------------------------------------------------------------------------------
  function newExamples() {
    const bytes = model.get("examples");
    board.unpack(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    source.select.value = model.get("source");
    board.begin(state.ways, state.shots, starting ? Math.min(2, state.ways - 1) : Math.floor(Math.random() * state.ways));
    changed();
  }

  makePad(queryPad, queryCanvas, { draws: () => true, begin: () => act.begin(QUERY), show: (strokes, done) => act.show(QUERY, strokes, done), dots: true });
  root.addEventListener("keydown", key);
  root.addEventListener("focusin", (event) => {
    const cell = event.target.closest(".cell");
    if (cell) focus = Number(cell.dataset.cell);
  });
  const followLink = () => openLink().catch(() => say("That link is damaged, so here is a fresh example."));
  const resized = new ResizeObserver(debounce(showAll, 60)), dark = matchMedia("(prefers-color-scheme: dark)");
  resized.observe(root);
  dark.addEventListener("change", systemTheme);
  if (OWN_PAGE()) window.addEventListener("hashchange", followLink);
  model.on("change:examples", newExamples);
  model.on("change:comparison", showAnswers);
  model.on("change:adaptation", showAnswers);
  systemTheme();
  newExamples();
  if (OWN_PAGE() && location.hash.length > 1) followLink();
  starting = false;
  return () => {
    resized.disconnect();
    dark.removeEventListener("change", systemTheme);
    window.removeEventListener("hashchange", followLink);
  };
}

export default { render };
