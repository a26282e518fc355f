import streamlit as st
from imgcls.ui.tensors.slicing import slicing
from imgcls.ui.tensors.memory_part import memory_part
from imgcls.ui.tensors.broadcast_part import broadcast_part
PARTS={"Slice":slicing,"Memory":memory_part,"Broadcast":broadcast_part}
part = st.segmented_control(
    "Part", list(PARTS), default="Slice", required=True, key="tensors_part",
    bind="query-params", persist_state="session", label_visibility="collapsed",
)
PARTS[part]()
