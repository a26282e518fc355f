// Browsers write a webm as it comes, without its length, so that players cannot wind it. This writes the length in.
// Bytes in, bytes out; the format is EBML, RFC 8794, with Matroska's elements, RFC 9559.

const HEADER = 0x1a45dfa3, SEGMENT = 0x18538067, INFO = 0x1549a966, SCALE = 0x2ad7b1, DURATION = 0x4489

// The number at a place, with as many bytes as its first one says; `marked` keeps the bit that says so, as in names.
function numberAt(bytes, at, marked) {
  const length = Math.clz32(bytes[at]) - 23
  if (length > 8 || at + length > bytes.length) return null
  const bits = 0xff >> length
  let value = marked ? bytes[at] : bytes[at] & bits, unknown = (bytes[at] & bits) === bits
  for (let i = 1; i < length; i++) {
    value = value * 256 + bytes[at + i]
    unknown &&= bytes[at + i] === 0xff
  }
  return { value, length, unknown }
}

function elementAt(bytes, at) {
  const name = at < bytes.length ? numberAt(bytes, at, true) : null
  const size = name && numberAt(bytes, at + name.length, false)
  if (!size) return null
  const from = at + name.length + size.length
  return { name: name.value, at, from, size: size.value, to: size.unknown ? null : from + size.value }
}

function children(bytes, from, to) {
  const found = []
  for (let each = elementAt(bytes, from); each && each.at < to; each = elementAt(bytes, each.to)) {
    found.push(each)
    if (each.to === null) break
  }
  return found
}

const sizeOf = (number) => Uint8Array.of(0x01, ...[6, 5, 4, 3, 2, 1, 0].map((k) => Math.floor(number / 256 ** k) % 256))

// The same film with its length in seconds; unchanged if it has one, or is not built as expected.
export function withLength(bytes, seconds) {
  const header = elementAt(bytes, 0), segment = header?.name === HEADER ? elementAt(bytes, header.to) : null
  if (segment?.name !== SEGMENT || segment.to !== null) return bytes // with a size, it was finished with all it needs
  const info = elementAt(bytes, segment.from)
  if (info?.name !== INFO || info.to === null) return bytes // something before it may count bytes
  const told = children(bytes, info.from, info.to)
  if (told.some(({ name }) => name === DURATION)) return bytes
  const scale = told.find(({ name }) => name === SCALE)
  const nanoseconds = scale ? bytes.subarray(scale.from, scale.to).reduce((sum, byte) => 256 * sum + byte, 0) : 1e6
  const duration = new Uint8Array(11)
  duration.set([0x44, 0x89, 0x88])
  new DataView(duration.buffer).setFloat64(3, (seconds * 1e9) / nanoseconds)
  const parts = [
    bytes.subarray(0, info.at), Uint8Array.of(0x15, 0x49, 0xa9, 0x66), sizeOf(info.size + duration.length),
    bytes.subarray(info.from, info.to), duration, bytes.subarray(info.to),
  ]
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) { whole.set(part, at); at += part.length }
  return whole
}
