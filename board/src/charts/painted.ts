/** Does `then` in a task of its own once the browser has painted what is to be painted now. */
export function oncePainted(then: () => void): void {
  requestAnimationFrame(() => setTimeout(then));
}
