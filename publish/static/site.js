// Comfort only: every page works without this file.
for (const form of document.querySelectorAll("form[data-instant]")) {
  form.classList.add("instant");
  form.addEventListener("change", (event) => {
    if (event.target.matches("input[type=checkbox], select")) form.requestSubmit();
  });
  // Empty fields would only lengthen the address.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "" || (name === "sort" && value === "relevance")) event.formData.delete(name);
  });
}
