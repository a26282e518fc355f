// To another query of this page, as Back and Forward go: Streamlit and our own numbers follow it. `instead`: Back does
// not return to the address that is left. `ours` says so to oneEntryEach in document.js.
export function visit(query, instead = false) {
  history[instead ? "replaceState" : "pushState"]({ ours: true }, "", location.pathname + query)
  dispatchEvent(new PopStateEvent("popstate", { state: {} }))
}
