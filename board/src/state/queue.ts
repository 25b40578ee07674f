/** Questions whose answers are large, a few at a time in the order in which they came: the first is answered first. */
export class Queue {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly most: number) {}

  /** Does `ask` when it is its turn. Rejects with what it rejects with. */
  async take<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    if (this.running === this.most) await new Promise<void>((turn) => this.waiting.push(turn));
    else this.running++;
    try {
      return await ask();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
