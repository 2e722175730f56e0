/** Lets what was woken go on until it waits for something else than its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const TURNS = 3;
