// Keeps the page of an open run fresh without moving what the reader holds open.
// Told by a stream that something changed, it fetches the timeline and swaps only what differs.

const place = document.querySelector("[data-live]");

if (place) {
  const { live, timeline } = place.dataset;

  const refresh = async () => {
    const answer = await fetch(timeline, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(answer.status);
    const fresh = document.createElement("template");
    fresh.innerHTML = await answer.text();
    for (const part of fresh.content.querySelectorAll("[data-part]")) {
      const old = place.querySelector(`[data-part="${part.dataset.part}"]`);
      if (!old || old.dataset.mark === part.dataset.mark) continue;
      const opened = new Set([...old.querySelectorAll("details[open]")].map((each) => each.id));
      for (const each of part.querySelectorAll("details")) if (opened.has(each.id)) each.open = true;
      const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
      old.replaceWith(part);
      if (focused) document.getElementById(focused)?.focus();
    }
    if (fresh.content.querySelector("[data-ended]")) location.reload(); // the whole answer: cause, chart, ticket
  };

  const poll = () => setTimeout(() => refresh().then(poll, poll), document.hidden ? 15000 : 3000);

  const stream = new EventSource(live);
  let heard = false;
  stream.addEventListener("changed", () => { heard = true; refresh().catch(() => {}); });
  stream.addEventListener("ended", () => { stream.close(); location.reload(); });
  stream.addEventListener("error", () => {
    if (stream.readyState !== EventSource.CLOSED) return; // it tries again by itself
    if (!heard) poll();
    else setTimeout(() => location.reload(), 3000);
  });
}
