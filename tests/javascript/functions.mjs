// What an author in JavaScript writes: every kind of operation that the official SDK has a word for.

import { withDurableExecution } from "@aws/durable-execution-sdk-js";

export const order = withDurableExecution(async (event, context) => {
  const reserved = await context.step("reserve", async () => ({ order: event.order, note: "naïve ☃" }));
  await context.wait("cool down", { seconds: 1 });
  const [paid, packed] = (
    await context.parallel("pay and pack", [
      async (branch) => branch.step("pay", async () => `paid ${event.amount}`),
      async (branch) => {
        await branch.wait("find a box", { seconds: 1 });
        return branch.step("pack", async () => "packed");
      },
    ])
  ).getResults();
  const [approval, callbackId] = await context.createCallback("approval", { timeout: { minutes: 5 } });
  await context.step("ask", async () => callbackId);
  const approved = JSON.parse(await approval);
  return { reserved, paid, packed, approved };
});

export const labels = withDurableExecution(async (event, context) => {
  const printed = await context.map("print", event.items, async (child, item, index) =>
    child.step(`label ${index}`, async () => item.toUpperCase()),
  );
  return printed.getResults();
});

export const stubborn = withDurableExecution(async (event, context) => {
  const retryStrategy = (_error, attempt) => ({ shouldRetry: attempt < event.tries, delay: { seconds: 1 } });
  return context.step(
    "knock",
    async () => {
      throw new RangeError("nobody is home");
    },
    { retryStrategy },
  );
});

export const greeting = withDurableExecution(async (event, context) => {
  const children = await context.runInChildContext("polite", async (child) =>
    child.step("greet", async () => `Hello, ${event.name}`),
  );
  const polled = await context.waitForCondition(
    "three times",
    async (count) => count + 1,
    {
      initialState: 0,
      waitStrategy: (count) =>
        count >= 3 ? { shouldContinue: false } : { shouldContinue: true, delay: { seconds: 1 } },
    },
  );
  return { children, polled };
});

export const caller = withDurableExecution(async (event, context) => context.invoke("call", "greeting", event));
