// The page of /sparql with JavaScript: the editor over the form, and buttons that copy. Asks no other host.
"use strict";

(() => {
  const form = document.getElementById("ask");
  const area = document.getElementById("query");
  let read = () => area.value;
  let write = (text) => { area.value = text; area.focus(); };

  // A query too long for an address goes by POST.
  const post = document.getElementById("post");
  const { method, action } = form;
  post.hidden = true;
  form.addEventListener("submit", () => {
    area.value = read();
    const long = encodeURIComponent(area.value).length > Number(form.dataset.longest);
    form.method = long ? post.formMethod : method;
    form.action = long ? post.formAction : action;
  });

  // A question of the catalogue, with the values of its example, is where to start from.
  const example = document.getElementById("example");
  document.getElementById("take").hidden = true;
  example.addEventListener("change", async () => {
    const address = example.selectedOptions[0].dataset.address;
    if (!address) return;
    const answer = await fetch(address);
    if (answer.ok) write(await answer.text());
    else example.form.submit();
  });

  const copies = document.getElementById("copies");
  for (const details of copies?.querySelectorAll("details") ?? []) {
    const code = details.querySelector("code");
    if (copies.dataset.standIn) {
      code.textContent = code.textContent.replaceAll(copies.dataset.standIn, `${location.origin}/`);
    }
    if (details.id === "citation") {
      // Swedish dates are ISO 8601's.
      code.textContent = code.textContent.slice(0, -copies.dataset.day.length) + new Date().toLocaleDateString("sv");
    }
    const button = document.createElement("button");
    const said = document.createElement("span");
    button.type = "button";
    button.textContent = copies.dataset.copy;
    button.setAttribute("aria-label", `${copies.dataset.copy}: ${details.querySelector("summary").textContent}`);
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      getSelection().selectAllChildren(code);
      try {
        // Browsers give the clipboard to secure pages only; the older way asks for a selection.
        if (navigator.clipboard) await navigator.clipboard.writeText(code.textContent);
        else if (!document.execCommand("copy")) throw new Error("refused");
        said.textContent = copies.dataset.copied;
      } catch {
        said.textContent = copies.dataset.failed;
      }
    });
    details.append(button, " ", said);
  }

  if (window.Yasqe) edit(window.Yasqe);

  function edit(Yasqe) {
    const prefixes = JSON.parse(form.dataset.prefixes);
    let terms;
    // Only our own vocabulary: YASQE's completers, which ask other hosts, are replaced by name.
    const own = (kind) => async (_, token) => {
      terms ??= fetch(form.dataset.terms).then((answer) => answer.json());
      const begun = token.autocompletionString ?? "";
      return (await terms).filter((each) => each.kind === kind && each.term.startsWith(begun)).map((each) => each.term);
    };
    // A label beside each term, in the language of the page.
    const labelled = async (hints) => {
      const names = new Map((await terms).map((each) => [each.term, each.label]));
      for (const hint of hints) {
        const [prefix, name] = hint.text.startsWith("<") ? ["", ""] : hint.text.split(/:(.*)/s);
        const label = names.get(prefix ? yasqe.getPrefixesFromQuery()[prefix] + name : hint.text.slice(1, -1));
        if (label) hint.displayText = `${hint.text} ${label}`;
      }
      return hints;
    };
    const forget = { bulk: false, persistenceId: null };
    for (const kind of ["class", "property"]) {
      Yasqe.forkAutocompleter(kind, { name: kind, get: own(kind), postprocessHints: (_, hints) => labelled(hints), ...forget });
    }
    Yasqe.forkAutocompleter("prefixes", {
      name: "prefixes",
      bulk: true,
      persistenceId: null,
      get: () => Object.entries(prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`),
    });

    const label = document.querySelector("label[for=query]");
    const place = document.createElement("div");
    area.before(place);
    area.hidden = true;
    area.required = false;
    const ask = () => form.requestSubmit();
    const complete = (editor) => editor.autocomplete();
    const yasqe = new Yasqe(place, {
      value: area.value,
      screenReaderLabel: label.textContent,
      persistenceId: null,
      consumeShareLink: null,
      createShareableLink: null,
      prefixCcApi: null,
      showQueryButton: false,
      requestConfig: { endpoint: "/sparql" },
      // Tab is left to the browser, which goes on to the next field.
      extraKeys: {
        "Tab": false, "Shift-Tab": false, "Ctrl-S": false,
        "Ctrl-Enter": ask, "Cmd-Enter": ask, "Ctrl-Space": complete, "Ctrl-.": complete,
      },
    });
    const notify = yasqe.showNotification.bind(yasqe);
    yasqe.showNotification = (key) => notify(key, form.dataset.hint);
    read = () => yasqe.getValue();
    write = (text) => { yasqe.setValue(text); yasqe.focus(); };
    label.addEventListener("click", () => yasqe.focus());
    form.addEventListener("submit", (event) => {
      if (!read().trim()) {
        event.preventDefault();
        event.stopImmediatePropagation();
        yasqe.focus();
      }
    }, true);
    document.getElementById("keys").hidden = false;
    // The browser may bring back what was written before the page was left.
    addEventListener("pageshow", () => { if (area.value !== read()) yasqe.setValue(area.value); });
    yasqe.on("change", () => { area.value = read(); });
  }
})();
