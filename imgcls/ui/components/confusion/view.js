import { textOn } from "../../js/colour.js"
import { byFinger, instance } from "../../js/elements.js"
import { unpack } from "../../js/packet.js"
import { roving } from "../../js/roving.js"

function build(box, names, opens) {
  const head = '<th scope="col"></th>'.repeat(names.length)
  const row = `<tr><th scope="row"></th>${'<td><button type="button"></button></td>'.repeat(names.length)}</tr>`
  const click = opens ? `${byFinger() ? "Tap" : "Click"} a cell to see its pictures.` : ""
  box.innerHTML = `<p>Rows: what it is. Columns: what the network says. ${click}</p>
    <div class="wide"><table role="grid" aria-label="Confusion matrix"><thead><tr><td></td>${head}</tr></thead>
    <tbody>${row.repeat(names.length)}</tbody></table></div>`
  box.querySelectorAll("thead th").forEach((cell, i) => { cell.textContent = names[i] })
  box.querySelectorAll("tbody th").forEach((cell, i) => { cell.textContent = names[i] })
  // The cells share what the names leave of the width, so that few classes need no scrolling on a phone.
  box.style.setProperty("--classes", names.length)
  roving(box.querySelector("table"), "button")
  box.style.setProperty("--head", box.querySelector("tbody th").offsetWidth + 4 + "px")
}

export default function (component) {
  const box = component.parentElement.querySelector(".confusion")
  const own = instance(box, () => ({ seq: Date.now() % 1e9, names: "" }))
  const { names, chosen, opens, arrays: { counts, places, colours } } = unpack(component.data)
  const titles = JSON.stringify(names) // a name may hold a comma
  if (own.names !== titles) { own.names = titles; build(box, names, opens) }
  box.querySelectorAll("button").forEach((button, i) => {
    const row = Math.floor(i / names.length), column = i % names.length
    const rgb = colours.subarray(3 * places[i], 3 * places[i] + 3)
    button.textContent = counts[i]
    button.style.background = `rgb(${rgb})`
    button.style.color = textOn(...rgb)
    button.className = row === column ? "right" : ""
    button.setAttribute("aria-pressed", String(chosen?.[0] === row && chosen?.[1] === column))
    button.setAttribute("aria-label", `${counts[i]} of the class ${names[row]} are called ${names[column]}`)
    button.onclick = opens ? () => component.setStateValue("cell", { row, column, seq: ++own.seq }) : null
  })
  box.dataset.drawn = Number(box.dataset.drawn ?? 0) + 1
}
