"""A prompt of characters: a small decoder transformer reads example pairs and continues a query.

The prompt is a text, `input>output;input>output;…query>`, and the transformer says what comes next, character by
character, up to the end mark. Its weights stay as they are: what it learns of a task are the keys and values of the
characters it has read, so adapting is reading, one pair at a time. One pass over a text scores all pairs at once.

    (1)  row_r = character_r + place_r + pair_r            (learned vectors, added)
    (2)  p(next character | text so far) = softmax(C norm(transformer(rows))_last + c)
    (3)  loss = mean over the characters of all outputs, their end marks too, of -log p(character | text before)
    (4)  answer: the likeliest character, again and again, until it is the end mark

Tom Brown and others: Language Models are Few-Shot Learners, 2020, arXiv:2005.14165, section 2; as meta-learning: Shivam
Garg and others 2022, arXiv:2208.01066, section 2. Deviations from a plain prompt: a character's position is told as two
numbers, its place in its word (inputs and outputs apart) and the number of its pair, not as one number in the text; and
of every letter of an input it is told, too, how many come after it. Attention begins as a search for the like, which
saves training steps (Asher Trockman & Zico Kolter: Mimetic Initialization of Self-Attention Layers, 2023,
arXiv:2305.09828).
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from metakit.core import Loss, MetaKitError, MetaLearner, Step, Task, cross_entropy
from metakit.nets.transformer import Cache, Transformer
from metakit.tasks.transformations import ALPHABET, LONGEST, MOST

ARROW = len(ALPHABET)  # the character between input and output
FIELDS = LONGEST + 1 + MOST + 1  # places of a pair: letters, arrow, letters, end mark
SILENCE = 5.0  # logit of the end mark where the answer has ended


class Text(NamedTuple):
    """Characters in the order in which they are read; where a shorter text has ended: `live` is false."""

    character: Tensor  # [.., L]
    place: Tensor  # [.., L] in its pair, 0 to FIELDS - 1
    left: Tensor  # [.., L] letters of the input that come after it; LONGEST for all that is no letter of an input
    pair: Tensor  # [.., L]
    live: Tensor  # [.., L]


class ReadPrompt(NamedTuple):
    """What has been read: the state of a prompt learner."""

    caches: tuple[Cache, ...]  # keys and values of every character, a block
    pairs: int


class PromptLearner(MetaLearner):
    """State: the text so far, as the transformer keeps it. One step: one more pair; step 0: none yet.

    `longest`: the most pairs of a prompt, the query counted.
    """

    one_by_one = True  # texts are of different lengths
    loss: Loss = staticmethod(cross_entropy)

    def __init__(self, transformer: Transformer | None = None, longest: int = 6) -> None:
        super().__init__()
        self.transformer = Transformer(64, 4, 4) if transformer is None else transformer
        self.longest, width = longest, self.transformer.width
        self.character, self.place = nn.Embedding(ARROW + 1, width), nn.Embedding(FIELDS, width)
        self.left, self.pair = nn.Embedding(LONGEST + 1, width), nn.Embedding(longest, width)
        self.output = nn.Linear(width, len(ALPHABET))
        for table in (self.character, self.place, self.left, self.pair):
            nn.init.normal_(table.weight, std=0.5)
        look_for_the_like(self.transformer)

    def adapt_steps(self, x: Tensor, y: Tensor) -> Iterator[Step]:
        text = self.text(x, y)
        _, caches = self.transformer.read(self.rows(text))
        for pairs in range(len(x) + 1):
            read = int((text.pair < pairs).sum())
            yield Step(ReadPrompt(tuple(cache.first(read) for cache in caches), pairs))

    def predict(self, state: ReadPrompt, x: Tensor) -> Tensor:
        return torch.stack([self.continued(state, word) for word in x])

    def continued(self, state: ReadPrompt, word: Tensor) -> Tensor:
        """eq. 4: logits [11, 53] along the likeliest answer to one input [5]."""
        text = self.text(word[None], first=state.pairs)
        caches, logits = state.caches, []
        for place in range(MOST + 1):
            h, caches = self.transformer.read(self.rows(text), caches)
            logits.append(self.output(h[-1]))
            text = self._written(logits[-1].argmax(), place, state.pairs)
            if not int(text.character):
                break
        silence = F.one_hot(torch.tensor(0), len(ALPHABET)).to(logits[0]) * SILENCE
        return torch.stack(logits + [silence] * (MOST + 1 - len(logits)))

    def task_loss(self, task: Task) -> Tensor:
        text = self.text(torch.cat([task.support_x, task.query_x]), torch.cat([task.support_y, task.query_y]))
        h, _ = self.transformer.read(self.rows(text))
        spoken = text.place > LONGEST  # characters of outputs
        return F.cross_entropy(self.output(h[:-1][spoken[1:]]), text.character[spoken])  # eq. 3

    def meta_loss(self, tasks: Task) -> Tensor:
        """All tasks in one pass: shorter texts are filled up behind their end, where nothing looks."""
        text = self.text(torch.cat([tasks.support_x, tasks.query_x], 1), torch.cat([tasks.support_y, tasks.query_y], 1))
        h, _ = self.transformer.read(self.rows(text))
        spoken = (text.place > LONGEST) & text.live
        share = (spoken.to(h.dtype) / spoken.sum(1, keepdim=True))[spoken]  # of its task's loss
        losses = F.cross_entropy(self.output(h[:, :-1][spoken[:, 1:]]), text.character[spoken], reduction="none")
        return (losses * share).sum() / len(spoken)

    def rows(self, text: Text) -> Tensor:
        """eq. 1: [.., L, D]."""
        return self.character(text.character) + self.place(text.place) + self.left(text.left) + self.pair(text.pair)

    def text(self, x: Tensor, y: Tensor | None = None, first: int = 0) -> Text:
        """Inputs x [.., n, 5] and outputs y [.., n, 11, 53] as a text; without outputs it ends at the last arrow."""
        if first + x.shape[-2] > self.longest:
            raise MetaKitError(f"This learner reads {self.longest - 1} pairs and a query: give it fewer pairs.")
        inputs = x.round().long()
        letters = inputs > 0
        arrow = torch.full_like(inputs[..., :1], ARROW)
        said = arrow[..., :0] if y is None else y.argmax(-1)
        live = torch.cat([letters, arrow > 0, (said == 0).cumsum(-1) <= 1], -1)  # up to the first end
        left = letters.flip(-1).cumsum(-1).flip(-1).sub(1).masked_fill(~letters, LONGEST)
        fields = torch.arange(live.shape[-1], device=x.device).expand(live.shape)
        pair = torch.arange(first, first + x.shape[-2], device=x.device)[:, None].expand(live.shape)
        left = F.pad(left, (0, live.shape[-1] - LONGEST), value=LONGEST)
        return packed(Text(torch.cat([inputs, arrow, said], -1), fields, left, pair, live))

    def _written(self, character: Tensor, place: int, pair: int) -> Text:
        """One character of an answer."""
        one = torch.ones_like(character[None])
        return Text(character[None], one * (LONGEST + 1 + place), one * LONGEST, one * pair, one > 0)


@torch.no_grad()
def look_for_the_like(transformer: Transformer, sharpness: float = 1.5) -> None:
    """Keys begin as queries: a row looks for rows that are like it, in their character, place or pair."""
    for name, weight in transformer.named_parameters():
        if name.endswith("project.weight"):
            queries, keys, _ = weight.chunk(3)
            keys.copy_(queries.mul_(sharpness))


def packed(text: Text) -> Text:
    """Characters of n pairs [.., n, FIELDS] in one row, without the gaps: [.., L], as long as the longest text."""
    flat = [part.flatten(-2) for part in text]
    order = (~flat[-1]).long().argsort(dim=-1, stable=True)[..., : int(flat[-1].sum(-1).max())]
    return Text(*(part.gather(-1, order) for part in flat))
