/** One question, a few choices; the reveal comes after the answer. The answer lives in the trait `chosen`. */

function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function render({ model, el }) {
  const box = make("section", "mk-predict");
  box.setAttribute("aria-label", "Predict");
  // Enter belongs to the buttons: JupyterLab looks for this attribute on the focused element, not around it
  box.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  const list = make("div", "mk-predict-choices");
  list.setAttribute("role", "group");
  const reveal = make("div", "mk-predict-reveal");
  reveal.setAttribute("role", "status");
  const note = make("p", "mk-predict-note");
  note.setAttribute("role", "status");
  const again = make("button", "mk-predict-again", "Ask me again");
  again.onclick = () => choose(-1);

  function choose(number) {
    model.set("chosen", number);
    model.save_changes();
  }

  function choiceButton(text, number) {
    const chosen = model.get("chosen");
    const right = number === model.get("answer");
    const answered = chosen >= 0;
    const button = make("button", "mk-predict-choice");
    const mark = !answered ? "ABCDE"[number] : right ? "✓" : number === chosen ? "✗" : "ABCDE"[number];
    button.append(make("span", "mk-predict-mark", mark), make("span", "", text));
    button.classList.toggle("mk-right", answered && right);
    button.classList.toggle("mk-wrong", number === chosen && !right);
    button.setAttribute("aria-pressed", String(number === chosen));
    button.disabled = answered;
    button.onclick = () => choose(number);
    return button;
  }

  function draw() {
    const chosen = model.get("chosen");
    list.setAttribute("aria-label", model.get("question"));
    list.replaceChildren(...model.get("choices").map(choiceButton));
    reveal.replaceChildren();
    note.textContent = model.get("note");
    if (chosen < 0) return reveal.append(make("span", "mk-predict-hint", "Answer first: then the reason shows, and you run on."));
    const verdict = chosen === model.get("answer") ? "You were right. " : `Not this time: it is ${"ABCDE"[model.get("answer")]}. `;
    reveal.append(make("strong", "", verdict), make("span", "", model.get("why")), again);
  }

  box.append(make("p", "mk-predict-label", "Predict"), make("p", "mk-predict-question", model.get("question")), list, reveal, note);
  el.append(box);
  model.on("change:chosen change:note", draw);
  draw();
  return () => model.off("change:chosen change:note", draw);
}

export default { render };
