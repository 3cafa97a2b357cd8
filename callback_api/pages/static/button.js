// <standardiste-callback site="www" lang="fr" theme="light"> is a button that opens a dialog with the main element of the
// server's pages. It stores nothing in the browser and contacts only the server that this script came from. "form" is the
// address of the page that it opens: that of callbacks, or that of messages where no callback is offered.
function standardisteCallback(form, texts, css) {
  const server = new URL(".", document.currentScript.src);
  const sheet = new CSSStyleSheet(); // without support, the element's own link stays
  sheet.replaceSync(css);

  class CallbackButton extends HTMLElement {
    #dialog;
    #panel;
    #status; // for screen readers
    #url; // of the page in the panel
    #shownHtml;
    #refreshS;
    #sending = false;
    #timer;

    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      root.innerHTML =
        '<button type="button" class="open" aria-haspopup="dialog"></button>' +
        '<dialog><button type="button" class="close">×</button>' +
        '<p class="unseen" role="status"></p><div class="panel"></div></dialog>';
      const [open, close] = root.querySelectorAll("button");
      [this.#dialog, this.#status, this.#panel] = root.querySelectorAll("dialog, [role=status], .panel");
      open.textContent = this.#text("button");
      close.ariaLabel = this.#text("close");
      this.#dialog.ariaLabel = this.#text("button");
      open.addEventListener("click", () => this.#open());
      close.addEventListener("click", () => this.#dialog.close());
      this.#dialog.addEventListener("close", () => clearTimeout(this.#timer));
      this.#panel.addEventListener("submit", (event) => this.#submit(event));
      this.#panel.addEventListener("click", (event) => this.#click(event));
    }

    get #language() {
      const asked = (this.lang || document.documentElement.lang).split("-")[0];
      return Object.hasOwn(texts, asked) ? asked : Object.keys(texts)[0];
    }

    #text(key) {
      return texts[this.#language][key];
    }

    get #form() {
      const asked = new URLSearchParams({ language: this.#language });
      if (this.hasAttribute("site")) asked.set("site", this.getAttribute("site"));
      return new URL(`${form}?${asked}`, server).href;
    }

    #open() {
      this.#dialog.showModal();
      if (this.#refreshS) this.#refresh();
      if (this.#url) return; // stays as the visitor left it
      this.#panel.textContent = this.#text("loading");
      this.#load(this.#form);
    }

    #submit(event) {
      event.preventDefault();
      const form = event.target;
      this.#load(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(form)) });
    }

    #click(event) {
      const link = event.target.closest("a[data-in-panel], a[href^='#']");
      if (!link) return;
      event.preventDefault();
      const href = link.getAttribute("href");
      if (href.startsWith("#")) this.shadowRoot.getElementById(href.slice(1)).focus();
      else this.#load(href);
    }

    // One request at a time: a second click does nothing.
    async #load(href, options) {
      if (this.#sending) return;
      this.#sending = true;
      this.#panel.ariaBusy = "true";
      try {
        this.#show(await fetchPage(new URL(href, this.#url), options));
        (this.#panel.querySelector("[autofocus]") ?? this.#panel.querySelector("h1")).focus();
        this.#dialog.scrollTop = 0;
      } catch {
        this.#unreachable();
      } finally {
        this.#sending = false;
        this.#panel.ariaBusy = null;
      }
    }

    #show({ main, url, language }) {
      this.#url = url;
      this.#shownHtml = main.innerHTML;
      this.#panel.lang = language;
      this.#panel.replaceChildren(...main.childNodes);
      const page = this.#panel.querySelector("input[name=page]");
      if (page) page.value = location.origin + location.pathname;
      this.#dialog.ariaLabel = this.#panel.querySelector("h1").textContent;
      this.#refreshS = main.dataset.refreshS;
      this.#scheduleRefresh();
    }

    // What the visitor typed stays in the form.
    #unreachable() {
      if (!this.#url) this.#panel.textContent = "";
      this.#panel.querySelector(".unreachable")?.remove();
      const notice = document.createElement("p");
      notice.className = "notice unreachable";
      notice.role = "alert";
      notice.tabIndex = -1;
      const link = document.createElement("a");
      link.href = this.#form;
      link.textContent = this.#text("whole-page");
      notice.append(this.#text("unreachable"), " ", link, ".");
      this.#panel.prepend(notice);
      notice.focus();
    }

    #scheduleRefresh() {
      clearTimeout(this.#timer);
      if (this.#refreshS) this.#timer = setTimeout(() => this.#refresh(), this.#refreshS * 1000);
    }

    async #refresh() {
      const url = this.#url;
      const page = document.hidden ? null : await fetchPage(url).catch(() => null);
      if (url !== this.#url || !this.#dialog.open) return;
      if (!page || page.main.innerHTML === this.#shownHtml) return this.#scheduleRefresh();
      const focused = this.#panel.contains(this.shadowRoot.activeElement);
      this.#show(page);
      const heading = this.#panel.querySelector("h1");
      this.#status.textContent = heading.textContent;
      if (focused) heading.focus();
    }
  }

  // The main element of a page, which may be an error page; throws when the response has none.
  async function fetchPage(url, options) {
    const answer = await fetch(url, { credentials: "omit", cache: "no-store", ...options });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = page.querySelector("main.panel");
    if (!main) throw new Error("not a page of the server");
    return { main, url: answer.url, language: page.documentElement.lang };
  }

  customElements.get("standardiste-callback") || customElements.define("standardiste-callback", CallbackButton);
}
