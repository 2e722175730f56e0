// Tests that start processes take the longest. They come first, so that none of them is begun last and waited for alone; within
// a folder Jest's own order holds: what failed, what took longest, in a fresh clone the largest files.
import Sequencer from '@jest/test-sequencer';

const FIRST = ['integration/faults', 'e2e', 'integration', 'contracts'].map((folder) => `/tests/${folder}/`);

export default class ProcessesFirstSequencer extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((left, right) => rank(left.path) - rank(right.path));
  }
}

function rank(path) {
  const found = FIRST.findIndex((folder) => path.replaceAll('\\', '/').includes(folder));
  return found === -1 ? FIRST.length : found;
}
