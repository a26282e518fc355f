// Black or white, whichever reads better on this colour (the same rule as imgcls/palette.py).
export function textOn(r, g, b) {
  const linear = (c) => (c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) > 0.179 ? "#000" : "#fff"
}
