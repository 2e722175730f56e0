import { spawnSync } from 'node:child_process';
import { test } from '@jest/globals';

/** Debian's own: its onnx 1.12 knows operator sets up to 17. */
const PYTHON = '/usr/bin/python3';
const isHere = spawnSync(PYTHON, ['-c', 'import onnx'], { stdio: 'ignore' }).status === 0;

/** Skipped where there is no python3-onnx. */
export const checkerTest: typeof test.skip = isHere ? test : test.skip;

/** What the checker says of each file, in one process: its operators and operator sets, or what is wrong with it. */
export function checkOnnxFiles(files: readonly string[]): string[] {
  const script = `
import onnx, sys
for file in sys.argv[1:]:
    try:
        m = onnx.load(file)
        onnx.checker.check_model(m, full_check=True)
        print(*sorted({n.op_type for n in m.graph.node}), *[f"{o.domain}={o.version}" for o in m.opset_import])
    except Exception as error:
        print(str(error).split("\\n")[0])`;
  return spawnSync(PYTHON, ['-c', script, ...files], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n');
}
