import { basename } from 'node:path';
import { newArtifactId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { toJson } from '../core/to-json.ts';
import { insertArtifact, type ArtifactKind, type NewArtifact } from '../registry/artifacts.ts';
import type { Artifacts } from './run-contexts.ts';
import type { LogSource } from './run-recorder.ts';
import type { RunSession } from './run-session.ts';

type Content = Pick<Partial<NewArtifact>, 'content' | 'storageHash' | 'fileName' | 'mediaType' | 'bytes'>;

/** Artifacts of a flow run or task run: small ones in the registry, files in storage and then in the registry. */
export function recordArtifacts(
  session: RunSession,
  source: LogSource,
  links: Pick<NewArtifact, 'trainingRunId'> = {},
): Artifacts {
  const { registry, storage, secrets, clock } = session.runtime;
  const record = async (key: string, kind: ArtifactKind, content: Content): Promise<void> => {
    await insertArtifact(registry.db, {
      id: newArtifactId(),
      key,
      kind,
      ...source,
      ...links,
      ...content,
      createdAt: clock.now(),
    });
    session.recorder.emit({ type: 'artifact', ...source, key, kind });
  };
  const inline = (key: string, kind: ArtifactKind, content: Json): Promise<void> =>
    record(key, kind, { content: secrets.seal.values(content) });

  return {
    markdown: (key, text) => inline(key, 'markdown', text),
    table: (key, rows) => inline(key, 'table', toJson(rows, `artifact "${key}"`)),
    link: (key, url) => inline(key, 'link', url),
    image: async (key, bytes, mediaType) => {
      const stored = await storage.putBytes(bytes);
      await record(key, 'image', { storageHash: stored.hash, bytes: stored.bytes, mediaType });
    },
    file: async (key, path) => {
      const stored = await storage.putFile(path);
      await record(key, 'file', { storageHash: stored.hash, bytes: stored.bytes, fileName: basename(path) });
    },
    ofTrainingRun: (trainingRunId) => recordArtifacts(session, source, { trainingRunId }),
  };
}
