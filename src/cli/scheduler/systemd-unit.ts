import type { Command } from 'commander';
import { findProject } from '../../app/project.ts';
import type { CommandContext, GlobalOptions } from '../command-context.ts';
import type { UpOptions } from './run-scheduler-here.ts';

/** `up --install-systemd`: the unit on stdout, what to do with it on stderr. */
export function printSystemdUnit(
  { pool, limit, grace }: UpOptions,
  command: Command,
  { cwd, env, stdout, stderr }: CommandContext,
): void {
  const { home } = command.optsWithGlobals<GlobalOptions>();
  const project = findProject({ cwd, env, homeOption: home });
  const binary = [process.execPath, process.argv[1] ?? 'mlflow-ts'].map(quoted).join(' ');
  const where = home === undefined ? '' : ` --home ${quoted(project.home)}`;
  stdout.write(`[Unit]
Description=mlflow-ts: scheduler and worker of ${project.root}
After=network-online.target
Wants=network-online.target

[Service]
WorkingDirectory=${project.root}
ExecStart=${binary}${where} up --pool ${quoted(pool)} --limit ${limit} --grace ${grace}
Restart=always
RestartSec=5
KillMode=mixed
TimeoutStopSec=120

[Install]
WantedBy=default.target
`);
  stderr.write(`Install it for yourself:
  mlflow-ts up --install-systemd > ~/.config/systemd/user/mlflow-ts.service
  systemctl --user daemon-reload && systemctl --user enable --now mlflow-ts
  loginctl enable-linger     (so that it runs while you are not logged in)
Secrets for \${env:NAME}: Environment= or EnvironmentFile= below [Service].
`);
}

/** As systemd.syntax(7) reads it. */
function quoted(text: string): string {
  const safe = text.replaceAll('%', '%%');
  return /^[\w@%+=:,./-]+$/u.test(safe) ? safe : `"${safe.replaceAll(/["\\]/gu, '\\$&')}"`;
}
