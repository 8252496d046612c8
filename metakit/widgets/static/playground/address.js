// The page's address holds the whole board: a link opens exactly this.

function makeAddress({ board, state, model, panel, situations, say }) {
  let written = ""; // the link to what is shown
  const elsewhere = () => /^#room=(?!draw$)/.test(location.hash); // another room of the demo is open

  async function save() {
    if (!OWN_PAGE() || elsewhere()) return;
    written = `#${await toLink(board, state, panel.chosen(), model.get("laid"))}`;
    if (!elsewhere()) history.replaceState(null, "", written);
  }

  async function share() {
    await save();
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    say(copied ? "Link copied. It opens exactly this board." : "The address of this page now opens exactly this board: copy it.");
  }

  async function open() {
    const found = await fromLink(location.hash.slice(1));
    situations.remember();
    if (!model.get("sources").includes(found.laid?.source)) found.laid = null; // the examples at hand will do
    situations.bring(found);
  }

  function follow() {
    if (elsewhere() || location.hash.length < 2 || location.hash === written || location.hash.startsWith("#room=")) return;
    open().catch(() => say("That link is damaged, so here is a fresh example."));
  }

  const leave = ({ detail }) => detail.push(save());

  /** Follow links to this page from now on, and save when its room is left; returns how to stop. */
  function listen() {
    if (!OWN_PAGE()) return () => {};
    window.addEventListener("hashchange", follow);
    window.addEventListener("metakit-leave", leave);
    follow();
    return () => {
      window.removeEventListener("hashchange", follow);
      window.removeEventListener("metakit-leave", leave);
    };
  }

  return { soon: debounce(save, 150), share, listen };
}
