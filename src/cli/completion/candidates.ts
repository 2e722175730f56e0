import type { Argument, Command, Option } from 'commander';

/** Something that fits where the cursor is, and a few words about it. */
export type Candidate = { readonly value: string; readonly description: string };

/** What a person may write in a place, when it is not one of a fixed set: `flow`, `run`, `model` … by the place's name. */
export type LookUp = (place: string, line: ParsedLine) => Promise<readonly Candidate[]>;

/** A command line up to the cursor. */
export type ParsedLine = {
  /** The command that the words name so far. */
  readonly command: Command;
  /** Its arguments before the current word. */
  readonly given: readonly string[];
  /** The option whose value the current word is. */
  readonly option: Option | undefined;
  /** The beginning of the word at the cursor. */
  readonly current: string;
};

/**
 * What fits at the end of `words`, the words after the program's name of which the last is being written and may be empty.
 * Read from the declared commands; values that only the registry knows come from `lookUp`.
 */
export async function candidates(
  program: Command,
  words: readonly string[],
  lookUp: LookUp,
): Promise<readonly Candidate[]> {
  const line = parseLine(program, words);
  const found = await candidatesOf(line, lookUp);
  return found.filter(({ value }) => value.startsWith(line.current));
}

async function candidatesOf(line: ParsedLine, lookUp: LookUp): Promise<readonly Candidate[]> {
  const { command, option, current, given } = line;
  if (option !== undefined) return choices(option) ?? lookUp(option.attributeName(), line);
  if (current.startsWith('--') && current.includes('=')) return valuesOfLongOption(line, lookUp);
  if (current.startsWith('-')) return optionsOf(command).flatMap(namesOf);
  const subcommands = command.createHelp().visibleCommands(command);
  if (subcommands.length > 0) {
    return subcommands.map((one) => ({ value: one.name(), description: one.description() }));
  }
  const argument = argumentAt(command, given.length);
  return argument === undefined ? [] : (choices(argument) ?? lookUp(argument.name(), line));
}

/** `--state=fa`: the values, each with the option in front. */
async function valuesOfLongOption(line: ParsedLine, lookUp: LookUp): Promise<readonly Candidate[]> {
  const [flag = '', ...value] = line.current.split('=');
  const option = optionsOf(line.command).find(({ long }) => long === flag);
  if (option === undefined) return [];
  const inner = { ...line, option, current: value.join('=') };
  const values = await candidatesOf(inner, lookUp);
  return values.map((candidate) => ({ ...candidate, value: `${flag}=${candidate.value}` }));
}

function parseLine(program: Command, words: readonly string[]): ParsedLine {
  const current = words.at(-1) ?? '';
  let command = program;
  let option: Option | undefined;
  const given: string[] = [];
  for (const word of words.slice(0, -1)) {
    const subcommand = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (option !== undefined) option = undefined;
    else if (word.startsWith('-')) option = optionTakingNext(command, word);
    else if (subcommand === undefined) given.push(word);
    else command = subcommand;
  }
  return { command, given, option, current };
}

/** The option that the word is, when its value is the next word. */
function optionTakingNext(command: Command, word: string): Option | undefined {
  return optionsOf(command).find(
    ({ long, short, required, optional }) => (word === long || word === short) && (required || optional),
  );
}

function optionsOf(command: Command): readonly Option[] {
  const help = command.createHelp();
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
}

/** The long name, or the short one where there is no other. */
function namesOf({ long, short, description }: Option): readonly Candidate[] {
  const value = long ?? short;
  return value === undefined ? [] : [{ value, description }];
}

/** The last argument takes all that follow when it is variadic. */
function argumentAt({ registeredArguments }: Command, index: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[index] ?? (last?.variadic === true ? last : undefined);
}

function choices({ argChoices }: Argument | Option): readonly Candidate[] | undefined {
  return argChoices?.map((value) => ({ value, description: '' }));
}
