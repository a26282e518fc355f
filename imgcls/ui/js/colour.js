// Black or white, whichever reads better on this colour (the same rule as imgcls/palette.py).
export function textOn(r, g, b) {
  const linear = (c) => (c <= 10 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) > 0.179 ? "#000" : "#fff"
}

// A ground under numbers, the stronger the nearer they come to +-most; the page's text stays readable on it.
export function shade(quantity, number, most) {
  if (!number || !most) return "transparent"
  const colour = `var(--q-${quantity}${number < 0 ? "-negative" : ""})`
  return `color-mix(in srgb, ${colour} ${Math.round((62 * Math.abs(number)) / most)}%, transparent)`
}
