// Situations: everything that a visitor can change. Undo goes back to one, a link opens one, a preset sets one up.

const MOST_BACK = 100;

/** `send()` tells Python what was set, `lay()` follows a new board, `changed()` any other change of it. */
function makeSituations({ board, state, model, panel, presets, source, send, lay, changed }) {
  const past = [];
  let moving = null; // the slider that is on its way: its whole way is one change
  let wished = { truth: Math.min(2, state.ways - 1) }; // what the new board is to be, as soon as its examples are here

  const asked = () => ({ source: model.get("source"), episode: model.get("episode") });
  const now = () => ({ board: board.now(), state: { ...state }, laid: model.get("laid"), names: model.get("panel"), words: presets.said() });

  /** Before every change: the situation as it is can be had again. */
  function remember(slider = null) {
    if (slider === null || slider !== moving) past.push(now());
    if (past.length > MOST_BACK) past.shift();
    moving = slider;
    presets.stray();
  }

  const rest = () => (moving = null); // the slider has arrived

  /** Have these examples lie ready. */
  function choose(laid) {
    for (const name of ["source", "episode"]) model.set(name, laid[name]);
    source.select.value = laid.source;
  }

  /** Bring the page into this situation, without other examples where it names none. */
  function bring({ laid, ...found }) {
    [moving, wished] = [null, null];
    choose(laid ?? asked());
    Object.assign(board, found.board);
    Object.assign(state, found.state);
    model.set("panel", panel.tick(found.names));
    presets.say(...(found.words ?? []));
    changed();
  }

  function undo() {
    const before = past.pop();
    if (before) bring(before);
    return before !== undefined;
  }

  /** A new board: another episode, another source, or a preset, which says what else is to be so. */
  function begin(wish) {
    remember();
    wished = wish;
    choose({ ...asked(), ...wish });
    send();
    arrived(); // they may lie here already
  }

  /** Examples have come, unless others are on their way: a new board begins with them, if one is wished. */
  function arrived() {
    const laid = model.get("laid"), bytes = model.get("examples");
    if (laid.source !== asked().source || laid.episode !== asked().episode) return;
    board.unpack(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (wished === null) return;
    const { ways, shots, steps, truth, everyone, about } = { ...state, truth: Math.floor(Math.random() * state.ways), ...wished };
    wished = null;
    Object.assign(state, { ways, shots, steps });
    if (everyone !== undefined) model.set("panel", panel.tick(everyone ? model.get("roster").map(({ name }) => name) : []));
    presets.say(about);
    board.begin(ways, shots, truth);
    lay();
  }

  return { remember, rest, bring, undo, begin, arrived };
}
