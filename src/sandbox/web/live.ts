/**
 * Keeps the front page up to date: reads it anew when the sandbox says that something has happened, every two seconds where no such
 * word comes, and exchanges what has changed. What a person is at stays as it is until they leave it.
 */
export const liveScript = `
const here = (part) => part.contains(document.activeElement)
function follow(list, next) {
  const left = new Map([...list.children].map((child) => [child.id, child]))
  const wanted = [...next.children].map((child) => {
    const old = left.get(child.id)
    if (!old) return child
    left.delete(child.id)
    if (here(old) || old.isEqualNode(child)) return old
    old.replaceWith(child)
    return child
  })
  for (const gone of left.values()) if (!here(gone)) gone.remove()
  // Moving an element would take the focus out of it: what is in its place stays.
  let place = list.firstElementChild
  for (const child of wanted)
    if (child === place) place = place.nextElementSibling
    else list.insertBefore(child, place)
}
let reading = false, more = false
async function refresh() {
  if (reading) { more = true; return }
  reading = true
  try {
    const html = await (await fetch("/")).text()
    const next = new DOMParser().parseFromString(html, "text/html")
    for (const list of document.querySelectorAll("[data-live]")) follow(list, next.getElementById(list.id))
  } catch {
    // The sandbox is stopped, or starts again: the next look tells.
  } finally {
    reading = false
    if (more) { more = false; refresh() }
  }
}
let timer
const poll = () => { timer ??= setInterval(refresh, 2000) }
if (window.EventSource) {
  const events = new EventSource("/events")
  events.onopen = () => { clearInterval(timer); timer = undefined; refresh() }
  events.onmessage = refresh
  events.onerror = poll
} else poll()
document.addEventListener("focusout", () => setTimeout(refresh))
`
