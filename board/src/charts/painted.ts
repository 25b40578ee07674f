let isPainted = false;

/** Does `then` in a task once the browser has painted what is to be painted now; at once in such a task. */
export function oncePainted(then: () => void): void {
  if (isPainted) return then();
  requestAnimationFrame(() =>
    setTimeout(() => {
      isPainted = true;
      try {
        then();
      } finally {
        isPainted = false;
      }
    }),
  );
}
