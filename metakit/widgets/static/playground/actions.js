// What a visitor does on the page: each of these changes the board, and can be undone.

function makeActions({ board, state, model, paint, changed, askSoon, say, hush }) {
  return {
    begin(index) {
      hush(); // what was said is no longer so
      board.remember();
      return board.cells[index]?.strokes ?? []; // the first stroke replaces an example
    },
    show(index, strokes, done) {
      board.put(index, strokes.length ? { strokes } : null);
      paint(index);
      done ? changed() : askSoon();
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
    /** Pictures for a cell and those behind it, or for the query. */
    async bringIn(index, files) {
      const { cells, problems } = await readPictures(index === QUERY ? files.slice(0, 1) : files);
      const last = index === QUERY ? QUERY : (Math.floor(index / SHOTS) + 1) * SHOTS - 1;
      if (cells.length) board.remember();
      cells.slice(0, last - index + 1).forEach((cell, i) => board.put(index + i, cell));
      if (cells.length && index !== QUERY) state.shots = Math.max(state.shots, Math.min(SHOTS, (index % SHOTS) + cells.length));
      if (cells.length) changed();
      const thanks = cells.length ? [`${cells.length === 1 ? "Your picture is" : `${cells.length} pictures are`} in. No file leaves this browser: the machines get a small drawing.`] : [];
      say([...problems, ...thanks].join(" "));
    },
  };
}
