// The tab notes the token under which the server keeps its photo. After a reload, in a new session, it asks for it.
import { instance } from "../../js/elements.js"

const NOTE = "imgcls.photo"

export default function ({ parentElement, data, setStateValue }) {
  const own = instance(parentElement, () => ({ asked: false }))
  try {
    const token = sessionStorage.getItem(NOTE)
    if (data.token) sessionStorage.setItem(NOTE, data.token)
    else if (token && !own.asked) setStateValue("back", { token })
    own.asked = true
  } catch {} // a browser that stores nothing: the reload begins on the sample
}
