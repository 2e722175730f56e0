import { z } from 'zod';
import { closestName } from '../../core/closest-name.ts';
import { DataError, NotFoundError } from '../../core/errors.ts';
import { runConcurrently } from '../run-concurrently.ts';
import { breedName, type Breed } from './dog-address.ts';
import type { DogApi } from './dog-api.ts';

/**
 * The addresses of all images of breeds, a request a breed; of a main breed those of its sub-breeds too. No breeds: of all there are.
 * @throws NotFoundError for an unknown breed, with the one that was probably meant; what the API throws; DataError when it
 * answers something else.
 */
export async function listDogImages(api: DogApi, breeds: readonly Breed[], signal: AbortSignal): Promise<string[]> {
  const wanted = breeds.length > 0 ? breeds : [...(await listBreeds(api, signal)).keys()].map((main) => ({ main }));
  const lists = await runConcurrently(wanted, CONCURRENCY, signal, (breed) => listOfBreed(api, breed, signal));
  return [...new Set(lists.flat())];
}

/** They begin by the API's own pace; this many may be under way. */
const CONCURRENCY = 4;

const breedsSchema = z.record(z.string().regex(/^[a-z0-9]+$/u), z.array(z.string()));
const imagesSchema = z.array(z.string());

async function listBreeds(api: DogApi, signal: AbortSignal): Promise<Map<string, readonly string[]>> {
  const path = 'breeds/list/all';
  return new Map(Object.entries(read(breedsSchema, await api.ask(path, signal), `${api.endpoint}/${path}`)));
}

async function listOfBreed(api: DogApi, breed: Breed, signal: AbortSignal): Promise<string[]> {
  const { main, sub } = breed;
  const path = `breed/${sub === undefined ? main : `${main}/${sub}`}/images`;
  const answer = await api.ask(path, signal).catch(async (error: unknown) => {
    throw error instanceof NotFoundError ? await withSuggestion(error, api, breed, signal) : error;
  });
  return read(imagesSchema, answer, `${api.endpoint}/${path}`);
}

function read<Answer>(schema: z.ZodType<Answer>, answer: unknown, url: string): Answer {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new DataError(`The Dog API's answer at ${url} is not what it was: ${parsed.error.message}`);
}

/** One more question; when it fails the first answer stands as it is. */
async function withSuggestion(
  error: NotFoundError,
  api: DogApi,
  breed: Breed,
  signal: AbortSignal,
): Promise<NotFoundError> {
  const known = await listBreeds(api, signal).catch(() => undefined);
  signal.throwIfAborted();
  if (known === undefined) return error;
  const names = [...known].flatMap(([main, subs]) => [main, ...subs.map((sub) => breedName({ main, sub }))]);
  const closest = closestName(breedName(breed), names);
  const hint = closest === undefined ? `${api.endpoint}/breeds/list/all has them all.` : `Did you mean "${closest}"?`;
  return new NotFoundError(`The Dog API knows no breed "${breedName(breed)}". ${hint}`, { cause: error });
}
