// What a visitor does on the page: each of these changes the situation, and can be undone.

function makeActions({ board, state, model, situations, presets, paint, changed, askSoon, say, hush }) {
  return {
    begin(index) {
      hush(); // what was said is no longer so
      situations.remember();
      return board.cells[index]?.strokes ?? []; // the first stroke replaces an example
    },
    show(index, strokes, done) {
      board.put(index, strokes.length ? { strokes } : null);
      paint(index);
      done ? changed() : askSoon();
    },
    example(index) {
      situations.remember();
      board.example(index, state.ways);
      changed();
    },
    clear(index) {
      situations.remember();
      board.put(index, null);
      changed();
    },
    clearAll() {
      situations.remember();
      presets.say();
      board.empty("you");
      changed();
      say("The board is empty. Draw at least two characters, then a query.");
    },
    undo() {
      if (!situations.undo()) say("There is nothing to undo.");
    },
    fresh() {
      situations.begin({ episode: (model.get("episode") + 1) % 2 ** 31 });
    },
    /** Pictures for a cell and those behind it, or for the query. */
    async bringIn(index, files) {
      const { cells, problems } = await readPictures(index === QUERY ? files.slice(0, 1) : files);
      const last = index === QUERY ? QUERY : (Math.floor(index / SHOTS) + 1) * SHOTS - 1;
      if (cells.length) situations.remember();
      cells.slice(0, last - index + 1).forEach((cell, i) => board.put(index + i, cell));
      if (cells.length && index !== QUERY) state.shots = Math.max(state.shots, Math.min(SHOTS, (index % SHOTS) + cells.length));
      if (cells.length) changed();
      const thanks = cells.length ? [`${cells.length === 1 ? "Your picture is" : `${cells.length} pictures are`} in. No file leaves this browser: the machines get a small drawing.`] : [];
      say([...problems, ...thanks].join(" "));
    },
  };
}
