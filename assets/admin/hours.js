// The week of the settings page: one day's hours for all days, by a button behind each day that has any.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const days = [0, 1, 2, 3, 4, 5, 6].map((day) => ["opens", "closes"].map((end) => document.querySelector(`[name="day${day}_${end}"]`)));
  if (days.some((fields) => fields.includes(null))) return;
  days.forEach((fields) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "al-button al-small";
    button.textContent = "Salin ke semua hari";
    const draw = () => { button.hidden = !(fields[0].value && fields[1].value); };
    button.addEventListener("click", () => days.forEach((other) => other.forEach((field, end) => {
      field.value = fields[end].value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    })));
    fields.forEach((field) => field.addEventListener("input", draw));
    fields[1].after(button);
    draw();
  });
});
