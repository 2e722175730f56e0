// Started under `ulimit -f` by full-disk.test.ts: writes more than the limit and reports how that was refused.
import { writeFile } from 'node:fs/promises';
import { createArtifactStore } from '../../../src/storage/artifact-store.ts';
import { writeFileAtomic } from '../../../src/storage/atomic-write.ts';

const [folder = ''] = process.argv.slice(2);
const large = Buffer.alloc(1024 * 1024, 7);
const store = createArtifactStore(`${folder}/artifacts`);
const answers = {
  file: await refusal(() => writeFileAtomic(`${folder}/model.bin`, large)),
  store: await refusal(() => store.putBytes(large)),
  copy: await refusal(() => store.putFile(`${folder}/input.bin`)),
};
await writeFile(`${folder}/answers.json`, JSON.stringify(answers));

async function refusal(write: () => Promise<unknown>): Promise<string> {
  return write().then(
    () => 'written',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : 'no error'),
  );
}
