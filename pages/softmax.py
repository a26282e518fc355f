"""How do scores become probabilities? Every term, the sum and each quotient, live under the sliders."""

import torch
import streamlit as st

from imgcls.ui.scores import Preset, presets
st.write("x")
