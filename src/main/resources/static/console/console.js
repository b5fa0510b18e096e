// Pages bring themselves up to date: what is marked data-live is fetched again and replaced. Without this script pages work all the same.
(() => {
  "use strict";
  const EVERY = 4000;
  // a server that says nothing for so long is gone, too
  const PATIENCE = 10000;
  const live = () => document.querySelectorAll("[data-live]");
  let paused = false;
  let failures = 0;
  let heard = new Date();

  // somebody has chosen something that isn't sent yet
  const isChosen = (select) => {
    const before = [...select.options].findIndex((option) => option.defaultSelected);
    return select.selectedIndex !== Math.max(before, 0);
  };

  const busy = (part) => {
    const at = document.activeElement;
    const typing = at && part.contains(at) && /^(INPUT|SELECT|TEXTAREA)$/.test(at.tagName);
    const chosen = window.getSelection();
    // a button that is replaced between press and release is never clicked
    return typing || part.matches(":active") || part.querySelector("input:checked, details[open]") !== null
      || [...part.querySelectorAll("select")].some(isChosen)
      || (chosen && !chosen.isCollapsed && part.contains(chosen.anchorNode));
  };

  // a form's token looks different in each answer, and each of them holds
  const content = (part) => part.innerHTML.replace(/<input type="hidden" name="_csrf"[^>]*>/g, "");

  const place = (part) => {
    const at = document.activeElement;
    if (!at || !part.contains(at)) return null;
    return [...part.querySelectorAll("a, button, input, select, textarea, iframe")].indexOf(at);
  };

  // the page as it is now; null when it is loaded anew
  const ask = async () => {
    const patience = new AbortController();
    const over = setTimeout(() => patience.abort(), PATIENCE);
    try {
      const answer = await fetch(location.href, { headers: { "X-Mailroom-Update": "1" }, credentials: "same-origin", redirect: "manual", signal: patience.signal });
      // somebody has to sign in; or what the page shows isn't there any more
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 404) { location.reload(); return null; }
      if (!answer.ok) throw new Error(String(answer.status));
      return await answer.text();
    } finally {
      clearTimeout(over);
    }
  };

  const update = async () => {
    if (paused || document.hidden || live().length === 0) return false;
    const answer = await ask();
    if (!answer) return false;
    const fresh = new DOMParser().parseFromString(answer, "text/html");
    for (const part of live()) {
      const next = fresh.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`);
      if (!next && "passing" in part.dataset) part.remove();
      if (!next || busy(part) || content(next) === content(part)) continue;
      const focused = place(part);
      const scrolled = [...part.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
      part.replaceChildren(...document.adoptNode(next).childNodes);
      part.querySelectorAll(".scroll").forEach((box, i) => { box.scrollLeft = scrolled[i] || 0; });
      if (focused !== null) part.querySelectorAll("a, button, input, select, textarea, iframe")[focused]?.focus({ preventScroll: true });
    }
    // that the database is down is told on a page that is open, too
    const down = fresh.getElementById("database");
    const told = document.getElementById("database");
    if (down && told && down.innerHTML !== told.innerHTML) told.replaceChildren(...document.adoptNode(down).childNodes);
    const nav = fresh.querySelector(".bar nav ul");
    const now = document.querySelector(".bar nav ul");
    if (nav && now && !now.contains(document.activeElement) && nav.innerHTML !== now.innerHTML) now.replaceChildren(...document.adoptNode(nav).childNodes);
    return true;
  };

  const again = () => setTimeout(async () => {
    try {
      // what wasn't asked hasn't answered
      if (await update()) {
        failures = 0;
        heard = new Date();
      }
    } catch (unreachable) {
      failures += 1;
    }
    const gone = document.getElementById("gone");
    document.body.classList.toggle("stale", failures > 1);
    if (gone && gone.hidden === (failures > 1)) {
      gone.hidden = failures < 2;
      gone.textContent = failures < 2 ? "" : `Mailroom hasn’t answered since ${heard.toLocaleTimeString()}. What you see is from then; this page goes on by itself when it answers again.`;
    }
    again();
  }, EVERY * Math.min(1 + failures, 8));

  const pausing = (button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      paused = !paused;
      button.setAttribute("aria-pressed", String(paused));
      button.textContent = paused ? "Updates paused" : "Pause updates";
    });
  };

  const copying = (copy) => {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(copy.dataset.copy).textContent);
      copy.textContent = "Copied";
    });
  };

  // this script runs before the page's first element is there: nothing is sent before its question can be asked
  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  // the folders of the mailbox, level by level, below the field that one is chosen for
  const folders = async (list, address, asked) => {
    list.setAttribute("aria-busy", "true");
    list.textContent = "Asking the mailbox…";
    try {
      const answer = await fetch(`${address}?${new URLSearchParams(asked)}`, { credentials: "same-origin", redirect: "manual", signal: AbortSignal.timeout(60000) });
      if (!answer.ok) throw new Error(String(answer.status));
      list.innerHTML = "";
      list.append(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
    } catch (unreachable) {
      list.textContent = "The folders can’t be listed now: Mailroom didn’t answer. Write the path, or try again.";
    }
    list.removeAttribute("aria-busy");
  };
  const of = (form, name) => form.elements.namedItem(name)?.value ?? "";
  const level = (open, path, within, list) => folders(list, open.dataset.folders, { mailbox: of(open.form, "mailbox"), credential: of(open.form, "credential"), within, path });

  const choosing = (open) => {
    const field = document.getElementById(open.dataset.for);
    const list = document.getElementById(`folders-of-${open.dataset.for}`);
    open.hidden = false;
    open.addEventListener("click", () => {
      list.hidden = !list.hidden;
      open.setAttribute("aria-expanded", String(!list.hidden));
      if (!list.hidden) level(open, "", "", list);
    });
    list.addEventListener("click", (event) => {
      const within = event.target.closest("[data-within]");
      const pick = event.target.closest("[data-pick]");
      if (within) {
        const shown = within.getAttribute("aria-expanded") === "true";
        within.setAttribute("aria-expanded", String(!shown));
        const item = within.closest("li");
        item.querySelector(":scope > div")?.remove();
        if (!shown) {
          const below = item.appendChild(document.createElement("div"));
          level(open, within.dataset.path, within.dataset.within, below);
        }
      } else if (pick && open.dataset.several) {
        const chosen = field.value.split(",").map((each) => each.trim()).filter(Boolean);
        const isNew = !chosen.includes(pick.dataset.pick);
        field.value = (isNew ? [...chosen, pick.dataset.pick] : chosen.filter((each) => each !== pick.dataset.pick)).join(", ");
        pick.setAttribute("aria-pressed", String(isNew));
      } else if (pick) {
        field.value = pick.dataset.pick;
        list.hidden = true;
        open.setAttribute("aria-expanded", "false");
        field.focus();
      }
    });
  };

  document.addEventListener("change", (event) => {
    const largest = Number(event.target.dataset?.largest);
    if (largest) {
      const size = event.target.files[0]?.size ?? 0;
      event.target.setCustomValidity(size > largest ? `This file has ${(size / 1e6).toFixed(1)} MB. A certificate with its key has some kilobytes, and may have 1 MB.` : "");
      event.target.reportValidity();
    }
    const all = event.target.closest("[data-check-all]");
    if (all) document.querySelectorAll(all.dataset.checkAll).forEach((box) => { box.checked = all.checked; });
  });

  // what needs this script, or the whole page, is shown from here on
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("updates");
    if (button && live().length > 0) {
      pausing(button);
      again();
    }
    if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach(copying);
    document.querySelectorAll("[data-folders]").forEach(choosing);
    document.documentElement.classList.add("whole");
  });
})();
