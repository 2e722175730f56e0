import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { EnvironmentError, ParameterError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { linkOrCopy } from '../../storage/link-or-copy.ts';
import { chooseDogImages, type ChosenDogImages } from '../dog-api/choose-dog-images.ts';
import { parseDogAddress } from '../dog-api/dog-address.ts';
import { openDogApi, type DogApi } from '../dog-api/dog-api.ts';
import { fetchDogImages } from '../dog-api/fetch-dog-images.ts';
import { readImageRecords, writeImageRecord } from '../dog-api/image-record.ts';
import { keepOnce, withoutSettled, type KeptImages } from '../dog-api/keep-once.ts';
import { listDogImages } from '../dog-api/list-dog-images.ts';
import type { SourceOpener } from '../source.ts';

/**
 * `dog-api:[BREED,…][?perClass=100&seed=7]`: random images of breeds from the Dog API (https://dog.ceo/dog-api), labelled by the
 * folder in their addresses. Its version is the hash of the paths that are chosen.
 */
export const openDogApiSource: SourceOpener = (rest, { clock, env = {}, version }) => {
  const { breeds, address, ...wanted } = parseDogAddress(rest);
  const open = () => openDogApi({ clock, env, ...(version === undefined ? {} : { version }) });
  const choose = async (api: DogApi, signal: AbortSignal) => {
    const chosen = chooseDogImages(await listDogImages(api, breeds, signal), wanted);
    assertTwoClasses(chosen, address);
    return chosen;
  };
  return {
    address,
    describe: async (signal) => {
      signal.throwIfAborted();
      const { images, labels, version: upstreamVersion } = await choose(open(), signal);
      const title = `Dogs of ${labels.length} breeds from the Dog API`;
      return { source: address, name: 'dogs', title, upstreamVersion, synthetic: false, files: images.length };
    },
    download: async (into, context) => {
      const { metadata, signal, log, earlier = () => Promise.resolve([]) } = context;
      signal.throwIfAborted();
      const api = open();
      const chosen = await choose(api, signal);
      if (chosen.version !== metadata.upstreamVersion) throw changedMeanwhile(api);
      tellStrange(chosen, log);
      const known = withoutSettled(await readImageRecords(await earlier()), chosen.images);
      const kept = keepOnce(await fetchDogImages(chosen.images, { ...context, clock, api, known }));
      tellKept(kept, log);
      await placeImages(kept, into);
      await writeImageRecord(into, kept.record);
      return { kind: 'folder', path: into, owned: true };
    },
  };
};

function assertTwoClasses({ labels }: ChosenDogImages, address: string): void {
  if (labels.length > 1) return;
  const found = labels.length === 0 ? 'no images' : `images of "${labels[0]!}" alone`;
  throw new ParameterError(
    `${address} has ${found}; at least two breeds are needed, such as dog-api:poodle,hound-afghan`,
  );
}

function changedMeanwhile({ endpoint }: DogApi): EnvironmentError {
  return new EnvironmentError(`${endpoint} lists other images by now than a moment ago. Collect again.`);
}

async function placeImages({ files }: KeptImages, into: string): Promise<void> {
  const folders = new Set(files.map(({ path: name }) => path.join(into, path.dirname(name))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  for (const { file, path: name } of files) await linkOrCopy(file, path.join(into, name));
}

function tellStrange({ strange }: ChosenDogImages, log: Logger): void {
  if (strange.length === 0) return;
  log.warn(`${strange.length} addresses are not those of labelled images, for example ${strange[0]!}`);
}

function tellKept({ repeated, contradictory }: KeptImages, log: Logger): void {
  const examples = (groups: readonly (readonly string[])[]) =>
    groups
      .slice(0, MOST_EXAMPLES)
      .map((paths) => paths.join(' = '))
      .join(', ');
  if (repeated.length > 0) {
    log.info(`${repeated.length} images are there more than once and kept once: ${examples(repeated)}`);
  }
  if (contradictory.length > 0) {
    log.warn(
      `${contradictory.length} images are there under several breeds and left out, for one label at least is wrong: ${examples(contradictory)}`,
    );
  }
}

const MOST_EXAMPLES = 5;
