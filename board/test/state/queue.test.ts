import { expect, test } from "vitest";
import { Queue } from "../../src/state/queue";

interface Promised {
  readonly answer: Promise<string>;
  give(text: string): void;
  refuse(error: Error): void;
}

function promised(): Promised {
  const found: Partial<Promised> = {};
  const answer = new Promise<string>((give, refuse) => Object.assign(found, { give, refuse }));
  return { ...found, answer } as Promised;
}

test("so many are asked at once, the others in their order, also after one that was refused", async () => {
  const queue = new Queue(2);
  const asked: number[] = [];
  const questions = Array.from({ length: 4 }, promised);
  const answers = questions.map(({ answer }, i) =>
    queue.take(() => {
      asked.push(i);
      return answer;
    }),
  );
  await Promise.resolve();
  expect(asked).toEqual([0, 1]);

  questions[1]!.refuse(new Error("no"));
  await expect(answers[1]).rejects.toThrow("no");
  await Promise.resolve();
  expect(asked).toEqual([0, 1, 2]);

  questions[0]!.give("first");
  expect(await answers[0]).toBe("first");
  await Promise.resolve();
  expect(asked).toEqual([0, 1, 2, 3]);

  for (const { give } of questions) give("later");
  expect(await Promise.all([answers[2], answers[3]])).toEqual(["later", "later"]);
  expect(await queue.take(() => Promise.resolve("idle"))).toBe("idle");
});
