"""Encode every image once, then draw thousands of episodes from the features.

Most metric-based and some model-based learners see an image only through an encoder that no task changes. A test set
has far fewer images than 1,000 episodes ask for, so each is encoded once; episodes are then drawn from features, with
the same dice and the same answers. Transductive normalisation forbids it: there, an image's features depend on others.
"""

import copy
from dataclasses import replace

import torch
from torch import Tensor, nn

from metakit.core import MetaLearner, Task
from metakit.nets.norms import has_batch_norm
from metakit.tasks.base import Tasks
from metakit.tasks.episodes import Episodes, pixels


def encoded(learner: MetaLearner, tasks: Tasks, episodes: int) -> tuple[MetaLearner, Tasks]:
    """The learner without its encoder, and tasks of features; both as they are where that is no gain."""
    if not isinstance(tasks, Episodes) or not learner.encodes_once or not isinstance(learner.encoder, nn.Module):
        return learner, tasks
    images = tasks.images.images
    asked = episodes * tasks.ways * (tasks.shots + tasks.queries)
    if images.dtype != torch.uint8 or images.shape[:2].numel() > asked or has_batch_norm(learner.encoder):
        return learner, tasks
    features = encode(learner.encoder, images)
    return without_encoder(learner), replace(tasks, images=replace(tasks.images, images=features))


@torch.no_grad()
def encoded_task(learner: MetaLearner, tasks: Task) -> tuple[MetaLearner, Task]:
    """The same for support sets that are there already, all images of one batch: [T, S, *x] -> [T, S, *d]."""
    if not learner.encodes_once:
        return learner, tasks
    encoder, x = learner.encoder, tasks.support_x
    if not isinstance(encoder, nn.Module) or isinstance(encoder, nn.Identity):
        return learner, tasks
    if has_batch_norm(encoder):
        return learner, tasks
    return without_encoder(learner), tasks._replace(support_x=encoder(x.flatten(0, 1)).unflatten(0, x.shape[:2]))


def of_features(encoder: nn.Module, tasks: tuple[Episodes, ...]) -> tuple[Episodes, ...]:
    """The episodes with features in place of images. An image set that several of them share is encoded once."""
    made: dict[int, Tensor] = {}
    for each in tasks:
        if id(each.images.images) not in made:
            made[id(each.images.images)] = encode(encoder.eval(), each.images.images)
    return tuple(replace(t, images=replace(t.images, images=made[id(t.images.images)])) for t in tasks)


def without_encoder(learner: MetaLearner) -> MetaLearner:
    """The learner, for images that are encoded already."""
    rest = copy.deepcopy(learner)
    rest.encoder = nn.Identity()
    return rest


@torch.no_grad()
def encode(encoder: nn.Module, images: Tensor, at_once: int = 256) -> Tensor:
    """Images uint8 [C, E, (3,) H, W] -> features [C, E, *d]. A few at a time: the processor's caches like that."""
    parts = [encoder(pixels(part)) for part in images.flatten(0, 1).split(at_once)]
    return torch.cat(parts).unflatten(0, images.shape[:2])
