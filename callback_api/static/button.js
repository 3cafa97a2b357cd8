// <standardiste-callback site="www" lang="fr" theme="light"> is a button and, behind it, a dialog that shows the middle
// part of our pages. Nothing is kept in the browser, and nobody is talked to but the server that this script came from.
function standardisteCallback(words, css) {
  const server = new URL(".", document.currentScript.src);
  const sheet = new CSSStyleSheet(); // where it is unknown the element's own link stays
  sheet.replaceSync(css);

  class CallbackButton extends HTMLElement {
    #dialog;
    #panel;
    #news;
    #here; // the address of what the panel shows
    #shown;
    #every;
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
      [this.#dialog, this.#news, this.#panel] = root.querySelectorAll("dialog, [role=status], .panel");
      open.textContent = this.#word("button");
      close.ariaLabel = this.#word("close");
      this.#dialog.ariaLabel = this.#word("button");
      open.addEventListener("click", () => this.#open());
      close.addEventListener("click", () => this.#dialog.close());
      this.#dialog.addEventListener("close", () => clearTimeout(this.#timer));
      this.#panel.addEventListener("submit", (event) => this.#submit(event));
      this.#panel.addEventListener("click", (event) => this.#click(event));
    }

    get #language() {
      return (this.lang || document.documentElement.lang).startsWith("en") ? "en" : "fr";
    }

    #word(key) {
      return words[key][this.#language === "en" ? 1 : 0];
    }

    get #form() {
      const asked = new URLSearchParams({ language: this.#language });
      if (this.hasAttribute("site")) asked.set("site", this.getAttribute("site"));
      return new URL(`callback?${asked}`, server).href;
    }

    #open() {
      this.#dialog.showModal();
      if (this.#every) this.#look();
      if (this.#here) return; // as it was left
      this.#panel.textContent = this.#word("loading");
      this.#go(this.#form);
    }

    #submit(event) {
      event.preventDefault();
      const form = event.target;
      this.#go(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(form)) });
    }

    #click(event) {
      const link = event.target.closest("a[data-here], a[href^='#']");
      if (!link) return;
      event.preventDefault();
      const href = link.getAttribute("href");
      if (href.startsWith("#")) this.shadowRoot.getElementById(href.slice(1)).focus();
      else this.#go(href);
    }

    // One at a time: a second click sends nothing.
    async #go(href, order) {
      if (this.#sending) return;
      this.#sending = true;
      this.#panel.ariaBusy = "true";
      try {
        this.#show(await fetched(new URL(href, this.#here), order));
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
      this.#here = url;
      this.#shown = main.innerHTML;
      this.#panel.lang = language;
      this.#panel.replaceChildren(...main.childNodes);
      const page = this.#panel.querySelector("input[name=page]");
      if (page) page.value = location.origin + location.pathname;
      this.#dialog.ariaLabel = this.#panel.querySelector("h1").textContent;
      this.#every = main.dataset.every;
      this.#later();
    }

    // What was typed stays where it is.
    #unreachable() {
      if (!this.#here) this.#panel.textContent = "";
      this.#panel.querySelector(".unreachable")?.remove();
      const told = document.createElement("p");
      told.className = "notice unreachable";
      told.role = "alert";
      told.tabIndex = -1;
      const link = document.createElement("a");
      link.href = this.#form;
      link.textContent = this.#word("whole-page");
      told.append(this.#word("unreachable"), " ", link, ".");
      this.#panel.prepend(told);
      told.focus();
    }

    #later() {
      clearTimeout(this.#timer);
      if (this.#every) this.#timer = setTimeout(() => this.#look(), this.#every * 1000);
    }

    async #look() {
      const here = this.#here;
      const news = document.hidden ? null : await fetched(here).catch(() => null);
      if (here !== this.#here || !this.#dialog.open) return;
      if (!news || news.main.innerHTML === this.#shown) return this.#later();
      const focused = this.#panel.contains(this.shadowRoot.activeElement);
      this.#show(news);
      const heading = this.#panel.querySelector("h1");
      this.#news.textContent = heading.textContent;
      if (focused) heading.focus();
    }
  }

  // The middle part of one of our pages, which may also be a refusal; throws where there is none.
  async function fetched(url, order) {
    const answer = await fetch(url, { credentials: "omit", cache: "no-store", ...order });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = page.querySelector("main.panel");
    if (!main) throw new Error("not one of our pages");
    return { main, url: answer.url, language: page.documentElement.lang };
  }

  customElements.get("standardiste-callback") || customElements.define("standardiste-callback", CallbackButton);
}
