// Comfort only: every page works without this file.
// The page comes anew with every choice, and goes on where it was made. A browser may keep its storage closed.
const place = {
  keep: (...where) => { try { sessionStorage.setItem("chosen", JSON.stringify(where)); } catch { /* it begins at its top */ } },
  take: () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem("chosen") ?? "[]");
      sessionStorage.removeItem("chosen");
      return kept;
    } catch { return []; }
  },
};
const wide = matchMedia("(min-width: 60rem)"); // as in parts.css
const [chosen, value, height] = place.take();
for (const form of document.querySelectorAll("form[data-instant]")) {
  form.classList.add("instant");
  form.addEventListener("change", ({ target }) => {
    // Where filters fold away, several are chosen and then applied.
    if (!target.matches("select") && !(wide.matches && target.matches("input[type=checkbox]"))) return;
    place.keep(target.name, target.type === "checkbox" ? target.value : "", scrollY);
    form.requestSubmit();
  });
  // Empty fields would only lengthen the address.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "" || (name === "sort" && value === "relevance")) event.formData.delete(name);
  });
  const again = [...form.elements].find((one) => chosen && one.name === chosen && (!value || one.value === value));
  if (!again) continue;
  for (let fold = again.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  scrollTo(0, height);
  again.focus({ preventScroll: true });
}

// Completions as one types: a list that the arrow keys walk through (WAI-ARIA combobox), asked for when typing pauses.
const PAUSE = 150;
for (const field of document.querySelectorAll("input[data-suggest]")) {
  const list = document.createElement("ul");
  const kinds = JSON.parse(field.dataset.kinds);
  let asked, waiting, active = -1, typed = "";
  field.type = "text"; // a search field may not be a combobox
  Object.assign(list, { id: `${field.id}-suggestions`, className: "suggestions", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.suggestions);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) field.setAttribute(name, value);
  field.after(list);

  const close = () => {
    clearTimeout(waiting);
    asked?.abort();
    list.hidden = true;
    active = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const mark = (place) => {
    active = place;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", at === place));
    if (place < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", list.children[place].id);
    field.value = place < 0 ? typed : list.children[place].dataset.text;
  };
  const choose = (item) => {
    field.value = item.dataset.text;
    close();
    if (item.dataset.path) location.assign(item.dataset.path);
    else field.form.requestSubmit();
  };
  const emphasised = (text) => {
    const whole = document.createElement("span");
    const at = text.toLowerCase().indexOf(typed.trim().toLowerCase());
    const hit = document.createElement("b");
    hit.textContent = at < 0 ? "" : text.substr(at, typed.trim().length);
    whole.append(text.slice(0, Math.max(at, 0)), hit, text.slice(Math.max(at, 0) + hit.textContent.length));
    return whole;
  };
  const show = (found) => {
    list.replaceChildren(...found.map((one, at) => {
      const item = document.createElement("li");
      const kind = document.createElement("small");
      item.id = `${list.id}-${at}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.text = one.text;
      if (one.iri.includes("/id/")) item.dataset.path = `/${one.iri.split("/id/")[1]}`;
      kind.textContent = kinds[one.kind] ?? "";
      if (/\p{Script=Han}/u.test(one.text)) item.lang = "zh-CN";
      item.append(emphasised(one.text), kind);
      // Before the field loses the focus, which would close the list.
      item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(item); });
      return item;
    }));
    list.hidden = !found.length;
    active = -1;
    field.setAttribute("aria-expanded", String(!list.hidden));
  };
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(`${field.dataset.suggest}?${new URLSearchParams({ q: typed.slice(0, 100) })}`, { signal: asked.signal });
      if (answer.ok) show((await answer.json()).suggestions);
    } catch { /* a newer question, or no network: the field works without completions */ }
  };

  field.addEventListener("input", (event) => {
    clearTimeout(waiting);
    typed = field.value;
    if (event.isComposing || !typed.trim()) return close();
    waiting = setTimeout(ask, PAUSE);
  });
  field.addEventListener("compositionend", () => field.dispatchEvent(new Event("input")));
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    const last = list.children.length - 1;
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") mark(active === last ? -1 : active + 1);
    else if (event.key === "ArrowUp") mark(active === -1 ? last : active - 1);
    else if (event.key === "Escape") { mark(-1); close(); }
    else if (event.key === "Enter" && active >= 0) choose(list.children[active]);
    else return;
    event.preventDefault();
  });
}
