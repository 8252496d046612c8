// A room: its headings at once, its widgets as they are made. Works with JupyterLab's widget manager and the demo's own.

const PREFIX = "IPY_MODEL_";
const DAMAGED = "That link is damaged, so here is a fresh example.";

function part(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function nextTheme() {
  const chosen = localStorage.getItem("metakit-theme") ?? "";
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  localStorage.setItem("metakit-theme", dark ? "light" : "dark");
  document.documentElement.style.colorScheme = dark ? "light" : "dark";
  dispatchEvent(new Event("metakit-theme")); // the other rooms follow
}

function render({ model, el }) {
  const name = model.get("name"), children = [];
  let shown = 0, told = null; // the preset whose sentence stands there
  const said = part("p", { role: "status", className: "mk-room-said" });
  const actions = [part("button", { type: "button", onclick: copy }, "Copy link"), part("button", { type: "button", onclick: nextTheme, ariaLabel: "Light or dark theme" }, "Theme")];
  const places = model.get("headings").map(() => part("div", { className: "mk-room-place", ariaBusy: "true" }, part("p", {}, "One moment …")));
  const sections = model.get("headings").map((heading, i) => part("section", { ariaLabel: heading }, part("h2", {}, heading), ...presets(heading), places[i]));
  const root = part("div", { className: "mk-room" },
    part("header", {}, part("p", {}, part("b", {}, "MetaKit"), ` ${name.replace("-", " ")}`), part("div", {}, ...(OWN() ? actions : []))),
    part("h1", {}, model.get("title")), part("p", { className: "mk-room-about" }, model.get("about")),
    said, ...sections);
  root.dataset.room = name;
  el.append(root);

  // ---- situations
  /** The buttons under a heading, and what to look for in the situation that is shown. */
  function presets(heading) {
    const found = model.get("presets").filter((one) => one.heading === heading);
    const about = part("p", { role: "status", className: "mk-room-preset" });
    const show = (preset) => {
      about.replaceChildren(preset.about, part("small", {}, " You have changed something since: the button brings it back."));
      told = { about, traits: Object.keys(preset.situation) };
      moved = true;
      wish(preset.situation);
    };
    const buttons = found.map((one) => part("button", { type: "button", onclick: () => show(one) }, one.name));
    const bar = part("div", { className: "mk-room-presets", role: "group", ariaLabel: "Situations worth seeing" }, part("span", {}, "Try:"), ...buttons);
    return found.length ? [bar, about] : [];
  }

  /** A preset's sentence says so when its widget is no longer as the preset made it. Its place is kept: nothing jumps. */
  function judge() {
    const found = told && children.find(({ traits }) => told.traits.every((trait) => traits.includes(trait)));
    if (!found || root.dataset.busy === "true") return;
    const now = JSON.stringify(found.traits.map((trait) => found.child.get(trait)));
    told.then ??= now;
    told.about.classList.toggle("mk-room-strayed", told.then !== now);
  }

  /** Until the situation is there, what is shown is not it: a point added now would end it. */
  function wish(situation, also = {}) {
    const wished = model.get("wished") + 1;
    for (const [trait, value] of Object.entries({ situation, wished, ...also })) model.set(trait, value);
    model.save_changes();
    settle();
  }

  function settle() {
    const waits = model.get("settled") < model.get("wished");
    for (const one of places) one.inert = waits;
    root.dataset.busy = String(waits || shown < places.length);
    judge();
  }

  const here = () => OWN() && (new URLSearchParams(location.hash.slice(1)).get("room") === name);
  const current = () => Object.fromEntries(children.flatMap(({ child, traits }) => traits.map((trait) => [trait, child.get(trait)])));
  const write = () => here() && history.replaceState(null, "", addressOf(name, current()));
  let writing = 0, moved = false; // the visitor has asked for a situation

  function writeSoon() {
    clearTimeout(writing);
    writing = setTimeout(write, 400);
  }

  async function copy() {
    write();
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    said.textContent = copied ? "Link copied: it opens exactly this." : "The address of this page opens exactly this: copy it.";
  }

  function follow() {
    const situation = here() ? situationHere(name) : {};
    if (situation === null) said.textContent = DAMAGED;
    else if (Object.keys(situation).length) wish(situation);
  }

  // ---- the widgets
  async function place(found, spot, traits) {
    if (!found.startsWith(PREFIX)) return spot.replaceChildren(part("p", {}, found));
    const child = await model.widget_manager.get_model(found.slice(PREFIX.length));
    spot.replaceChildren((await model.widget_manager.create_view(child)).el);
    if (!traits.length) return;
    children.push({ child, traits });
    child.on(traits.map((trait) => `change:${trait}`).join(" "), () => (writeSoon(), judge()));
    if (moved) writeSoon(); // it came before this widget was there
    judge();
  }

  function furnish() {
    for (const found of model.get("inside").slice(shown)) {
      const [spot, traits] = [places[shown], model.get("kept")[shown++]];
      place(found, spot, traits).then(() => (spot.ariaBusy = "false"));
    }
    settle();
  }

  const apologise = () => (said.textContent = DAMAGED);
  model.on("change:inside", furnish);
  model.on("change:settled", settle);
  model.on("change:damaged", apologise);
  if (OWN()) addEventListener("hashchange", follow);
  furnish();
  if (!model.get("entered")) {
    const situation = OWN() ? situationHere(name) : {};
    if (situation === null) apologise();
    wish(situation ?? {}, { entered: true });
  }
  return () => (clearTimeout(writing), removeEventListener("hashchange", follow));
}

export default { render };
