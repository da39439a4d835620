# SPDX-FileCopyrightText: 2026 hospital_it.pkcs12 contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at a page: what it asked for and what it complained about is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page

WIDE, NARROW = 1280, 390

PATIENCE = 60_000
"""Milliseconds for one step on a machine that does something else, too. Alone it takes a hundredth of it."""


class Visitor:
    """Opens pages in windows of their own."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self._contexts: list[BrowserContext] = []
        self._complaints: list[str] = []

    def __call__(
        self,
        html: str,
        width: int = WIDE,
        scheme: Literal["light", "dark"] = "light",
        scripts: bool = True,
        part: str = "",
    ) -> Page:
        """The page, opened from a file as whoever receives it would. ``part``: what follows the # of its address."""
        file = self._folder / f"report-{len(self._contexts)}.html"
        file.write_text(html, encoding="utf-8")
        context = self._browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: self._asked(request.url, file))
        page.on("console", lambda message: self._complaints.append(f"console: {message.type}: {message.text}"))
        page.on("pageerror", lambda error: self._complaints.append(f"error: {error}"))
        page.on("dialog", lambda dialog: self._complaints.append(f"dialog: {dialog.message}"))
        page.goto(file.as_uri() + (f"#{part}" if part else ""))
        return page

    def leave(self) -> list[str]:
        """Closes the windows; what the pages complained about, and what they asked for besides themselves."""
        for context in self._contexts:
            context.close()
        return self._complaints

    def forget(self) -> None:
        """What was complained about until now was wanted."""
        self._complaints.clear()

    def _asked(self, url: str, file: Path) -> None:
        if url.partition("#")[0] != file.as_uri():
            self._complaints.append(f"request: {url}")
