"""A picture's colours are those its file means: as ImageCms gives them, whatever carries the profile; never a crash."""

import io
import os
import signal
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms
from pillow_heif import from_pillow

from imgcls.data.colour_profiles import MAX_PROFILE, of_primaries, profile_of, stripped
from imgcls.data.pictures import open_picture
from tests.data.picture_makers import (
    colour_profile,
    damaged_versions,
    encoded,
    png_chunk,
    sampled_curve,
    scene,
    with_profile_pieces,
)

P3 = colour_profile("Display P3")
RED = Image.new("RGB", (16, 16), (200, 80, 60))
RGB = ("Display P3", "Adobe RGB", "ProPhoto", "sRGB")


def directly(image: Image.Image, profile: bytes) -> np.ndarray:
    """What ImageCms makes of it."""
    source, srgb = (ImageCms.ImageCmsProfile(each) for each in (io.BytesIO(profile), ImageCms.createProfile("sRGB")))
    return np.asarray(ImageCms.profileToProfile(image, source, srgb, outputMode="RGB")).astype(int)


def opened(data: bytes) -> np.ndarray:
    return np.asarray(open_picture(data).image).astype(int)


@pytest.mark.parametrize("kind, tolerance", [
    ("JPEG", 1), ("PNG", 1), ("WebP", 1), ("TIFF", 1), ("AVIF", 5), ("HEIC", 1),
])  # fmt: skip
def test_display_p3_is_shown_in_srgb_from_every_format_that_carries_profiles(kind: str, tolerance: int) -> None:
    settings = {"lossless": True} if kind == "WebP" else {}
    shown = opened(encoded(RED, kind, icc_profile=P3, **settings))
    assert np.abs(shown - (216, 69, 50)).max() <= tolerance
    assert np.abs(opened(encoded(RED, kind, **settings)) - (200, 80, 60)).max() <= tolerance


@pytest.mark.parametrize("name", RGB)
def test_rgb_profiles_give_what_imagecms_gives(name: str) -> None:
    profile = colour_profile(name)
    assert np.abs(opened(encoded(scene(), "PNG", icc_profile=profile)) - directly(scene(), profile)).max() <= 2


@pytest.mark.parametrize("name", ["Grey 1.8", "Grey 2.2"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_grey_profiles_give_what_imagecms_gives(name: str, kind: str) -> None:
    profile, data = colour_profile(name), encoded(scene().convert("L"), kind)
    grey = Image.open(io.BytesIO(data))
    grey.load()
    shown = opened(encoded(scene().convert("L"), kind, icc_profile=profile))
    assert np.abs(shown - directly(grey, profile)).max() <= 1
    assert name == "Grey 2.2" or np.abs(shown - np.asarray(grey)[..., None]).max() > 8


def test_cmyk_is_converted_by_its_profile_inverted_as_adobe_stores_it_or_not() -> None:
    profile, inks = colour_profile("CMYK"), scene().convert("CMYK")
    data = encoded(inks, "JPEG", quality=100, subsampling=0)
    assert b"Adobe" in data  # such files store their inks inverted
    stored = Image.open(io.BytesIO(data))
    stored.load()
    expected = directly(stored, profile)
    assert np.abs(opened(with_profile_pieces(data, profile, 3)) - expected).max() <= 1
    assert np.abs(opened(encoded(inks, "TIFF", icc_profile=profile)) - directly(inks, profile)).max() <= 1
    assert np.abs(opened(data) - expected).max() > 20
    at = data.index(b"\xff\xee")  # without Adobe's mark the same numbers are the inks themselves
    plain = data[:at] + data[at + 2 + int.from_bytes(data[at + 2 : at + 4], "big") :]
    bare = Image.open(io.BytesIO(plain))
    bare.load()
    assert np.abs(opened(with_profile_pieces(plain, profile, 1)) - directly(bare, profile)).max() <= 1


def test_a_profile_of_a_jpeg_may_come_in_pieces_in_any_order_but_none_may_be_missing() -> None:
    data = encoded(RED, "JPEG")
    for order in (list, lambda pieces: pieces[::-1], lambda pieces: [pieces[1], pieces[0], *pieces[2:]]):
        assert profile_of("JPEG", with_profile_pieces(data, P3, 5, order)) == P3
    assert profile_of("JPEG", with_profile_pieces(data, P3, 5, lambda pieces: pieces[1:])) is None
    assert opened(with_profile_pieces(data, P3, 5, lambda pieces: pieces[:-1]))[0, 0, 0] in (200, 201)


def test_an_iphones_primaries_without_a_profile_are_known() -> None:
    for primaries, first in ((12, 216), (1, 200)):
        buffer = io.BytesIO()
        numbers = {"color_primaries": primaries, "transfer_characteristics": 13, "matrix_coefficients": 6}
        from_pillow(RED).save(buffer, quality=95, chroma=444, full_range_flag=1, **numbers)
        assert abs(opened(buffer.getvalue())[5, 5, 0] - first) <= 1
    assert of_primaries(12, 16) is None  # high dynamic range is another matter
    assert of_primaries(9, 1) is not None


def test_what_is_transparent_stays_so_and_shows_white() -> None:
    half = RED.convert("RGBA")
    half.putalpha(Image.frombytes("L", (16, 16), bytes([0, 255] * 128)))
    shown = opened(encoded(half, "PNG", icc_profile=P3))
    assert (shown[:, 0] == 255).all() and np.abs(shown[:, 1] - (216, 69, 50)).max() <= 1
    palette = Image.frombytes("P", (2, 1), b"\0\1")
    palette.putpalette([200, 80, 60, 1, 2, 3])
    shown = opened(encoded(palette, "PNG", icc_profile=P3, transparency=1, optimize=False))
    assert (shown[0, 1] == 255).all() and np.abs(shown[0, 0] - (216, 69, 50)).max() <= 1
    keyed = RED.copy()
    keyed.putpixel((0, 0), (7, 7, 7))
    shown = opened(encoded(keyed, "PNG", icc_profile=P3, transparency=(7, 7, 7)))
    assert (shown[0, 0] == 255).all() and np.abs(shown[5, 5] - (216, 69, 50)).max() <= 1


def test_sixteen_bits_with_a_grey_profile_are_converted() -> None:
    values = np.full((4, 4), 128 * 257, "<u2")
    data = encoded(Image.fromarray(values), "PNG")
    profile = colour_profile("Grey 1.8")
    chunk = png_chunk(b"iCCP", b"grey\0\0" + zlib.compress(profile))
    expected = directly(Image.new("L", (4, 4), 128), profile)
    assert np.abs(opened(data[:33] + chunk + data[33:]) - expected).max() <= 1


@pytest.mark.parametrize("profile", [
    b"", b"no profile", P3[:-4], P3[:100], b"\0" * 2000, P3.replace(b"acsp", b"axsp"), P3.replace(b"RGB ", b"7CLR"),
    P3[:128] + struct.pack(">L", 2**31) + P3[132:], P3.replace(b"rXYZ", b"xXYZ"), P3 + bytes(MAX_PROFILE),
    P3.replace(b"para", b"xxxx"), colour_profile("CMYK"), colour_profile("Grey 1.8"),
])  # fmt: skip
def test_a_profile_that_cannot_be_used_leaves_the_colours_as_they_are(profile: bytes) -> None:
    for kind in ("PNG", "TIFF"):
        data = encoded(RED, kind, icc_profile=profile) if profile else encoded(RED, kind)
        assert (opened(data) == (200, 80, 60)).all()


def test_a_profile_that_unpacks_to_far_more_is_not_unpacked() -> None:
    data = encoded(RED, "PNG")
    bomb = zlib.compress(bytes(30_000_000))
    assert profile_of("PNG", data[:33] + png_chunk(b"iCCP", b"x\0\0" + bomb) + data[33:]) is None


def test_only_what_colours_need_is_left_of_a_profile() -> None:
    more = colour_profile("ProPhoto")
    assert len(sampled_curve(1.8)) < len(stripped(more)) <= len(more)
    secret = P3[:128] + struct.pack(">L", 8) + P3[132:]
    assert stripped(secret) is None  # one tag more than there is room for
    assert b"desc" not in stripped(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


def test_no_damaged_profile_crashes_or_hangs() -> None:
    """In a process of its own: a crash would end the tests."""
    names = (*RGB, "Grey 1.8", "CMYK")
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        try:
            for seed, name in enumerate(names):
                image = scene(8, 8).convert({"Grey 1.8": "L", "CMYK": "CMYK"}.get(name, "RGB"))
                profile = colour_profile(name)
                for version in damaged_versions(profile, [colour_profile(each) for each in names], 50, seed):
                    open_picture(encoded(image, "TIFF", icc_profile=version or b"x"))
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
