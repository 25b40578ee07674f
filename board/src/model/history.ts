/** Steps that can be undone and redone, the latest ones, bounded by what they hold. */

export class History<Step> {
  private readonly done: Step[] = [];
  private readonly undone: Step[] = [];

  /** `weight` of a step is what it takes, in any unit; the oldest steps are forgotten above `most` in all. */
  constructor(
    private readonly most: number,
    private readonly weight: (step: Step) => number,
  ) {}

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  /** Add a step that was taken. What was undone before it cannot be redone any more. */
  add(step: Step): void {
    this.undone.length = 0;
    this.done.push(step);
    let weight = this.done.reduce((sum, one) => sum + this.weight(one), 0);
    while (weight > this.most && this.done.length > 1) weight -= this.weight(this.done.shift()!);
  }

  /** The step to take back, if there is one. */
  undo(): Step | undefined {
    const step = this.done.pop();
    if (step !== undefined) this.undone.push(step);
    return step;
  }

  /** The step to take again, if there is one. */
  redo(): Step | undefined {
    const step = this.undone.pop();
    if (step !== undefined) this.done.push(step);
    return step;
  }
}
