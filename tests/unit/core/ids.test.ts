import { expect, jest, test } from '@jest/globals';
import { newFlowRunId, newTaskRunId } from '../../../src/core/ids.ts';

test('ids are UUIDv7 and say when they were made', () => {
  const before = Date.now();
  const id = newFlowRunId();
  expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  const madeAt = Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16);
  expect(madeAt).toBeGreaterThanOrEqual(before);
  expect(madeAt).toBeLessThanOrEqual(Date.now());
});

test('ids increase strictly within a process, also when the wall clock is set back by a year', () => {
  const ids = Array.from({ length: 10_000 }, newTaskRunId);
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 365 * 24 * 3_600_000);
  try {
    ids.push(...Array.from({ length: 100 }, newTaskRunId));
  } finally {
    now.mockRestore();
  }
  ids.push(newTaskRunId());
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual([...ids].sort());
});
