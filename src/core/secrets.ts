import { DataError, ParameterError } from './errors.ts';
import type { Json } from './json.ts';
import { mapJson, pathText } from './map-json.ts';
import { OWN_WORDS } from './own-words.ts';
import { Seal } from './seal.ts';
import { REFERENCE_START, referenceTo, replaceReferences, type Reference } from './secret-references.ts';

const MIN_LENGTH = 4;

/**
 * The secrets of this process: the values of the environment variables that parameters refer to as `${env:NAME}`. Each is
 * learnt when a reference to it is resolved; from then on everything that is written is sealed: the value, and what it
 * becomes when it is quoted or encoded, is replaced by the reference.
 */
export class Secrets {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #values = new Map<string, string>();
  readonly #readable: string[] = [...OWN_WORDS];
  readonly #onFirst: (() => void) | undefined;
  #seal = new Seal(this.#values);

  /** @param onFirst Called when the first secret is learnt, before anybody can write it. */
  constructor(env: Readonly<Record<string, string | undefined>>, onFirst?: () => void) {
    this.#env = env;
    this.#onFirst = onFirst;
  }

  /** Whether none was learnt so far: there is nothing to seal. */
  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  /** What seals, with the secrets learnt so far. */
  get seal(): Seal {
    return this.#seal;
  }

  /**
   * Puts the values of environment variables in the place of their references; `$${env:NAME}` becomes the text
   * `${env:NAME}`. Keys are left alone.
   * @throws ParameterError that tells for every reference that cannot be resolved where it is, and why.
   */
  resolve(value: Json, what: string): Json {
    const problems: string[] = [];
    const resolved = mapJson(value, {
      text: (text, path) =>
        replaceReferences(text, (reference) => {
          const before = '$'.repeat(Math.floor(reference.dollars / 2));
          if (reference.dollars % 2 === 0) return before + reference.written;
          const secret = this.#read(reference);
          if ('problem' in secret) problems.push(`${pathText(path) || 'the value'}: ${secret.problem}`);
          return before + ('problem' in secret ? '' : secret.value);
        }),
    });
    if (problems.length > 0) throw resolveError(what, [...new Set(problems)]);
    return resolved;
  }

  /**
   * Names texts that are looked up again as they are written, such as the project's folder: no secret may be a part of them.
   * @throws ParameterError when one is already.
   */
  keepReadable(texts: readonly string[]): void {
    this.#readable.push(...texts.filter((text) => !this.#readable.includes(text)));
    for (const [name, value] of this.#values) {
      if (this.#isReadable(value)) throw new ParameterError(`${referenceTo(name)}: ${tooOrdinary(name)}`);
    }
  }

  /**
   * For names of folders, which cannot be sealed.
   * @throws ParameterError when the name holds a secret.
   */
  assertNotInName(name: string, what: string): void {
    const sealed = this.#seal.text(name);
    if (sealed === name) return;
    throw new ParameterError(
      `The ${what} would be called "${sealed}" and its folder would tell the secret. Give it a name without one.`,
      { details: { name: sealed } },
    );
  }

  /** @throws DataError when the bytes hold a secret. */
  assertNotIn(bytes: Uint8Array, what: string): void {
    const name = this.#seal.findIn(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    if (name === undefined) return;
    throw new DataError(
      `${what} holds the value of ${referenceTo(name)} and is not kept: whoever may see the run's artifacts could read it. ` +
        'Write it without the value.',
      { details: { secret: name } },
    );
  }

  #read({ name, form, written }: Reference): { readonly value: string } | { readonly problem: string } {
    if (name === undefined || form !== undefined) {
      return { problem: `"$${written}" is no reference: write \${env:NAME}, or $\${env: for the text itself` };
    }
    const value = this.#env[name];
    const problem = this.#problemWith(name, value);
    if (problem !== undefined) return { problem };
    this.#learn(name, value!);
    return { value: value! };
  }

  #problemWith(name: string, value: string | undefined): string | undefined {
    if (value === undefined) return `the environment variable ${name} is not set`;
    if (value.trim() === '') return `the environment variable ${name} is empty`;
    if (value.trim().length < MIN_LENGTH) {
      return `the value of ${name} has fewer than ${MIN_LENGTH} characters, too few to be kept out of what is written. ${NO_SECRET}`;
    }
    if (value.includes(REFERENCE_START)) return `the value of ${name} contains "${REFERENCE_START}" itself`;
    return this.#isReadable(value) || this.#isInReferences(name, value) ? tooOrdinary(name) : undefined;
  }

  #isReadable(value: string): boolean {
    return this.#readable.some((text) => text.includes(value.trim()));
  }

  /** Whether the references would give a value away: `TOKEN=TOKEN`. */
  #isInReferences(name: string, value: string): boolean {
    const references = [name, ...this.#values.keys()].map((known) => referenceTo(known));
    const values = [value, ...this.#values.values()];
    return references.some((reference) => values.some((text) => reference.includes(text)));
  }

  #learn(name: string, value: string): void {
    if (this.#values.get(name) === value) return;
    if (this.isEmpty) this.#onFirst?.();
    this.#values.set(name, value);
    this.#seal = new Seal(new Map(this.#values));
  }
}

const NO_SECRET = 'What is no secret can be given without a reference, for example by MLFLOW_TS_<KEY>';

function tooOrdinary(name: string): string {
  return `the value of ${name} is part of a word that must stay readable: a state, a folder, the name of a flow or variable. ${NO_SECRET}`;
}

function resolveError(what: string, problems: readonly string[]): ParameterError {
  const lines = problems.map((problem) => `\n  ${problem}.`).join('');
  return new ParameterError(
    `The references in ${what} cannot be resolved:${lines}\nSet the variables for this command. $\${env:NAME} stands for the text \${env:NAME} itself.`,
    {
      details: { problems: [...problems] },
    },
  );
}
