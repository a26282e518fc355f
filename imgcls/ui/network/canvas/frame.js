// While a hand covers or moves the photo only what moves is sent: see imgcls/ui/network/drafts.py.

// The whole overview, in the frame that has been drawn; null if the news belong to another one. Edges and votes come
// again when the hand rests.
export function inFrame(over, { moves, sides, limits, arrays: { maps, stats, ...more }, ...news }) {
  if (over?.frame !== moves) return null
  const arrays = { ...over.arrays, ...more }
  for (const name of Object.keys(arrays)) if (/^(edges|votes)/.test(name)) delete arrays[name]
  let place = 0, number = 0
  const columns = over.columns.map(({ strongest: _, ...column }, k) => {
    if (k === over.columns.length - 1) return column
    const count = column.channels.length, [height, width] = sides[k], size = count * height * width
    arrays[`maps${k}`] = shaped(maps.subarray(place, place + size), [count, height, width])
    arrays[`stats${k}`] = shaped(stats.subarray(4 * number, 4 * (number + count)), [count, 4])
    place += size
    number += count
    return limits ? { ...column, limit: limits[k] } : column
  })
  return { ...over, ...news, columns, arrays }
}

const shaped = (numbers, shape) => Object.assign(numbers, { shape })
