import { AsyncLocalStorage } from 'node:async_hooks';

/** Knows whether the code that runs now was called from a transaction of one database. */
export class TransactionScope {
  readonly #transactions = new AsyncLocalStorage<{ open: boolean }>();

  async run<Result>(body: () => Promise<Result>): Promise<Result> {
    // What a body leaves behind (a timer, a promise nobody awaits) is outside again once the transaction has ended.
    const transaction = { open: true };
    try {
      return await this.#transactions.run(transaction, body);
    } finally {
      transaction.open = false;
    }
  }

  /** Gives the storage back: each one that is in use makes every promise of the process a little slower, for good. */
  close(): void {
    this.#transactions.disable();
  }

  assertOutside(): void {
    if (this.#transactions.getStore()?.open !== true) return;
    throw new Error(
      'The database was used inside one of its own transactions: it would wait for itself. Pass the transaction on instead.',
    );
  }
}
