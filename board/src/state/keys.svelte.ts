/** Who answers a key. Views say what they do for a command as long as they are on the page. */

import { type Command, commandOf } from "../model/keys";

/** Where letters are never commands: text is typed there, or something stands over the page. */
const OFF =
  "dialog, [popover], textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range], [type=color])";

export class Keys {
  /** The table of all keys is on show. */
  helpOpen = $state(false);
  private readonly answers = new Map<Command, () => void>([["help", () => (this.helpOpen = true)]]);

  /** Answer these commands until the returned function is called. */
  answer(answers: Partial<Record<Command, () => void>>): () => void {
    const entries = Object.entries(answers) as [Command, () => void][];
    for (const [command, answer] of entries) this.answers.set(command, answer);
    return () => {
      for (const [command, answer] of entries)
        if (this.answers.get(command) === answer) this.answers.delete(command);
    };
  }

  press(event: KeyboardEvent): void {
    const { target } = event;
    if (event.defaultPrevented || event.isComposing || !(target instanceof Element)) return;
    if (target.closest(OFF)) return;
    const command = commandOf(event);
    const answer = command && this.answers.get(command);
    if (!answer) return;
    event.preventDefault();
    answer();
  }
}
