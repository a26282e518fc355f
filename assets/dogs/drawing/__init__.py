"""Portraits of dogs that no camera took: soft shapes and some 20,000 hair strokes, drawn by numpy and Pillow.

`python -m assets.dogs.drawing` draws the pictures in `assets/dogs` again.
"""

from assets.dogs.drawing.breeds import BREEDS, load_dog
from assets.dogs.drawing.portraits import draw_dog, draw_portrait

__all__ = ["BREEDS", "draw_dog", "draw_portrait", "load_dog"]
