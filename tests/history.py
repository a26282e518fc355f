"""The browser's history in tests without a browser: a page led to another of its addresses."""

from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

from streamlit.runtime.scriptrunner_utils.script_requests import RerunData
from streamlit.testing.v1 import AppTest, local_script_runner


def led_to(app: AppTest, address: Mapping[str, str]) -> AppTest:
    """The app after Back, Forward, or a script's pushState has led its page to `address`."""
    app.query_params = dict(address)
    with patch.object(local_script_runner, "RerunData", _as_the_browser_asks):
        return app.run()


def _as_the_browser_asks(**asked: Any) -> RerunData:
    return RerunData(**{**asked, "is_history_navigation": True, "widget_states": None})
