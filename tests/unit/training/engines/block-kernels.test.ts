import { expect, test } from '@jest/globals';
import { checkBlocks } from '../../../../src/training/engines/check-blocks.ts';
import { findBlockKernels } from '../../../../src/training/engines/block-kernels.ts';
import { findOnnxRuntime } from '../../../../src/training/engines/onnx-runtime.ts';
import { startSessionHost, type SessionHost } from '../../../../src/training/engines/session-host.ts';

const runtime = await findOnnxRuntime(['onnxruntime-node']);
const nativeTest = runtime.kind === 'available' ? test : test.skip;

nativeTest('blocks are found, checked once, and remembered for the installation', async () => {
  const remembered = new Map<string, number>();
  const checked = {
    read: (installation: string) => Promise.resolve(remembered.get(installation)),
    write: (installation: string, block: number) => Promise.resolve(void remembered.set(installation, block)),
  };
  const kernels = await findBlockKernels(runtime, checked);
  expect([8, 16]).toContain(kernels.kind === 'blocked' ? kernels.block : 0);
  const [installation] = [...remembered.keys()];
  expect(installation).toContain(runtime.kind === 'available' ? runtime.version : '');

  remembered.set(installation!, 32);
  expect(await findBlockKernels(runtime, checked)).toEqual({ kind: 'blocked', block: 32 });
});

test('another runtime than the native one, or none, has no blocks', async () => {
  const web = { kind: 'available', name: 'onnxruntime-web', version: 'onnxruntime-web 1.2.3' } as const;
  expect(await findBlockKernels(web)).toMatchObject({ kind: 'plain', reason: expect.stringContaining('1.2.3') });
  expect(await findBlockKernels({ kind: 'missing', reason: 'no binary' })).toEqual({
    kind: 'plain',
    reason: 'no binary',
  });
});

nativeTest('blocks that compute something else, or nothing, are not used', async () => {
  const host = startSessionHost('onnxruntime-node');
  try {
    const wrong: SessionHost = {
      ...host,
      run: async (session, feeds) => {
        const outputs = await host.run(session, feeds);
        if (session === 'blocked') outputs['second/kernel:firstMoment:next']!.data.fill(0);
        return outputs;
      },
    };
    expect(await checkBlocks(wrong, (await probed()) ?? 8)).toContain("another 'second/kernel:firstMoment:next'");
    expect(await checkBlocks(host, 7)).toContain('failed in a check');
  } finally {
    await host.close();
  }
});

async function probed(): Promise<number | undefined> {
  const kernels = await findBlockKernels(runtime);
  return kernels.kind === 'blocked' ? kernels.block : undefined;
}
