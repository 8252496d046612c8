// A room: its headings at once, its widgets as they are made. Works with JupyterLab's widget manager and the demo's own.

const OWN = () => document.body.dataset.metakit !== undefined; // the demo alone may use the address and the theme
const PREFIX = "IPY_MODEL_";

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
  const said = part("span", { role: "status" });
  const copy = async () => {
    const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
    said.textContent = copied ? "Link copied: it opens this room." : "The address of this page opens this room: copy it.";
  };
  const buttons = [said, part("button", { type: "button", onclick: copy }, "Copy link"), part("button", { type: "button", onclick: nextTheme, ariaLabel: "Light or dark theme" }, "Theme")];
  const places = model.get("headings").map(() => part("div", { className: "mk-room-place", ariaBusy: "true" }, part("p", {}, "One moment …")));
  const sections = model.get("headings").map((heading, i) => part("section", { ariaLabel: heading }, part("h2", {}, heading), places[i]));
  const root = part("div", { className: "mk-room" },
    part("header", {}, part("p", {}, part("b", {}, "MetaKit"), " in context"), part("div", {}, ...(OWN() ? buttons : []))),
    part("h1", {}, model.get("title")), part("p", { className: "mk-room-about" }, model.get("about")), ...sections);
  let shown = 0;
  el.append(root);

  async function show(found, place) {
    if (!found.startsWith(PREFIX)) return place.replaceChildren(part("p", {}, found));
    const child = await model.widget_manager.get_model(found.slice(PREFIX.length));
    place.replaceChildren((await model.widget_manager.create_view(child)).el);
  }

  function furnish() {
    for (const found of model.get("inside").slice(shown)) {
      const place = places[shown++];
      show(found, place).then(() => (place.ariaBusy = "false"));
    }
    root.dataset.busy = String(shown < places.length);
  }

  model.on("change:inside", furnish);
  furnish();
  if (model.get("entered")) return;
  model.set("entered", true);
  model.save_changes();
}

export default { render };
