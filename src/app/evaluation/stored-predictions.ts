import { parseTestPredictions, type TestPredictions } from '../../models/test-predictions.ts';
import type { ArtifactStore } from '../../storage/artifact-store.ts';

/** Keeps what a model predicted for its test samples as a stored file; returns its hash. */
export async function storePredictions(storage: ArtifactStore, predictions: TestPredictions): Promise<string> {
  const { hash } = await storage.putBytes(Buffer.from(JSON.stringify(predictions)));
  return hash;
}

/** The test predictions that were stored under a hash. @throws NotFoundError, DataError. */
export async function readPredictions(storage: ArtifactStore, hash: string): Promise<TestPredictions> {
  const bytes = await storage.read(hash);
  return parseTestPredictions(bytes.toString('utf8'), storage.pathOf(hash));
}
