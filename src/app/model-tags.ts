import { ParameterError, UsageError } from '../core/errors.ts';
import { findModelVersionRow } from '../models/find-model-version.ts';
import { parseModelReference } from '../models/model-reference.ts';
import { findRegisteredModel } from '../registry/registered-models.ts';
import { withTransaction } from '../registry/registry-db.ts';
import { deleteTag, listTags, setTags, type TagOwner } from '../registry/tags.ts';
import type { AppServices } from './services.ts';

export type TagChanges = {
  /** `key=value` each. */
  readonly set: readonly string[];
  /** Keys. */
  readonly remove: readonly string[];
};

/** What carries the tags, and all it carries after the change. */
export type TaggedModel = {
  readonly name: string;
  /** Null when the model itself is tagged and not one of its versions. */
  readonly version: number | null;
  readonly tags: Readonly<Record<string, string>>;
};

/**
 * Sets and removes tags of a model (`signs`) or of a version (`signs/3`, `signs@champion`), all or none; without changes it
 * only reads.
 * @throws NotFoundError; UsageError for what is not `key=value`; ParameterError for a key or value MLflow would refuse too, or
 * a key to remove that is not there.
 */
export async function tagModel(
  { registry }: AppServices,
  reference: string,
  changes: TagChanges,
): Promise<TaggedModel> {
  const added = Object.fromEntries(changes.set.map(parseTag));
  return withTransaction(registry.db, async (transaction) => {
    const { owner, name, version } = await findOwner(transaction, reference);
    const before = await listTags(transaction, owner);
    const missing = changes.remove.filter((key) => !Object.hasOwn(before, key));
    if (missing.length > 0) {
      throw new ParameterError(`${owner.id} has no tag ${missing.join(', ')}. It has: ${keysText(before)}.`);
    }
    await setTags(transaction, owner, added);
    for (const key of changes.remove) await deleteTag(transaction, owner, key);
    return { name, version, tags: await listTags(transaction, owner) };
  });
}

async function findOwner(
  db: Parameters<typeof listTags>[0],
  text: string,
): Promise<{ readonly owner: TagOwner } & Pick<TaggedModel, 'name' | 'version'>> {
  const reference = parseModelReference(text);
  if (reference.kind === 'name') {
    const { name } = await findRegisteredModel(db, reference.name);
    return { owner: { kind: 'registered_model', id: name }, name, version: null };
  }
  const { modelName: name, version } = await findModelVersionRow(db, reference);
  return { owner: { kind: 'model_version', id: `${name}/${version}` }, name, version };
}

/** MLflow's limits: keys of up to 250 letters, digits, `_ - . /` and blanks, values of up to 5,000 characters. */
const KEY = /^[\w\-./ ]{1,250}$/;
const MAX_VALUE_LENGTH = 5_000;

function parseTag(text: string): [string, string] {
  const split = text.indexOf('=');
  if (split < 1) throw new UsageError(`"${text}" is not key=value. Write for example: stage=staging`);
  const key = text.slice(0, split);
  const value = text.slice(split + 1);
  if (!KEY.test(key)) {
    throw new ParameterError(`"${key}" cannot be a tag: up to 250 letters, digits, blanks, _ - . and /.`);
  }
  if (value.length > MAX_VALUE_LENGTH) {
    throw new ParameterError(
      `The value of tag "${key}" has ${value.length} characters; up to ${MAX_VALUE_LENGTH} fit.`,
    );
  }
  return [key, value];
}

function keysText(tags: Readonly<Record<string, string>>): string {
  return Object.keys(tags).join(', ') || 'none';
}
