import type { Candidate } from './candidates.ts';
import { shellWords } from './shell-words.ts';

export type ShellName = 'bash' | 'zsh' | 'fish';

/** How a shell asks for completions, and how it wants to be answered. */
export type Shell = {
  /** What the user's start-up file evaluates. */
  readonly script: string;
  /** The words after the program's name from what the script passed; the last is being written. */
  readonly words: (passed: readonly string[]) => readonly string[];
  /** The lines that answer. `wordBreaks` are the characters at which the shell splits words besides blanks. */
  readonly answer: (found: readonly Candidate[], current: string, wordBreaks: string) => readonly string[];
};

/** Where nothing fits, each shell offers files. */
export const shells: Readonly<Record<ShellName, Shell>> = {
  bash: {
    script: `# Completion of mlflow-ts for bash.
_mlflow_ts() {
  local answer
  COMPREPLY=()
  while IFS= read -r answer; do COMPREPLY+=("$answer"); done < <(
    COMP_WORDBREAKS="$COMP_WORDBREAKS" "\${COMP_WORDS[0]}" completion answer bash -- "\${COMP_LINE:0:COMP_POINT}" 2> /dev/null
  )
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2> /dev/null; fi
}
complete -o default -F _mlflow_ts mlflow-ts
`,
    words: ([line = '']) => shellWords(line).slice(1),
    answer: (found, current, wordBreaks) => {
      // Bash replaces only what follows the last of its word breaks.
      const kept = Array.from(wordBreaks, (mark) => current.lastIndexOf(mark) + 1);
      const from = Math.max(0, ...kept);
      return found.map(({ value }) => value.slice(from));
    },
  },
  zsh: {
    script: `#compdef mlflow-ts
# Completion of mlflow-ts for zsh.
_mlflow_ts() {
  local answer
  local -a answers
  while IFS= read -r answer; do answers+=("$answer"); done < <(
    "\${(Q)words[1]}" completion answer zsh -- "\${(@Q)words[2,CURRENT]}" 2> /dev/null
  )
  if (( \${#answers} == 0 )); then _files
  elif [[ \${#answers} -eq 1 && \${answers[1]%%:*} == *= ]]; then _describe mlflow-ts answers -S ''
  else _describe mlflow-ts answers
  fi
}
if [[ \${funcstack[1]} == _mlflow_ts ]]; then _mlflow_ts "$@"; else compdef _mlflow_ts mlflow-ts; fi
`,
    words: (passed) => passed,
    answer: (found) => found.map(({ value, description }) => `${value.replaceAll(':', '\\:')}:${oneLine(description)}`),
  },
  fish: {
    script: `# Completion of mlflow-ts for fish.
function __mlflow_ts_answer
  set -l words (commandline -opc)
  set -l answers ($words[1] completion answer fish -- $words[2..-1] (commandline -ct) 2> /dev/null)
  if test (count $answers) -eq 0
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $answers
  end
end
complete -c mlflow-ts -f -a '(__mlflow_ts_answer)'
`,
    words: (passed) => passed,
    answer: (found) => found.map(({ value, description }) => `${value}\t${oneLine(description)}`),
  },
};

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
