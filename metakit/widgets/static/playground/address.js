// The page's address holds the whole board: a link opens exactly this.

function makeAddress({ board, state, model, panel, presets, changed, say }) {
  const elsewhere = () => /^#room=(?!draw$)/.test(location.hash); // another room of the demo is open

  async function save() {
    if (OWN_PAGE() && !elsewhere()) history.replaceState(null, "", `#${await toLink(board, state, panel.chosen())}`);
  }

  async function share() {
    await save();
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    say(copied ? "Link copied. It opens exactly this board." : "The address of this page now opens exactly this board: copy it.");
  }

  async function open() {
    const { ways, shots, steps, truth, panel: names, cells } = await fromLink(location.hash.slice(1));
    board.remember();
    board.empty("you");
    Object.assign(board, { cells, truth });
    Object.assign(state, { ways, shots, steps });
    presets.forget();
    model.set("panel", panel.tick(names));
    changed();
  }

  function follow() {
    if (elsewhere() || location.hash.length < 2 || location.hash.startsWith("#room=")) return;
    open().catch(() => say("That link is damaged, so here is a fresh example."));
  }

  /** Follow links to this page from now on; returns how to stop. */
  function listen() {
    if (!OWN_PAGE()) return () => {};
    window.addEventListener("hashchange", follow);
    follow();
    return () => window.removeEventListener("hashchange", follow);
  }

  return { soon: debounce(save, 400), share, listen };
}
