"""The portal in a real browser: keyboard alone, no JavaScript, a phone, and the accessibility rules."""

import socket
import threading
import time
from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from granian.constants import Interfaces
from granian.server.embed import Server
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from publish.app import create_app
from tests.publish import fakes, samples

pytestmark = pytest.mark.browser

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
RECORD = samples.full_achievement().identifier.removeprefix(samples.BASE + "/id")
PAGES = {"home": "/", "search": "/search?q=示例&region=330000", "record": RECORD, "source": "/source/cn-33", "gone": "/no"}
