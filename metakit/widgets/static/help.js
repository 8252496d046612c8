// A control with a "?" behind it that opens one sentence. Who listens to the page hears the sentence with the control.

/** The control, its "?" and its sentence, side by side; `name` is what the "?" asks about. */
function explained(control, name, sentence) {
  const part = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const text = part("span", { className: "mk-help-text", hidden: true, id: `mk-help-${Math.random().toString(36).slice(2)}` }, sentence);
  const button = part("button", { type: "button", className: "mk-help", }, "?");
  const open = (on) => {
    text.hidden = !on;
    button.setAttribute("aria-expanded", String(on));
  };
  button.setAttribute("aria-label", `What is this: ${name}?`);
  button.setAttribute("aria-controls", text.id);
  button.addEventListener("click", () => open(text.hidden));
  open(false);
  const own = control.matches("input, select, button") ? control : control.querySelector("input, select, button");
  own?.setAttribute("aria-describedby", text.id);
  return part("span", { className: "mk-explained" }, control, button, text);
}
