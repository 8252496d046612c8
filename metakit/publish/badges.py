"""Links that open the lessons elsewhere, for whoever publishes them: `python -m metakit.publish.badges ADDRESS`.

ADDRESS is that of the repository on GitHub. With `--hub URL` there are links for a class's JupyterHub, too: nbgitpuller
brings the lessons into the student's folder, or what is new in them, and opens one. They are plain text in Markdown: no
picture is loaded from anywhere.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import tyro

import metakit
from metakit.core import MetaKitError

ROOT = Path(metakit.__file__).parents[1]
NOTEBOOKS = "notebooks"
MISSING_ON_COLAB = ("anywidget", "safetensors")  # the others are there, ipywidgets in a version of Colab's own


@dataclass(frozen=True)
class Published:
    """A repository on GitHub."""

    owner: str
    name: str
    branch: str = "main"

    def binder(self, notebook: str) -> str:
        """Opens the notebook on mybinder.org, in a machine of its own, without an account."""
        path = quote(f"lab/tree/{NOTEBOOKS}/{notebook}")
        return f"https://mybinder.org/v2/gh/{self.owner}/{self.name}/{quote(self.branch, safe='')}?urlpath={path}"

    def colab(self, notebook: str) -> str:
        """Opens the notebook in Google Colab; its first cell is then `colab_setup`."""
        return f"https://colab.research.google.com/github/{self.owner}/{self.name}/blob/{self.branch}/{NOTEBOOKS}/{notebook}"

    def hub(self, hub: str, notebook: str) -> str:
        """Brings a student of the JupyterHub at `hub` the lessons, and opens the notebook."""
        where = {
            "repo": f"https://github.com/{self.owner}/{self.name}",
            "branch": self.branch,
            "urlpath": f"lab/tree/{self.name}/{NOTEBOOKS}/{notebook}",
        }
        return f"{hub.rstrip('/')}/hub/user-redirect/git-pull?{urlencode(where)}"

    def colab_setup(self) -> str:
        """The first cell on Colab: the repository with its checkpoints, and the few packages that Colab lacks."""
        return (
            f"!git clone --quiet --depth 1 --branch {self.branch} https://github.com/{self.owner}/{self.name}\n"
            f"%cd {self.name}\n"
            f"%pip install --quiet {' '.join(MISSING_ON_COLAB)}"
        )


def published(address: str, branch: str = "main") -> Published:
    """The repository at `address`. Raises MetaKitError when that is not on GitHub, where Colab looks for it."""
    parts = urlsplit(address)
    names = parts.path.strip("/").removesuffix(".git").split("/")
    if parts.scheme != "https" or parts.hostname != "github.com" or len(names) != 2 or not all(names):  # noqa: PLR2004
        raise MetaKitError(f"{address} is no repository on GitHub: give its address as https://github.com/you/metakit.")
    owner, name = names
    return Published(owner, name, branch)


def lessons() -> list[str]:
    """The notebooks that a reader opens, in their order."""
    return sorted(path.name for path in (ROOT / NOTEBOOKS).glob("[0-9][0-9]_*.ipynb"))


def table(there: Published, hub: str | None = None) -> str:
    """A row a lesson, in Markdown."""
    places = ["Binder", "Colab", *(["hub"] if hub else [])]
    rows = ["| lesson | open in |", "|---|---|"]
    for lesson in lessons():
        links = [there.binder(lesson), there.colab(lesson), *([there.hub(hub, lesson)] if hub else [])]
        shown = " · ".join(f"[{place}]({link})" for place, link in zip(places, links, strict=True))
        rows.append(f"| {Path(lesson).stem} | {shown} |")
    return "\n".join(rows)


def main(address: tyro.conf.Positional[str], hub: str | None = None, branch: str = "main") -> None:
    """Print the links of every lesson for README, and the first cell for Colab.

    Args:
        address: of the repository: https://github.com/you/metakit.
        hub: address of your class's JupyterHub, for links into it.
        branch: which branch is published.
    """
    there = published(address, branch)
    print(f"{table(there, hub)}\n\nThe first cell on Colab:\n\n{there.colab_setup()}")  # noqa: T201


if __name__ == "__main__":
    try:
        tyro.cli(main, prog="python -m metakit.publish.badges")
    except MetaKitError as error:
        print(error, file=sys.stderr)  # noqa: T201
        sys.exit(2)
