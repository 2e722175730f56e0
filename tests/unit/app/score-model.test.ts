import { expect, test } from '@jest/globals';
import { scoreModel } from '../../../src/app/evaluation/score-model.ts';

const job = { modelFolder: '/nowhere', cachePath: '/nowhere', split: 'test', robust: true, report: true } as const;

test('what goes wrong in the thread is told as it was there', async () => {
  const scored = scoreModel(job, new AbortController().signal);
  await expect(scored).rejects.toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('Run prep') });
});

test('aborting ends it with the reason', async () => {
  const cancel = new AbortController();
  const scored = scoreModel(job, cancel.signal);
  cancel.abort(new Error('enough'));
  await expect(scored).rejects.toThrow('enough');
  await expect(scoreModel(job, cancel.signal)).rejects.toThrow('enough');
});
