// What keys mean where things stand side by side: numbers in, numbers out.

// The arrow keys as a step [across, down]; undefined for any other key.
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
export const stepOf = (key) => STEPS[key]

const DOWN = { ArrowUp: -1, ArrowDown: 1, PageUp: -5, PageDown: 5 } // in rows

// Where a key leads from box `at`, `far` with Ctrl; -1 for a key that leads nowhere. The boxes {left, top, width,
// height} come in reading order, and make rows as they stand on the screen: tiles wrap where the screen ends.
export function neighbour(boxes, at, key, far) {
  const rows = rowsOf(boxes), r = rows.findIndex((row) => row.includes(at)), last = boxes.length - 1
  if (key === "Home") return far ? 0 : rows[r][0]
  if (key === "End") return far ? last : rows[r].at(-1)
  if (key === "ArrowLeft" && !far) return Math.max(0, at - 1)
  if (key === "ArrowRight" && !far) return Math.min(last, at + 1)
  if (!DOWN[key]) return -1
  const row = rows[Math.min(rows.length - 1, Math.max(0, r + DOWN[key]))]
  const middle = ({ left, width }) => left + width / 2, away = (i) => Math.abs(middle(boxes[i]) - middle(boxes[at]))
  return row.includes(at) ? at : row.reduce((best, i) => (away(i) < away(best) ? i : best))
}

function rowsOf(boxes) {
  const rows = []
  let start = -Infinity
  boxes.forEach(({ top, height }, i) => {
    if (top > start + height / 2 || !rows.length) { rows.push([]); start = top }
    rows.at(-1).push(i)
  })
  return rows
}
