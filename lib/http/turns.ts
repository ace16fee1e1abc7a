/** Many questions with few at a time, and an end to waiting. */

export async function someAtATime<Item>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values()
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker))
}

/** Resolves when the work is done, or after that time: then it goes on by itself. */
export async function within(patienceMs: number, work: Promise<unknown>): Promise<void> {
  let patience: NodeJS.Timeout | undefined
  await Promise.race([work, new Promise((resolve) => (patience = setTimeout(resolve, patienceMs)))])
  clearTimeout(patience)
}
