// The page of a callback refreshes itself and announces changes to screen readers.
(() => {
  const main = document.querySelector("main");
  let shownHtml = main.innerHTML;

  function scheduleRefresh() {
    if (main.dataset.refreshS) setTimeout(refresh, main.dataset.refreshS * 1000);
  }

  async function refresh() {
    try {
      if (!document.hidden) await replaceIfChanged();
    } catch {
      // The server could not be reached; the next refresh may succeed.
    }
    scheduleRefresh();
  }

  async function replaceIfChanged() {
    const answer = await fetch(location.href, { credentials: "omit", cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("main");
    if (!answer.ok || next.innerHTML === shownHtml) return;
    shownHtml = next.innerHTML;
    const focused = main.contains(document.activeElement);
    main.dataset.refreshS = next.dataset.refreshS ?? "";
    main.replaceChildren(...next.childNodes);
    document.title = page.title;
    document.querySelector("[role=status]").textContent = page.title;
    if (focused) main.querySelector("h1").focus();
  }

  scheduleRefresh();
})();
