import { basename } from 'node:path';
import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { z } from 'zod';
import { didYouMean } from '../../core/closest-name.ts';
import { ParameterError } from '../../core/errors.ts';

/** What a backbone takes: how the pixels 0..255 of a decoded image become its input. */
export type BackboneInput = {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly layout: 'NCHW' | 'NHWC';
  readonly channels: 'RGB' | 'BGR' | 'GREY';
  /** `pixel × scale + offset`; one number for each channel in the order of `channels`. */
  readonly scale: readonly number[];
  readonly offset: readonly number[];
};

/** An ONNX feature extractor, as its YAML describes it. */
export type BackboneSpec = {
  readonly name: string;
  /** Absolute path of the YAML. */
  readonly path: string;
  readonly source: { readonly kind: 'file'; readonly file: string } | { readonly kind: 'url'; readonly url: string };
  /** Lower-case hex SHA-256 of the file; without it the first file used is the one. */
  readonly sha256?: string;
  readonly input: BackboneInput;
  /** Name of the value in the graph that holds the features, `[N, features]`. */
  readonly features: string;
  /** What the features are raised to, their sign kept; 1: they stay as they are. */
  readonly power: number;
};

/** How many channels images must have for the backbone. */
export function channelCount({ channels }: Pick<BackboneInput, 'channels'>): 1 | 3 {
  return channels === 'GREY' ? 1 : 3;
}

/**
 * Reads the YAML of a backbone.
 * @throws ParameterError that tells every key that does not fit, what is expected there and what was received.
 */
export function parseBackboneSpec(text: string, path: string): BackboneSpec {
  const parsed = fileSchema.safeParse(parseYaml(text, path), { reportInput: true });
  if (!parsed.success) throw misfit(path, parsed.error.issues.flatMap(problemsOf));
  const { name = basename(path).replace(/\.ya?ml$/i, ''), file, url, sha256, input, features, power } = parsed.data;
  const source = url === undefined ? { kind: 'file' as const, file: file! } : { kind: 'url' as const, url };
  const { size, ...rest } = input;
  const { height, width } = typeof size === 'number' ? { height: size, width: size } : size;
  const scaling = scalingOf(rest, channelCount(rest));
  const { name: inputName, layout, channels } = rest;
  return {
    name,
    path,
    source,
    ...(sha256 === undefined ? {} : { sha256 }),
    input: { name: inputName, height, width, layout, channels, ...scaling },
    features,
    power,
  };
}

const text = z.string().min(1);
const pixels = z.int().min(8).max(1024);
const perChannel = z.union([z.number(), z.array(z.number()).min(1)]);
const inputKeys = {
  name: text,
  size: z.union([pixels, z.strictObject({ height: pixels, width: pixels })], {
    error: () => 'a whole number of pixels from 8 to 1024, or {height, width}',
  }),
  layout: z.enum(['NCHW', 'NHWC']),
  channels: z.enum(['RGB', 'BGR', 'GREY']),
  scale: perChannel.optional(),
  offset: perChannel.optional(),
  mean: perChannel.optional(),
  std: perChannel.optional(),
};
type Scaling = Readonly<Partial<Record<'scale' | 'offset' | 'mean' | 'std', number | readonly number[] | undefined>>>;

const inputSchema = z.strictObject(inputKeys).superRefine((input, context) => {
  const { scale, offset, mean, std } = input;
  const isScaled = scale !== undefined || offset !== undefined;
  const isNormalised = mean !== undefined || std !== undefined;
  if (isScaled === isNormalised || (mean === undefined) !== (std === undefined)) {
    context.addIssue(
      'either scale and offset (pixel × scale + offset), or both mean and std ((pixel / 255 − mean) / std)',
    );
  }
  const channels = channelCount(input);
  for (const [key, value] of Object.entries({ scale, offset, mean, std })) {
    const problem = (message: string) => context.addIssue({ code: 'custom', path: [key], message, input: value });
    if (Array.isArray(value) && value.length !== channels) {
      problem(`one number, or ${channels} for the channels ${input.channels}`);
    }
    if (key === 'std' && [value].flat().includes(0)) problem('numbers other than 0');
  }
});

const fileKeys = {
  name: z
    .string()
    .regex(/^\w[\w.-]*$/)
    .optional(),
  description: z.string().optional(),
  file: text.optional(),
  url: z.url({ protocol: /^https?$/ }).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  input: inputSchema,
  features: text,
  power: z.number().positive().max(1).default(1),
};

const fileSchema = z.strictObject(fileKeys).superRefine(({ file, url, sha256 }, context) => {
  if ((file === undefined) === (url === undefined)) context.addIssue('either file or url');
  if (url !== undefined && sha256 === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['sha256'],
      message: 'the SHA-256 of the file at the url, 64 hex digits',
    });
  }
});

function parseYaml(source: string, path: string): unknown {
  const { parse } = createRequire(import.meta.url)('yaml') as typeof Yaml;
  try {
    return parse(source);
  } catch (error) {
    throw new ParameterError(`${path} is not YAML: ${error instanceof Error ? error.message : ''}`, { cause: error });
  }
}

function problemsOf(issue: z.core.$ZodIssue): string[] {
  const key = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(issue.path.length === 0 ? fileKeys : inputKeys);
    return issue.keys.map(
      (each) => `${[...issue.path, each].join('.')}: not a key of a backbone. ${didYouMean(each, known)}`,
    );
  }
  const received = issue.input === undefined ? 'nothing' : JSON.stringify(issue.input);
  const expected = expectation(issue);
  const isWhole = issue.code === 'custom' && issue.input === undefined;
  return [`${key === '' ? 'the file' : key}: expected ${expected}${isWhole ? '' : `, received ${received}`}`];
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return issue.values.join(' or ');
  if (issue.code === 'invalid_type') return issue.expected === 'object' ? 'keys and values' : `a ${issue.expected}`;
  if (issue.code === 'invalid_format') return FORMATS[issue.path.join('.')] ?? issue.format;
  if (issue.code === 'too_small') return issue.origin === 'string' ? 'a text' : `at least ${String(issue.minimum)}`;
  return issue.message;
}

const FORMATS: Readonly<Record<string, string>> = {
  name: 'letters, digits, "_", "-" and "."',
  url: 'an http or https address',
  sha256: '64 lower-case hex digits',
};

function scalingOf(input: Scaling, channels: number): Pick<BackboneInput, 'scale' | 'offset'> {
  const each = (value: number | readonly number[] | undefined, otherwise: number): number[] =>
    typeof value === 'object' ? [...value] : new Array<number>(channels).fill(value ?? otherwise);
  if (input.std === undefined) return { scale: each(input.scale, 1), offset: each(input.offset, 0) };
  const std = each(input.std, 1);
  const mean = each(input.mean, 0);
  return { scale: std.map((value) => 1 / (255 * value)), offset: std.map((value, at) => -mean[at]! / value) };
}

function misfit(path: string, problems: readonly string[]): ParameterError {
  const lines = problems.map((problem) => `  - ${problem}`).join('\n');
  return new ParameterError(`The backbone ${path} does not fit:\n${lines}`, { details: { problems: [...problems] } });
}
