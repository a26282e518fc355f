import { instance } from "../../js/elements.js"
import { fixed } from "../../js/numbers.js"
import { hear, make, write } from "../../js/text.js"

function build(root) {
  const box = make("div", "probability-bars", root)
  box.innerHTML = `
    <table>
      <tbody></tbody>
      <tfoot aria-hidden="true"><tr><td></td><td><div><i>0%</i><i>50%</i><i>100%</i></div></td></tr></tfoot>
    </table>
    <p></p>`
  const [table, body, caption] = ["table", "tbody", "p"].map((name) => box.querySelector(name))
  return { box, table, body, caption }
}

const LONG = 15 // letters of a name that leave a phone no room for its bar

// A long name is broken at the space nearest to its middle.
function lines(name) {
  const spaces = Array.from(name.matchAll(/ /g), ({ index }) => index), off = (at) => Math.abs(at - name.length / 2)
  if (name.length <= LONG || !spaces.length) return [name]
  const middle = spaces.reduce((best, each) => (off(each) < off(best) ? each : best))
  return [name.slice(0, middle + 1), name.slice(middle + 1)]
}

function newRow(body) {
  const row = make("tr", "", body)
  row.innerHTML = '<th scope="row"><span></span></th><td><div><i class="before"></i><i class="bar"></i>' +
    '<i class="line"></i><span><b></b> <small></small></span></div></td>'
}

function fill(row, { name, chance, before, written, was }, threshold) {
  const [title, number] = row.querySelectorAll("span"), part = (kind) => row.querySelector(`.${kind}`)
  if (row.dataset.name !== name) {
    row.dataset.name = name
    title.replaceChildren(...lines(name).flatMap((line) => [make("br"), line]).slice(1))
  }
  number.firstChild.textContent = written
  number.lastChild.textContent = was
  row.title = `${name}: ${fixed(chance, 4)}`
  const share = (value) => `${100 * value}%`
  part("bar").style.width = share(chance)
  number.style.left = share(Math.max(chance, before ?? 0)) // behind the longer of the two
  for (const [kind, value, side] of [["before", before, "width"], ["line", threshold, "left"]]) {
    part(kind).hidden = value === null
    part(kind).style[side] = share(value)
  }
}

export default function (component) {
  const own = instance(component.parentElement, () => build(component.parentElement))
  const { rows, threshold, label, caption } = component.data, { box, table, body } = own
  table.setAttribute("aria-label", label)
  box.classList.toggle("compared", rows.some(({ before }) => before !== null))
  while (body.children.length > rows.length) body.lastChild.remove()
  while (body.children.length < rows.length) newRow(body)
  rows.forEach((row, i) => fill(body.children[i], row, threshold))
  write(own.caption, caption)
  own.caption.hidden = !caption
  if (caption) hear(own, box, own.caption.textContent)
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}
