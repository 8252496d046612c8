"""Addresses that lead nowhere: a page that leads back to the demo, whatever Voila would say."""

from typing import Any

from tornado.web import HTTPError
from voila.handler import BaseVoilaHandler
from voila.static_file_handler import TemplateStaticFileHandler


class Nothing(BaseVoilaHandler):  # type: ignore[misc]
    """Where another server has files."""

    def get(self, _path: str) -> None:
        """Answer 404 with a page that leads to the demo."""
        raise HTTPError(404)


class TemplateFiles(TemplateStaticFileHandler):  # type: ignore[misc]
    """The files of the page; an address that is none ends in 404, and not in a traceback."""

    async def get(self, path: str, include_body: bool = True) -> Any:
        """Answer with the file TEMPLATE/static/NAME."""
        try:
            return await super().get(path, include_body)
        except (AssertionError, ValueError) as error:  # no such three parts, or other parts once ".." is followed
            raise HTTPError(404) from error
