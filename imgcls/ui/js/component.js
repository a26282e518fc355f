// What the few lines of imgcls/ui/views.py load: a component's view with its style sheets, ready for Streamlit.
import { lively } from "./live.js"

const root = new URL("../", import.meta.url)
const sheets = new Map() // name -> promise of the style sheet: one for all components of a page

function sheet(name) {
  if (!sheets.has(name)) sheets.set(name, loaded(name))
  return sheets.get(name)
}

async function loaded(name) {
  const answer = await fetch(new URL(name, root))
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`)
  const made = new CSSStyleSheet()
  made.replaceSync(await answer.text())
  return made
}

export async function component(view, styles) {
  const [module, ...own] = await Promise.all([import(new URL(view, root)), ...styles.map(sheet)])
  return lively(module.default, own)
}
