"""Memory goes back to the system after each cell."""

from IPython.core.interactiveshell import InteractiveShell

from metakit.teach import frugal


def test_every_cell_gives_memory_back(monkeypatch):
    shell, given = InteractiveShell(), []
    monkeypatch.setattr(frugal, "get_ipython", lambda: shell)
    monkeypatch.setattr(frugal, "give_back_freed_memory", lambda: given.append(1))
    frugal.stay_small()
    frugal.stay_small()  # a lesson that imports again registers nothing twice
    shell.run_cell("1 + 1")
    assert given == [1]


def test_outside_a_notebook_nothing_happens(monkeypatch):
    monkeypatch.setattr(frugal, "get_ipython", lambda: None)
    frugal.stay_small()
