// What the server is asked: see ACTIONS in __init__.py.
import { home } from "./page.js"

export async function ask(action, question = {}) {
  const answer = await fetch(new URL(`imgcls/class/${action}`, home), {
    method: "POST",
    body: JSON.stringify(question),
    headers: { "Content-Type": "application/json" },
    signal: AbortSignal.timeout(15000),
  })
  if (answer.status !== 200) throw new Error(await answer.text())
  return answer.json()
}

// What the server tells a member: "wall", "race" or "breeds".
export async function read(what) {
  const answer = await fetch(new URL(`imgcls/class/${what}.json`, home), { signal: AbortSignal.timeout(15000) })
  if (answer.status !== 200) throw new Error(await answer.text())
  return answer.json()
}

export function qr(address) {
  const source = new URL("imgcls/class/code.svg", home)
  source.searchParams.set("text", address)
  return source
}
