import { unpack } from "./packet.js"

// Live elements find each other by their keys: while one of them is dragged, it brings the others new data.
export const live = (window.imgclsLive ??= {})
export function lively(view, styles) {
  return (component) => {
    const scope = component.parentElement.getRootNode() // a shadow root, or the document
    const missing = styles.filter((sheet) => !scope.adoptedStyleSheets.includes(sheet))
    if (missing.length) scope.adoptedStyleSheets = [...scope.adoptedStyleSheets, ...missing]
    const root = component.parentElement.host ?? component.parentElement
    const key = root.closest("[class*=st-key-]").className.match(/st-key-(\S+)/)[1]
    let end
    live[key] = (data) => { end = view({ ...component, data }) ?? end }
    end = view(component) // which may take new data in a way of its own
    return () => { delete live[key]; end?.() }
  }
}

// What imgcls.ui.stage answers: new data for the elements beside.
export function bring(bytes) {
  const { beside, arrays } = unpack(bytes)
  for (const [key, data] of Object.entries({ ...beside, ...arrays })) live[key]?.(data)
}
