// The mirror of imgcls/ui/packet.py: {...fields, arrays: {name: typed array with .shape}}.
export function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
  const packet = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  const kinds = {
    uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, int32: Int32Array,
    uint32: Uint32Array, float32: Float32Array, float64: Float64Array,
  }
  for (const [name, about] of Object.entries(packet.arrays)) {
    const kind = kinds[about.dtype]
    const start = bytes.byteOffset + 4 + length + about.offset
    const size = about.shape.reduce((a, b) => a * b, 1) * kind.BYTES_PER_ELEMENT
    const array = new kind(bytes.buffer.slice(start, start + size)) // a copy, so that it is aligned
    array.shape = about.shape
    packet.arrays[name] = array
  }
  return packet
}
