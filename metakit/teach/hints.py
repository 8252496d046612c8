"""What an error of torch's means to somebody who is writing their first inner loop."""

HINTS = {
    "a leaf Variable that requires grad": "Autograd forbids to change it in place: make a new one, `theta - …`.",
    "does not require grad and does not have a grad_fn": "No gradient was recorded: call `.requires_grad_()` on what "
    "you take the slope of, before you compute the loss.",
    "backward through the graph a second time": "A graph is freed after its first gradient: compute the loss again, or "
    "ask for it with `retain_graph=True`.",
    "grad can be implicitly created only for scalar": "A gradient is of one number: take the mean of the losses first.",
    "appears to not have been used in the graph": "The loss does not depend on it: was it copied or detached on the "
    "way?",
    "NoneType": "Something there is None. `.grad` is, until `.backward()` has run; so is what a function without "
    "`return` gives.",
    "must match the size of tensor": "Two shapes do not fit: compare them with those in the stub's comment.",
    "shapes cannot be multiplied": "Two shapes do not fit: compare them with those in the stub's comment.",
    "is not defined": "It has no name here: run the lesson's first cells again, or import it.",
}


def hint(error: BaseException) -> str:
    """One sentence that says what to do, with a space before it; empty for an error that is not among them."""
    return next((f" {text}" for words, text in HINTS.items() if words in str(error)), "")
