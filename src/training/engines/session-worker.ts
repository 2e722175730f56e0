import { parentPort, workerData } from 'node:worker_threads';
import { importOnnxRuntime } from './onnx-runtime.ts';
import type { SessionReply, SessionRequest, SessionWorkerData } from './session-protocol.ts';
import { createSessions } from './sessions.ts';

/** Entry of the worker thread that computes for a session host. */
const sessions = createSessions(await importOnnxRuntime(workerData as SessionWorkerData));

parentPort?.on('message', ({ id, body }: SessionRequest) => {
  void sessions.perform(body).then(
    (answer) => reply({ id, ok: true, ...answer }),
    (error: unknown) => reply({ id, ok: false, message: error instanceof Error ? error.message : String(error) }),
  );
});

function reply(message: SessionReply): void {
  parentPort?.postMessage(message, message.ok ? (message.returned ?? []) : []);
}
