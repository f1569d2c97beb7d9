"use client";

/** What stands above the page, and takes the focus from it for a while. */
const ABOVE = "[role=dialog], [role=menu], [role=listbox]";

let last: HTMLElement | SVGElement | undefined;

// Radix gives the focus back to a dialog's trigger alone: those that open by a key, a menu or an address have none.
if (typeof document !== "undefined")
  document.addEventListener("focusin", ({ target }) => {
    if ((target instanceof HTMLElement || target instanceof SVGElement) && !target.closest(ABOVE)) last = target;
  });

/** For a dialog's `onCloseAutoFocus`: focus goes back to what had it on the page, unless it is somewhere already. */
export function returnFocus(event: Event): void {
  event.preventDefault();
  if (document.activeElement === null || document.activeElement === document.body) last?.focus({ preventScroll: true });
}
