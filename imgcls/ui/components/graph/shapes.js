// Where nodes and edges stand, and their SVG.
import { esc } from "../../js/dials.js"

export const NARROW = 80, WIDE = 96, CONSTANT = 54, TIGHT = 36, ROOMY = 60, LOOSE = 104, PAD = 5

// Column widths and gaps for the width there is; a graph that is too wide even when tight scrolls sideways,
// and then need not be tight: the numbers on its edges stand clear of its nodes.
export function place(nodes, space) {
  const count = 1 + Math.max(...nodes.map((n) => n.column))
  const columns = Array.from({ length: count }, (_, c) => nodes.filter((n) => n.column === c))
  const widths = (plain) => columns.map((list) => Math.max(...list.map((n) => n.grid ? n.width : n.kind === "constant" ? CONSTANT : plain)))
  const total = (list) => list.reduce((a, b) => a + b, 0)
  let width = columns.map(() => 0)
  for (let plain = WIDE; plain >= NARROW; plain -= 4) {
    width = widths(plain)
    if (total(width) + (count - 1) * TIGHT + 2 * PAD <= space) break
  }
  const free = count > 1 ? (space - 2 * PAD - total(width)) / (count - 1) : 0
  const gap = free < TIGHT && count > 1 ? ROOMY : Math.min(free, LOOSE)
  const lefts = []
  let x = PAD
  for (const w of width) { lefts.push(x); x += w + gap }
  return { width, lefts, all: Math.max(x - gap + PAD, 60) }
}

// All nodes are one tab stop, `stop`, and so is each grid.
export function nodeShape(node, i, at, selected, stop) {
  const column = at.width[node.column]
  const w = node.grid ? node.width : node.kind === "constant" ? CONSTANT : column
  const x = at.lefts[node.column] + (column - w) / 2, y = node.middle - node.height / 2
  // The spoken label begins with what is seen: whoever speaks to the computer says what they read.
  const gradient = node.state === "off" ? "none" : node.gradient || "·"
  const drawn = [node.title, ...(node.kind === "constant" ? [] : [node.name, node.value, gradient])].filter(Boolean).join(" ")
  const kind = `node ${node.kind} ${node.state}${i === selected ? " selected" : ""}`
  const stops = `tabindex="${i === stop ? 0 : -1}"`
  const pressed = node.grid ? `role="group"` : `role="button" ${stops} aria-pressed="${i === selected}"`
  const head = `<g class="${kind}" data-node="${i}" ${pressed}
    aria-label="${esc(node.grid ? node.spoken : `${drawn}: ${node.spoken}`)}" transform="translate(${x} ${y})">`
  if (node.kind === "constant") {
    return `${head}<rect class="card" width="${w}" height="${node.height}" rx="8"/><text class="number" x="${w / 2}" y="22" text-anchor="middle">${esc(node.title)}</text></g>`
  }
  const card = `<rect class="card" width="${w}" height="${node.height}" rx="${node.kind === "variable" ? 18 : 8}"/>
    <text class="title ${node.title.length > 5 && w < WIDE ? "long" : ""}" x="9" y="19">${esc(node.title)}</text>
    <text class="name" x="${w - 9}" y="19" text-anchor="end">${esc(node.name)}</text>`
  if (node.grid) return head + card + gridShape(node, i) + "</g>"
  const band = (name, top, text, sign, more = "") => `<rect class="band ${name} ${sign < 0 ? "minus" : sign > 0 ? "plus" : ""}"
    x="5" y="${top}" width="${w - 10}" height="20" rx="6"/> <text class="number" x="${w - 10}" y="${top + 15.5}" text-anchor="end">${esc(text)}${more}</text>`
  return `${head}${card}${band("value", 26, node.value, node.sign)}${band(node.gradient ? "gradient" : "empty", 48, gradient, node.gradientSign, node.partial ? " +…" : "")}</g>`
}

function gridShape(node, i) {
  const { cell, rows, columns, parts } = node.grid
  return parts.map((part, p) => {
    const left = 6 + p * (columns * cell + 12)
    const cells = part.cells.map(([text, fill, ink, mark], k) => {
      const x = left + (k % columns) * cell, y = 46 + Math.floor(k / columns) * cell
      const [row, column] = [Math.floor(k / columns), k % columns], spoken = `${text}, ${part.name} of ${node.title}[${row}, ${column}]`
      return `<g class="cell ${mark}" data-cell="${i},${row},${column}" data-part="${p}" tabindex="-1" role="button"
        aria-pressed="${mark === "chosen"}" aria-label="${esc(spoken)}"><rect x="${x}" y="${y}" width="${cell}" height="${cell}" fill="${fill}"/>
        <text x="${x + cell / 2}" y="${y + cell / 2 + 5}" text-anchor="middle" style="fill:${ink}">${esc(text)}</text></g>`
    })
    const marked = cells.filter((_, k) => part.cells[k][3]), plain = cells.filter((_, k) => !part.cells[k][3])
    return `<text class="name" x="${left}" y="40">${esc(part.name)}</text>${plain.join("")}${marked.join("")}`
  }).join("")
}

export function edgeShape(edge, nodes, at) {
  const right = (n) => at.lefts[n.column] + (at.width[n.column] + (n.grid ? n.width : n.kind === "constant" ? CONSTANT : at.width[n.column])) / 2
  const from = nodes[edge.from], to = nodes[edge.to]
  const twin = edge.slots > 1 && edge.twin
  const spread = (edge.slot - (edge.slots - 1) / 2) * (twin ? 36 : 22)
  let [x, y] = [right(from), from.middle + (twin ? spread : 0)]
  const start = [x, y]
  let path = `M${x} ${y}`
  const curve = (nx, ny) => { const m = (x + nx) / 2; path += `C${m} ${y} ${m} ${ny} ${nx} ${ny}` }
  for (const [column, vy] of edge.via) {
    curve(at.lefts[column], vy)
    x = at.lefts[column] + at.width[column]; y = vy
    path += `L${x} ${y}`
  }
  const end = [at.lefts[to.column] + (at.width[to.column] - (to.grid ? to.width : at.width[to.column])) / 2, to.middle + spread]
  curve(...end)
  const middle = [(x + end[0]) / 2, (y + end[1]) / 2]
  const side = edge.sign < 0 ? "minus" : "plus"
  const lit = edge.state === "done" || edge.state === "now"
  const width = lit ? 2 + 4 * edge.share : 1.5
  const arrow = lit ? `<path class="arrow ${side}" d="M${start[0] + 1} ${start[1]}l11 -6v12z"/>` : ""
  const label = !edge.local ? "" : `<text class="label" x="${middle[0]}" y="${middle[1] - 3}" text-anchor="middle">×${esc(edge.local)}</text>`
  const passed = lit && edge.passed ? `<text class="label passed" x="${middle[0]}" y="${middle[1] + 14}" text-anchor="middle">${esc(edge.passed)}</text>` : ""
  return [`<path class="edge ${edge.state} ${lit ? side : ""}" d="${path}" stroke-width="${width}"/>${arrow}`, label + passed]
}
