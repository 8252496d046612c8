"""What a recipe's learner is called in words."""

import re

METHODS = {
    "siamese": "Siamese network", "matching": "Matching network", "prototypical": "Prototypical network",
    "relation": "Relation network",
    "mann": "Memory-augmented network", "meta-networks": "Meta networks", "snail": "SNAIL",
    "neural-process": "Conditional neural process", "attentive-neural-process": "Attentive neural process",
    "maml": "MAML", "maml-pooled": "MAML, pooled", "fomaml": "First-order MAML", "anil": "ANIL",
    "reptile": "Reptile", "reptile-pooled": "Reptile, pooled",
    "meta-sgd": "Meta-SGD",
    "maml-plus-plus": "MAML++", "t-net": "T-Net", "mt-net": "MT-net", "lstm-meta-learner": "LSTM meta-learner",
    "meta-opt-net-ridge": "MetaOptNet, ridge", "meta-opt-net-svm": "MetaOptNet, SVM",
    "descent": "Gradient descent", "preconditioned-descent": "Preconditioned descent",
    "linear-attention": "Linear attention",
    "in-context": "In-context transformer", "least-squares": "Least squares", "ridge": "Ridge", "lasso": "Lasso",
    "averaging": "Averaging", "nearest-examples": "3 nearest examples", "fitted-network": "Fitted network",
    "greedy-tree": "Greedy tree", "prompts-strings": "Prompt transformer, strings",
    "nearest-neighbour": "Nearest neighbour", "from-scratch": "From scratch", "fine-tuning": "Fine-tuning",
}  # fmt: skip
MANNERS = {
    "5w": "5-way", "5w1s": "5-way", "5w5s": "5-way 5-shot", "20w": "20-way", "20w1s": "20-way",
    "background": "new alphabets",
    **{f"{n}-uniform-10": f"{n} step{'s' * (n > 1)} or layer{'s' * (n > 1)}" for n in (1, 2, 3, 5)},
    "linear-5": "linear, 5 inputs", "linear-20": "linear, 20 inputs", "noisy-5": "noisy linear, 5 inputs",
    "noisy-20": "noisy linear, 20 inputs",
    "sparse-20": "sparse, 20 inputs", "network-5": "networks, 5 inputs", "tree-5": "trees, 5 inputs",
    "wide": "new alphabets, residual", "pairs": "all pairs",
}  # fmt: skip
NAME = re.compile(r"(?P<method>.+?)-(?P<data>omniglot|sinusoid|glyphs|mini-imagenet)-?(?P<manner>.*)")
FUNCTION = re.compile(r"(?P<method>.+?)-(?P<data>)(?P<manner>(?:\d+-uniform|linear|noisy|sparse|network|tree)-\d+)")


def title(name: str) -> str:
    """The recipe's learner in words: `title("maml-omniglot-5w1s")` is "MAML (5-way)"."""
    found = NAME.fullmatch(name) or FUNCTION.fullmatch(name)
    method, data, manner = found.groups() if found else (name, "", "")
    words, how = METHODS.get(method, method), "trained on glyphs" if data == "glyphs" else MANNERS.get(manner, manner)
    return f"{words} ({how})" if how else words
