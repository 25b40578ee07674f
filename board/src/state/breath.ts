/** Lets the browser paint, and hear the person, before thousands of runs are gone on with. */
export function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
