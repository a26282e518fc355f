"""What another program does with a photo before it asks an exported network, so that it gets the app's own answer.

An ONNX file carries it in its metadata under "preprocessing": a JSON list of these steps, in their order.

- decode: Read the picture as red, green and blue from 0 to 255. An embedded colour profile is converted to
  `colour_space`. What is transparent shows `background`.
- fit: If the longer side has more than `longest_side` pixels, make the picture smaller, so that it has just as many.
- turn: Turn or mirror the picture as its EXIF orientation says.
- resize: Make the shorter side `shorter_side` pixels, larger or smaller; the proportions stay.
- centre crop: Cut `height` x `width` pixels out of the middle: left = (picture's width - `width`) / 2, top likewise.
- scale: Divide by `divide_by`: numbers from 0 to 1.
- layout: float32 numbers in the order `axes` (N pictures, C colours, H rows, W columns), colours in that of `colours`.
- normalise: (x - `mean`) / `std` for each colour. Where `in_graph` is true the network does it: leave it out.
- softmax: exp(logits) divided by their sum: the probabilities of the `labels`. Not part of the network either.

Lengths and offsets are rounded as `rounding` says: "nearest" (and at least 1 pixel), "down", or "half to even". Both
resizing steps are by Pillow's `Image.resize` with the filter `interpolation`. It is antialiased where it makes smaller
(the filter is as wide as the reduction), which many libraries do only when asked: OpenCV's INTER_CUBIC never does. In
"fit", `reducing_gap` lets Pillow average whole blocks of pixels first, and a JPEG is decoded with `Image.draft` for a
longer side of `jpeg_draft` pixels, half as long again; a program that does neither differs by less than can be seen.

Beside it lie "labels" (a JSON list in the order of the logits) and ONNX's own names for what goes in
(https://github.com/onnx/onnx/blob/main/docs/MetadataProps.md).
"""

from typing import Any

import numpy as np

from imgcls.models.preprocess import Preprocess

LONGEST_SIDE = 1024  # of every photo that imgcls.data.pictures.open_picture opens for a page


def preprocessing_steps(preprocess: Preprocess) -> list[dict[str, Any]]:
    """The steps above for a network with this preprocessing."""
    side = preprocess.crop
    pillow = {"antialias": True, "library": "Pillow"}
    return [
        {"step": "decode", "colour_space": "sRGB", "background": [255, 255, 255], "jpeg_draft": LONGEST_SIDE * 3 // 2},
        {
            "step": "fit", "longest_side": LONGEST_SIDE, "interpolation": "lanczos", **pillow, "reducing_gap": 2.0,
            "rounding": "nearest",
        },
        {"step": "turn", "by": "EXIF orientation"},
        {
            "step": "resize", "shorter_side": preprocess.resize, "interpolation": preprocess.interpolation.value,
            **pillow, "rounding": "down",
        },
        {"step": "centre crop", "height": side, "width": side, "rounding": "half to even"},
        {"step": "scale", "divide_by": 255},
        {"step": "layout", "axes": "NCHW", "colours": ["red", "green", "blue"]},
        {"step": "normalise", "mean": list(preprocess.mean), "std": list(preprocess.std), "in_graph": True},
        {"step": "softmax", "in_graph": False},
    ]  # fmt: skip


def photo_pixels(file: str, side: int) -> np.ndarray:
    """The middle of a photo as the app sees it, uint8 (side, side, 3): the same steps up to the crop."""
    import contextlib
    import io

    from PIL import Image, ImageCms, ImageOps

    with Image.open(file) as photo:
        smaller = min(1, 1024 / max(photo.size))
        size = tuple(max(1, round(length * smaller)) for length in photo.size)
        photo.draft(None, tuple(length * 3 // 2 for length in size))
        if photo.has_transparency_data:
            above = photo.convert("RGBA")
            picture = Image.new("RGB", above.size, "white")
            picture.paste(above, mask=above)
        else:
            picture = photo.convert("RGB")
        if photo.mode == "RGB" and (profile := photo.info.get("icc_profile")):
            with contextlib.suppress(ImageCms.PyCMSError):  # a profile that cannot be read is left out
                srgb = ImageCms.createProfile("sRGB")
                picture = ImageCms.profileToProfile(picture, io.BytesIO(profile), srgb) or picture
        if picture.size != size:
            picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
        picture.getexif()[0x0112] = photo.getexif().get(0x0112, 1)
    picture = ImageOps.exif_transpose(picture)
    shorter = min(picture.size)
    picture = picture.resize(tuple(side * length // shorter for length in picture.size), Image.Resampling.BICUBIC)
    left, top = (round((length - side) / 2) for length in picture.size)
    return np.asarray(picture.crop((left, top, left + side, top + side)))
