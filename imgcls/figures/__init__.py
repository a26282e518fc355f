"""Plotly builders named by picture: data in, figure out, no maths inside."""
