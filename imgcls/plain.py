"""Text that people typed or a file brought, shown letter by letter wherever markup would otherwise be read."""

import html
import re

# Streamlit reads Markdown, then arrows, emoji codes and bare addresses in what is left of the text.
_MARKUP = re.compile(r"[\\`*_{}\[\]()#+\-.!|~$:<>&=@/]")


def markdown(text: str) -> str:
    """`text` for st.markdown, st.caption, st.error, labels and captions: every letter as it stands."""
    return _MARKUP.sub(lambda found: f"\\{found[0]}", " ".join(text.split()))


def plotly(text: str) -> str:
    """`text` for titles, ticks and hover texts of a chart, where Plotly reads a little HTML."""
    return html.escape(text, quote=False)
